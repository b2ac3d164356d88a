"""The command ``simulate``: a chain and shocks in, a table out; every fault in words, nothing half written."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from graphs import sources
from graphs.assumptions import MODELS
from graphs.classification import DATA
from graphs.fields import fields
from graphs.method import Method
from graphs.propagation import propagate
from graphs.sources.shocks import read_shocks
from tracker.cli import app

HEAD = "key,kind,share,start_day,end_day,recovery,recovery_days,buyer\n"
CHIPS = HEAD + "TW_C26,supply,0.5,7,60,linear,20,\n"
Run = Callable[..., Result]

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Simulate in an empty folder, on the toy economy unless another is given."""
    monkeypatch.chdir(tmp_path)

    def run(shocks: str, *words: str, chain: Path = DATA / "toy") -> Result:
        Path("shocks.csv").write_text(shocks, "utf-8")
        given = ["simulate", "--chain", str(chain), "--shocks", "shocks.csv", "--out", "results/out.csv", *words]
        result = CliRunner().invoke(app, given, prog_name="python3 -m tracker")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.mark.parametrize(("model", "step_days"), [("inventories", 7), ("ario", 1), ("ario", 7), ("inoperability", 1)])
def test_the_table_is_what_the_model_says(run: Run, model: str, step_days: int):
    result = run(CHIPS, "--model", model, "--step-days", str(step_days), "--days", "140")
    assert result.exit_code == 0, result.output
    table = pd.read_csv("results/out.csv", keep_default_na=False)
    assert table.columns.tolist() == ["day", "key", "kept_share", "loss_meur"]
    assert set(table.columns) <= set(fields().index)
    toy = sources.toy()
    shock = read_shocks(Path("shocks.csv"), toy, 140, step_days)
    kept = propagate(toy, shock, Method(model=model)).kept[:, :, 0]
    steps = 140 // step_days
    assert table.day.to_numpy().reshape(steps, 12)[:, 0].tolist() == list(range(0, 140, step_days))
    np.testing.assert_allclose(table.kept_share.to_numpy().reshape(steps, 12), kept, atol=1e-9)
    expected = (1 - kept) * toy.output * step_days / 364
    np.testing.assert_allclose(table.loss_meur.to_numpy().reshape(steps, 12), expected, atol=1e-6)
    assert not table.isna().any(axis=None)
    assert f"loss {expected.sum():,.1f} million EUR" in result.stdout


def test_the_summary_says_how_much_how_deep_how_long_and_where(run: Run):
    said = run(CHIPS, "--days", "364").stdout
    for words in ("52 steps", "resilience triangle (by steps)", "largest drop", "time to recover", "Country", "TW_C26"):
        assert words in said
    assert "does not recover" not in said.split("Country")[0]
    assert said.index("TW_C26") < said.index("DE_C29")


def test_what_does_not_come_back_is_said(run: Run):
    said = run(CHIPS, "--days", "21").stdout
    assert "time to recover (within 0.1 %): does not recover within the horizon" in said


def test_less_demand_by_leontief(run: Run):
    result = run(HEAD + "DE_C29,demand,0.5,0,,,,\n", "--model", "leontief", "--days", "7")
    assert result.exit_code == 0, result.output
    table = pd.read_csv("results/out.csv").set_index("key")
    assert table.kept_share["DE_C29"] < 0.7
    assert table.kept_share["TW_C26"] < 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "magic"], "'magic' is not known; give inventories, ario, inoperability, cascade, leontief"),
        (["--step-days", "1"], "the model inventories runs in weeks; give --step-days 7, or --model ario"),
        (["--step-days", "5"], "step-days: 5 is not known; give 1 or 7"),
        (["--days", "0"], "days: 0 is no horizon"),
        (["--model", "leontief"], "carries cuts of final demand, not of supply"),
    ],
)
def test_what_cannot_be_simulated_is_said_and_nothing_written(run: Run, words: list[str], said: str):
    result = run(CHIPS, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not Path("results").exists()


def test_all_faults_at_once(run: Run):
    result = run(HEAD + "XX,supply,2,0,9,,,\nTW_C26,x,0.4,0,9,,,\n", "--model", "magic")
    assert result.exit_code == 2
    for words in ("model: 'magic'", "row 2, key", "row 2, share", "row 3, kind"):
        assert words in result.stderr
    assert not Path("results").exists()


def test_a_chain_that_is_not_productive_is_refused_before_anything_is_computed(run: Run, tmp_path: Path):
    chain = tmp_path / "circle"
    chain.mkdir()
    (chain / "nodes.csv").write_text("key,output_meur,final_demand_meur\nDE_A,100,-20\nDE_C,100,-20\n")
    (chain / "flows.csv").write_text("supplier,buyer,flow_meur\nDE_A,DE_C,120\nDE_C,DE_A,120\n")
    for model in MODELS:
        result = run(HEAD + "DE_A,demand,0.5,0,9,,,\n", "--model", model, chain=chain)
        assert result.exit_code == 2
        assert "the spectral radius of the technical coefficients is 1 or more" in result.stderr
        assert "Carrying" not in result.stdout
    assert not Path("results").exists()


def test_an_older_result_stays_where_the_new_one_fails(run: Run):
    run(CHIPS)
    before = Path("results/out.csv").read_bytes()
    assert run(CHIPS, "--model", "leontief").exit_code == 2
    assert Path("results/out.csv").read_bytes() == before
    assert [path.name for path in Path("results").iterdir()] == ["out.csv"]
