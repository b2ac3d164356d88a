"""The README says what there is: every command, setting and page; its examples run."""

from __future__ import annotations

import argparse
import doctest
import re
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from fastapi.testclient import TestClient

from graphs.classification import DATA
from tracker import api, cli, pages
from tracker.app import create_app
from tracker.desk import Desk
from tracker.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_examples_run() -> None:
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried > 0
    assert failed == 0


@pytest.mark.parametrize("name", sorted(typer.main.get_command(cli.app).commands))  # type: ignore[attr-defined]
def test_commands_are_described(name: str) -> None:
    assert f"python3 -m tracker {name}" in README


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_settings_are_described(name: str) -> None:
    assert f"`TRACKER_{name.upper()}`" in README


PAGES = [route for room in pages.ROOMS for route in room.router.routes if "GET" in route.methods]


@pytest.mark.parametrize("route", PAGES, ids=lambda one: one.path)
def test_pages_are_described(route: object) -> None:
    assert f"`{route.path}`" in README  # type: ignore[attr-defined]


@pytest.mark.parametrize("route", [one for room in api.ROOMS for one in room.router.routes], ids=lambda one: one.name)
def test_operations_are_described(route: object) -> None:
    assert route.description  # type: ignore[attr-defined]


@pytest.mark.parametrize("route", [one for room in api.ROOMS for one in room.router.routes], ids=lambda one: one.name)
def test_operations_are_in_the_table(route: object) -> None:
    last = route.path.rpartition("/")[2]  # type: ignore[attr-defined]
    table = README.partition("| API |")[2].partition("\n\n")[0]
    assert re.search(rf"[`/]{re.escape(last)}[`?]", table)


def curls() -> list[str]:
    joined = README.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.startswith("curl ")]


@pytest.fixture
def toy_of_2020(tmp_path: Path) -> Iterator[Desk]:
    """A desk on the toy economy with the embedded record."""
    desk = Desk(Settings(database_url=f"sqlite:///{tmp_path}/log.sqlite", chain=DATA / "toy"))
    desk.seed(datetime(2021, 3, 1, tzinfo=UTC))
    yield desk
    desk.close()


def test_the_lines_of_curl_run(tmp_path: Path) -> None:
    """As curl would send them, one after another, to a desk of their own."""
    desk = Desk(Settings(database_url=f"sqlite:///{tmp_path}/log.sqlite", chain=DATA / "toy"))
    program = TestClient(create_app(desk), base_url="http://localhost:8000")
    curl = argparse.ArgumentParser()
    curl.add_argument("url")
    curl.add_argument("-X", default="GET")
    curl.add_argument("-H", action="append", default=[])
    curl.add_argument("-d", "--data-binary", default="")
    file = "title,origin,start\nStrike,FR,2021-03-01\n"
    answers = []
    for line in curls():
        asked = curl.parse_args(shlex.split(line)[1:])
        headers = dict(one.split(": ", 1) for one in asked.H)
        content = file if asked.data_binary == "@disruptions.csv" else asked.data_binary
        answers.append(program.request(asked.X, asked.url, headers=headers, content=content))
    desk.close()
    assert [one.status_code for one in answers] == [200, 201, 200], [one.text for one in answers]
    assert answers[2].json()["rows"]["new"] == 1


def test_the_lines_of_python_run(
    tmp_path: Path,
    toy_of_2020: Desk,
    serve: Callable[[Any], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At a desk that is served, one after another; what they make is there. The toy economy has no textiles."""
    programs = README.partition("**Programs.**")[2].partition("**Storage.**")[0]
    found = re.findall(r"```python\n(.*?)```", programs, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    known: dict[str, Any] = {}
    with serve(create_app(toy_of_2020)) as address:
        for lines in found:
            exec(lines.replace("http://localhost:8000", address).replace('"Textiles"', '"Agri-food"'), known)
    assert known["scores"].score.between(0, 100).all()
    assert known["records"].title.notna().all()
    assert known["entries"].number.is_monotonic_increasing
    assert len(known["textiles"]) == 52
    assert known["textiles"].score.nunique() > 1, "the record of 2020 moves it"
    assert "Resilience of textiles" in (tmp_path / "textiles-2020.svg").read_text("utf-8")
    names = set(re.findall(r"`(?:desk)?\.(\w+)\(", programs))
    assert all(callable(getattr(known["desk"], name)) for name in names), names


def test_rooms_exist() -> None:
    for room in re.findall(r"^\| `([a-z/]+)/` \|", README, flags=re.MULTILINE):
        assert (ROOT / room).is_dir()


def test_names_in_the_journey_exist() -> None:
    for package, module in re.findall(r"`(graphs|reports|tracker)\.([a-z_]+)[a-z_.]*`", README):
        assert (ROOT / package / f"{module}.py").is_file() or (ROOT / package / module / "__init__.py").is_file()


def test_nothing_of_this_machine() -> None:
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), *(ROOT / ".ci").glob("*")]:
        assert not re.search(r"/(root|work|home)/|pypi\.org|localhost:\d+/simple", path.read_text("utf-8"))
