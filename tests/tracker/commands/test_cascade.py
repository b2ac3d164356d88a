"""The cascade command: files in, one file out, whole or not at all; it can be stopped and goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

import tracker
from graphs.firms import esri
from graphs.sources.firms import read_firms
from tracker.cli import app


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(app, ["cascade", *map(str, words)], prog_name="python3 -m tracker")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random network of 3,000 firms and 20,000 links in files, INVENTED."""
    folder, random = tmp_path_factory.mktemp("firms"), np.random.default_rng(3)
    keys = np.array([f"HU{i:05d}" for i in range(3000)])
    pairs = pd.DataFrame({"supplier": random.choice(keys, 20_000), "customer": random.choice(keys, 20_000)})
    pairs = pairs[pairs.supplier != pairs.customer].drop_duplicates()
    pairs.assign(weight=random.lognormal(3, 2, len(pairs)).round(2)).to_csv(folder / "edges.csv", index=False)
    names = [f"s{k}" for k in range(20)]
    pd.DataFrame({"firm": keys, "sector": random.choice(names, 3000)}).to_csv(folder / "firms.csv", index=False)
    codes = random.choice(3, (20, 20), p=(0.1, 0.3, 0.6))
    pd.DataFrame(codes, names, names).to_csv(folder / "matrix.csv")
    return folder


def inputs(folder: Path) -> list[str]:
    names = {"links": "edges", "firms": "firms", "essential": "matrix"}
    return [word for option, name in names.items() for word in (f"--{option}", str(folder / f"{name}.csv"))]


def test_the_authors_numbers_come_out(shared: Path, tmp_path: Path):
    folder = shared / "golden" / "esri_fig1"
    words = ["--links", folder / "edges.csv", "--firms", folder / "firms.csv", "--essential", folder / "ess_mixed.csv"]
    result = run(*words, "--out", tmp_path / "esri.csv", "--epsilon", "1e-6", "--no-replacement")
    assert result.exit_code == 0, result.output
    said = one_line(result.stdout)
    for part in ("11 firms with 10 links", "mode mixed", "ε 1e-06", "replacement within sectors off", "do not leak"):
        assert part in said
    found = pd.read_csv(tmp_path / "esri.csv", dtype={"firm": str})
    wanted = pd.read_csv(folder / "expected_mixed_nomarket_eps1e-06.csv", dtype={"firm": str})
    assert (tmp_path / "esri.csv").read_text().splitlines()[0] == "firm,esri,esri_down,esri_up,iterations"
    pd.testing.assert_frame_equal(found, wanted, rtol=0, atol=1e-12)
    assert [file.name for file in tmp_path.iterdir()] == ["esri.csv"]


def test_revenue_makes_final_sales_leak(tmp_path: Path):
    (tmp_path / "edges.csv").write_text("supplier,customer,weight\na,b,1\n")
    (tmp_path / "firms.csv").write_text("firm,sector,revenue\nb,y,5\na,x,10\n")
    words = ["--links", tmp_path / "edges.csv", "--firms", tmp_path / "firms.csv", "--mode", "linear"]
    result = run(*words, "--out", tmp_path / "esri.csv")
    assert "final sales leak out" in one_line(result.stdout)
    assert pd.read_csv(tmp_path / "esri.csv").round(12).to_numpy().tolist() == [
        ["b", 0.1, 0.0, 0.1, 2],
        ["a", 1.0, 1.0, 1.0, 2],
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--mode", "mixed"], "mode mixed needs to know which inputs are essential"),
        (["--mode", "wild"], "'wild' is not known; choose mixed, linear, leontief"),
        (["--mode", "linear", "--epsilon", "2"], "2.0 is not between 0 and 1"),
        (["--mode", "linear", "--links", "nowhere.csv"], "nowhere.csv, file: is missing"),
        (["--mode", "linear", "--out", "/dev/null/esri.csv"], "/dev/null is a file, so nothing can be written into it"),
        (["--mode", "linear", "--out", "."], "'.' is a folder"),
        (["--mode", "linear", "--out", ""], "is a folder"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(files: Path, tmp_path: Path, change: list[str], words: str):
    out = tmp_path / "esri.csv"
    result = run(*inputs(files)[:4], "--out", out, *change)
    assert result.exit_code != 0
    assert words in one_line(result.stderr)
    assert "Traceback" not in result.output
    assert not list(tmp_path.iterdir())


def test_killed_in_the_middle_it_goes_on(files: Path, tmp_path: Path):
    """Killed without warning once something is kept; the second run says so, and its file equals one made in one go."""
    out, kept = tmp_path / "esri.csv", tmp_path / ".esri.csv.part"
    words = [*inputs(files), "--out", str(out), "--epsilon", "1e-3"]
    environment = dict(os.environ, PYTHONPATH=str(Path(tracker.__file__).parents[1]))
    with subprocess.Popen(
        [sys.executable, "-m", "tracker", "cascade", *words], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        while not kept.exists() and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert kept.exists(), "it ended before it could be killed"
    assert not out.exists()
    other = run(*words[:-1], "2e-3")
    assert other.exit_code == 2
    assert "belongs to other inputs or settings; remove it" in one_line(other.stderr)
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert "going on from there" in one_line(result.stdout)
    network = read_firms(files / "edges.csv", files / "firms.csv", files / "matrix.csv")
    found = pd.read_csv(out, index_col="firm")
    pd.testing.assert_frame_equal(found, esri(network, epsilon=1e-3), rtol=1e-15, atol=0)
    assert [file.name for file in tmp_path.iterdir()] == ["esri.csv"]


def test_ctrl_c_is_said_in_words(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tracker.commands.workbench.esri", stopped)
    result = run(*inputs(files), "--out", tmp_path / "esri.csv")
    assert result.exit_code == 130
    assert "Stopped. Nothing is kept yet." in one_line(result.stderr)
    assert not list(tmp_path.iterdir())


def test_what_is_read_is_not_overwritten(files: Path):
    for name in ("edges.csv", "firms.csv", "matrix.csv"):
        before = (files / name).read_bytes()
        result = run(*inputs(files), "--out", files / name)
        assert result.exit_code == 2
        assert "is read by this very command" in one_line(result.stderr)
        assert (files / name).read_bytes() == before
