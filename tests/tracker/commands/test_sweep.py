"""The command ``sweep``: on this machine alone, refused in words, and resumed after kill -9."""

import importlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import psutil
import pytest
from click.testing import Result
from typer.testing import CliRunner

import tracker
from graphs.classification import DATA
from tracker.cli import app

TOY = ["--chain", str(DATA / "toy")]


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(app, ["sweep", *map(str, words)], prog_name="python3 -m tracker")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, where a desk begins its log if it is asked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_CHAIN", str(DATA / "toy"))


def test_every_node_alone_in_this_process(tmp_path: Path) -> None:
    result = run("--kind", "nodes", "--out", "found", "--workers", "0")
    assert result.exit_code == 0, result.output
    said = one_line(result.stdout)
    assert "found/results.parquet: 12 scenarios, one row each" in said
    found = pd.read_parquet("found/results.parquet").set_index("what")
    assert f"{found.eu_loss_meur.max():.1f} at worst" in said
    assert f"{found.eu_loss_meur.mean():,.1f} million EUR of output over 26 weeks" in said
    assert said.index("DE_C29") < said.index("DE_G47")
    assert not (tmp_path / "tracker.sqlite").exists()  # the log is not asked


def test_draws_over_the_record_of_the_desk() -> None:
    result = run("--kind", "record", "--sample", "158", "--seed", "4", "--out", "found", "--workers", "0")
    assert result.exit_code == 0, result.output
    found = pd.read_parquet("found/results.parquet")
    assert found.what.value_counts().tolist() == [2] * 79
    assert (found.loss_meur > 0).sum() > 40
    again = run("--kind", "record", "--sample", "158", "--seed", "5", "--out", "found", "--workers", "0")
    assert again.exit_code == 2
    assert "found holds another sweep (seed 4, here 5); give another folder" in one_line(again.stderr)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "firms"], "kind: 'firms' is not known; give nodes, links, record"),
        (["--kind", "nodes", "--share", "40"], "share: 40 is not a share above 0; give one up to 1, such as 0.4"),
        (["--kind", "nodes", "--chunk", "0", "--workers", "-1"], "workers: -1 is no number of processes"),
        (["--kind", "nodes", "--chunk", "0", "--workers", "-1"], "chunk: 0 is no number of scenarios"),
        (["--kind", "links", "--min-flow-meur", "1e6"], "no flow of this chain is as large, so there is no scenario"),
        (["--kind", "nodes", "--chain", "nowhere"], "nowhere, nodes.csv: the file is missing"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(tmp_path: Path, words: list[str], said: str) -> None:
    result = run("--out", "found", "--workers", "0", *words)
    assert result.exit_code == 2
    assert said in one_line(result.stderr)
    assert not list(tmp_path.iterdir())


def test_without_dask_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError("No module named 'distributed'", name="distributed")

    monkeypatch.setattr(importlib, "import_module", absent)
    result = run("--kind", "nodes", "--out", "found", "--workers", "2")
    assert result.exit_code == 2
    assert 'Dask is not installed; python3 -m pip install -e ".[scale]", or give --workers 0' in one_line(result.stderr)
    assert not list(tmp_path.iterdir())


def test_ctrl_c_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tracker.commands.sweep.run", stopped)
    result = run("--kind", "nodes", "--out", "found", "--workers", "0")
    assert result.exit_code == 130
    assert "What is done is in found: run the same command again to go on." in one_line(result.stderr)


KILLED = """
import os, sys, psutil
from tracker.cli import app
from tracker.sweeps.folder import Folder

keep, kept = Folder.keep, []

def killing(folder, piece, table):
    keep(folder, piece, table)
    kept.append(piece)
    if len(kept) == 3:
        print("children", *[one.pid for one in psutil.Process().children(recursive=True)], flush=True)
        os.kill(os.getpid(), 9)

Folder.keep = killing
app(sys.argv[1:])
"""


def test_killed_in_the_middle_it_goes_on(tmp_path: Path) -> None:
    """Kill -9 takes the workers along; the second run, without them, computes only what is missing."""
    words = ["--kind", "record", "--sample", "100", "--chunk", "8"]
    environment = dict(os.environ, PYTHONPATH=str(Path(tracker.__file__).parents[1]))
    command = [sys.executable, "-c", KILLED, "sweep", *words, "--workers", "1", "--out", "found"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    children = [int(word) for word in ended.stdout.split("children")[-1].split()]
    assert children
    assert not psutil.wait_procs([psutil.Process(one) for one in children if psutil.pid_exists(one)], timeout=60)[1]
    assert len(list((tmp_path / "found" / "pieces").glob("*.parquet"))) == 3
    again = run(*words, "--out", "found", "--workers", "0")
    assert again.exit_code == 0, again.output
    assert "Scenarios: 32 of 100" in again.stdout
    assert run(*words, "--out", "whole", "--workers", "0").exit_code == 0
    assert Path("found/results.parquet").read_bytes() == Path("whole/results.parquet").read_bytes()
