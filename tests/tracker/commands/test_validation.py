"""The command validate: cases and years in, tables on the terminal and whole files out; faults in words."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from graphs.method import Method
from tracker.cli import app
from tracker.commands import validation

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder; the cases run with the method as it stands only, to be quick."""
    monkeypatch.delenv("TRACKER_OUT", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(validation, "variants", lambda method: {"as it stands": method})

    def run(*words: str) -> Result:
        result = CliRunner().invoke(app, ["validate", *words], prog_name="python3 -m tracker")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_years_and_cases_end_to_end(run: Run, wiod_folder: Path, tmp_path: Path) -> None:
    result = run("--wiod", str(wiod_folder), "--out", "found")
    assert result.exit_code == 0, result.output
    said = one_line(result.stdout)
    for words in (
        "Predicting 2008 from 2007",
        "Predicting 2009 from 2008",
        "Recorded cases: share of output lost",
        "From 2008 to 2009: output predicted from final demand",
        "2007–2008",
        "Estimates.",
        "Inside the range of the prediction:",
        "EU27 (2 of 27 are in the table)",
        "Results in found/: validation.md, validation.json, validation.csv",
    ):
        assert words in said
    assert result.stderr == ""
    folder = tmp_path / "found"
    assert sorted(file.name for file in folder.iterdir()) == ["validation.csv", "validation.json", "validation.md"]
    found = json.loads((folder / "validation.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert (found["years"]["first_year"], found["years"]["second_year"]) == (2008, 2009)
    assert {row["first_year"] for row in found["pairs"]["errors"]} == {2007, 2008}
    with (folder / "validation.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    output = pd.read_parquet(wiod_folder / "years" / "output_2009.parquet")
    observed = output[(output.country == "DEU") & (output.industry == "34t35")].output.item() / 1.3285
    assert float(rows["DE_C29-C30"]["observed_meur"]) == pytest.approx(observed, abs=1e-5)
    assert rows["DE_M69-N82"]["label"] == "'=Offices (Germany)"


def test_without_tables_the_cases_run_and_the_layout_is_told(run: Run, tmp_path: Path) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    said = one_line(result.stdout)
    for words in ("add --wiod FOLDER", "years/flows_YYYY.parquet", "does not ship", "Results in out/"):
        assert words in said
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["validation.json", "validation.md"]
    assert "same kind of measure: in 25 of 38 cases (66 %) one of the first five" in said
    assert "Against words alone (66 %): 3 cases only the matching hits, 3 only the other (too few cases to tell" in said
    told = json.loads((tmp_path / "out" / "validation.json").read_text("utf-8"))["proposals"]["kind of measure"]
    assert told["cases"] == 38
    assert {one["way"]: round(one["hits"]) for one in told["ways"]}["matching"] == 25
    assert "| matching | 25 | 66 % | 50 %–79 % |" in (tmp_path / "out" / "validation.md").read_text("utf-8")


def test_any_two_years(run: Run, wiod_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "cases", list)
    monkeypatch.setenv("TRACKER_OUT", str(tmp_path / "elsewhere"))
    result = run("--wiod", str(wiod_folder), "--first", "2007", "--second", "2009")
    assert result.exit_code == 0, result.output
    assert "Predicting 2009 from 2007" in one_line(result.stdout)
    found = json.loads((tmp_path / "elsewhere" / "validation.json").read_text("utf-8"))
    assert (found["years"]["first_year"], found["years"]["second_year"]) == (2007, 2009)
    assert len(found["pairs"]["errors"]) == 8


def test_every_fault_at_once_and_nothing_written(run: Run, wiod_folder: Path, tmp_path: Path) -> None:
    (wiod_folder / "years" / "output_2008.parquet").unlink()
    result = run("--wiod", str(wiod_folder), "--first", "2008", "--second", "1999")
    assert result.exit_code == 2
    said = one_line(result.stderr)
    for words in (
        "second: 1999 is not after 2008",
        "years/output_2008.parquet, file: is missing",
        "years/flows_1999.parquet, file: is missing",
        "years with all three tables: 2007, 2009",
    ):
        assert words in said
    assert "flows_2008" not in said
    assert not (tmp_path / "out").exists()


def test_no_folder(run: Run, tmp_path: Path) -> None:
    result = run("--wiod", "nowhere")
    assert result.exit_code == 2
    assert one_line(result.stderr).count("there is no such folder") == 1


def test_the_variants_that_run_are_those_of_the_method() -> None:
    """What the fixture above leaves out is not left out of the command."""
    assert len(validation.variants(Method())) > 1
