"""The README says what there is: every command, setting and page; its examples run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
import typer.main

from tracker import api, cli, pages
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


def test_rooms_exist() -> None:
    for room in re.findall(r"^\| `([a-z/]+)/` \|", README, flags=re.MULTILINE):
        assert (ROOT / room).is_dir()


def test_names_in_the_journey_exist() -> None:
    for package, module in re.findall(r"`(graphs|reports|tracker)\.([a-z_]+)[a-z_.]*`", README):
        assert (ROOT / package / f"{module}.py").is_file() or (ROOT / package / module / "__init__.py").is_file()


def test_nothing_of_this_machine() -> None:
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), *(ROOT / ".ci").glob("*")]:
        assert not re.search(r"/(root|work|home)/|pypi\.org|localhost:\d+/simple", path.read_text("utf-8"))
