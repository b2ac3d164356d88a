"""The same addresses as tables: what pandas reads is what JSON tells, and no cell is computed."""

import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from graphs.fields import fields
from tracker import tables

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def program(client: TestClient, given: dict[str, Any]) -> TestClient:
    for title in ("Strike", FORMULA, 'Zölle, "neue"\nund alte'):
        body = given | {"title": title, "severity_likely": 0.4, "assigned_to": "+49 30"}
        assert client.post("/api/v1/disruptions", json=body).status_code == 201
    assert client.post("/api/v1/clusters", json={"name": "Chips"}).status_code == 201
    return client


def frame(answer: Response) -> pd.DataFrame:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return pd.read_csv(io.BytesIO(answer.content), dtype={"method_version": str})


@pytest.mark.parametrize("level", ["eu", "country", "node"])
def test_scores_as_a_table_are_those_of_json(program: TestClient, level: str) -> None:
    asked = {"level": level, "on": "2021-03-15"}
    table = frame(program.get("/api/v1/scores", params=asked | {"format": "csv"}))
    by_header = frame(program.get("/api/v1/scores", params=asked, headers={"accept": "text/csv"}))
    pd.testing.assert_frame_equal(table, by_header)
    told = program.get("/api/v1/scores", params=asked).json()
    assert len(table) == len(told["scores"]) > 0
    for (_, row), one in zip(table.iterrows(), told["scores"], strict=True):
        for name, value in one.items():
            if name != "reasons" and value is not None:
                assert row[name] == value, name
        assert row.reasons.startswith(f"{one['reasons'][0]['points']:.2f}: ")
    assert set(table.level) == {level}
    assert set(table.log_position) == {told["log_position"]}
    assert set(table.chain_version) == {told["chain"]["version"]}
    assert set(table.columns) <= set(fields().index)
    numbers = [name for name in table if name.endswith(("_meur", "_share"))]
    assert table[numbers].dtypes.map(pd.api.types.is_numeric_dtype).all()


def test_a_table_of_no_such_score_is_not_found(program: TestClient, read_problem: Callable[..., Any]) -> None:
    read_problem(program.get("/api/v1/scores?level=eu&key=Narnia&format=csv"), 404)


def test_records_come_page_by_page_and_can_be_imported_again(program: TestClient) -> None:
    address, parts = "/api/v1/records?kind=disruption&format=csv&limit=2", []
    while True:
        answer = program.get(address)
        parts.append(frame(answer))
        if "link" not in answer.headers:
            break
        address, _, relation = answer.headers["link"].partition("; ")
        assert relation == 'rel="next"'
        address = address.strip("<>")
    assert [len(one) for one in parts] == [2, 1]
    told = program.get("/api/v1/records?kind=disruption").json()["records"]
    assert [one for part in parts for one in part.id] == [one["id"] for one in told]
    file = program.get("/api/v1/records?kind=disruption&format=csv").content
    again = program.post("/api/v1/imports", content=file, headers={"content-type": "text/csv"})
    assert again.json()["rows"] == {"new": 0, "amended": 0, "known": 3, "faulty": 0}, again.text


def test_no_cell_is_computed(program: TestClient) -> None:
    for address in ("records?kind=disruption", "changes?limit=9", "scores?level=eu&on=2021-03-15"):
        text = program.get(f"/api/v1/{address}", headers={"accept": "text/csv"}).content.decode("utf-8-sig")
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        assert not table.map(lambda cell: cell.startswith(("=", "+", "-", "@"))).any(axis=None), address
    read = tables.read("x.csv", program.get("/api/v1/records?kind=disruption&format=csv").content)
    assert FORMULA in [cell for row in read.rows for cell in row.cells]


def test_changes_as_a_table(program: TestClient) -> None:
    answer = program.get("/api/v1/changes?after=1&limit=2&format=csv")
    table = frame(answer)
    told = program.get("/api/v1/changes?after=1&limit=2").json()["entries"]
    assert table.number.tolist() == [2, 3]
    assert table.hash.tolist() == [one["hash"] for one in told]
    assert table.changed.tolist() == ["; ".join(one["changes"]) for one in told]
    assert "after=3" in answer.headers["link"]
    none = frame(program.get("/api/v1/changes?after=99&format=csv"))
    assert (len(none), list(none)) == (0, list(table))


def test_a_table_holds_one_kind(program: TestClient, read_problem: Callable[..., Any]) -> None:
    [fault] = read_problem(program.get("/api/v1/records?format=csv"), 422)["faults"]
    assert (fault["field"], fault["fault"]) == ("kind", "is left out, and a table holds one kind")
    assert len(frame(program.get("/api/v1/records?on=2021-03-02&format=csv"))) == 3


@pytest.mark.parametrize("address", ["scores?level=eu&on=2021-03-15", "records?kind=disruption", "changes"])
def test_both_formats_are_kept_side_by_side(program: TestClient, address: str) -> None:
    as_json, as_csv = (program.get(f"/api/v1/{address}", headers={"accept": kind}) for kind in ("*/*", "text/csv"))
    assert as_json.headers["etag"] != as_csv.headers["etag"]
    assert "Accept" in as_json.headers["vary"]
    again = program.get(f"/api/v1/{address}", headers={"accept": "text/csv", "if-none-match": as_json.headers["etag"]})
    assert (again.status_code, again.content) == (200, as_csv.content)
