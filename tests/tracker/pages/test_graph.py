"""The graph of a day as a file: what a browser is given, and what is refused."""

import re
from typing import Any

import networkx as nx
import pytest
from fastapi.testclient import TestClient

from graphs import exchange
from graphs.picture import picture
from tracker.desk import Desk
from tracker.pages import graph as room

FORMS = list(exchange.FORMS)


@pytest.mark.parametrize("form", FORMS)
def test_a_graph_is_downloaded_as_it_is_drawn(logged: TestClient, desk: Desk, form: str) -> None:
    answer = logged.get(f"/graph.{form}?on=2021-03-01&min_flow_meur=20")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="value-chain-2021-03-01.{form}"'
    assert answer.headers["content-type"].startswith(exchange.FORMS[form].media_type)
    found = exchange.read(answer.content, form)
    day = desk.assess(desk.disruptions()[0].start)
    assert nx.utils.graphs_equal(found, picture(desk.chain, day, 20))
    assert found.nodes["DE_C29"]["disruptions"] == ["D1 Strike"]
    assert found.graph["on"] == "2021-03-01"


def test_without_a_threshold_it_is_the_backbone_of_today(logged: TestClient) -> None:
    answer = logged.get("/graph.json")
    found = exchange.read(answer.content, "json").graph
    assert found["links"].startswith("the backbone")
    assert f"value-chain-{found['on']}.json" in answer.headers["content-disposition"]


def test_who_has_it_already_is_told_so(logged: TestClient) -> None:
    address = "/graph.gexf?on=2021-03-01"
    tag = logged.get(address).headers["etag"]
    again = logged.get(address, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    others = ("/graph.gexf?on=2021-03-02", "/graph.graphml?on=2021-03-01", f"{address}&min_flow_meur=0")
    assert {logged.get(one, headers={"if-none-match": tag}).status_code for one in others} == {200}
    logged.post("/disruptions", data={"title": "Flood", "origin": "DE", "start": "2021-03-01", "who": "Ben"})
    assert logged.get(address, headers={"if-none-match": tag}).status_code == 200


def test_more_links_than_a_request_may_have_are_refused(
    logged: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch, read_page: Any
) -> None:
    monkeypatch.setattr(room, "MOST_LINKS", 10)
    assert desk.chain.flows.nnz == 37
    answer = logged.get("/graph.gexf?min_flow_meur=0")
    assert answer.status_code == 422
    text = read_page(answer.text).text
    assert "37 flows are 0 million EUR a year or more: more than 10" in text
    [least] = re.findall(r"give a threshold above ([\d.]+)", text)
    assert logged.get(f"/graph.json?min_flow_meur={least}").status_code == 422
    few = logged.get(f"/graph.json?min_flow_meur={float(least) + 0.01}")
    assert exchange.read(few.content, "json").number_of_edges() <= 10
    assert logged.get("/graph.json").status_code == 200


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "many", ""])
def test_a_threshold_that_is_none_is_refused(client: TestClient, value: str) -> None:
    answer = client.get("/graph.gexf", params={"min_flow_meur": value})
    assert answer.status_code == 422
    assert "min_flow_meur" in answer.text


@pytest.mark.parametrize("form", ["xls", "html", "gexf%2e", "../graph"])
def test_a_format_that_there_is_not_is_not_found(client: TestClient, form: str) -> None:
    assert client.get(f"/graph.{form}").status_code == 404


def test_titles_that_are_hard_to_write_come_back(client: TestClient) -> None:
    title = '=HYPERLINK("http://evil.example") </script> 🔋 שלום'
    client.post("/disruptions", data={"title": title, "origin": "DE", "start": "2021-03-01", "who": "Ana"})
    for form in FORMS:
        found = exchange.read(client.get(f"/graph.{form}?on=2021-03-01").content, form)
        assert found.nodes["DE_A"]["disruptions"] == [f"D1 {title}"], form
