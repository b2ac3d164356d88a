"""Scores over time for programs: whole ranges as JSON and CSV, waiting for what is being computed, and bounds."""

import io
import math
import threading
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from graphs.series import FIGURES, point
from tracker import timeline
from tracker.api import schema
from tracker.desk import Desk

SPRING = {"first": "2021-02-22", "last": "2021-06-30"}


@pytest.fixture
def program(client: TestClient, given: dict[str, Any]) -> TestClient:
    """A program at a desk with a strike that lasts for 17 weeks."""
    body = given | {"severity_likely": 0.4, "effect": "supply", "end": "2021-06-30"}
    assert client.post("/api/v1/disruptions", json=body).status_code == 201
    return client


def ask(program: TestClient, **asked: Any) -> Response:
    return program.get("/api/v1/series", params=asked)


def whole(program: TestClient, **asked: Any) -> Response:
    """As a program waits: until nothing is missing any more."""
    end = time.monotonic() + 60
    while (answer := ask(program, **asked)).status_code == 202:
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert time.monotonic() < end
        time.sleep(0.1)
    assert answer.status_code == 200, answer.text
    assert "retry-after" not in answer.headers
    return answer


def test_points_are_those_of_the_scores(program: TestClient) -> None:
    found = whole(program, level="country", **SPRING).json()
    schema.SeriesOut.model_validate(found, strict=True, extra="forbid")
    assert (found["level"], found["missing"], found["log_position"]) == ("country", [], 1)
    assert [one["on"] for one in found["scores"][::2]] == [
        str(day.date()) for day in pd.date_range(*SPRING.values(), freq="7D")
    ]
    for one in found["scores"][2:4]:
        on = program.get("/api/v1/scores", params={"level": "country", "on": one["on"], "key": one["key"]}).json()
        assert found["chain"] == on["chain"]
        assert {name: on["scores"][0][name] for name in FIGURES} == {name: one[name] for name in FIGURES}


def test_only_one_line(program: TestClient, read_problem: Callable[..., Any]) -> None:
    found = whole(program, level="country", key="FR", **SPRING).json()
    assert {one["key"] for one in found["scores"]} == {"FR"}
    assert len(found["scores"]) == 19
    read_problem(ask(program, level="country", key="Narnia"), 404)


def test_a_program_waits_for_what_is_missing(program: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on = threading.Event()

    def slowly(*given: Any) -> Any:
        assert goes_on.wait(60)
        return point(*given)

    monkeypatch.setattr(timeline, "point", slowly)
    answer = ask(program, level="eu", **SPRING)
    assert answer.status_code == 202
    assert answer.headers["retry-after"].isdigit()
    assert (len(answer.json()["missing"]), answer.json()["scores"]) == (19, [])
    table = pd.read_csv(io.BytesIO(ask(program, level="eu", format="csv", **SPRING).content))
    assert len(table) == 19
    assert table[list(FIGURES)].isna().all(axis=None), "a week that is not there yet has empty cells"
    goes_on.set()
    assert len(whole(program, level="eu", **SPRING).json()["scores"]) == 19


def test_a_few_weeks_are_computed_at_once(program: TestClient) -> None:
    assert ask(program, first="2021-03-01", last="2021-03-22").status_code == 200
    assert ask(program, first="2021-03-01", last="2021-05-22").status_code == 202


def test_csv_at_the_same_address(program: TestClient) -> None:
    told = whole(program, level="country", **SPRING).json()["scores"]
    by_word = ask(program, level="country", format="csv", **SPRING)
    by_header = program.get("/api/v1/series", params={"level": "country"} | SPRING, headers={"Accept": "text/csv"})
    assert by_word.headers["content-type"] == by_header.headers["content-type"] == "text/csv; charset=utf-8"
    assert by_word.text == by_header.text
    assert by_header.headers["vary"] == "Accept, Accept-Encoding"
    table = pd.read_csv(io.BytesIO(by_word.content), dtype={"method_version": str})
    assert table.to_dict("records") == told, "in every column"
    assert set(table.log_position) == {1}
    packed = pq.read_table(io.BytesIO(ask(program, level="country", format="parquet", **SPRING).content))
    assert [one | {"on": str(one["on"])} for one in packed.to_pylist()] == told
    assert packed.schema.field("loss_meur").metadata[b"unit"] == b"million EUR"
    json = program.get("/api/v1/series", params={"format": "json"} | SPRING, headers={"Accept": "text/csv"})
    assert json.headers["content-type"] == "application/json"


def test_what_is_left_out(program: TestClient) -> None:
    """From the first record that counts until today, of ecosystems."""
    found = ask(program).json()
    days = sorted({one["on"] for one in found["scores"]} | set(found["missing"]))
    assert found["level"] == "ecosystem"
    assert days[0] == "2021-03-01"
    assert math.isclose((pd.Timestamp.today() - pd.Timestamp(days[-1])).days, 3, abs_tol=4)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"first": "2021-03-02", "last": "2021-03-01"},
            "first: 2021-03-02 is after the last day 2021-03-01; exchange them",
        ),
        (
            {"first": "2001-01-01", "last": "2021-03-01"},
            "first: from 2001-01-01 to 2021-03-01 are 1,053 weeks, over 600; "
            "give a first day from 2009-09-07 on, then ask for what is before",
        ),
        (
            {"first": "soon"},
            "first: 'soon' is no date in range; write a day from 1990-01-01 to 2100-01-01, such as 2021-03-23",
        ),
        ({"level": "node"}, "level: Input should be 'eu', 'ecosystem' or 'country'; see the description at /docs"),
        ({"format": "xlsx"}, "format: Input should be 'json', 'csv' or 'parquet'; see the description at /docs"),
    ],
)
def test_what_cannot_be_asked(
    program: TestClient, read_problem: Callable[..., Any], asked: dict[str, str], told: str
) -> None:
    [fault] = read_problem(ask(program, **asked), 422)["faults"]
    assert f"{fault['field']}: {fault['fault']}; {fault['mend']}" == told


def test_a_record_of_long_ago_does_not_make_the_answer_longer(program: TestClient, given: dict[str, Any]) -> None:
    program.post("/api/v1/disruptions", json=given | {"title": "Oil", "start": "1990-08-02"})
    assert len(whole(program, level="eu", last="2021-06-30").json()["scores"]) == 600


def test_longest_range_is_taken(program: TestClient) -> None:
    assert ask(program, first="2009-09-07", last="2021-03-01", level="eu").status_code in (200, 202)


def test_scores_over_time_follow_the_log(desk: Desk, program: TestClient) -> None:
    before = whole(program, level="eu", **SPRING).json()["scores"]
    program.post("/api/v1/disruptions/D1/resolve", json={"end": "2021-04-05"})
    after = whole(program, level="eu", **SPRING).json()["scores"]
    assert after[0]["score"] == before[0]["score"]
    assert after[-1]["score"] > before[-1]["score"]
