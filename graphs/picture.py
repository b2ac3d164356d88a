"""The chain as a networkx graph with an assessment marked on it, and that graph as a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import networkx as nx
import numpy as np

from graphs.assessment import Assessment
from graphs.atlas import atlas
from graphs.atlas.days import causes, cut_share, day_of, told
from graphs.backbone import backbone_of
from graphs.layout import grid
from graphs.page import Sheet, graph_page
from graphs.valuechain import ValueChain

MOST_LINKS = 6_000
"""Links of the backbone: in the shipped chain, of 647,632 between two nodes, these carry 65 % of the value."""
_MOST_CUT = 200


def picture(chain: ValueChain, assessment: Assessment, min_flow_meur: float | None = None) -> nx.DiGraph[str]:
    """The chain's graph with its strongest links, each node with its loss, score, reasons and disruptions.

    Added to ``ValueChain.graph``: node attributes ``x, y, loss_share, loss_low_share, loss_high_share, loss_meur,
    score, score_low, score_high`` (None outside the EU), ``disruptions``, ``reasons``; edge attribute ``cut_share``;
    of the graph ``on`` (the date), ``method_version``, ``horizon_weeks``, ``chain_version``, ``log10_alpha`` and, in
    words, ``links``. The largest flows that a disruption cuts are always in it.

    Args:
        min_flow_meur: flows that are smaller, million euro a year, or neither begin nor end in the EU are left out.
            If None, the links are the backbone instead (``backbone.backbone_of``): no linked node loses all links.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.disruption import Disruption
        >>> from graphs.method import Method
        >>> strike = Disruption("Strike", ("DE",), date(2021, 3, 1), "D1", effect="supply", severity_likely=0.4)
        >>> graph = picture(sources.toy(), assess(sources.toy(), [strike], date(2021, 3, 1), Method()), 20)
        >>> graph.nodes["DE_C29"]["disruptions"], round(graph.nodes["FR_C29"]["loss_share"], 3)
        (['D1 Strike'], 0.024)
    """
    graph = _linked(chain, min_flow_meur)
    method = assessment.method
    graph.graph |= {
        "on": assessment.on.isoformat(),
        "method_version": method.version,
        "horizon_weeks": method.horizon_weeks,
        "chain_version": assessment.chain_version,
    }
    for supplier, buyer, flow, share in _cut(chain, assessment):
        graph.add_edge(supplier, buyer, flow_meur=flow, cut_share=share)
    for _, _, data in graph.edges(data=True):
        data.setdefault("cut_share", 0.0)
    hit = _hit(chain, assessment)
    places, scores = grid(chain), dict(told(assessment))
    losses = assessment.nodes[["loss_share", "loss_low_share", "loss_high_share", "loss_meur"]]
    for key, lost in losses.to_dict("index").items():
        one = scores.get(("node", str(key)))
        graph.nodes[key].update(
            x=float(places.x[key]),
            y=float(places.y[key]),
            **lost,
            disruptions=hit[str(key)],
            reasons=[f"−{points:.1f}: {text}" for points, text in one.reasons] if one else [],
            score=one and one.score,
            score_low=one and one.low,
            score_high=one and one.high,
        )
    return graph


def picture_page(chain: ValueChain, days: Sequence[tuple[Assessment, str]], address: str = "") -> str:
    """The chain and what happened to it on some dates, as one HTML page which opens offline.

    Args:
        days: assessments of the dates, the one to be shown first, each with the sentence under the title.
        address: where a server has this page for other dates; none in a file to be mailed.
    """
    found = atlas(chain)
    first = days[0][0]
    meta = first.chain
    return graph_page(
        found,
        [Sheet(day_of(found, one), headline) for one, headline in days],
        [
            f"{'ESTIMATE: ' if meta.estimate else ''}{meta.title}. {meta.accuracy}".strip(),
            f"Losses: share of output over the {first.method.horizon_weeks} weeks from the date, likely reading, with "
            "the low and high readings of severity and duration; estimates by method version "
            f"{first.method.version}. What is put down to one disruption is estimated by what each would cost alone.",
            "Ecosystems share industries, so their sums overlap. Marked as directly hit: what a disruption cuts by "
            "more than 0.1 % at first hand; one that so cuts more than three quarters of the EU marks none.",
            meta.source,
        ],
        address,
    )


def _linked(chain: ValueChain, min_flow_meur: float | None) -> nx.DiGraph[str]:
    """The chain's graph with the links of its backbone, or with those above a threshold; it says which."""
    if min_flow_meur is not None:
        graph = chain.graph(min_flow_meur)
        inside = dict(zip(chain.keys, chain.in_eu, strict=True))
        if any(inside.values()):
            graph.remove_edges_from([pair for pair in graph.edges if not inside[pair[0]] and not inside[pair[1]]])
        graph.graph |= {
            "log10_alpha": None,
            "links": f"flows of {min_flow_meur:,.10g} million EUR a year or more that begin or end in the EU, and the "
            "largest that disruptions cut",
        }
        return graph
    graph, links = chain.graph(np.inf), chain.inputs
    found = backbone_of(links.supplier, links.buyer, links.flow_meur, MOST_LINKS)
    names = chain.keys.astype(str).to_numpy()
    ends = (names[side[found.links]].tolist() for side in (links.supplier, links.buyer))
    graph.add_weighted_edges_from(zip(*ends, links.flow_meur[found.links].tolist(), strict=True), "flow_meur")
    significant = np.isfinite(found.log10_alpha)
    below = f"those of a significance below 10^{found.log10_alpha:.4g}, " if significant else ""
    graph.graph |= {
        "min_flow_meur": None,
        "log10_alpha": found.log10_alpha if significant else None,
        "links": f"the backbone by the disparity filter: {below}the largest supply and the largest sale of each "
        "node, and the largest flows that disruptions cut",
    }
    return graph


def _cut(chain: ValueChain, assessment: Assessment) -> list[tuple[str, str, float, float]]:
    """The largest flows that links in force cut: supplier, buyer, flow, share cut (likely reading)."""
    links, share = chain.inputs, cut_share(chain, assessment)
    largest = np.argsort(-share * links.flow_meur, kind="stable")[:_MOST_CUT]
    names = chain.keys
    return [
        (str(names[links.supplier[at]]), str(names[links.buyer[at]]), float(links.flow_meur[at]), float(share[at]))
        for at in largest
        if share[at] > 0
    ]


def _hit(chain: ValueChain, assessment: Assessment) -> dict[str, list[str]]:
    """By key the names of the disruptions that hit a node directly, as the page marks them."""
    hit: dict[str, list[str]] = defaultdict(list)
    for cause in causes(chain, assessment):
        for key in chain.keys[cause.hits]:
            hit[str(key)].append(f"{cause.record.id} {cause.record.title}".strip())
    return hit
