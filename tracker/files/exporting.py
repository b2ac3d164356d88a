"""Everything in the log as files for people and programs: one for each kind, or all entries with their history."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from graphs.errors import Fault, Faults
from tracker import log
from tracker.files.columns import cells, columns
from tracker.kinds import KINDS
from tracker.tables import Sheet, to_csv, to_xlsx
from tracker.tables.workbook import MOST_LETTERS, MOST_ROWS
from tracker.terminal import written

Form = Literal["csv", "xlsx", "jsonl"]
FORMS: tuple[Form, ...] = ("csv", "xlsx", "jsonl")
MOST_TEXT = 5_000_000
"""Letters of a file: more go to the next, so that every file can be read again."""
_NOTE = "Import it again with: python3 -m tracker import FILE. Rows that the log already holds are left out."


def export(
    engine: sa.Engine, folder: Path, form: Form, kinds: Sequence[str], progress: Callable[[int, int], None]
) -> dict[str, int]:
    """Write the records of each kind as they stand at one moment; the files with the number of their rows.

    CSV and XLSX: a file a kind, and more where a file would have too many rows to be imported. JSON lines: one file
    with every entry of the log, oldest first. What an earlier export left in the folder is replaced.

    Args:
        kinds: words of the kinds.

    Raises:
        Faults: a text that is too long for a cell; then no file is written.
    """
    found: dict[str, int] = {}
    with ExitStack() as whole:
        files = whole.enter_context(closing(_files(engine, form, kinds)))
        for name, content, count in files:
            whole.enter_context(written(folder / name)).write_bytes(content)
            found[name] = count
            progress(len(found), max(len(found), len(kinds)))
    for kind in kinds:
        for path in folder.glob(f"{KINDS[kind].plural}-*.{form}"):
            if path.name not in found and re.fullmatch(rf"{KINDS[kind].plural}-[0-9]+\.{form}", path.name):
                path.unlink()
    return found


def _files(engine: sa.Engine, form: Form, kinds: Sequence[str]) -> Generator[tuple[str, bytes, int], None, None]:
    if form == "jsonl":
        lines = list(_entries(engine, kinds))
        yield "log.jsonl", b"".join(lines), len(lines)
        return
    with engine.connect() as connection:
        for kind in kinds:
            with closing(log.every_at(connection, kind)) as found:
                for number, part in enumerate(_parts(kind, map(cells, found)), start=1):
                    name = f"{KINDS[kind].plural}{f'-{number}' if number > 1 else ''}.{form}"
                    yield name, _file(kind, form, part), len(part)


def _file(kind: str, form: Form, rows: list[list[Any]]) -> bytes:
    if form == "csv":
        return to_csv(columns(kind), rows)
    return to_xlsx([Sheet(kind, columns(kind), rows)], [_NOTE])


def _parts(kind: str, rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    """As many rows at a time as an import takes; at least one part."""
    part: list[list[Any]] = []
    letters = 0
    for row in rows:
        longest = max(row, key=_letters)
        if _letters(longest) > MOST_LETTERS:
            fault = f"holds a text of more than the {MOST_LETTERS:,} letters of a cell"
            raise Faults([Fault(f"{kind} {row[_place(kind)]}", "", fault, "export as JSON lines: --format jsonl")])
        size = sum(map(_letters, row))
        if part and (len(part) == MOST_ROWS or letters + size > MOST_TEXT):
            yield part
            part, letters = [], 0
        part.append(row)
        letters += size
    yield part


def _place(kind: str) -> int:
    return [field.name for field in columns(kind)].index("id")


def _letters(value: Any) -> int:
    if isinstance(value, tuple):
        return sum(map(len, value)) + 2 * len(value)
    return len(value) if isinstance(value, str) else 20


def _entries(engine: sa.Engine, kinds: Sequence[str]) -> Iterator[bytes]:
    """Every entry up to now, one line each."""
    after, last = 0, log.position(engine)
    while after < last and (part := log.since(engine, after)):
        for one in part:
            if one.number <= last and one.kind in kinds:
                yield json.dumps(dataclasses.asdict(one), ensure_ascii=False).encode() + b"\n"
        after = part[-1].number
