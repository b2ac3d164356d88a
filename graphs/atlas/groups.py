"""Ecosystems by parts of the world: the hundred groups in which a chain of thousands is seen at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from graphs import metrics
from graphs.geography import REGIONS, region
from graphs.valuechain import Floats, Integers, ValueChain, share_of

NO_ECOSYSTEM = "In no ecosystem"
"""Industries that the ecosystems do not name; those that several name count in each."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Columns are ecosystems from upstream to downstream; rows are parts of the world, those of the EU first.

    ``shares`` (nodes × columns) says how much of a node belongs to each ecosystem, 0–1. ``members`` (nodes × groups)
    is the same by group; group ``c · len(regions) + r`` is column c in row r.
    """

    columns: tuple[str, ...]
    regions: tuple[str, ...]
    shares: Floats
    region_of: Integers
    members: sparse.csr_array
    steps: Floats
    """Upstreamness of each node: steps to final use, at most 10."""


def groups_of(chain: ValueChain) -> Groups:
    """The groups of a chain; ecosystems and parts of the world without output are left out.

    Columns are ordered by upstreamness (Antràs & Chor 2013), the mean of their industries weighted by output.

    Examples:
        >>> from graphs import sources
        >>> found = groups_of(sources.toy())
        >>> found.columns[0], found.regions
        ('Aerospace & defence', ('Western EU', 'Asia'))
    """
    steps = metrics.upstreamness(chain).clip(upper=10.0).to_numpy()
    shares = chain.membership.reindex(chain.nodes.industry).fillna(0.0).to_numpy(float)
    alone = (shares.sum(axis=1) == 0).astype(float)
    shares = np.column_stack([shares, alone])
    names = np.array([*map(str, chain.membership.columns), NO_ECOSYSTEM])

    made = chain.output @ shares
    order = np.argsort(-share_of((chain.output * steps) @ shares, made), kind="stable")
    order = order[made[order] > 0]
    order = np.concatenate([order[names[order] != NO_ECOSYSTEM], order[names[order] == NO_ECOSYSTEM]])

    lies = np.array([REGIONS.index(region(code)) for code in chain.nodes.country], dtype=np.int64)
    there = np.unique(lies)
    region_of = np.searchsorted(there, lies)
    blocks = shares[:, order][:, :, None] * (region_of[:, None] == np.arange(len(there)))[:, None, :]
    return Groups(
        columns=tuple(names[order].tolist()),
        regions=tuple(REGIONS[one] for one in there),
        shares=shares[:, order],
        region_of=region_of,
        members=sparse.csr_array(blocks.reshape(len(chain), -1)),
        steps=steps,
    )
