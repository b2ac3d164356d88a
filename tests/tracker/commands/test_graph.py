"""``python3 -m tracker graph``: the value chain on a day, in a file for other tools."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from graphs import exchange
from graphs.classification import DATA
from tracker.cli import app

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in an empty folder, on the toy."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_CHAIN", str(DATA / "toy"))
    monkeypatch.delenv("TRACKER_DATABASE_URL", raising=False)

    def run(*words: str) -> Result:
        result = CliRunner().invoke(app, ["graph", *words], prog_name="python3 -m tracker")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_a_file_of_every_format(run: Run, tmp_path: Path) -> None:
    for form in exchange.FORMS:
        result = run("--on", "2020-04-15", "--out", f"found/chain.{form.upper()}", "--min-flow-meur", "20")
        assert result.exit_code == 0, result.output
        found = exchange.read((tmp_path / f"found/chain.{form.upper()}").read_bytes(), form)
        assert (len(found), found.graph["on"]) == (12, "2020-04-15")
        assert found.nodes["DE_C29"]["disruptions"]
        said = " ".join(result.stdout.split())
        assert "Assessing 2020-04-15" in said
        assert f"the value chain on 2020-04-15, 12 nodes, {found.number_of_edges()} links: flows of 20 million" in said
    assert sorted(one.name for one in (tmp_path / "found").iterdir()) == [
        "chain.GEXF",
        "chain.GRAPHML",
        "chain.JSON",
        "chain.ZIP",
    ]


def test_a_page_and_the_backbone_of_today(run: Run, tmp_path: Path) -> None:
    assert "as a page that opens offline" in " ".join(run("--out", "chain.html").stdout.split())
    assert "</html>" in (tmp_path / "chain.html").read_text("utf-8")
    assert "links: the backbone" in " ".join(run("--out", "chain.json").stdout.split())
    assert json.loads((tmp_path / "chain.json").read_text())["graph"]["min_flow_meur"] is None


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        (("--out", "chain.csv"), ["chain.csv does not say by its ending", ".html, .gexf, .graphml, .json, .zip"]),
        (("--out", "chain", "--min-flow-meur", "nan"), ["does not say by its ending", "nan is not 0 or more"]),
        (("--out", "chain.gexf", "--min-flow-meur", "-1"), ["min_flow_meur: -1.0 is not 0 or more"]),
        (("--out", "chain.html", "--min-flow-meur", "1"), ["is not for a page", "leave it out"]),
        (("--out", "chain.gexf", "--on", "soon"), ["on: 'soon'"]),
        (("--out", "chain.json/"), ["is a folder"]),
        (("--out", str(DATA / "toy" / "meta.json")), ["is read by this very command"]),
    ],
)  # fmt: skip
def test_faults_leave_nothing_behind(run: Run, tmp_path: Path, words: tuple[str, ...], faults: list[str]) -> None:
    (tmp_path / "chain.json").mkdir()
    result = run(*words)
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    for fault in faults:
        assert fault in said
    assert [one.name for one in tmp_path.iterdir()] == ["chain.json"], "not even the log was opened"
