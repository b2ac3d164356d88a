"""The command line: the main job, and the log without a browser; every fault in words, never as a traceback."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

import tracker
from graphs.classification import DATA
from tracker import intake, log
from tracker.cli import app
from tracker.database import open_database
from tracker.record import embedded

FILES = ["assessment.json", "briefing.html", "graph.html", "scores.csv"]
Run = Callable[..., Result]


@pytest.fixture
def run(coarse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder, on a chain of the user's own; what is raised is not swallowed."""
    for name in ("DATABASE_URL", "OUT", "ECOSYSTEMS", "PORT"):
        monkeypatch.delenv(f"TRACKER_{name}", raising=False)
    monkeypatch.setenv("TRACKER_CHAIN", str(coarse))
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Result:
        result = CliRunner().invoke(app, list(words), prog_name="python3 -m tracker")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def one_line(text: str) -> str:
    return " ".join(text.split())


def position(folder: Path) -> int:
    engine = open_database(f"sqlite:///{folder}/tracker.sqlite")
    found = log.position(engine)
    engine.dispose()
    return found


def refused(result: Result, *words: str, code: int = 2) -> None:
    """It failed with this code, and said so in these words on stderr."""
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    said = one_line(result.stderr)
    for word in words:
        assert word in said


# The main job.


def test_the_main_job_leaves_four_files(run: Run, tmp_path: Path) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == FILES
    for words in ("disruptions in force", "EU27", "Results in out/", "python3 -m tracker serve"):
        assert words in one_line(result.stdout)
    assert result.stderr == ""

    found = json.loads((tmp_path / "out" / "assessment.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert set(found) == {"worst_day_on_record", "today"}
    assert found["today"]["on"] == date.today().isoformat()
    assert found["worst_day_on_record"]["disruptions_in_force"]
    assert set(found["today"]["scores"]) == {"eu", "ecosystem", "country", "industry"}
    with (tmp_path / "out" / "scores.csv").open(encoding="utf-8", newline="") as file:
        assert {row["on"] for row in csv.DictReader(file)} == {found["today"]["on"], found["worst_day_on_record"]["on"]}
    for name in ("briefing.html", "graph.html"):
        assert "</html>" in (tmp_path / "out" / name).read_text("utf-8")


def test_the_main_job_runs_on_the_toy(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain of one's own need not have every industry that the embedded record names."""
    monkeypatch.setenv("TRACKER_CHAIN", str(DATA / "toy"))
    result = run()
    assert result.exit_code == 0, result.output
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == FILES


def test_the_main_job_twice_doubles_nothing(run: Run, tmp_path: Path) -> None:
    run()
    first = {name: (tmp_path / "out" / name).read_bytes() for name in FILES}
    assert run().exit_code == 0
    assert position(tmp_path) == 80
    assert {name: (tmp_path / "out" / name).read_bytes() for name in FILES} == first
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == FILES


def test_the_main_job_in_a_process_of_its_own(coarse: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    environment |= {"TRACKER_CHAIN": str(coarse), "PYTHONPATH": str(Path(tracker.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tracker"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == FILES
    beside = {f"tracker.sqlite-{name}" for name in ("wal", "shm", "turn")}
    assert {file.name for file in tmp_path.iterdir()} - beside == {"out", "tracker.sqlite"}


def test_results_go_where_one_says(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_OUT", "deep/in [here]")
    monkeypatch.setenv("TRACKER_DATABASE_URL", "sqlite:///other.sqlite")
    monkeypatch.setenv("TRACKER_PORT", "8123")
    result = run()
    assert result.exit_code == 0
    assert sorted(file.name for file in (tmp_path / "deep" / "in [here]").iterdir()) == FILES
    assert "Results in deep/in [here]/" in one_line(result.stdout)
    assert "http://localhost:8123" in result.stdout
    assert (tmp_path / "other.sqlite").exists()
    assert not (tmp_path / "tracker.sqlite").exists()


def test_the_main_job_with_the_users_memberships(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = "ecosystem,nace_division,weight,source_url,basis\nTextiles,C13,,https://a.eu,annex\n"
    (tmp_path / "annex.csv").write_text(own)
    monkeypatch.setenv("TRACKER_ECOSYSTEMS", str(tmp_path / "annex.csv"))
    assert run().exit_code == 0
    found = json.loads((tmp_path / "out" / "assessment.json").read_text("utf-8"))
    assert [one["key"] for one in found["today"]["scores"]["ecosystem"]] == ["Textiles"]


def test_every_command_and_option_is_described(run: Run) -> None:
    for words in ([], ["serve"], ["log"], ["import"], ["resolve"]):
        result = run(*words, "--help")
        assert result.exit_code == 0
        assert len(one_line(result.stdout)) > 80
    assert {"serve", "log", "import", "resolve"} <= set(run("--help").stdout.split())


# Logging and resolving.


def test_a_disruption_is_logged_with_a_title_and_a_place(run: Run, tmp_path: Path) -> None:
    result = run("log", "No chips from Taiwan", "--origin", "Taiwan")
    assert result.exit_code == 0
    assert one_line(result.stdout).endswith(
        "D81: No chips from Taiwan (not stated: industries, effect, severity, end, sources)"
    )
    engine = open_database(f"sqlite:///{tmp_path}/tracker.sqlite")
    found, [entry] = log.disruption(engine, "D81"), log.history(engine, "D81")
    engine.dispose()
    assert (found.origin, found.start, entry.who) == (("TW",), date.today(), "command line")


def test_every_option_of_log_is_kept(run: Run, tmp_path: Path) -> None:
    result = run(
        "log",
        "Chips",
        "--origin",
        "Taiwan; KR",
        "--start",
        "1.3.2021",
        "--end",
        "2021-04-25",
        "--industries",
        "c26",
        "--ecosystems",
        "electronics",
        "--effect",
        "Link",
        "--felt",
        "EU",
        "--severity",
        "40 %",
        "--sources",
        "https://a.eu; https://b.eu",
        "--who",
        "Ana",
    )
    assert result.exit_code == 0
    assert one_line(result.stdout).endswith("D81: Chips")
    engine = open_database(f"sqlite:///{tmp_path}/tracker.sqlite")
    found, [entry] = log.disruption(engine, "D81").to_dict(), log.history(engine, "D81")
    engine.dispose()
    given = {
        "origin": ["TW", "KR"],
        "start": "2021-03-01",
        "end": "2021-04-25",
        "industries": ["C26"],
        "effect": "link",
        "ecosystems": ["Electronics"],
        "felt": ["EU"],
        "severity_likely": 0.4,
        "sources": ["https://a.eu", "https://b.eu"],
    }
    assert {name: found[name] for name in given} == given
    assert entry.who == "Ana"


def test_logging_the_same_twice_says_so(run: Run, tmp_path: Path) -> None:
    run("log", "Strike", "--origin", "DE", "--start", "2021-03-01")
    result = run("log", "Strike", "--origin", "DE", "--start", "2021-03-01")
    assert result.exit_code == 0
    assert "1 left out: the log already holds" in one_line(result.stdout)
    assert position(tmp_path) == 81


def test_a_title_is_printed_as_it_is(run: Run) -> None:
    title = "[bold]Strike[/bold] :fire: <b> {x} %s [/]"
    assert title in one_line(run("log", title, "--origin", "DE").stdout)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Strike", "--origin", "Narnia"], ["origin: 'Narnia' is no known country or region; write an ISO code (DE)"]),
        (["", "--origin", "DE"], ["title: is empty; say what happened in a few words"]),
        (["Strike", "--origin", ""], ["origin: no place is given; say where it happens"]),
        (
            ["Strike", "--origin", "DE", "--severity", "140 %"],
            ["severity_likely: '140 %' is outside 0–100 %; write 40 % or 0.4"],
        ),
        (["Strike", "--origin", "DE", "--start", "soon"], ["start: 'soon' is no date; write 2021-03-23"]),
        (
            ["Strike", "--origin", "DE", "--start", "2021-03-02", "--end", "2021-03-01"],
            ["end: 2021-03-01 is before the start 2021-03-02; exchange them"],
        ),
        (
            ["x" * 301, "--origin", "Narnia", "--effect", "fire", "--sources", "x"],
            [
                "title: has 301 characters; shorten it to 300",
                "origin: 'Narnia'",
                "effect: 'fire'",
                "sources: 'x' is no web address",
            ],
        ),
        (["Strike\udcff", "--origin", "DE"], ["title: holds control characters; type it again as plain text"]),
        (["Strike", "--origin", "DE\udcff"], ["origin: 'DE\\udcff' is no known country or region"]),
        (["Strike"], ["Missing option '--origin'"]),
    ],
)
def test_a_faulty_log_is_refused_in_words_and_not_written(
    run: Run, tmp_path: Path, words: list[str], said: list[str]
) -> None:
    run("log", "First", "--origin", "DE")
    result = run("log", *words)
    refused(result, *said)
    assert position(tmp_path) == 81


def test_a_disruption_is_resolved(run: Run, tmp_path: Path) -> None:
    run("log", "Strike", "--origin", "DE", "--start", "2021-03-01")
    result = run("resolve", "D81", "--end", "10.3.2021", "--who", "Ben")
    assert result.exit_code == 0
    assert one_line(result.stdout).endswith("D81 is resolved; its last day is 2021-03-10.")
    engine = open_database(f"sqlite:///{tmp_path}/tracker.sqlite")
    found, entries = log.disruption(engine, "D81"), log.history(engine, "D81")
    engine.dispose()
    assert (found.state, found.end, entries[-1].who) == ("resolved", date(2021, 3, 10), "Ben")


def test_without_an_end_it_is_over_today(run: Run) -> None:
    run("log", "Strike", "--origin", "DE")
    assert f"its last day is {date.today()}" in one_line(run("resolve", "D81").stdout)


def test_without_an_end_what_was_over_long_ago_ends_as_recorded(run: Run) -> None:
    """Else the one that is tidied up would be in force again in all the years since."""
    run("log", "Strike", "--origin", "DE", "--start", "2021-03-01", "--end", "2021-03-05")
    run("log", "Flood", "--origin", "DE", "--start", "2021-03-01")
    assert "its last day is 2021-03-05" in one_line(run("resolve", "D81").stdout)
    refused(run("resolve", "D82"), "it was no longer in force on", "give the last day")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["D99"], "D99"),
        (["d81"], "d81"),
        (["D81", "--end", "2021-02-28"], "end: 2021-02-28 is before the start 2021-03-01"),
        (["D81", "--end", "soon"], "end: 'soon' is no date; write 2021-03-23"),
        (["D81", "--end", "9999-12-31"], "end: 9999-12-31 is out of range"),
        (["D\udcff"], "there is no such disruption in the log"),
        (["[bold]D81"], "[bold]D81"),
        ([], "Missing argument"),
    ],
)
def test_a_faulty_resolve_is_refused_in_words_and_not_written(
    run: Run, tmp_path: Path, words: list[str], said: str
) -> None:
    run("log", "Strike", "--origin", "DE", "--start", "2021-03-01")
    refused(run("resolve", *words), said)
    assert position(tmp_path) == 81


# Importing.

HEAD = "title,origin,start\n"


def test_a_file_is_imported_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(HEAD + "Strike,DE,2021-03-01\nFlood,Frankreich,1.4.2021\n", "utf-8")
    result = run("import", "mine.csv", "--who", "Ana")
    assert result.exit_code == 0
    assert "D81: Strike" in result.stdout
    assert "D82: Flood" in result.stdout
    assert position(tmp_path) == 82
    again = run("import", "mine.csv")
    assert again.exit_code == 0
    assert "2 left out: the log already holds them" in one_line(again.stdout)
    assert position(tmp_path) == 82


def test_the_embedded_record_is_imported_as_known(run: Run, tmp_path: Path) -> None:
    shutil.copy(Path(tracker.__file__).parent / "data" / "record.csv", tmp_path / "record.csv")
    result = run("import", "record.csv")
    assert result.exit_code == 0, result.output
    assert "80 left out" in one_line(result.stdout)
    assert position(tmp_path) == 80


def test_a_list_that_was_read_from_the_api_is_imported_as_known(run: Run, tmp_path: Path) -> None:
    file = io.StringIO()
    writer = csv.DictWriter(file, intake.FIELDS, delimiter=";")
    writer.writeheader()
    for one in embedded([]):
        values = one.to_dict()
        writer.writerow(
            {name: "; ".join(value) if isinstance(value, list) else value for name, value in values.items()}
        )
    (tmp_path / "mine.csv").write_text("\ufeff" + file.getvalue(), "utf-8")
    assert "80 left out" in one_line(run("import", "mine.csv").stdout)


BAD_FILES: dict[str, tuple[bytes, list[str]]] = {
    "faults": (
        b"title,origin,start,severity_likely\nStrike,DE,2021-03-01,\n,Narnia,soon,140 %\nFlood,FR,2021-03-01,x\n",
        [
            "row 3, cell A3, title: is empty; say what happened",
            "row 3, cell B3, origin: 'Narnia' is no known country or region; write an ISO",
            "row 3, cell C3, start: 'soon' is no date; write 2021-03-23",
            "row 3, cell D3, severity_likely: '140 %' is outside 0–100 %; write 40 %",
            "row 4, cell D4, severity_likely: 'x' is no share; write 40 % or 0.4",
        ],
    ),
    "columns": (
        b"name,origin\nStrike,DE\n",
        [
            "row 1, start: the column is missing",
            "row 1, title: the column is missing",
            "row 1, name: is not a field of a disruption",
        ],
    ),
    "empty": (b"", ["row 1: the table is empty; write the names of the columns in the first row"]),
    "cells": (HEAD.encode() + b"Strike, again,DE,2021-03-01\n", ["row 2, cell D2: stands below no name"]),
    "nul": (HEAD.encode() + b"Str\0ike,DE,2021-03-01\n", ["mine.csv: is no text and no workbook"]),
    "spreadsheet": (b"PK\x03\x04\x14\x00\x08\x08\xff\xfe", ["mine.csv: is a damaged workbook"]),
    "huge cell": (HEAD.encode() + b"Strike,DE,2021-03-01\n" + b"x" * 200_000 + b",DE,2021-03-01\n", ["row 3"]),
    "rows": (HEAD.encode() + b"Strike,DE,2021-03-01\n" * 10_001, ["more than 10,000 rows; split the file"]),
    "id": (b"id,title,origin,start\nR01,Strike,DE,2021-03-01\n", ["id: R01 is in the log with other content"]),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_faulty_file_is_refused_in_words_and_nothing_of_it_is_written(run: Run, tmp_path: Path, name: str) -> None:
    content, said = BAD_FILES[name]
    (tmp_path / "mine.csv").write_bytes(content)
    refused(run("import", "mine.csv"), *said)
    assert position(tmp_path) == 80


def test_a_file_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    refused(run("import", "nowhere.csv"), "'nowhere.csv' does not exist")
    refused(run("import", "."), "holds no file to import")


def test_a_file_without_rows_is_no_fault(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(HEAD)
    assert run("import", "mine.csv").exit_code == 0
    assert position(tmp_path) == 80


# Settings, folders and files that cannot be used.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "0"),
        ("PORT", "99999"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "tracker.sqlite"),
    ],
)
def test_a_bad_setting_is_told_by_its_name(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"TRACKER_{name}", value)
    refused(run(), f"TRACKER_{name}: ")


NOT_A_DATABASE = b"This is a letter, long enough to be taken for a database of some pages. " * 20


@pytest.mark.parametrize("place", ["missing/tracker.sqlite", "file/tracker.sqlite", "folder", "letter.txt"])
def test_a_database_that_cannot_be_used_is_told_in_words(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "letter.txt").write_bytes(NOT_A_DATABASE)
    monkeypatch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{place}")
    result = run()
    refused(result, "The database cannot be used", code=1)
    assert (tmp_path / "letter.txt").read_bytes() == NOT_A_DATABASE
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_there_is_told_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATABASE_URL", "sqlite:///not/there/tracker.sqlite")
    refused(run(), "The database cannot be used", code=1)


@pytest.mark.parametrize("place", ["file", "/proc/nowhere"])
def test_a_folder_for_results_that_cannot_be_made_is_told_in_words(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("TRACKER_OUT", place)
    result = run()
    assert result.exit_code in (1, 2)
    assert "Traceback" not in result.output
    assert place.split("/")[-1] in one_line(result.stderr)
    assert (tmp_path / "file").read_text() == "mine"


def chain_of(folder: Path, **files: str | None) -> Path:
    """A sound chain of two nodes with some of its files replaced, or left out."""
    sound = {
        "nodes.csv": "key,output_meur\nDE_C,100\nFR_C,50\n",
        "flows.csv": "supplier,buyer,flow_meur\nDE_C,FR_C,10\n",
    }
    folder.mkdir()
    for name, text in (
        sound | {f"{name}.{'json' if name == 'meta' else 'csv'}": text for name, text in files.items()}
    ).items():
        if text is not None:
            (folder / name).write_text(text)
    return folder


BAD_CHAINS: dict[str, tuple[dict[str, str | None], list[str]]] = {
    "no flows": ({"flows": None}, ["flows.csv: the file is missing; a chain needs nodes.csv and flows.csv"]),
    "no tables": ({"flows": None, "nodes": None}, ["nodes.csv: the file is missing", "flows.csv: the file is missing"]),
    "unknown key, negative flow": (
        {"flows": "supplier,buyer,flow_meur\nXX,DE_C,1\nDE_C,FR_C,-3\n"},
        ["flows row 2, supplier: XX is not a key of the nodes", "flows row 3, flow_meur: flow -3"],
    ),
    "no unit": (
        {"flows": "supplier,buyer,flow\nDE_C,FR_C,1\n"},
        ["flow_meur: column 'flow' has no unit; name it flow_meur"],
    ),
    "no keys": ({"nodes": "name,output_meur\nDE_C,100\n"}, ["nodes.csv, key: the column is missing"]),
    "accounts": (
        {"nodes": "key,output_meur,final_demand_meur\nDE_C,100,10\nFR_C,50,50\n"},
        ["node DE_C, output_meur: sells 20"],
    ),
    "words for numbers": ({"nodes": "key,output_meur\nDE_C,much\nFR_C,50\n"}, ["node DE_C, output_meur: output much"]),
    "an empty file": ({"nodes": ""}, ["nodes.csv"]),
    "a file of only a header": ({"nodes": "key,output_meur\n"}, ["nodes"]),
    "ragged rows": ({"flows": "supplier,buyer,flow_meur\nDE_C,FR_C,10,5,6\nDE_C,FR_C\n"}, ["flows"]),
    "broken meta": ({"meta": "{"}, ["meta.json"]),
    "meta that is a list": ({"meta": "[]"}, ["meta.json"]),
    "unknown words in meta": (
        {"meta": '{"title": "a", "year": 1, "source": "b", "colour": "red"}'},
        ["meta.json", "colour"],
    ),
    "meta without a source": ({"meta": '{"title": "a", "year": 1}'}, ["meta.json", "source"]),
}


@pytest.mark.parametrize("name", BAD_CHAINS)
def test_a_chain_with_faults_is_refused_in_words(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    files, said = BAD_CHAINS[name]
    monkeypatch.setenv("TRACKER_CHAIN", str(chain_of(tmp_path / "mine", **files)))
    refused(run(), *said)
    assert not (tmp_path / "out").exists()


def test_a_chain_in_another_encoding_is_refused_in_words(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = chain_of(tmp_path / "mine")
    (folder / "nodes.csv").write_bytes("key,output_meur,label\nDE_C,100,Möbel\nFR_C,50,b\n".encode("latin-1"))
    monkeypatch.setenv("TRACKER_CHAIN", "mine")
    refused(run(), "nodes.csv", "UTF-8")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "a,b\n1,2\n",
        "ecosystem,nace_division,weight,source_url,basis\nTextiles,C13,much,x,y\n",
        "ecosystem,nace_division,weight,source_url,basis\nMagic,C13,1,x,y\n",
    ],
)
def test_bad_memberships_are_refused_in_words(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "annex.csv").write_text(text)
    monkeypatch.setenv("TRACKER_ECOSYSTEMS", str(tmp_path / "annex.csv"))
    result = run()
    assert result.exit_code in (1, 2)
    assert "annex.csv" in one_line(result.stderr)
    assert "Traceback" not in result.output


def test_a_chain_outside_the_eu_is_told_in_words(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the EU is scored: a chain that lies elsewhere is refused, or its results are written without scores."""
    folder = chain_of(
        tmp_path / "mine",
        nodes="key,output_meur\nTW_A,100\nUS_A,50\n",
        flows="supplier,buyer,flow_meur\nTW_A,US_A,10\n",
    )
    monkeypatch.setenv("TRACKER_CHAIN", str(folder))
    result = run()
    if result.exit_code:
        refused(result, "EU")


def test_an_unknown_command_is_told(run: Run) -> None:
    refused(run("look"), "No such command 'look'")


def test_serve_tells_where_it_serves_and_only_on_this_machine(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setattr("tracker.cli.uvicorn.run", lambda application, **named: served.update(named))
    monkeypatch.setenv("TRACKER_PORT", "8123")
    result = run("serve")
    assert result.exit_code == 0
    assert (served["host"], served["port"]) == ("127.0.0.1", 8123)
    assert "http://localhost:8123" in result.stdout
    assert position(tmp_path) == 160  # what the record proposes has come in too


def test_a_chain_is_checked_without_a_log(run: Run, tmp_path: Path, coarse: Path) -> None:
    result = run("check", str(coarse))
    assert result.exit_code == 0
    assert "12 nodes in 3 countries and 4 industries, 144 flows" in one_line(result.stdout)
    chain_of(tmp_path / "mine", flows="supplier,buyer,flow_meur\nXX,DE_C,1\n")
    refused(run("check", "mine"), "flows row 2, supplier: XX is not a key of the nodes")
    refused(run("check", "nowhere"), "nodes.csv: the file is missing")
    assert not (tmp_path / "tracker.sqlite").exists()
