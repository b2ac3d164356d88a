"""The backbone of the estimate, and the graph of a day written for other tools, beside pandas and networkx."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from measure import Row, seconds

from graphs import exchange, sources
from graphs.assessment import assess
from graphs.backbone import backbone_of, log10_significance
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.picture import picture
from graphs.valuechain import ValueChain

DAY = date(2021, 3, 1)


def rows() -> Iterator[Row]:
    """One after the other; results are compared before a row is given."""
    chain = sources.estimate_2014()
    yield from _backbone(chain)
    yield from _files(chain)


def _backbone(chain: ValueChain) -> Iterator[Row]:
    links = chain.inputs
    ends = links.supplier, links.buyer, links.flow_meur
    yield Row(
        f"backbone of {len(links.flow_meur):,} links, 6,000 kept", seconds(lambda: backbone_of(*ends, 6_000)), bar=0.3
    )
    own, other = seconds(lambda: log10_significance(*ends)), seconds(lambda: _with_pandas(chain))
    table = _with_pandas(chain)
    assert np.allclose(log10_significance(*ends)[table.index], table.found, rtol=1e-9)
    yield Row("its significance alone", own, "pandas, by groups", other)


def _with_pandas(chain: ValueChain) -> pd.DataFrame:
    links = chain.inputs
    table = pd.DataFrame({"a": links.supplier, "b": links.buyer, "w": links.flow_meur})
    table = table[(table.a != table.b) & (table.w > 0)]
    ways = []
    for side in ("a", "b"):
        group = table.groupby(side).w
        with np.errstate(divide="ignore"):
            other = (group.transform("size") - 1) * np.log1p(-table.w / group.transform("sum")) / np.log(10)
        ways.append(other.fillna(0.0))  # an only link: 0 times the logarithm of 0
    return table.assign(found=np.minimum(*ways))


def _files(chain: ValueChain) -> Iterator[Row]:
    strike = Disruption("Strike", ("DE",), DAY, "D1", effect="supply", severity_likely=0.4)
    assessment = assess(chain, [strike], DAY, Method())
    graph = picture(chain, assessment)
    size = f"{len(graph):,} nodes, {graph.number_of_edges():,} links"
    yield Row(f"the graph of a day drawn: {size}", seconds(lambda: picture(chain, assessment)))
    known = _for_networkx(graph)
    writers = {"gexf": (nx.write_gexf, nx.read_gexf), "graphml": (nx.write_graphml_xml, nx.read_graphml)}
    for form in exchange.FORMS:
        content = exchange.write(graph, form)
        assert nx.utils.graphs_equal(exchange.read(content, form), graph)
        own = seconds(lambda form=form: exchange.write(graph, form))  # type: ignore[misc]
        note = (
            f"{len(content) / 1e6:.1f} MB; read back in {seconds(lambda f=form, c=content: exchange.read(c, f)):.2f} s"  # type: ignore[misc]
        )
        if form not in writers:
            yield Row(f"written as {form}", own, note=note)
            continue
        write, read = writers[form]
        other = seconds(lambda write=write: write(known, io.BytesIO()))  # type: ignore[misc]
        assert set(read(io.BytesIO(content)).edges) == set(known.edges)
        yield Row(f"written as {form}", own, "networkx, lists as JSON, without picture and source", other, note=note)


def _for_networkx(graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    """What networkx can write of it: no None, no lists."""

    def row(found: dict[str, Any]) -> dict[str, Any]:
        return {
            name: json.dumps(value) if isinstance(value, list) else value
            for name, value in found.items()
            if value is not None
        }

    known: nx.DiGraph[str] = nx.DiGraph()
    known.add_nodes_from((key, row(found)) for key, found in graph.nodes(data=True))
    known.add_edges_from((a, b, row(found)) for a, b, found in graph.edges(data=True))
    return known
