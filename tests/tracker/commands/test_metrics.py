"""``python3 -m tracker metrics``: a chain in, every metric of its nodes in a file."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from graphs import metrics, sources
from graphs.classification import DATA
from tracker.cli import app


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, ["metrics", *words], prog_name="python3 -m tracker")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_file_with_every_metric(folder: Path) -> None:
    result = run("--chain", str(DATA / "toy"), "--out", "found/metrics.csv", "--min-flow-meur", "10")
    assert result.exit_code == 0
    assert "Computing: redundancy" in result.stdout
    said = " ".join(result.stdout.split())
    assert "found/metrics.csv: 12 nodes, 30 columns. Network metrics on 24 of 37 flows" in said
    assert "at least 10 million EUR" in said
    assert [file.name for file in (folder / "found").iterdir()] == ["metrics.csv"]
    text = (folder / "found/metrics.csv").read_text("utf-8")
    table = pd.read_csv(io.StringIO(text), index_col="key", keep_default_na=False)
    toy = sources.toy()
    assert table[["country", "industry", "label"]].equals(toy.nodes[["country", "industry", "label"]])
    pd.testing.assert_frame_equal(table.iloc[:, 3:], metrics.table(toy, 10.0), rtol=1e-12)


def test_the_shipped_estimate_is_said_to_be_one(folder: Path) -> None:
    result = run("--out", "metrics.csv")
    assert result.exit_code == 0
    assert "The chain is an estimate" in result.stdout
    assert len(pd.read_csv("metrics.csv")) == 1452


def test_faults_leave_nothing_behind(folder: Path) -> None:
    (folder / "metrics.csv").write_text("what was there")
    for words, fault in (
        (("--chain", str(DATA / "toy"), "--min-flow-meur", "-1"), "min_flow_meur: -1.0 is not a number of 0 or more"),
        (("--chain", "nowhere"), "nodes.csv: the file is missing"),
    ):
        result = run("--out", "metrics.csv", *words)
        assert result.exit_code == 2
        assert fault in result.stderr
        assert [file.name for file in folder.iterdir()] == ["metrics.csv"]
        assert (folder / "metrics.csv").read_text() == "what was there"


def test_a_write_that_fails_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "metrics.csv").write_text("what was there")

    def half(_: pd.DataFrame, file: Path, **__: object) -> None:
        Path(file).write_text("half")
        raise OSError(28, "No space left on device", str(file))

    monkeypatch.setattr(pd.DataFrame, "to_csv", half)
    result = run("--chain", str(DATA / "toy"), "--out", "metrics.csv", "--min-flow-meur", "10")
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert [file.name for file in folder.iterdir()] == ["metrics.csv"]
    assert (folder / "metrics.csv").read_text() == "what was there"


def test_the_chain_that_is_read_is_not_overwritten(tmp_path: Path) -> None:
    for file in (DATA / "toy").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = (tmp_path / "nodes.csv").read_bytes()
    result = CliRunner().invoke(app, ["metrics", "--chain", str(tmp_path), "--out", str(tmp_path / "nodes.csv")])
    assert result.exit_code == 2
    assert "is read by this very command" in result.stderr.replace("\n", " ")
    assert (tmp_path / "nodes.csv").read_bytes() == before
