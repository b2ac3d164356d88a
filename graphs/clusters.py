"""Where clusters are at home in the value chain: the industries of their country that they are about.

Membership of a node in a cluster: 1 where it lies in the cluster's country (for a European cluster: in any member
state), times the share of its industry that the cluster names. Where the cluster names no industry, times the part of
its industry in the ecosystems that it names, 1 at most. So a cluster is told by the industries around it, not by its
own members, of whom the chain knows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from graphs import classification
from graphs.organisation import Cluster
from graphs.valuechain import Floats, ValueChain

_NOT_THERE = ("draft", "rejected", "withdrawn")
_EU = "EU"


def members_of_clusters(chain: ValueChain, clusters: Iterable[Cluster]) -> pd.DataFrame:
    """Who belongs to what, and how much of it: nodes × (``cluster``, id), shares in 0–1.

    Left out are clusters that are drafts, rejected or withdrawn, and those that have no output in the EU here: whose
    country lies outside it or is not known, and who name neither industries nor ecosystems of the chain.

    Examples:
        >>> from graphs import sources
        >>> cars = Cluster("Cars of Saxony", country="DE", industries=("C29",), id="C1")
        >>> found = members_of_clusters(sources.toy(), [cars, Cluster("No country", industries=("C29",), id="C2")])
        >>> found.columns.tolist(), found.index[found["cluster", "C1"] > 0].tolist()
        ([('cluster', 'C1')], ['DE_C29'])
    """
    columns = dict[tuple[str, str], Floats]()
    for one in clusters:
        if one.state not in _NOT_THERE:
            share = chain.in_eu * _at_home(chain, one) * _about(chain, one)
            if share @ chain.output > 0:
                columns["cluster", one.id] = share
    names = pd.MultiIndex.from_tuples(list(columns), names=["level", "key"]) if columns else None
    return pd.DataFrame(columns, index=chain.keys, columns=names)


def _at_home(chain: ValueChain, one: Cluster) -> Floats:
    if one.country == _EU:
        return np.ones(len(chain))
    return (chain.nodes.country == one.country).to_numpy(float)


def _about(chain: ValueChain, one: Cluster) -> Floats:
    industry = chain.nodes.industry
    if one.industries:
        parts = {code: classification.coverage(one.industries, code) for code in industry.unique()}
        return industry.map(parts).to_numpy(float)
    named = [name for name in one.ecosystems if name in chain.membership]
    share = chain.membership[named].sum(axis=1).clip(upper=1.0)
    return industry.map(share).to_numpy(float)
