"""Metrics for programs: the same in JSON, CSV and Parquet, page by page, and 202 until they are there."""

import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from graphs import metrics
from graphs.fields import fields
from tracker.api.metrics import MetricsOut
from tracker.desk import Desk


@pytest.fixture
def program(desk: Desk, client: TestClient) -> TestClient:
    """A program at a desk whose metrics are there."""
    desk.structure.table()
    desk.structure.close()
    return client


def ask(program: TestClient, **asked: Any) -> Response:
    return program.get("/api/v1/metrics", params=asked)


def test_they_are_those_of_the_chain(desk: Desk, program: TestClient) -> None:
    told = ask(program).json()
    MetricsOut.model_validate(told, strict=True, extra="forbid")
    assert (told["total"], told["next"], told["progress"]) == (12, None, None)
    found = pd.DataFrame(told["metrics"]).set_index("key")
    wanted = metrics.table(desk.chain)
    pd.testing.assert_frame_equal(found[list(wanted)].astype(float), wanted, check_names=False, rtol=1e-9)
    assert set(found.columns) <= set(fields().index)
    assert set(found.chain_version) == {desk.chain.version}


def test_every_form_says_the_same(program: TestClient) -> None:
    told = pd.DataFrame(ask(program).json()["metrics"])
    csv = pd.read_csv(io.BytesIO(ask(program, format="csv").content), dtype={"method_version": str})
    answer = program.get("/api/v1/metrics", headers={"accept": "application/vnd.apache.parquet, text/csv;q=0.5"})
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    table = pq.read_table(io.BytesIO(answer.content))
    for found in (csv, table.to_pandas()):
        pd.testing.assert_frame_equal(found, told, check_dtype=False, rtol=1e-9)
    assert table.schema.field("extraction_loss_meur").metadata[b"unit"] == b"million EUR a year"
    assert answer.content == ask(program, format="parquet").content


def test_pages_hold_every_node_once(program: TestClient) -> None:
    whole = [one["key"] for one in ask(program).json()["metrics"]]
    address, keys = "/api/v1/metrics?limit=5", []
    while address:
        told = program.get(address).json()
        keys += [one["key"] for one in told["metrics"]]
        address = told["next"]
    assert keys == whole
    page = ask(program, limit=5, format="csv")
    assert page.headers["link"] == '</api/v1/metrics?limit=5&format=csv&after=FR_A>; rel="next"'


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({"country": "Taiwan", "industry": "C26"}, ["TW_C26"]),
        ({"industry": "C"}, ["DE_C26", "DE_C29", "FR_C26", "FR_C29", "TW_C26", "TW_C29"]),
        ({"ecosystem": "Electronics", "country": "DE"}, ["DE_C26"]),
    ],
)
def test_filters(program: TestClient, asked: dict[str, str], keys: list[str]) -> None:
    told = ask(program, **asked).json()
    assert [one["key"] for one in told["metrics"]] == keys
    assert told["total"] == len(keys)


def test_what_cannot_be_asked(program: TestClient, read_problem: Callable[..., Any]) -> None:
    faults = read_problem(ask(program, country="Narnia", ecosystem="Electronic"), 422)["faults"]
    assert [one["field"] for one in faults] == ["country", "ecosystem"]
    assert faults[1]["mend"] == "did you mean Electronics?"
    [fault] = read_problem(ask(program, after="DE_X"), 422)["faults"]
    assert (fault["field"], fault["fault"]) == ("after", "'DE_X' is no node of the value chain")


def test_until_they_are_there(desk: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.timeline._PATIENCE_S", 60)
    with desk.timeline.guest():  # while somebody is served nothing is begun
        answer = ask(client, country="DE")
        assert answer.status_code == 202
        assert int(answer.headers["retry-after"]) >= 1
        assert not {"etag", "cache-control"} & set(answer.headers), "it is not kept"
        told = answer.json()
        MetricsOut.model_validate(told, strict=True, extra="forbid")
        assert told["progress"] == {"done": 0, "of": 8, "doing": "concentration of suppliers"}
        assert {one["upstreamness_steps"] for one in told["metrics"]} == {None}
        csv = ask(client, country="DE", format="csv")
        table = pd.read_csv(io.BytesIO(csv.content))
        assert csv.status_code == 202
        assert table[list(metrics.NAMES)].isna().all(axis=None)
        assert (table.chain_version == desk.chain.version).all()
    desk.structure.close()
    assert ask(client, country="DE").status_code == 200
