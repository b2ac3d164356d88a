"""A graph goes out and comes back as it was; other readers find in the file what we put there."""

import contextlib
import io
import json
import re
import zipfile
from datetime import date

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import exchange
from graphs.errors import Faults
from graphs.valuechain import ValueChain

FORMS = list(exchange.FORMS)
GRAPHS = st.from_type(nx.DiGraph)
DAY = date(2021, 3, 1)


def told(graph: nx.DiGraph):
    """All that a graph says, in its order, with the types of its values."""
    return (
        repr(sorted(graph.graph.items())),
        [(key, repr(sorted(row.items()))) for key, row in graph.nodes(data=True)],
        [(*pair, repr(sorted(row.items()))) for *pair, row in graph.edges(data=True)],
    )


@pytest.mark.parametrize("form", FORMS)
@given(graph=GRAPHS)
def test_what_goes_out_comes_back(form, graph):
    again = exchange.read(exchange.write(graph, form), form)
    assert told(again) == told(exchange.plain(graph))


@given(GRAPHS)
def test_plain_changes_nothing_that_is_plain(graph):
    once = exchange.plain(graph)
    assert told(exchange.plain(once)) == told(once)
    assert set(once) == {key.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") for key in graph}


@pytest.mark.parametrize("form", FORMS)
def test_the_picture_of_a_day_comes_back_as_it_was(form, marked):
    again = exchange.read(exchange.write(marked, form), form)
    assert nx.utils.graphs_equal(again, marked)
    assert told(again) == told(marked)
    assert again.nodes["TW_C26"]["score"] is None
    assert again.nodes["DE_A"]["disruptions"][0] == "D1 Strike =1+1"


@pytest.mark.parametrize("form", FORMS)
def test_a_chain_comes_back_with_its_accounts(form, toy):
    again = ValueChain.from_graph(exchange.read(exchange.write(toy.graph(), form), form))
    assert (again.flows != toy.flows).nnz == 0
    assert again.output.tolist() == toy.output.tolist()
    assert again.meta == toy.meta


@pytest.mark.parametrize("form", FORMS)
def test_the_same_graph_makes_the_same_file(form, marked):
    assert exchange.write(marked, form) == exchange.write(marked.copy(), form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("graph", [nx.DiGraph(), nx.DiGraph([("a", "a")])], ids=["none", "self-link"])
def test_hardly_anything_comes_back_too(form, graph):
    assert told(exchange.read(exchange.write(graph, form), form)) == told(graph)


def as_others_see(row):
    """The attributes by the rule of ``write``: what is no plain value as JSON, None left out."""
    plain = {name: value for name, value in row.items() if value is not None and not isinstance(value, list)}
    return plain | {f"{name}_json": value for name, value in row.items() if isinstance(value, list)}


def listed(row):
    return {name: json.loads(value) if name.endswith("_json") else value for name, value in row.items()}


def test_networkx_reads_gexf(marked):
    found = nx.read_gexf(io.BytesIO(exchange.write(marked, "gexf")))
    assert list(found) == list(marked)
    assert list(found.edges) == list(marked.edges)
    for key, row in found.nodes(data=True):
        look = row.pop("viz")
        assert listed(row) == as_others_see(marked.nodes[key])
        assert look["position"] == {"x": marked.nodes[key]["x"], "y": -marked.nodes[key]["y"], "z": 0.0}
    for supplier, buyer, row in found.edges(data=True):
        assert row.pop("id")
        assert row.pop("weight") == marked.edges[supplier, buyer]["flow_meur"]
        assert row == marked.edges[supplier, buyer]


def test_gexf_looks_as_our_page(marked):
    looks = {key: row["viz"] for key, row in nx.read_gexf(io.BytesIO(exchange.write(marked, "gexf"))).nodes(data=True)}
    loss = {key: row["loss_share"] for key, row in marked.nodes(data=True)}
    largest = max(marked.nodes, key=lambda key: marked.nodes[key]["output_meur"])
    assert looks[largest]["size"] == 20
    assert all(5 <= one["size"] <= 20 for one in looks.values())
    assert loss["DE_C29"] > 0.05
    assert 0.001 < loss["TW_A"] < 0.01
    assert looks["DE_C29"]["color"] == {"r": 189, "g": 58, "b": 6, "a": 1.0}
    assert looks["TW_A"]["color"] == {"r": 253, "g": 179, "b": 102, "a": 1.0}
    content = exchange.write(marked, "gexf").decode()
    hit = sum(bool(row["disruptions"]) for row in marked.nodes.values())
    cut = sum(row["cut_share"] > 0 for *_, row in marked.edges(data=True))
    assert (
        (content.count('value="diamond"'), content.count('value="dashed"')) == (hit, cut) == (6, 2)
    )  # German nodes, and the two French buyers


def test_networkx_reads_graphml(marked):
    found = nx.read_graphml(io.BytesIO(exchange.write(marked, "graphml")))
    assert {name: value for name, value in found.graph.items() if "default" not in name} == as_others_see(marked.graph)
    assert list(found) == list(marked)
    assert list(found.edges) == list(marked.edges)
    for key, row in found.nodes(data=True):
        assert listed(row) == as_others_see(marked.nodes[key])
    for supplier, buyer, row in found.edges(data=True):
        assert row.pop("weight") == marked.edges[supplier, buyer]["flow_meur"]
        assert row == marked.edges[supplier, buyer]


def test_igraph_reads_graphml(marked, tmp_path):
    (tmp_path / "a.graphml").write_bytes(exchange.write(marked, "graphml"))
    found = igraph.Graph.Read_GraphML(str(tmp_path / "a.graphml"))
    assert found.is_directed()
    assert found["title"] == marked.graph["title"]
    assert found["estimate"] == marked.graph["estimate"]
    assert found.vs["id"] == list(marked)
    assert [(found.vs[a]["id"], found.vs[b]["id"]) for a, b in found.get_edgelist()] == list(marked.edges)
    assert found.es["weight"] == [row["flow_meur"] for *_, row in marked.edges(data=True)]
    for vertex, row in zip(found.vs, marked.nodes.values(), strict=True):
        assert json.loads(vertex["disruptions_json"]) == row["disruptions"]
        assert vertex["label"] == row["label"]
        assert vertex["loss_share"] == row["loss_share"]
        assert np.isnan(vertex["score"]) if row["score"] is None else vertex["score"] == row["score"]


def test_networkx_reads_json(marked):
    found = nx.node_link_graph(json.loads(exchange.write(marked, "json")), edges="links")
    assert told(found) == told(marked)


def test_pandas_reads_the_tables(marked):
    with zipfile.ZipFile(io.BytesIO(exchange.write(marked, "zip"))) as packed:
        assert packed.namelist() == ["nodes.csv", "edges.csv", "meta.json"]
        nodes, edges = (pd.read_csv(packed.open(name)) for name in packed.namelist()[:2])
        assert json.load(packed.open("meta.json"))["graph"] == marked.graph
    assert nodes.id.tolist() == list(marked)
    assert nodes.output_meur.tolist() == [row["output_meur"] for row in marked.nodes.values()]
    assert edges[["source", "target", "weight"]].values.tolist() == [
        [*pair, row["flow_meur"]] for *pair, row in marked.edges(data=True)
    ]


@given(GRAPHS)
def test_no_cell_is_computed(graph):
    with zipfile.ZipFile(io.BytesIO(exchange.write(graph, "zip"))) as packed:
        for name in packed.namelist()[:2]:
            table = pd.read_csv(packed.open(name), dtype=str, na_filter=False, header=None)
            for cell in table.to_numpy().ravel() if len(table) else ():
                assert re.fullmatch(r"-?\d[\d.e+-]*", cell) or not cell.strip().startswith(tuple("=+-@"))
                assert not cell.startswith(("\t", "\r", "\n"))


def test_numbers_of_numpy_and_none_of_pandas_become_those_of_python():
    graph = nx.DiGraph()
    graph.add_node("a", n=np.int64(3), share=np.float32(0.5), flag=np.True_, odd=pd.NA, parts=(1, float("nan")))
    graph.add_node("b", n=2.5, share=float("nan"))
    assert dict(exchange.plain(graph).nodes) == {
        "a": {"n": 3.0, "share": 0.5, "flag": True, "odd": None, "parts": [1, None]},
        "b": {"n": 2.5, "share": None, "flag": None, "odd": None, "parts": None},
    }
    assert type(exchange.plain(graph).nodes["a"]["n"]) is float


@pytest.mark.parametrize("form", FORMS)
def test_two_halves_of_a_letter_are_the_letter(form):
    graph = nx.DiGraph()
    graph.add_node("Strom\ud83d\udd0b", label="\ud83d\udd0b", parts=["\ud83d\udd0b"])
    again = exchange.read(exchange.write(graph, form), form)
    assert dict(again.nodes) == {"Strom🔋": {"label": "🔋", "parts": ["🔋"]}}


def test_every_fault_is_told_at_once():
    graph = nx.DiGraph(when=DAY)
    graph.add_node("DE_A", loss_share=float("inf"), parts=[1, {1: 2}])
    graph.add_node(("FR", "A"))
    graph.add_edge("DE_A", "FR_A", **{"a\nb": 1})
    with pytest.raises(Faults) as found:
        exchange.write(graph, "gexf")
    assert [(one.where, one.field) for one in found.value.faults] == [
        ("node ('FR', 'A')", "key"),
        ("node DE_A", "loss_share"),
        ("node DE_A", "parts"),
        ("link DE_A to FR_A", "a\nb"),
        ("graph", "when"),
    ]
    assert str(found.value.faults[1]) == "node DE_A, loss_share: inf is not a finite number; give a number, or None"


@pytest.mark.parametrize("graph", [nx.Graph(), nx.MultiDiGraph()])
def test_only_directed_graphs_without_parallel_links(graph):
    with pytest.raises(Faults):
        exchange.write(graph, "json")


@pytest.mark.parametrize("act", [lambda: exchange.write(nx.DiGraph(), "dot"), lambda: exchange.read(b"", "../etc")])
def test_a_format_that_there_is_not(act):
    with pytest.raises(Faults, match="choose from gexf, graphml, json, zip"):
        act()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("content", [b"", b"Hello", b"{}", b"<a/>", b"[1]", b"PK\x05\x06" + bytes(18)])
def test_another_file_is_refused_in_words(form, content):
    with pytest.raises(Faults, match=f"{form}, file: cannot be read .*; take it as it was written"):
        exchange.read(content, form)


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_a_broken_file_is_refused_in_words_or_read(form, data):
    content = bytearray(exchange.write(nx.DiGraph([("a", "b", {"flow_meur": 2.5, "parts": ["x"]})], title="T"), form))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=4))
    with contextlib.suppress(Faults):
        exchange.read(bytes(content), form)
