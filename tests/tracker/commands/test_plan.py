"""The plan command on the toy: from a shock to files and sentences; what is wrong is said and nothing is written."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from graphs import sources
from graphs.classification import DATA
from graphs.fields import fields
from tracker.cli import app

MEASURES = """id;kind;amount;at;supplier;stand_in;delay_weeks;cost_likely_meur
M1;stock;3;DE_C29;TW_C26;;0;1,5
M2;second supplier;10 %;DE_C29;TW_C26;FR_C26;2;0,25
M3;stock;2;FR_C29;TW_C26;;0;900
"""
SHOCK = "TW_C26 80 % 8 weeks"


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{tmp_path}/log.sqlite")
    monkeypatch.setenv("TRACKER_CHAIN", str(DATA / "toy"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "measures.csv").write_text(MEASURES)


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, ["plan", *words], prog_name="python3 -m tracker")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_a_plan_from_a_file(tmp_path: Path):
    result = run(
        "--shock", SHOCK, "--measures", "measures.csv", "--budget", "1,75", "--on", "2021-03-01", "--out", "plan"
    )
    assert result.exit_code == 2
    assert "budget" in result.stderr
    result = run(
        "--shock", SHOCK, "--measures", "measures.csv", "--budget", "1.75", "--on", "2021-03-01", "--out", "plan"
    )
    assert result.exit_code == 0, result.output
    said = one_line(result.stdout)
    for part in (
        "Spend 1.75 million € of 1.75 million €",
        "M1 + M2",
        "without it the plan would keep",
        "none does better",
    ):
        assert part in said
    folder = tmp_path / "plan"
    found = json.loads((folder / "plan.json").read_text("utf-8"))
    assert found["chosen"] == ["M1", "M2"]
    assert found["cost_meur"]["likely"] == 1.75
    assert found["exact"]
    assert found["avoided_value_added_meur"] > 1.75
    assert sorted(one.name for one in folder.iterdir()) == [
        "alternatives.csv", "avoided.csv", "effects.csv", "frontier.csv", "measures.csv", "plan.json", "robustness.csv",
    ]  # fmt: skip
    for name in ("alternatives", "avoided", "effects", "frontier", "robustness"):
        table = pd.read_csv(folder / f"{name}.csv")
        assert set(table.columns) <= set(fields().index), name
        assert len(table), name
    again = run(
        "--shock", SHOCK, "--measures", "plan/measures.csv", "--budget", "1.75", "--on", "2021-03-01", "--out", "two"
    )
    assert again.exit_code == 0, again.output
    assert json.loads((tmp_path / "two" / "plan.json").read_text("utf-8")) == found


def test_without_a_file_the_chain_proposes_and_asks_for_costs(tmp_path: Path):
    result = run("--shock", SHOCK, "--out", "plan")
    assert result.exit_code == 0, result.output
    told = one_line(result.stdout)
    assert "No cost is given, so nothing is chosen: the measures are ranked by what each unit of them keeps" in told
    assert "For each unit" in told
    assert "Per euro" not in told
    assert told.count("No cost is given") == 1
    label = sources.toy().nodes.label["TW_C26"]
    assert f"Names: TW_C26: {label}; " in told
    given = pd.read_csv(tmp_path / "plan" / "measures.csv")
    assert given.cost_likely_meur.isna().all()
    assert {"stock", "second supplier"} <= set(given.kind)
    (tmp_path / "prices.csv").write_text("kind,cost_likely_meur\nstock,0.1\nsecond supplier,0.1\n")
    result = run("--shock", SHOCK, "--cost-per-unit", "prices.csv", "--budget", "2", "--out", "plan")
    assert result.exit_code == 0, result.output
    assert "measures, to keep" in one_line(result.stdout)


def test_a_disruption_of_the_log(tmp_path: Path):
    result = run("--disruption", "D81", "--out", "plan")
    assert result.exit_code == 2
    assert "D81 is not in the log" in one_line(result.stderr)
    words = ["log", "No chips", "--origin", "TW", "--industries", "C26", "--severity", "80 %", "--start", "2021-03-01"]
    logged = CliRunner().invoke(app, words)
    assert logged.exit_code == 0, logged.output
    name = next(word.strip(":.,") for word in logged.stdout.split() if word.startswith("D8"))
    result = run("--disruption", name, "--measures", "measures.csv", "--out", "plan")
    assert result.exit_code == 0, result.output
    assert "Plan against: No chips (decided on 2021-03-01)" in one_line(result.stdout)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give either a disruption or a shock"),
        (["--shock", SHOCK, "--disruption", "D1"], "give either a disruption or a shock"),
        (["--shock", "TW_C26 much"], "is not understood"),
        (["--shock", "XX_C26 40 % 8 weeks"], "'XX_C26' is not in the value chain"),
        (["--shock", "TW_C26 140 % 0 weeks"], "140 % is not more than 0 and at most 100 %"),
        (["--shock", SHOCK, "--budget", "much"], "'much' is not a number"),
        (["--shock", SHOCK, "--measures", "nowhere.csv"], "nowhere.csv, file: is missing"),
        (["--shock", SHOCK, "--measures", "wrong.csv"], "row 2, kind: 'stocks' is not known"),
        (["--shock", SHOCK, "--measures", "wrong.csv"], "row 3, amount: 'x' is not a number"),
        (["--shock", SHOCK, "--cost-per-unit", "measures.csv"], "measures.csv, amount: is not a column of this file"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(tmp_path: Path, words: list[str], said: str):
    (tmp_path / "wrong.csv").write_text("kind,amount,at,supplier\nstocks,1,DE_C29,TW_C26\nstock,x,DE_C29,TW_C26\n")
    result = run(*words, "--out", "plan")
    assert result.exit_code == 2
    assert said in one_line(result.stderr)
    assert "Traceback" not in result.output
    assert not (tmp_path / "plan").exists()
