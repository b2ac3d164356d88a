"""The commands for files of records: import, export, template."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from graphs.errors import Fault, Faults
from tracker import keeping, tables
from tracker.commands.opening import at_desk, change
from tracker.files import importing
from tracker.files.columns import columns, example
from tracker.files.exporting import FORMS, export
from tracker.files.importing import Line, Preview, Source
from tracker.keeping import Taken
from tracker.kinds import KINDS
from tracker.log import Standing
from tracker.terminal import check_writable, console, counting, errors, fail, in_words, progress, written

app = typer.Typer()
_SHOWN = 20
"""Records that are named one by one; of the others only their number is told."""
_KINDS = f"Kind of record: {', '.join(KINDS)}."


@app.command("import")
def import_files(
    path: Annotated[
        Path, typer.Argument(metavar="FILE|FOLDER", exists=True, help="CSV, XLSX or JSON lines, or a folder of them.")
    ],
    kind: Annotated[str, typer.Option(help=f"{_KINDS} If left out, by the columns and the name of the file.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take the good rows; the others go to a file beside it, to be mended.")
    ] = False,
    amend: Annotated[
        bool, typer.Option("--amend", help="Take over what the file says of records that the log knows by their id.")
    ] = False,
    who: Annotated[str, typer.Option(help="Your name and cluster.")] = "command line",
) -> None:
    """Log every row of a file, or none if any has a fault; rows that the log already holds are left out."""
    with at_desk() as desk:
        sources = [_source(file, kind) for file in _files(path)]
        with counting("Checking the rows") as told:
            found = importing.previews(desk.engine, sources, desk.industries, amend or dry_run, told)
        faults = [fault.at(_where(path, one, fault)) for one in found for fault in one.faults]
        if dry_run:
            _say_planned(found, amend)
        if faults and not partial:
            good = sum(len(one.records) for one in found)
            if good and not dry_run:
                console.print(f"Nothing is written. With --partial the good rows are taken: {good:,}.")
            raise Faults(faults)
        if dry_run:
            return
        for one in found:
            _put_aside(path, one)
        records = [record for one in found for record in one.records]
        with progress(f"Writing {len(records):,} record{'s' * (len(records) != 1)}"):
            taken = desk.write(keeping.import_records, records, change(who), amend)
        say_written(taken, sum(len(one.of("known")) for one in found))


@app.command("export")
def export_files(
    out: Annotated[Path, typer.Option(help="Folder to write to.", file_okay=False)],
    kind: Annotated[str, typer.Option(help=f"{_KINDS} All if left out.")] = "",
    form: Annotated[str, typer.Option("--format", help="csv, xlsx, or jsonl: the log with its history.")] = "csv",
) -> None:
    """Write every record as it stands, a file a kind, ready to be imported again; or the whole log."""
    with at_desk() as desk:
        _check_kind(kind)
        chosen = next((one for one in FORMS if one == form), None)
        if chosen is None:
            raise Faults([Fault("", "format", f"{form!r} is no format", f"choose from: {', '.join(FORMS)}")])
        with counting("Writing the files") as told:
            found = export(desk.engine, out, chosen, [kind] if kind else list(KINDS), told)
        for name, count in found.items():
            console.print(f"{out / name}: {count:,} {'entries' if chosen == 'jsonl' else 'rows'}")


@app.command("template")
def write_template(
    kind: Annotated[str, typer.Argument(help=_KINDS)],
    out: Annotated[Path, typer.Option(help="File to write: .xlsx with choices and notes, or .csv.")],
) -> None:
    """Write an empty table to fill in, with the meaning and the unit of every column."""
    with in_words():
        _check_kind(kind)
        check_writable(out)
        if out.suffix.lower() not in (".xlsx", ".csv"):
            raise Faults([Fault("", "out", f"{out} is neither .xlsx nor .csv", "give one of the two")])
        fields = columns(kind)
        as_book = out.suffix.lower() == ".xlsx"
        with written(out) as whole:
            whole.write_bytes(tables.template(kind, fields, example(kind)) if as_book else tables.to_csv(fields, ()))
        console.print(f"{out}: {len(fields)} columns. Fill it in, then: python3 -m tracker import {out} --kind {kind}")


def say_written(taken: Taken, known: int | None = None) -> None:
    """Say what became of an import."""
    for one in taken.new[:_SHOWN]:
        missing = ", ".join(one.record.missing())
        console.print(f"{one.id}: {_title(one)}{f' (not stated: {missing})' if missing else ''}")
    if len(taken.new) > _SHOWN:
        console.print(f"… and {len(taken.new) - _SHOWN:,} more: {len(taken.new):,} new in all.")
    for one in taken.amended[:_SHOWN]:
        console.print(f"{one.id}: amended")
    if len(taken.amended) > _SHOWN:
        console.print(f"… and {len(taken.amended) - _SHOWN:,} more: {len(taken.amended):,} amended in all.")
    if left := taken.known if known is None else known:
        console.print(f"{left} left out: the log already holds them.")


def _files(path: Path) -> list[Path]:
    """The file, or those of a folder in the order of the kinds; what was put aside to be mended is left out.

    Raises:
        Faults: a folder without any.
    """
    if path.is_file():
        return [path]
    found = [one for one in path.iterdir() if one.suffix.lower() in (".csv", ".xlsx", ".jsonl") and one.is_file()]
    found = [one for one in found if not one.name.startswith(".") and f".{importing.FAULTS}." not in one.name]
    if not found:
        raise Faults([Fault(str(path), "", "holds no file to import", "put CSV, XLSX or JSON lines there")])
    names = [kind.plural for kind in KINDS.values()]

    def rank(one: Path) -> tuple[int, str]:
        called = one.stem.split("-")[0]
        return names.index(called) if called in names else len(names), one.name

    return sorted(found, key=rank)


def _source(file: Path, kind: str) -> Source:
    _check_kind(kind)
    content = file.read_bytes()
    if file.suffix.lower() == ".jsonl":
        return Source(file.name, lines=content)
    with progress(f"Reading {file.name}"):
        guess = kind or next((one.word for one in KINDS.values() if file.stem.lower().startswith(one.plural)), "")
        table = tables.read(file.name, content, kind=guess)
    for remark in table.remarks:
        errors.print(remark)
    return Source(file.name, table, kind=kind)


def _where(path: Path, one: Preview, fault: Fault) -> str:
    return f"{one.name}, {fault.where}" if path.is_dir() else fault.where


def _put_aside(path: Path, one: Preview) -> None:
    """Keep the faulty rows with their faults beside the file that they come from."""
    faulty = one.of("faulty")
    if not faulty:
        return
    if not one.columns:
        raise Faults(one.faults)  # a log of JSON lines is whole, or it is no log
    out = (path if path.is_dir() else path.parent) / f"{Path(one.name).stem}.{importing.FAULTS}.csv"
    with written(out) as whole:
        whole.write_bytes(importing.faulty_rows(one))
    console.print(f"{out}: {len(faulty):,} rows with faults, not imported. Mend and import them.")


def _say_planned(found: Sequence[Preview], amend: bool) -> None:
    for one in found:
        counts = ", ".join(f"{len(one.of(status)):,} {status}" for status in importing.STATUSES)
        console.print(f"{one.name} ({KINDS[one.kind].plural if one.kind else 'log'}): {counts}. Nothing is written.")
        amended = one.of("amended")
        for line in amended[:_SHOWN]:
            console.print(f"  {line.address}: {_differences(line)}")
        if len(amended) > _SHOWN:
            console.print(f"  … and {len(amended) - _SHOWN:,} more")
        if amended and not amend:
            console.print("  They are amended only with --amend; without it they are faults.")


def _differences(line: Line) -> str:
    said = [f"{name}: {before!r} → {after!r}" for name, (before, after) in line.differences.items()]
    return f"{line.record.id if line.record else ''} {'; '.join(said)}"


def _title(one: Standing) -> str:
    body = one.body
    text = next((str(body[name]) for name in ("title", "name", "text", "quote", "address") if body.get(name)), "")
    return text if len(text) <= 300 else f"{text[:299]}…"


def _check_kind(kind: str) -> None:
    if kind and kind not in KINDS:
        fail(f"--kind: {kind!r} is no kind of record; choose from: {', '.join(KINDS)}")
