"""The value chain and parts of it, for programs: as a graph for networkx, or its flows as a table."""

from __future__ import annotations

from typing import Annotated, Any

import networkx as nx
from fastapi import Query
from fastapi.responses import Response

from graphs import exchange
from graphs.errors import Fault, Faults
from graphs.subchain import Flags, around, chosen, links_between, subchain, threshold_for
from graphs.valuechain import ValueChain
from tracker.api import answer, sheet
from tracker.api.frame import CSV, KEPT, MAY_BE_KNOWN, PARQUET, READS, AtDesk, Form, room, table

router = room()

MOST_LINKS = 50_000
"""No answer has more: with them JSON takes some 4 MB."""
_MOST_STEPS = 5
_COLUMNS = ("supplier", "buyer", "supplier_label", "buyer_label", "flow_meur", "min_flow_meur")
_GRAPH = {
    "type": "object",
    "description": 'A graph as networkx has it: `networkx.node_link_graph(answer, edges="links")`. Each node has its '
    "`id` (the key), `label`, `country`, `industry`, `output_meur`, `final_demand_meur`, …; each link `source` (who "
    "sells), `target` (who buys) and `flow_meur`, in million EUR a year. `graph` says where it comes from.",
    "required": ["directed", "multigraph", "graph", "nodes", "links"],
    "properties": {
        "directed": {"type": "boolean", "description": "true: from who sells to who buys."},
        "multigraph": {"type": "boolean", "description": "false: at most one link from a node to another."},
        "graph": {"type": "object", "description": "Title, year, source, licence, whether it is an estimate, …"},
        "nodes": {"type": "array", "items": {"type": "object"}, "description": "The nodes."},
        "links": {"type": "array", "items": {"type": "object"}, "description": "The flows between them."},
    },
}
_CONTENT = {"application/json": {"schema": _GRAPH}} | CSV | PARQUET


@router.get(
    "/chain",
    responses=KEPT | {200: KEPT[200] | {"content": _CONTENT}} | READS,
    dependencies=[MAY_BE_KNOWN],
    response_class=Response,
)
def read_chain(
    desk: AtDesk,
    ecosystem: Annotated[
        str | None,
        Query(
            max_length=60,
            description="Only nodes whose industry has a part in this ecosystem, inside and outside the EU.",
            examples=["Electronics"],
        ),
    ] = None,
    country: Annotated[
        str | None, Query(max_length=60, description="Only nodes of this country: a code or a name.", examples=["DE"])
    ] = None,
    around_node: Annotated[
        str | None,
        Query(
            alias="around",
            max_length=60,
            description="Only this node (a key) and those at most `steps` trades from it, upstream and downstream.",
            examples=["DE_C29"],
        ),
    ] = None,
    steps: Annotated[
        int, Query(ge=1, le=_MOST_STEPS, description="With `around`: how many trades; 1 is suppliers and customers.")
    ] = 1,
    min_flow_meur: Annotated[
        float, Query(ge=1, le=1e9, description="Leave out smaller flows (million EUR a year).")
    ] = 1000,
    form: Form = "json",
) -> Response:
    """The value chain, or the part of it that fits every filter, with the flows between its nodes.

    As JSON a networkx node-link graph; as CSV or Parquet the flows, one row each. At most 50,000 flows: a threshold
    that lets more through is refused with the one that fits.
    """
    chain = desk.chain
    which = _chosen(chain, ecosystem, country, around_node, steps, min_flow_meur)
    _refuse_too_many(chain, which, min_flow_meur)
    graph = subchain(chain, which, min_flow_meur)
    if form != "json":
        of_each = answer.of_each_row(chain.meta, chain.version, desk.method)
        rows = [row | {"min_flow_meur": min_flow_meur} | of_each for row in _flows(graph)]
        return table(sheet.table(rows, form, (*_COLUMNS, *of_each)), form=form)
    asked = {"ecosystem": ecosystem, "country": country, "around": around_node, "steps": around_node and steps}
    graph.graph |= {"chain_version": chain.version} | {name: value for name, value in asked.items() if value}
    return Response(exchange.write(graph, "json"), media_type="application/json")


def _chosen(
    chain: ValueChain,
    ecosystem: str | None,
    country: str | None,
    around_node: str | None,
    steps: int,
    min_flow_meur: float,
) -> Flags:
    """The nodes that fit.

    Raises:
        Faults: every filter that fits none.
    """
    faults = list[Fault]()
    if around_node is not None and around_node not in chain.keys:
        mend = "write country_industry, such as DE_C29"
        faults.append(Fault("", "around", f"{around_node!r} is no node of the value chain", mend))
    try:
        which = chosen(chain, country=country, ecosystem=ecosystem)
    except Faults as found:
        faults += found.faults
    if faults:
        raise Faults(faults)
    return which if around_node is None else which & around(chain, around_node, steps, min_flow_meur)


def _refuse_too_many(chain: ValueChain, which: Flags, min_flow_meur: float) -> None:
    """Refuse a threshold that lets through more flows than an answer may have.

    Raises:
        Faults: with the threshold that fits.
    """
    count = links_between(chain, which, min_flow_meur)
    if count > MOST_LINKS:
        fault = f"{count:,} flows are {min_flow_meur:,.10g} million EUR a year or more: more than {MOST_LINKS:,}"
        mend = f"give a threshold above {threshold_for(chain, which, MOST_LINKS):,.10g}, or a smaller part of the chain"
        raise Faults([Fault("", "min_flow_meur", fault, mend)])


def _flows(graph: nx.DiGraph[str]) -> list[dict[str, Any]]:
    labels = dict(graph.nodes(data="label"))
    return [
        {
            "supplier": supplier,
            "buyer": buyer,
            "supplier_label": labels[supplier],
            "buyer_label": labels[buyer],
            "flow_meur": flow,
        }
        for supplier, buyer, flow in graph.edges(data="flow_meur")
    ]
