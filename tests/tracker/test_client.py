"""The API from Python, at a desk that is really served: how a program uses it, and what it does when it must wait."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import requests
from fastapi import FastAPI

from graphs.series import point
from tracker import client, timeline
from tracker.client import Problem, Tracker
from tracker.desk import Desk

SPRING = {"first": "2021-03-01", "last": "2021-05-31"}
STRIKE: dict[str, Any] = {"title": "Strike", "origin": "DE", "start": date(2021, 3, 1), "severity_likely": "40 %"}


@pytest.fixture
def heard() -> list[str]:
    """What a program was told while it waited."""
    return []


@pytest.fixture
def program(
    desk: Desk, app_of: Callable[..., FastAPI], serve: Callable[[Any], Any], heard: list[str]
) -> Iterator[Tracker]:
    """A program at a desk that is served."""
    with serve(app_of(desk)) as address:
        yield Tracker(address, patience_s=30, tell=heard.append)


def answered(status: int, **headers: str) -> requests.Response:
    """An answer that no desk of a test gives by itself."""
    answer = requests.Response()
    answer.status_code, answer.reason = status, "?"
    answer.headers.update(headers)
    return answer


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Something else happens to the first requests; gives the statuses that were heard."""

    def happens(*instead: Any, after: bool = False) -> list[int]:
        left, heard, really = list(instead), list[int](), requests.Session.request

        def request(*given: Any, **named: Any) -> requests.Response:
            if left:
                if after:
                    really(*given, **named)
                one = left.pop(0)
                if isinstance(one, Exception):
                    raise one
            else:
                one = really(*given, **named)
            heard.append(one.status_code)
            return one

        monkeypatch.setattr(requests.Session, "request", request)
        return heard

    return happens


def test_it_needs_nothing_of_the_server() -> None:
    """It is imported where what serves cannot be."""
    script = """
import sys
for name in ("fastapi", "starlette", "uvicorn", "sqlalchemy", "pydantic", "typer", "rich", "numba", "altair"):
    sys.modules[name] = None
from tracker.client import Tracker
assert Tracker("http://localhost:8000").address
assert "scipy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_scores_are_a_table_with_types(program: Tracker) -> None:
    program.log(**STRIKE)
    scores = program.scores(level="country", on=date(2021, 3, 15))
    told = requests.get(f"{program.address}/api/v1/scores?level=country&on=2021-03-15", timeout=60).json()
    assert scores.key.tolist() == [one["key"] for one in told["scores"]]
    assert scores.score.tolist() == [one["score"] for one in told["scores"]]
    assert scores.dtypes[["score", "loss_meur"]].tolist() == [np.float64, np.float64]
    assert {str(scores[name].dtype) for name in ("rank", "recovery_weeks", "log_position")} == {"Int64"}
    assert scores.on.tolist() == [pd.Timestamp("2021-03-15")] * len(scores)
    assert scores.reasons.str.contains("Strike").any()
    one = program.scores(level="country", on="2021-03-15", key="FR", log_position=0)
    assert (one.key.tolist(), one.log_position.tolist()) == (["FR"], [0])
    assert not one.reasons.str.contains("Strike").any()


def test_what_is_logged_is_among_the_records(program: Tracker) -> None:
    strike = program.log(**STRIKE)
    program.log("comment", about=strike["id"], text="Over soon.")
    program.log("evidence", about=strike["id"], quote="Our lines stand still.")
    assert program.record("D1") == strike
    records = program.records(country="DE", on="2021-03-02")
    assert records.id.tolist() == ["D1"]
    assert records.origin.tolist() == [["DE"]]
    assert records.start.tolist() == [pd.Timestamp("2021-03-01")]
    assert records.severity_likely.tolist() == [0.4]
    assert program.records("comment", about="D1").text.tolist() == ["Over soon."]
    assert program.records(country="FR").empty
    changes = program.changes()
    assert changes.number.tolist() == [1, 2, 3]
    assert changes["at"].is_monotonic_increasing
    assert changes.changes[0]["title"]["after"] == "Strike"
    assert program.changes(after=2).record_id.tolist() == changes.record_id.tolist()[2:]


def test_all_pages_are_read(program: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        program.log(**STRIKE | {"title": f"Strike {number}"})
    monkeypatch.setattr(client, "MOST_OF_A_PAGE", 2)
    assert sorted(program.records().title) == [f"Strike {number}" for number in range(5)]
    assert program.changes(after=1).number.tolist() == [2, 3, 4, 5]


def test_the_chain_is_a_graph(program: Tracker, desk: Desk) -> None:
    chain = program.chain(min_flow_meur=100)
    assert type(chain) is nx.DiGraph
    assert set(chain) <= set(desk.chain.keys)
    flows = [flow for _, _, flow in chain.edges(data="flow_meur")]
    assert len(flows) > 0
    assert min(flows) >= 100


def test_a_fault_is_told_with_its_mend(program: Tracker) -> None:
    with pytest.raises(Problem, match="422 The input has faults: 2 to mend") as found:
        program.log(title="", origin="Narnia")
    assert {one.field for one in found.value.faults} == {"title", "origin"}
    assert all(one.mend for one in found.value.faults)
    with pytest.raises(Problem, match="404 Not found"):
        program.record("D99")
    with pytest.raises(TypeError):
        program.records(contry="DE")  # type: ignore[call-arg]


def test_a_wrong_key_is_refused(program: Tracker) -> None:
    with pytest.raises(Problem, match="401 Refused: This key is not known"):
        Tracker(program.address, key="vcdt_x").scores()


def test_what_is_known_is_not_sent_again(program: Tracker, first: Callable[..., list[int]]) -> None:
    statuses = first()
    one = program.scores(level="eu", on="2021-03-15")
    again = program.scores(level="eu", on="2021-03-15")
    pd.testing.assert_frame_equal(one, again)
    program.log(**STRIKE)
    other = program.scores(level="eu", on="2021-03-15")
    assert statuses == [200, 304, 201, 200]
    assert other.log_position.tolist() == [1]


def test_series_are_waited_for(program: Tracker, heard: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    program.log(**STRIKE)
    begun = threading.Event()

    def slowly(*given: Any) -> Any:
        assert begun.wait(60)
        return point(*given)

    def told(text: str) -> None:
        heard.append(text)
        begun.set()

    monkeypatch.setattr(timeline, "point", slowly)
    monkeypatch.setattr(program, "tell", told)
    try:
        series = program.series(level="country", key="DE", **SPRING)
    finally:
        begun.set()
    assert heard[0].startswith("14 of 14 weeks are still being computed; asked again in ")
    assert series.on.tolist() == list(pd.date_range("2021-03-01", periods=14, freq="7D"))
    assert series.score.notna().all()


def test_waiting_ends(program: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    program.log(**STRIKE)
    ends = threading.Event()
    monkeypatch.setattr(timeline, "point", lambda *given: (ends.wait(60), point(*given))[1])
    hurried = Tracker(program.address, patience_s=0)
    try:
        with pytest.raises(TimeoutError, match="not ready after 0 seconds"):
            hurried.series(level="eu", **SPRING)
    finally:
        ends.set()
    with pytest.raises(ConnectionError, match="does not answer"):
        Tracker("http://localhost:9", patience_s=0).scores()


@pytest.mark.parametrize("status", [429, 503])
def test_it_comes_back_after_the_seconds_that_the_desk_asks_for(
    program: Tracker, heard: list[str], first: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    slept = list[float]()
    monkeypatch.setattr(client, "sleep", slept.append)
    later = answered(status, **{"Retry-After": "17"})
    statuses = first(later, later)
    program.log(**STRIKE)
    assert (statuses, slept, len(heard)) == ([status, status, 201], [17, 17], 2)


def test_what_was_done_but_not_heard_is_done_once(
    program: Tracker, desk: Desk, first: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks after the desk has written."""
    monkeypatch.setattr(client, "sleep", lambda _: None)
    first(requests.ConnectionError("reset"), requests.Timeout("late"), after=True)
    assert program.log(**STRIKE)["id"] == "D1"
    assert desk.position == 1
    for _ in range(2):
        assert program.log(**STRIKE | {"title": "Flood"}, again="flood-1")["id"] == "D2"
    assert desk.position == 2


def test_metrics_and_what_would_be(program: Tracker, desk: Desk) -> None:
    metrics = program.metrics(country="DE")
    assert set(metrics.key) == {key for key in desk.chain.keys if key.startswith("DE_")}
    assert metrics.output_meur.gt(0).all()
    found = program.what_if(STRIKE, level="country", nodes=3)
    assert "DE" in found.impact.key.tolist()
    assert len(found.nodes) == 3
    assert found.disruptions.start.tolist() == [pd.Timestamp("2021-03-01")]
    assert found.eu is not None
    assert desk.position == 0, "nothing is logged"
