"""The same fault is told in the same words at every door: form, CSV, JSON and command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from graphs.errors import Faults
from tracker import intake
from tracker.cli import app
from tracker.desk import Desk

Said = set[tuple[str, str]]
"""Fields, each with what is wrong and how to mend it."""

ENOUGH = {"title": "Strike", "origin": "DE", "start": "2021-03-01"}
FAULTS = {
    "unknown country": {"origin": "Narnia"},
    "several unknown countries": {"origin": "Narnia; Mordor; DE"},
    "severity of 140 %": {"severity_likely": "140 %"},
    "severity in words": {"severity_likely": "half"},
    "end before start": {"end": "2021-02-01"},
    "start that is no date": {"start": "tomorrow"},
    "end long ago": {"end": "0001-01-01"},
    "empty title": {"title": ""},
    "blank title": {"title": "   "},
    "long title": {"title": "x" * 301},
    "title with a NUL": {"title": "a\x01b"},
    "no place": {"origin": ""},
    "unknown effect": {"effect": "fire"},
    "misspelt effect": {"effect": "supplies"},
    "unknown ecosystem": {"ecosystems": "Magic"},
    "nearly an ecosystem": {"ecosystems": "Automotive"},
    "unknown industry": {"industries": "Z99; C26"},
    "link to a script": {"sources": "javascript:alert(1)"},
    "everything at once": {
        "title": " ",
        "origin": "Narnia",
        "start": "soon",
        "effect": "fire",
        "industries": "Z99",
        "severity_likely": "-1",
        "sources": "ftp://a.eu; https://b.eu",
    },
}
OPTIONS = {"severity_likely": "--severity"}


@pytest.fixture
def by_json(client: TestClient) -> Callable[[dict[str, str]], Said]:
    def said(values: dict[str, str]) -> Said:
        answer = client.post("/api/v1/disruptions", json=values)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        return {(one["field"], f"{one['fault']}; {one['mend']}") for one in answer.json()["faults"]}

    return said


@pytest.fixture
def by_form(client: TestClient, read_page: Callable[[str], Any]) -> Callable[[dict[str, str]], Said]:
    def said(values: dict[str, str]) -> Said:
        answer = client.post("/disruptions", data=values)
        assert answer.status_code == 422
        found = [one.partition(": ") for one in read_page(answer.text).faults]
        return {(field.replace(" ", "_"), text.removesuffix(".")) for field, _, text in found}

    return said


@pytest.fixture
def by_csv(desk: Desk) -> Callable[[dict[str, str]], Said]:
    def said(values: dict[str, str]) -> Said:
        row = ";".join(f'"{value}"' for value in values.values())
        with pytest.raises(Faults) as found:
            intake.read_csv(f"{';'.join(values)}\n{row}\n", desk.industries)
        assert {one.where for one in found.value.faults} == {
            f"row 2, cell {'ABCDEFGHIJ'[list(values).index(one.field)]}2" for one in found.value.faults
        }
        return {(one.field, f"{one.fault}; {one.mend}") for one in found.value.faults}

    return said


@pytest.fixture
def by_command(coarse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_CHAIN", str(coarse))

    def said(values: dict[str, str]) -> str:
        rest = {name: value for name, value in values.items() if name != "title"}
        options = [word for name, value in rest.items() for word in (OPTIONS.get(name, f"--{name}"), value)]
        result = CliRunner().invoke(app, ["log", *options, "--", values["title"]])
        assert result.exit_code == 2, result.output
        return " ".join(result.stderr.split())

    return said


@pytest.mark.parametrize("values", FAULTS.values(), ids=FAULTS.keys())
def test_form_csv_json_and_command_line_say_the_same(
    values: dict[str, str],
    by_json: Callable[[dict[str, str]], Said],
    by_form: Callable[[dict[str, str]], Said],
    by_csv: Callable[[dict[str, str]], Said],
    by_command: Callable[[dict[str, str]], str],
) -> None:
    whole = ENOUGH | values
    said = by_json(whole)
    assert said, "the fault is heard"
    assert {field for field, _ in said} == set(values)
    assert by_csv(whole) == said
    assert by_form(whole) == {(field, " ".join(text.split())) for field, text in said}
    told = by_command(whole)
    for field, text in said:
        assert f"{field}: {' '.join(text.split())}" in told
    assert told.count("; ") == sum(text.count("; ") for _, text in said), "and nothing else"


@pytest.mark.parametrize("name", ["title", "origin"])
def test_a_field_that_is_left_out_is_told_like_an_empty_one(
    name: str, by_json: Callable[[dict[str, str]], Said], by_form: Callable[[dict[str, str]], Said]
) -> None:
    values = {key: value for key, value in ENOUGH.items() if key != name} | {"severity_likely": "140 %"}
    assert by_json(values) == by_form(values) == by_json(values | {name: ""})


TITLE = "<img src=x onerror=alert(1)>href"


def test_a_hostile_title_is_taken_at_every_door_and_shown_as_text(
    client: TestClient,
    desk: Desk,
    coarse: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read_page: Callable[[str], Any],
) -> None:
    by_json = client.post("/api/v1/disruptions", json=ENOUGH | {"title": TITLE})
    assert (by_json.status_code, by_json.json()["title"]) == (201, TITLE)
    by_form = client.post("/disruptions", data=ENOUGH | {"title": TITLE, "note": "another"})
    assert by_form.status_code == 303
    [by_csv] = intake.read_csv(f"title,origin,start\n{TITLE},DE,2021-03-01\n", desk.industries)
    assert by_csv.title == TITLE
    for address in ("/disruptions", by_form.headers["location"]):
        page = read_page(client.get(address).text)
        assert TITLE in page.text
        assert not page.find("img")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_CHAIN", str(coarse))
    result = CliRunner().invoke(app, ["log", TITLE, "--origin", "DE"])
    assert result.exit_code == 0, result.output
    assert TITLE in " ".join(result.stdout.split())
