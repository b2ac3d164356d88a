"""Scores for those who take many: Parquet with types and units, SDMX-CSV that pysdmx reads, provenance on each row."""

import csv
import io
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from pysdmx.io import read_sdmx

from graphs.fields import fields
from tracker.api import schema, sdmx

ASKED = {"level": "country", "on": "2021-03-15"}


@pytest.fixture
def program(client: TestClient, given: dict[str, Any]) -> TestClient:
    body = given | {"severity_likely": 0.4, "title": "=1+1", "effect": "supply"}
    assert client.post("/api/v1/disruptions", json=body).status_code == 201
    return client


def told(program: TestClient, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.get("/api/v1/scores", params=ASKED | asked).json()["scores"]
    return found


def content(program: TestClient, form: str, **asked: Any) -> bytes:
    answer = program.get("/api/v1/scores", params=ASKED | asked | {"format": form})
    assert answer.status_code == 200, answer.text
    return answer.content


def test_each_row_says_what_it_was_computed_from(program: TestClient) -> None:
    whole = program.get("/api/v1/scores", params=ASKED).json()
    for one in whole["scores"]:
        schema.ScoreOut.model_validate(one, strict=True, extra="forbid")
        assert (one["on"], one["level"]) == (whole["on"], whole["level"])
        assert (one["log_position"], one["method_version"]) == (whole["log_position"], whole["method_version"])
        assert (one["chain_version"], one["chain_year"]) == (whole["chain"]["version"], whole["chain"]["year"])
    program.post("/api/v1/clusters", json={"name": "Chips"})
    assert {one["log_position"] for one in told(program)} == {2}
    assert {one["log_position"] for one in told(program, log_position=1)} == {1}


def test_parquet_has_types_and_units(program: TestClient) -> None:
    table = pq.read_table(io.BytesIO(content(program, "parquet")))
    assert table.schema.field("on").type == pa.date32()
    assert table.schema.field("loss_meur").type == pa.float64()
    assert table.schema.field("chain_is_estimate").type == pa.bool_()
    for one in table.schema:
        assert one.metadata[b"unit"].decode() == fields().unit[one.name], one.name
    for row, one in zip(table.to_pylist(), told(program), strict=True):
        assert row["reasons"].startswith(f"{one['reasons'][0]['points']:.2f}: ")
        assert {name: value for name, value in row.items() if name not in ("on", "reasons")} == {
            name: value for name, value in one.items() if name not in ("on", "reasons")
        }
        assert "'=1+1" not in row["reasons"], "what no spreadsheet reads needs no apostrophe"


def test_pysdmx_reads_every_figure(program: TestClient) -> None:
    answer = program.get(
        "/api/v1/scores", params=ASKED, headers={"accept": "application/vnd.sdmx.data+csv;version=2.0.0"}
    )
    assert answer.headers["content-type"] == "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8"
    assert answer.content == content(program, "sdmx-csv")
    [read] = read_sdmx(io.BytesIO(answer.content), validate=False).data or []
    assert read.short_urn == "DataStructure=TRACKER:SCORES(1.0)"
    found = read.data.set_index(["KEY", "INDICATOR"])
    scores = told(program)
    assert len(found) == len(scores) * len(sdmx.INDICATORS)
    assert found.index.is_unique
    for one in scores:
        for name in sdmx.INDICATORS:
            row = found.loc[one["key"], name.upper()]
            assert (float(row.OBS_VALUE) if row.OBS_VALUE else None) == one[name], name
            assert (one["on"], one["level"], one["label"]) == (row.TIME_PERIOD, row.LEVEL, row.LABEL)
            assert (fields().unit[name], one["method_version"]) == (row.UNIT_MEASURE, row.METHOD_VERSION)
            assert int(row.LOG_POSITION) == one["log_position"]


def test_the_structure_names_every_column(program: TestClient) -> None:
    answer = program.get("/api/v1/scores/structure")
    assert answer.headers["content-type"] == "application/vnd.sdmx.structure+json"
    told = json.loads(answer.content)["data"]
    [shape] = told["dataStructures"]
    parts = shape["dataStructureComponents"]
    dimensions = [one["id"] for one in parts["dimensionList"]["dimensions"]]
    dimensions.append(parts["dimensionList"]["timeDimension"]["id"])
    named = {one["id"] for one in parts["attributeList"]["attributes"]} | {
        one["id"] for one in parts["measureList"]["measures"]
    }
    first = next(csv.reader(io.StringIO(content(program, "sdmx-csv").decode())))
    assert first[:3] == ["STRUCTURE", "STRUCTURE_ID", "ACTION"]
    assert set(first[3:]) == {*dimensions, *named}
    assert set(dimensions) == {"LEVEL", "KEY", "INDICATOR", "TIME_PERIOD"}
    [scheme] = told["conceptSchemes"]
    assert {one["id"] for one in scheme["concepts"]} == set(first[3:])
    assert all(one["description"] for one in scheme["concepts"])


def test_no_cell_of_sdmx_is_computed(program: TestClient) -> None:
    table = pd.read_csv(io.BytesIO(content(program, "sdmx-csv", level="node")), dtype=str, keep_default_na=False)
    texts = table.drop(columns="OBS_VALUE")
    assert not texts.map(lambda cell: cell.startswith(("=", "+", "-", "@"))).any(axis=None)


def test_clusters_are_scored_too(program: TestClient, read_problem: Any) -> None:
    assert told(program, level="cluster") == []
    for form in ("csv", "parquet", "sdmx-csv"):
        assert content(program, form, level="cluster")
    cars = {"name": "=Cars", "country": "DE", "industries": "C29", "ecosystems": "Electronics"}
    made = program.post("/api/v1/clusters", json=cars).json()["id"]
    program.post("/api/v1/clusters", json={"name": "Nowhere"})
    [one] = told(program, level="cluster")
    schema.ScoreOut.model_validate(one, strict=True, extra="forbid")
    assert (one["key"], one["label"], one["level"]) == (made, "=Cars", "cluster")
    [node] = told(program, level="node", key="DE_C29")
    assert one["score"] == pytest.approx(node["score"], abs=1e-4)
    assert sum(reason["points"] for reason in one["reasons"]) == pytest.approx(100 - one["score"], abs=1e-4)
    table = pd.read_csv(io.BytesIO(content(program, "csv", level="cluster")))
    assert table.label.tolist() == ["'=Cars"]
    assert b",=Cars" not in content(program, "sdmx-csv", level="cluster")
    asked = program.get("/api/v1/scores", params={"level": "cluster", "log_position": 1})
    assert read_problem(asked, 422)["faults"][0]["field"] == "log_position"
