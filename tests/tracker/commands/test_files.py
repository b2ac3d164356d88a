"""Import, export and template from the command line, through real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from graphs.classification import DATA
from tracker import log, tables
from tracker.cli import app
from tracker.database import entries, open_database, records, writing
from tracker.kinds import KINDS

Run = Callable[..., str]
HEAD = "title,origin,start\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder on the toy economy; what is raised is not swallowed."""
    monkeypatch.delenv("TRACKER_DATABASE_URL", raising=False)
    monkeypatch.setenv("TRACKER_CHAIN", str(DATA / "toy"))
    monkeypatch.chdir(tmp_path)

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, list(words), prog_name="python3 -m tracker")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return " ".join(result.output.split())

    return run


def held(url: str) -> list[tuple[str, object]]:
    engine = open_database(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.select(records.c.id, records.c.body).order_by("id"))]
    engine.dispose()
    return found  # type: ignore[return-value]


HERE = "sqlite:///tracker.sqlite"


def test_a_dry_run_says_what_would_happen_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    content = "id,title,origin,start\nR01,Another,DE,2021-03-01\n,Strike,DE,2021-03-01\n,,Narnia,x\n"
    (tmp_path / "mine.csv").write_text(content)
    said = run("import", "mine.csv", "--dry-run", code=2)
    assert "mine.csv (disruptions): 1 new, 1 amended, 0 known, 1 faulty. Nothing is written." in said
    assert "row 2: R01 title: " in said
    assert "→ 'Another'" in said
    assert "row 4, cell B4, title: is empty" in said
    assert "amended only with --amend" in said
    assert len(held(HERE)) == 80


def test_good_rows_are_taken_and_the_others_put_aside(run: Run, tmp_path: Path) -> None:
    rows = [f"Strike {place},{'Narnia' if place < 40 else 'DE'},2021-03-01\n" for place in range(60)]
    (tmp_path / "mine.csv").write_text(HEAD + "".join(rows))
    said = run("import", "mine.csv", code=2)
    assert all(f"row {place}, cell B{place}, origin: 'Narnia'" in said for place in range(2, 42))
    assert "Nothing is written. With --partial the good rows are taken: 20." in said
    assert len(held(HERE)) == 80
    said = run("import", "mine.csv", "--partial")
    assert "mine.faults.csv: 40 rows with faults, not imported" in said
    assert len(held(HERE)) == 100
    aside = (tmp_path / "mine.faults.csv").read_text("utf-8-sig")
    (tmp_path / "mine.faults.csv").write_text(aside.replace(",Narnia,", ",FR,"))
    assert "40 new in all" in run("import", "mine.faults.csv")
    assert len(held(HERE)) == 140
    assert "20 left out" in run("import", "mine.csv", "--partial")
    assert len(held(HERE)) == 140


def test_what_is_known_by_its_id_is_amended_if_wanted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("id,title,origin,start\nR01,Another,DE,2021-03-01\n")
    assert "row 2, cell A2, id: R01 is in the log with other content" in run("import", "mine.csv", code=2)
    assert "R01: amended" in run("import", "mine.csv", "--amend", "--who", "Ana")
    assert dict(held(HERE))["R01"]["title"] == "Another"  # type: ignore[index]
    assert "1 left out" in run("import", "mine.csv", "--amend")


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_the_whole_log_goes_out_and_comes_in_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    (tmp_path / "clusters.csv").write_text("name,country\nChips of Silesia,PL\n")
    (tmp_path / "comments.csv").write_text("about,text\nR01,=Yes\n")
    run("import", "clusters.csv")
    run("import", "comments.csv")
    run("resolve", "R01", "--end", "2025-12-31")
    said = run("export", "--out", "files", "--format", form)
    assert "log.jsonl: 83 entries" in said if form == "jsonl" else f"clusters.{form}: 1 rows" in said
    before = held(HERE)
    monkeypatch.setenv("TRACKER_DATABASE_URL", "sqlite:///other.sqlite")
    said = run("import", "files", "--amend")  # a new log begins with the embedded record, of which one is resolved here
    assert "1 amended" in said or "R01: amended" in said
    assert held("sqlite:///other.sqlite") == before
    assert "82 left out" in run("import", "files")


def test_a_folder_is_taken_as_a_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert "in: holds no file to import" in run("import", "in", code=2)
    (tmp_path / "in/disruptions.csv").write_text("id," + HEAD + "X1,Strike,DE,2021-03-01\n")
    (tmp_path / "in/comments.csv").write_text("about,text\nX1,Yes\nX2,No\n")
    (tmp_path / "in/notes.txt").write_text("mine")
    said = run("import", "in", code=2)
    assert "comments.csv, row 3, cell A3, about: there is no record 'X2'" in said
    assert len(held(HERE)) == 80
    run("import", "in", "--partial")
    assert len(held(HERE)) == 82
    assert (tmp_path / "in/comments.faults.csv").exists()
    assert "2 left out" in run("import", "in", "--partial")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_template_can_be_imported_as_it_is(run: Run, tmp_path: Path, kind: str, suffix: str) -> None:
    assert f"--kind {kind}" in run("template", kind, "--out", f"t.{suffix}")
    table = tables.read(f"t.{suffix}", (tmp_path / f"t.{suffix}").read_bytes(), kind=kind)
    assert table.columns == tuple(field.name for field in KINDS[kind].cls.fields())


def test_what_cannot_be_is_said(run: Run, tmp_path: Path) -> None:
    assert "'chess' is no kind of record; choose from: disruption, cluster" in run(
        "template", "chess", "--out", "t.csv", code=2
    )
    assert "t.doc is neither .xlsx nor .csv" in run("template", "comment", "--out", "t.doc", code=2)
    assert "'pdf' is no format; choose from: csv, xlsx, jsonl" in run("export", "--out", "x", "--format", "pdf", code=2)
    assert not (tmp_path / "x").exists()


# The log itself.


def test_a_backup_is_restored_elsewhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("log", "Strike", "--origin", "DE")
    assert "b.gz: 81 entries. Only you may read it" in run("backup", "b.gz")
    assert "database: is not empty" in run("restore", "b.gz", code=2)
    before = held(HERE)
    monkeypatch.setenv("TRACKER_DATABASE_URL", "sqlite:///other.sqlite")
    assert "81 entries" in run("restore", "b.gz")
    assert held("sqlite:///other.sqlite") == before
    assert "81 entries, every seal fits" in run("verify")


def test_a_damaged_backup_makes_no_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "b.gz").write_bytes(b"Dear Ana")
    assert "b.gz: is no backup of this tracker" in run("restore", "b.gz", code=2)
    assert not (tmp_path / "tracker.sqlite").exists()


def test_the_database_itself_is_not_overwritten_by_a_backup(run: Run, tmp_path: Path) -> None:
    run("log", "Strike", "--origin", "DE")
    assert "is read by this very command" in run("backup", "tracker.sqlite", code=2)


def test_a_log_moves_to_postgresql_and_back(
    run: Run, postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgresql.format("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE moved_by_command")
    url = postgresql.format("moved_by_command").replace("postgres:@", "postgres:hunter2@")
    run("log", "Strike", "--origin", "DE")
    before = held(HERE)
    said = run("move", "--to", url)
    assert "81 entries" in said
    assert "set TRACKER_DATABASE_URL" in said
    assert "hunter2" not in said
    run("log", "Flood", "--origin", "FR")
    assert "1 entries were new to it" in run("move", "--to", url)
    monkeypatch.setenv("TRACKER_DATABASE_URL", url)
    assert "82 entries, every seal fits" in run("verify")
    run("move", "--to", "sqlite:///back.sqlite")
    assert held("sqlite:///back.sqlite") == held(url)
    assert len(before) + 1 == len(held(url))
    assert "back.sqlite is where the log is kept now" in _onto_itself(run, monkeypatch)


def _onto_itself(run: Run, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TRACKER_DATABASE_URL", "sqlite:///back.sqlite")
    return run("move", "--to", "sqlite:///./back.sqlite", code=2)


def test_an_address_that_is_none_is_not_said_back(run: Run) -> None:
    assert "hunter2" not in run("move", "--to", "mysql://ana:hunter2@host/log", code=2)
    assert "hunter2" not in run("move", "--to", "postgresql://ana:hunter2@[host/log", code=1)


def test_what_is_out_of_step_is_mended(run: Run) -> None:
    run("log", "Strike", "--origin", "DE")
    engine = open_database(HERE)
    with writing(engine) as connection:
        connection.execute(records.delete().where(records.c.id == "R01"))
    said = run("verify", code=2)
    assert "81 entries, every seal fits" in said
    assert "Out of step with the log: 1 records (R01); mend it: python3 -m tracker verify --mend" in said
    assert "is what the log says" in run("verify", "--mend")
    assert log.position(engine) == 81
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(entries)) == 81
    assert "is what the log says" in run("verify")
    engine.dispose()
