"""Groups of nodes: the EU, its ecosystems and industries, every country; and a metric of nodes by group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphs.valuechain import ValueChain


def groups(chain: ValueChain) -> pd.DataFrame:
    """Who belongs to what, and how much of it: nodes × (level, key), shares in 0–1.

    The levels ``eu``, ``ecosystem`` and ``industry`` hold nodes of the 27 member states; ``country`` has every country
    of the chain. Groups without output are left out.

    Examples:
        >>> from graphs import sources
        >>> found = groups(sources.toy())
        >>> found["country", "TW"].sum(), found["eu", "EU"].sum()
        (np.float64(4.0), np.float64(8.0))
    """
    inside = chain.in_eu.astype(float)
    columns: dict[tuple[str, str], np.ndarray] = {("eu", "EU"): inside}
    shares = chain.membership.reindex(chain.nodes.industry).to_numpy(float)
    for position, name in enumerate(chain.membership.columns):
        columns["ecosystem", str(name)] = inside * shares[:, position]
    for key in chain.nodes.country.unique():
        columns["country", str(key)] = (chain.nodes.country == key).to_numpy(float)
    for key in chain.nodes.industry.unique():
        columns["industry", str(key)] = inside * (chain.nodes.industry == key).to_numpy(float)
    members = pd.DataFrame(columns, index=chain.keys)
    members.columns.names = ["level", "key"]
    return members.loc[:, chain.output @ members.to_numpy(float) > 0]


def by_group(chain: ValueChain, series: pd.Series[float], members: pd.DataFrame | None = None) -> pd.Series[float]:
    """A metric of nodes by group: the sum of amounts, the mean of everything else.

    A name that ends in ``_meur`` is an amount: Σ_k α_k s_k. Any other is a mean weighted by output,
    Σ_k α_k x_k s_k / Σ_k α_k x_k. α_k is the share of node k that belongs to the group.

    Where the group as one whole has a number of its own that is no mean of its nodes (what is lost with it, where it
    buys), see ``group_extraction`` and ``group_sourcing``.

    Args:
        members: nodes × groups; by default ``groups(chain)``.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> float(by_group(chain, chain.nodes.output_meur)["country", "TW"])
        620.0
        >>> round(float(by_group(chain, chain.series(range(12), "rank_index"))["country", "TW"]), 3)
        9.355
    """
    members = groups(chain) if members is None else members
    shares, values = members.reindex(chain.keys, fill_value=0.0).to_numpy(float), series.reindex(chain.keys).to_numpy()
    if str(series.name).endswith("_meur"):
        found = values @ shares
    else:
        weights = shares * chain.output[:, None]
        total = weights.sum(axis=0)
        found = np.divide(values @ weights, total, out=np.zeros(len(total)), where=total > 0)
    return pd.Series(found, members.columns, name=series.name)
