"""Shocks of final demand: Leontief's inverse, exact and at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphs.propagation.path import clean
from graphs.valuechain import Floats, ValueChain, residual_demand, share_of


def leontief(chain: ValueChain, final_demand: npt.ArrayLike) -> Floats:
    """Output that a final demand needs, directly and through all suppliers: x = L f.

    Args:
        final_demand: million euro a year, one number for each node in the last dimension.

    Returns:
        Output, million euro a year.

    References:
        Miller and Blair 2009, Input–Output Analysis, chapter 2.

    Examples:
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> leontief(chain, [600, 1500]).round(2).tolist()
        [1247.52, 1841.58]
    """
    return np.asarray(np.asarray(final_demand, float) @ chain.leontief_inverse.T, float)


def demand_kept(chain: ValueChain, remaining: Floats) -> Floats:
    """Share of output kept when only ``remaining`` of each node's final demand is left: 1 − (L Δf) / x.

    Negative final demand (stocks run down) is not cut. Nodes stand in the last dimension.

    Examples:
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> demand_kept(chain, np.array([1.0, 0.5])).round(4).tolist()
        [0.7195, 0.5231]
    """
    lost = np.maximum(residual_demand(chain), 0.0) * (1.0 - remaining)
    return clean(1.0 - share_of(leontief(chain, lost), chain.output))
