"""Who is scored, and how they are built: what does not change from day to day."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from graphs.method import Method
from graphs.score import resilience
from graphs.valuechain import Floats, Integers, ValueChain


@dataclass(frozen=True, eq=False)
class Panel:
    """The groups and the EU nodes that are scored, as rows, with their indicators of structure.

    A row is a group (the EU, an ecosystem, a country, an industry) or a node by itself. ``shares``: part of each
    node in each group (n × groups); ``weights``: the same times output, columns sum to 1; ``nodes``: positions of the
    nodes that are rows of their own. ``indicators``: rows × indicators; ``lost``: points that each takes;
    ``resilient``: normalised in each way that the method draws (ways × rows × indicators, 0–1, 1 is best).
    """

    rows: pd.MultiIndex
    labels: tuple[str, ...]
    shares: Floats
    weights: Floats
    nodes: Integers
    indicators: Floats
    lost: Floats
    resilient: Floats

    @classmethod
    def of(cls, chain: ValueChain, method: Method) -> Panel:
        """The panel of a chain, made once for all methods that agree on structure.

        Examples:
            >>> from graphs import sources
            >>> panel = Panel.of(sources.toy(), Method())
            >>> len(panel.rows), panel.shares.shape, len(panel.nodes)
            (21, (12, 13), 8)
        """
        key = (method.indicators, method.structure_weight, method.uncertainty.normalisations)
        return chain.once((cls, key), lambda: _panel(chain, method))

    @classmethod
    def of_groups(cls, chain: ValueChain, method: Method, members: pd.DataFrame, labels: tuple[str, ...]) -> Panel:
        """A panel of other groups alone, by the same rules.

        Args:
            members: nodes × (level, key), shares in 0–1; each needs some output.
            labels: what each is called.

        Examples:
            >>> from graphs import sources
            >>> chain = sources.toy()
            >>> members = resilience.groups(chain)[[("country", "DE")]]
            >>> one, all = Panel.of_groups(chain, Method(), members, ("Germany",)), Panel.of(chain, Method())
            >>> bool((one.indicators[0] == all.indicators[all.rows.get_loc(("country", "DE"))]).all())
            True
        """
        return _made(chain, method, members, labels, np.zeros(0, np.int64))

    def means(self, values: Floats) -> Floats:
        """Values of nodes (n × m) by row: means weighted by output."""
        return np.vstack([self._by_weight @ values, values[self.nodes]])

    def sums(self, values: Floats) -> Floats:
        """Amounts of nodes (n × m) by row: sums of what belongs to it."""
        return np.vstack([self._by_share @ values, values[self.nodes]])

    # A node is in a few groups only.
    @functools.cached_property
    def _by_weight(self) -> sparse.csr_array:
        return sparse.csr_array(self.weights.T)

    @functools.cached_property
    def _by_share(self) -> sparse.csr_array:
        return sparse.csr_array(self.shares.T)


def _panel(chain: ValueChain, method: Method) -> Panel:
    """The groups of ``resilience.groups``, then the nodes of the EU."""
    members = resilience.groups(chain)
    scored = np.flatnonzero(chain.in_eu & (chain.output > 0))
    rows = [*members.columns, *(("node", str(key)) for key in chain.keys[scored])]
    labels = tuple(resilience.label(chain, level, key) for level, key in rows)
    return _made(chain, method, members, labels, scored)


def _made(chain: ValueChain, method: Method, members: pd.DataFrame, labels: tuple[str, ...], scored: Integers) -> Panel:
    single = [("node", str(key)) for key in chain.keys[scored]]
    shares = members.to_numpy(float)
    weights = shares * chain.output[:, None]
    weights /= weights.sum(axis=0)
    table = resilience.structure(chain, method)
    values = table.to_numpy(float)
    ways = [
        np.column_stack([resilience.normalised(values[:, i], one, how) for i, one in enumerate(method.indicators)])
        for how in method.uncertainty.normalisations
    ]
    blank = Panel(
        rows=pd.MultiIndex.from_tuples([*members.columns, *single], names=["level", "key"]),
        labels=labels,
        shares=shares,
        weights=weights,
        nodes=scored,
        indicators=np.zeros(0),
        lost=np.zeros(0),
        resilient=np.zeros(0),
    )
    lost = resilience.structure_points_lost(table, method).to_numpy(float)
    return dataclasses.replace(
        blank,
        indicators=blank.means(values),
        lost=blank.means(lost),
        resilient=np.stack([blank.means(way) for way in ways]),
    )
