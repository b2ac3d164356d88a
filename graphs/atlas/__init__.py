"""The atlas of a value chain: what can be looked at, where it stands, and what joins it; the same for every day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from graphs.atlas.groups import Groups, groups_of
from graphs.atlas.links import Links, Trade, links_of, trade_of
from graphs.atlas.views import View, countries_of, views_of
from graphs.valuechain import ValueChain

KINDS = ("groups", "countries", "nodes")
"""Kinds of things that views show."""


@dataclass(frozen=True, eq=False)
class Atlas:
    """All views of one chain, with links and trade for each kind of thing in them.

    ``members`` says by kind how much of each node belongs to a thing (nodes × things, shares in 0–1), ``flows`` what
    things sell to each other, million euro a year.
    """

    chain: ValueChain
    groups: Groups
    countries: tuple[str, ...]
    views: tuple[View, ...]
    members: dict[str, sparse.csr_array]
    flows: dict[str, sparse.csr_array]
    links: dict[str, Links]
    trade: dict[str, Trade]


def atlas(chain: ValueChain) -> Atlas:
    """The atlas of a chain; made at first use, then kept with it.

    Flows between groups are sums of the flows between their members by the shares that belong: F = MᵀZM. Where
    ecosystems share an industry, its flows count in each.

    Examples:
        >>> from graphs import sources
        >>> found = atlas(sources.toy())
        >>> [view.id for view in found.views][:3], found.countries
        (['chain', 'map', 'ecosystem:Aerospace & defence'], ('DE', 'FR', 'TW'))
        >>> float(found.links["countries"].flow_meur.max())
        60.0
    """
    return chain.once("atlas", lambda: _made(chain))


def _made(chain: ValueChain) -> Atlas:
    groups, countries = groups_of(chain), countries_of(chain)
    place = {code: position for position, code in enumerate(countries)}
    lies = np.array([place[code] for code in chain.nodes.country], dtype=np.int64)
    each, n = np.arange(len(chain)), len(chain)
    members = {
        "groups": groups.members,
        "countries": sparse.csr_array((np.ones(n), (each, lies)), (n, len(countries))),
        "nodes": sparse.csr_array(sparse.eye_array(n)),
    }
    flows = {
        "groups": sparse.csr_array(groups.members.T @ chain.flows @ groups.members),
        "countries": sparse.csr_array(members["countries"].T @ chain.flows @ members["countries"]),
        "nodes": sparse.csr_array(chain.flows),
    }
    views = views_of(chain, groups, countries)
    opened = [view for view in views if view.kind == "nodes"]
    return Atlas(
        chain=chain,
        groups=groups,
        countries=tuple(countries),
        views=views,
        members=members,
        flows=flows,
        links={kind: links_of(flows[kind], kind, opened if kind == "nodes" else ()) for kind in KINDS},
        trade={kind: trade_of(flows[kind]) for kind in KINDS},
    )
