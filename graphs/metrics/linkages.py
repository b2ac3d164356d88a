"""Linkages: how strongly a node pulls on its suppliers and pushes its customers, against the average node."""

from __future__ import annotations

import pandas as pd

from graphs.metrics.position import input_multipliers, output_multipliers
from graphs.valuechain import Floats, ValueChain


def backward_linkage(chain: ValueChain) -> pd.Series[float]:
    """Pull on suppliers: the output multiplier over the mean one, n · m_j / 1'm with m' = 1'L.

    Returns:
        Index around 1, more than 0: above 1, the node draws on others more than the average node.

    References:
        Miller and Blair 2009, Input–Output Analysis, section 12.2 (Rasmussen's power of dispersion).

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> backward_linkage(chain).round(4).tolist()
        [1.0222, 0.9778]
    """
    return chain.series(_against_mean(output_multipliers(chain)), "backward_linkage_index")


def forward_linkage(chain: ValueChain) -> pd.Series[float]:
    """Push on customers: the input multiplier over the mean one, n · g_i / 1'g with g = G1 of Ghosh's inverse.

    Not the row sums of Leontief's inverse, which weigh a small customer as much as a large one.

    Returns:
        Index around 1, more than 0: above 1, others draw on the node more than on the average one.

    References:
        Miller and Blair 2009, Input–Output Analysis, section 12.2.

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> forward_linkage(chain).round(4).tolist()
        [1.2083, 0.7917]
    """
    return chain.series(_against_mean(input_multipliers(chain)), "forward_linkage_index")


def _against_mean(multipliers: Floats) -> Floats:
    return multipliers / multipliers.mean()
