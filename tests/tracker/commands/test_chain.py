"""The commands for value chains: what is brought is checked, kept and listed, and the desk opens the chosen one."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from figaro_files import FLAT, published, write_flat
from typer.testing import CliRunner, Result

from graphs import exchange, sources
from graphs.classification import DATA
from tracker.cli import app
from tracker.settings import Settings


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_CHAINS", str(tmp_path / "chains"))
    monkeypatch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{tmp_path}/log.sqlite")


def said(*words: str, code: int = 0) -> str:
    result: Result = CliRunner().invoke(app, ["chain", *words])
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def test_a_published_file_comes_in_and_is_used(tmp_path: Path) -> None:
    file = write_flat(published(["DE", "FR", "FIGW1"], ["A01", "C26", "C29"]), tmp_path / f"{FLAT}.zip")
    text = said("import", str(file), "--use")
    assert "figaro-2022: FIGARO inter-country table 2022" in text
    assert "9 nodes in 3 countries and 3 industries" in text
    assert "no real file was at hand" in text
    listed = said("list")
    assert "figaro-2022 (in use): FIGARO" in listed
    assert "`chain get figaro --year 2022`" in listed
    assert "shipped estimate" in said("use", "--shipped")
    assert "deleted" in said("drop", "figaro-2022")
    assert "In use: the shipped estimate" in said("list")


def test_a_broken_file_leaves_nothing_behind(tmp_path: Path) -> None:
    file = write_flat(published(["DE", "FR", "IT"], ["A01", "B", "C26", "C29", "F", "I"]), tmp_path / f"{FLAT}.csv")
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines, lines[7]]) + "\n")
    text = said("import", str(file), code=2)
    assert "stands 2 times" in text
    assert not (tmp_path / "chains").exists()


def test_plans_and_sweeps_work_on_the_chain_in_use(tmp_path: Path) -> None:
    said("import", str(DATA / "toy"), "--use")
    plan = ["plan", "--shock", "TW_C26 80 % 8 weeks", "--on", "2021-03-01", "--out", str(tmp_path / "plan")]
    sweep = ["sweep", "--kind", "nodes", "--workers", "0", "--out", str(tmp_path / "sweep")]
    for words in (plan, sweep):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "plan" / "plan.json").read_text("utf-8"))["chain_version"] == sources.toy().version
    assert "12 scenarios" in result.output


@pytest.mark.parametrize("form", ["gexf", "graphml", "json", "zip"])
def test_a_graph_comes_in(tmp_path: Path, form: str) -> None:
    file = tmp_path / f"mine.{form}"
    file.write_bytes(exchange.write(sources.toy().graph(), form))
    assert "12 nodes" in said("import", str(file))


def test_a_folder_comes_in_and_a_pickle_does_not(tmp_path: Path) -> None:
    assert "toy: " in said("import", str(DATA / "toy"))
    for name in ("graph.pickle", "graph.json"):
        file = tmp_path / name
        file.write_bytes(pickle.dumps({}))
        assert "is a pickle, and is not opened" in said("import", str(file), code=2)


def test_the_real_table_comes_in_with_its_shortfall(shared: Path) -> None:
    text = said("import", str(shared / "data" / "wiod2013"), "--year", "2011")
    assert "wiod2013-2011" in text
    assert "1,435 nodes in 41 countries and 35 industries" in text
    assert "rows fall short of output by 0.04 % in all" in text
    assert "cannot be checked without value added" in text


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert "is not there" in said("import", str(tmp_path / "no.zip"), code=2)
    assert "known are figaro" in said("get", "gloria", "--year", "2020", code=2)
    assert "2010 to 2022" in said("get", "figaro", "--year", "1999", code=2)
    assert "is not kept" in said("use", "nothing", code=2)
    assert "cannot name a chain" in said("import", str(DATA / "toy"), "--name", "../x", code=2)
    assert Settings().chains == tmp_path / "chains"
