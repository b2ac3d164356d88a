"""The chain and its parts for programs: a graph for networkx, a table of flows, and ways through it."""

import io
from collections.abc import Callable
from typing import Any

import networkx as nx
import pandas as pd
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from graphs.explanation import explain
from graphs.fields import fields
from tracker.api import chain as room
from tracker.api.paths import PathsOut, SupplyPathsOut
from tracker.desk import Desk

Problem = Callable[[Response, int], dict[str, Any]]
CHIPS = {
    "title": "No chips",
    "origin": "TW",
    "industries": "C26",
    "start": "2021-03-01",
    "severity_likely": 0.4,
    "effect": "supply",
    "end": "2021-04-30",
}


def ask(program: TestClient, address: str = "chain", **asked: Any) -> Response:
    return program.get(f"/api/v1/{address}", params=asked)


def graph_of(answer: Response) -> nx.DiGraph:
    assert answer.status_code == 200, answer.text
    return nx.node_link_graph(answer.json(), edges="links")


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({"ecosystem": "Electronics", "country": "Germany"}, {"DE_C26"}),
        ({"country": "TW"}, {"TW_A", "TW_C26", "TW_C29", "TW_G47"}),
        ({"around": "TW_C26", "min_flow_meur": 30}, {"TW_C26", "DE_C29"}),
        ({"around": "TW_C26", "min_flow_meur": 20, "country": "FR"}, {"FR_C26", "FR_C29"}),
    ],
)
def test_a_part_of_it(desk: Desk, client: TestClient, asked: dict[str, Any], keys: set[str]) -> None:
    whole = {"min_flow_meur": 10} | asked
    graph = graph_of(ask(client, **whole))
    assert set(graph) <= keys if "around" in asked and "country" in asked else set(graph) == keys
    assert set(graph.edges) == set(desk.chain.graph(whole["min_flow_meur"]).subgraph(graph).edges)
    assert graph.graph["chain_version"] == desk.chain.version
    assert asked.items() <= graph.graph.items()
    assert ("steps" in graph.graph) == ("around" in asked)


def test_flows_as_a_table(desk: Desk, client: TestClient) -> None:
    graph = graph_of(ask(client, min_flow_meur=15))
    csv = pd.read_csv(io.BytesIO(ask(client, min_flow_meur=15, format="csv").content))
    packed = pq.read_table(io.BytesIO(ask(client, min_flow_meur=15, format="parquet").content))
    same = {"check_dtype": False}
    pd.testing.assert_frame_equal(csv, packed.to_pandas().astype({"method_version": int}), **same)  # type: ignore[arg-type]
    assert {(one.supplier, one.buyer): one.flow_meur for one in csv.itertuples()} == {
        (a, b): flow for a, b, flow in graph.edges(data="flow_meur")
    }
    assert csv.supplier_label.tolist() == [graph.nodes[key]["label"] for key in csv.supplier]
    assert set(csv.chain_version) == {desk.chain.version}
    assert set(csv.columns) <= set(fields().index)
    nothing = pd.read_csv(io.BytesIO(ask(client, min_flow_meur=1e9, format="csv").content))
    assert (len(nothing), list(nothing)) == (0, list(csv))


def test_too_many_flows_are_refused_with_what_fits(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, read_problem: Problem
) -> None:
    monkeypatch.setattr(room, "MOST_LINKS", 7)
    [fault] = read_problem(ask(client, min_flow_meur=5), 422)["faults"]
    assert fault["field"] == "min_flow_meur"
    least = float(fault["mend"].partition("above ")[2].partition(",")[0])
    assert graph_of(ask(client, min_flow_meur=least + 0.001)).number_of_edges() <= 7
    assert graph_of(ask(client, min_flow_meur=5, country="DE", ecosystem="Electronics")).number_of_edges() == 1
    read_problem(ask(client, min_flow_meur=least), 422)


def test_every_filter_that_fits_nothing_is_told(client: TestClient, read_problem: Problem) -> None:
    faults = read_problem(ask(client, around="DE_X", country="Narnia", ecosystem="Magic"), 422)["faults"]
    assert [one["field"] for one in faults] == ["around", "country", "ecosystem"]


def test_how_a_loss_got_to_a_node(desk: Desk, client: TestClient, given: dict[str, Any], read_problem: Problem) -> None:
    client.post("/api/v1/disruptions", json=CHIPS)
    client.post("/api/v1/disruptions", json=given | {"origin": "FR", "severity_likely": 0.5, "effect": "demand"})
    alone = ask(client, "paths", node="DE_C29", record_id="D1").json()
    PathsOut.model_validate(alone, strict=True, extra="forbid")
    wanted = next(one for one in explain(desk.chain, desk.assess(CHIPS_ON, only="D1")).felt if one.key == "DE_C29")
    assert alone["ways"][0] == [vars(trade) for trade in wanted.ways[0]]
    assert (alone["loss_meur"], alone["on"], alone["record_id"]) == (wanted.loss_meur, "2021-03-01", "D1")
    assert [(one["supplier"], one["buyer"]) for one in alone["ways"][0]] == [("TW_C26", "DE_C29")]
    both = ask(client, "paths", node="FR_C29", on="2021-03-01").json()
    assert both["record_id"] is None
    assert both["loss_meur"] > ask(client, "paths", node="FR_C29", record_id="D1").json()["loss_meur"]
    cut = ask(client, "paths", node="TW_C26", record_id="D1").json()
    assert cut["direct_cut_share"] == pytest.approx(0.4)
    calm = ask(client, "paths", node="DE_C29", on="1999-01-01").json()
    assert (calm["loss_meur"], calm["ways"]) == (0, [])
    csv = pd.read_csv(io.BytesIO(ask(client, "paths", node="DE_C29", record_id="D1", format="csv").content))
    assert len(csv) == sum(map(len, alone["ways"]))
    assert csv.missing_share[0] == pytest.approx(alone["ways"][0][0]["missing_share"])
    assert set(csv.columns) <= set(fields().index)
    assert set(csv.log_position) == {2}
    read_problem(ask(client, "paths", node="DE_C29", record_id="D9"), 404)
    assert read_problem(ask(client, "paths", node="DE_X"), 422)["faults"][0]["field"] == "node"
    read_problem(ask(client, "paths"), 422)


CHIPS_ON = pd.Timestamp(CHIPS["start"]).date()


def test_ways_of_supply(client: TestClient, read_problem: Problem) -> None:
    found = ask(client, "supply-paths", supplier="TW_C26", buyer="FR_C29", most=3).json()
    SupplyPathsOut.model_validate(found, strict=True, extra="forbid")
    first, *others = found["paths"]
    assert (first["keys"], first["flows_meur"]) == (["TW_C26", "FR_C29"], [20.0])
    assert first["coefficient"] == pytest.approx(20 / 300)
    assert 0.4 < first["of_total_share"] < 1
    assert [one["coefficient"] for one in others] == sorted((one["coefficient"] for one in others), reverse=True)
    csv = pd.read_csv(
        io.BytesIO(ask(client, "supply-paths", supplier="TW_C26", buyer="FR_C29", most=3, format="csv").content)
    )
    assert csv["keys"].tolist() == ["; ".join(one["keys"]) for one in found["paths"]]
    assert set(csv.columns) <= set(fields().index)
    faults = read_problem(ask(client, "supply-paths", supplier="X", buyer="Y"), 422)["faults"]
    assert [one["field"] for one in faults] == ["supplier", "buyer"]
    read_problem(ask(client, "supply-paths", supplier="DE_A", buyer="DE_A"), 422)
