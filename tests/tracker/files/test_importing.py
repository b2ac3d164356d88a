"""Files of records: what is exported imports again to the same, and an import is seen before it is done."""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from graphs.disruption import Disruption
from graphs.errors import Faults
from graphs.record import Record
from tracker import intake, keeping, log, tables
from tracker.conversation import Comment, Session
from tracker.database import open_database
from tracker.files import exporting, importing
from tracker.files.exporting import FORMS, Form, export
from tracker.files.importing import Preview, Source, faulty_rows, guess_kind, preview, previews
from tracker.keeping import Change
from tracker.kinds import KINDS, kind_of
from tracker.log import Writer
from tracker.permissions import local
from tracker.tables import Row, Table

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
ANA = Change(local("Ana"), AT)
ANY_RECORD = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.from_type(KINDS[kind].cls))
HOSTILE = ("=1+1", "'=1+1", "+cmd|' /C calc'!A0", "@x", "-5", "'tis", "TRUE", "1e5", "007", "#REF!", "2021-03-01",
           "a,b;c\td", 'say "so"', "line\r\none\rmore\nand", "\ufdd0#N/A", "\ufeffx", "_x000D_", "洪水 🌊", "\u2028",
           "<b>&amp;")  # fmt: skip


def quiet(done: int, of: int) -> None:
    assert 0 <= done <= of


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    """Opens empty logs; the same migrated file is copied for each."""
    folder = Path(tempfile.mkdtemp())
    open_database(f"sqlite:///{folder}/empty.sqlite").dispose()
    empty, number, writers = (folder / "empty.sqlite").read_bytes(), itertools.count(), []

    def fresh() -> Writer:
        path = folder / f"{next(number)}.sqlite"
        path.write_bytes(empty)
        writers.append(Writer(open_database(f"sqlite:///{path}")))
        return writers[-1]

    yield fresh
    for one in writers:
        one.close()


def state(engine: sa.Engine) -> dict[str, tuple[str, Any]]:
    return {one.id: (kind, one.body) for kind in KINDS for one in log.every(engine, kind)}


def take(writer: Writer, found: Sequence[Preview], amend: bool = False) -> keeping.Taken:
    records = [record for one in found for record in one.records]
    return writer.write(lambda turn: keeping.import_records(turn, records, ANA, amend))


def read_folder(folder: Path) -> list[Source]:
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".csv", ".xlsx", ".jsonl"):
            continue
        if path.suffix == ".jsonl":
            found.append(Source(path.name, lines=path.read_bytes()))
        else:
            kind = path.stem.split("-")[0]
            word = next(one.word for one in KINDS.values() if one.plural == kind)
            found.append(Source(path.name, tables.read(path.name, path.read_bytes(), kind=word)))
    return found


def settled(records: Sequence[Record]) -> list[Record]:
    """As the intake leaves them, each with an id of its own, about records that are there."""
    found: list[Record] = []
    for number, one in enumerate(records, start=1):
        kind = kind_of(one)
        values = one.to_dict() | {"id": f"{KINDS[kind].letter}{number}"}
        if "about" in values:
            values["about"] = values["about"] if isinstance(values["about"], list) else "T0"
            values["about"] = ["T0"] if isinstance(values["about"], list) else "T0"
        if values.get("merged_into"):
            values["merged_into"] = "T0"
        found.append(intake.read(values, [], kind))
    return [Disruption("First", ("DE",), date(2021, 3, 1), "T0"), *found]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=6)
@given(records=st.lists(ANY_RECORD, min_size=1, max_size=12))
@example(records=[Disruption("x" + one, ("DE",), date(2021, 3, 1), note=one, cause=one) for one in HOSTILE])
@example(records=[Disruption(one, ("DE",), date(2021, 3, 1), severity_high=1.0) for one in HOSTILE if one.strip()])
@example(records=[Session("x", present=HOSTILE[:5], needs=one) for one in HOSTILE])
@example(records=[Comment("T0", one + "x") for one in HOSTILE])
def test_what_is_exported_imports_to_the_same_state(opened: Any, form: Form, records: list[Record]) -> None:
    """Through real files and their readers; and once more changes nothing."""
    first, second = opened(), opened()
    kept = settled(records)
    assume(form != "xlsx" or not any(one in repr(kept) for one in ("\\ufffe", "\\uffff")))
    first.write(lambda turn: log.append(turn, kept, who="Ana", at=AT))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = export(first.engine, folder, form, sorted({kind_of(one) for one in kept}), quiet)
        assert sum(found.values()) == len(kept)
        planned = previews(second.engine, read_folder(folder), [])
        assert [fault for one in planned for fault in one.faults] == []
        assert len(take(second, planned).new) == len(kept)
        assert state(second.engine) == state(first.engine)
        position = log.position(second.engine)
        again = previews(second.engine, read_folder(folder), [])
        assert {line.status for one in again for line in one.rows} == {"known"}
        assert take(second, again).known == len({line.record for one in again for line in one.rows})
        assert log.position(second.engine) == position


HEAD = ("id", "title", "origin", "start")


def table(*rows: tuple[str, ...], columns: tuple[str, ...] = HEAD) -> Table:
    return Table(columns, tuple(Row(number, row) for number, row in enumerate(rows, start=2)))


def statuses(found: Preview) -> list[str]:
    return [one.status for one in found.rows]


def test_an_import_is_seen_before_it_is_done(engine: sa.Engine, writer: Writer) -> None:
    kept = [Disruption("Strike", ("DE",), date(2021, 3, 1), "D1"), Comment("D1", "Yes", "M2")]
    writer.write(lambda turn: log.append(turn, kept, who="Ana", at=AT))
    given = table(
        ("D1", "Strike", "DE", "2021-03-01"),
        ("D1", "Strike, longer", "DE; FR", "2021-03-01"),
        ("", "Flood", "FR", "2021-03-01"),
        ("", "", "Narnia", "soon"),
        ("M2", "Flood", "FR", "2021-03-01"),
        ("", "Flood", "FR", "2021-03-01"),
        ("X9", "Hail", "FR", "2021-03-01"),
        ("X9", "Snow", "FR", "2021-03-01"),
    )
    found = preview(engine, given, [], "disruption")
    assert statuses(found) == ["known", "faulty", "new", "faulty", "faulty", "known", "new", "faulty"]
    assert sorted(one.where for one in found.faults) == [
        "row 3, cell A3", "row 5, cell B5", "row 5, cell C5", "row 5, cell D5", "row 6, cell A6", "row 9, cell A9",
    ]  # fmt: skip
    only = preview(engine, table(("D1", "Strike, longer", "DE; FR", "2021-03-01")), [], "disruption")
    assert only.rows[0].differences == {"title": ("Strike", "Strike, longer"), "origin": (["DE"], ["DE", "FR"])}
    assert statuses(only) == ["amended"]
    [refused] = preview(engine, table(("D1", "Other", "DE", "2021-03-01")), [], "disruption", amend=False).rows
    assert str(refused.faults[0]) == (
        "row 2, cell A2, id: D1 is in the log with other content; leave the id empty for a new record, "
        "or have the records amended"
    )
    assert log.position(engine) == 2
    assert [one.id for one in take(writer, [only], amend=True).amended] == ["D1"]
    assert take(writer, [found]).known == 1


def test_industries_of_another_chain_are_no_fault_of_what_the_log_holds(engine: sa.Engine, writer: Writer) -> None:
    """A chain may have been replaced since: only what is new to the log must be in the chain at hand."""
    kept = Disruption("Strike", ("DE",), date(2021, 3, 1), "D1", industries=("C10",))
    writer.write(lambda turn: log.append(turn, [kept], who="Ana", at=AT))
    columns = (*HEAD, "industries")
    given = [("D1", "Strike", "DE", "2021-03-01", "C10"), ("D1", "Flood", "DE", "2021-03-01", "C10"),
             ("D1", "Strike", "DE", "2021-03-01", "C11"), ("", "Flood", "DE", "2021-03-01", "C10"),
             ("", "", "DE", "2021-03-01", "C10")]  # fmt: skip
    found = [preview(engine, table(one, columns=columns), ["C26"], "disruption") for one in given]
    assert [statuses(one)[0] for one in found] == ["known", "amended", "faulty", "faulty", "faulty"]
    assert [len(one.faults) for one in found] == [0, 0, 1, 1, 2]


def test_every_faulty_row_is_named(engine: sa.Engine) -> None:
    rows = [("", f"Strike {place}", "Narnia" if place % 25 == 0 else "DE", "2021-03-01") for place in range(1_000)]
    found = preview(engine, table(*rows), [], "disruption")
    assert [one.where for one in found.faults] == [f"row {place}, cell C{place}" for place in range(2, 1_002, 25)]
    assert len(found.records) == 960


def test_faulty_rows_are_put_aside_as_they_were_and_can_be_mended(engine: sa.Engine, writer: Writer) -> None:
    given = table(("", "=Strike", "Narnia", "soon"), ("", "Flood", "FR", "2021-03-01"))
    found = preview(engine, given, [], "disruption")
    aside = tables.read("x.faults.csv", faulty_rows(found))
    assert aside.columns == (*HEAD, "faults")
    assert aside.rows[0].cells[:4] == ("", "=Strike", "Narnia", "soon")
    assert "row 2, cell C2, origin: 'Narnia' is no known country" in aside.rows[0].cells[4]
    assert "'soon' is no date" in aside.rows[0].cells[4]
    again = preview(engine, aside, [], "disruption")
    assert sorted(one.where for one in again.faults) == ["row 2, cell C2", "row 2, cell D2"]
    mended = dataclasses.replace(aside, rows=(Row(2, ("", "=Strike", "DE", "2021-03-01", aside.rows[0].cells[4])),))
    assert [one.body["title"] for one in take(writer, [preview(engine, mended, [], "disruption")]).new] == ["=Strike"]
    assert tables.read("y.csv", faulty_rows(again)).columns == (*HEAD, "faults")


def test_what_speaks_of_faulty_rows_is_faulty_too(engine: sa.Engine, writer: Writer) -> None:
    """Across files, and along a chain of references."""
    sources = [
        Source("comments.csv", table(("D1", "Yes", "M1"), ("S1", "No", "M2"), ("D2", "Hm", "M3"),
                                     columns=("about", "text", "id"))),
        Source("sessions.csv", table(("D1", "Textiles", "S1"), columns=("about", "title", "id"))),
        Source("disruptions.csv", table(("D1", "Strike", "Narnia", "2021-03-01"), ("D2", "Flood", "FR", "2021-03-01"))),
    ]  # fmt: skip
    comments, sessions, disruptions = previews(engine, sources, [])
    assert statuses(comments) == ["faulty", "faulty", "new"]
    assert statuses(sessions) == ["faulty"]
    assert statuses(disruptions) == ["faulty", "new"]
    assert str(comments.faults[1]) == "row 3, cell A3, about: there is no record 'S1'; give the id of a record"
    assert len(take(writer, [comments, disruptions]).new) == 2


def test_faults_of_columns_name_their_file(engine: sa.Engine) -> None:
    sources = [
        Source("comments.csv", table(("D1",), columns=("about",))),
        Source("sessions.csv", table(("D1",), columns=("colour",))),
    ]
    with pytest.raises(Faults) as found:
        previews(engine, sources, [])
    said = str(found.value)
    assert "comments.csv, row 1, text: the column is missing" in said
    assert "sessions.csv, row 1, colour: is not a field of a session" in said


@pytest.mark.parametrize(
    ("name", "columns", "kind"),
    [
        ("list.csv", ["title", "origin", "start"], "disruption"),
        ("clusters.xlsx", ["name", "country"], "cluster"),
        ("associations-2.csv", ["name"], "association"),
        ("evidence.faults.csv", ["about", "quote", "faults"], "evidence"),
        ("sessions.csv", ["About", " Text "], "comment"),
        ("sessions.csv", ["about", "colour"], "session"),
        ("list.csv", ["about", "text", "colour"], "comment"),
        ("x.csv", [], "disruption"),
    ],
)
def test_the_kind_is_seen(name: str, columns: list[str], kind: str) -> None:
    assert guess_kind(name, columns) == kind


def test_a_table_that_may_be_of_several_kinds_is_asked_about() -> None:
    with pytest.raises(Faults, match=r"list\.csv: may hold clusters or associations; give its kind: --kind cluster"):
        guess_kind("list.csv", ["name", "country"])


def test_lines_that_are_no_log_are_named(engine: sa.Engine) -> None:
    content = b'{"record_id": "D1", "kind": "chess", "after": {}}\n[]\nx\n'
    content += b'{"record_id": "D2", "kind": "comment", "after": {}}\n'
    [found] = previews(engine, [Source("log.jsonl", lines=content)], [])
    assert [one.where for one in found.faults] == ["line 1", "line 2", "line 3", "line 4", "line 4"]


def test_an_export_that_needs_several_files_is_read_again(
    engine: sa.Engine, writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Any
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 10)
    records = [Disruption(f"Strike {number}", ("DE",), date(2021, 3, 1), f"D{number}") for number in range(1, 26)]
    writer.write(lambda turn: log.append(turn, records, who="Ana", at=AT))
    (tmp_path / "disruptions-7.csv").write_text("stale")
    (tmp_path / "disruptions-mine.csv").write_text("mine")
    found = export(engine, tmp_path, "csv", ["disruption"], quiet)
    assert found == {"disruptions.csv": 10, "disruptions-2.csv": 10, "disruptions-3.csv": 5}
    assert {one.name for one in tmp_path.glob("*.csv")} == {*found, "disruptions-mine.csv"}
    (tmp_path / "disruptions-mine.csv").unlink()
    other = opened()
    take(other, previews(other.engine, read_folder(tmp_path), []))
    assert state(other.engine) == state(engine)


def test_an_export_that_cannot_be_read_again_is_not_written(engine: sa.Engine, writer: Writer, tmp_path: Path) -> None:
    many = tuple(f"https://a.eu/{number}/{'x' * 1_900}" for number in range(60))
    record = Disruption("Strike", ("DE",), date(2021, 3, 1), "D1", sources=many)
    writer.write(lambda turn: log.append(turn, [record], who="Ana", at=AT))
    with pytest.raises(Faults, match="disruption D1: holds a text of more than the 100,000 letters of a cell"):
        export(engine, tmp_path, "csv", list(KINDS), quiet)
    assert list(tmp_path.glob("*.csv")) == []
    assert export(engine, tmp_path, "jsonl", list(KINDS), quiet) == {"log.jsonl": 1}


def test_what_a_workbook_cannot_hold_is_named(engine: sa.Engine, writer: Writer, tmp_path: Path) -> None:
    record = Disruption("Strike \ufffe", ("DE",), date(2021, 3, 1), "D1")
    writer.write(lambda turn: log.append(turn, [record], who="Ana", at=AT))
    with pytest.raises(Faults, match="row 2, cell A2, title: holds a character"):
        export(engine, tmp_path, "xlsx", ["disruption"], quiet)
    assert export(engine, tmp_path, "csv", ["disruption"], quiet) == {"disruptions.csv": 1}


def test_the_lines_of_a_log_hold_its_history(engine: sa.Engine, writer: Writer, tmp_path: Path) -> None:
    strike = Disruption("Strike", ("DE",), date(2021, 3, 1), "D1")
    writer.write(lambda turn: log.append(turn, [strike, Comment("D1", "Yes", "M1")], who="Ana", at=AT))
    writer.write(lambda turn: keeping.amend(turn, dataclasses.replace(strike, title="Flood"), ANA))
    assert export(engine, tmp_path, "jsonl", list(KINDS), quiet) == {"log.jsonl": 3}
    assert export(engine, tmp_path, "jsonl", ["comment"], quiet) == {"log.jsonl": 1}
    export(engine, tmp_path, "jsonl", list(KINDS), quiet)
    [found] = previews(engine, [Source("log.jsonl", lines=(tmp_path / "log.jsonl").read_bytes())], [])
    assert statuses(found) == ["known", "known"]


def test_a_preview_asks_in_bulk(engine: sa.Engine) -> None:
    asked = []
    sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    rows = [("", f"Strike {place}", "DE", "2021-03-01") for place in range(1_000)]
    preview(engine, table(*rows), [], "disruption")
    assert len(asked) < 10


def test_progress_is_told(engine: sa.Engine) -> None:
    told: list[tuple[int, int]] = []
    rows = [("", f"Strike {place}", "DE", "2021-03-01") for place in range(600)]
    preview(engine, table(*rows), [], "disruption", progress=lambda *one: told.append(one))
    assert told == [(250, 600), (500, 600)]
    assert importing.STATUSES == ("new", "amended", "known", "faulty")
