"""``python3 -m tracker report``: a week or a day in every form, and again to the byte."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

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
        result = CliRunner().invoke(app, ["report", *words], prog_name="python3 -m tracker")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_a_week_is_written_in_every_form_and_again_to_the_byte(run: Run, tmp_path: Path) -> None:
    result = run("--week", "2020-W17", "--out", "one")
    assert result.exit_code == 0, result.output
    names = {one.name for one in (tmp_path / "one").iterdir()}
    assert {f"2020-W17.{form}" for form in ("html", "pdf", "xlsx", "md")} < names
    assert "2020-W17-in_force.csv" in names
    said = " ".join(result.stdout.split())
    assert "Assessing week 2020-W17, and each disruption by itself" in said
    assert "--position 160 makes the same files again" in said
    assert run("--week", "2020-W17", "--out", "two", "--position", "160").exit_code == 0
    # what the embedded record did and proposed is told, as by the server
    assert "No action is on record" not in (tmp_path / "one" / "2020-W17.md").read_text("utf-8")
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_day_is_written(run: Run, tmp_path: Path) -> None:
    result = run("--day", "2020-04-26", "--out", "brief")
    assert result.exit_code == 0, result.output
    assert "Briefing on Europe" in (tmp_path / "brief" / "2020-04-26.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((), "week: is not given, nor a day; give --week 2020-W17 or --day 2020-04-26"),
        (("--week", "2020-W17", "--day", "2020-04-26"), "week: and a day are both given"),
        (("--week", "2020-W77"), "week: '2020-W77' is no week"),
        (("--day", "someday"), "day: 'someday'"),
        (("--week", "2020-W17", "--position", "199"), "position: the log ends at 160; give a position from 0 to 160"),
    ],
)
def test_what_cannot_be_reported_is_said_and_nothing_is_written(
    run: Run, tmp_path: Path, words: tuple[str, ...], fault: str
) -> None:
    result = run(*words, "--out", "none")
    assert result.exit_code == 2
    assert fault in " ".join(result.stderr.split())
    assert not (tmp_path / "none").exists()
