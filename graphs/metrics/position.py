"""Where a node stands in the chain, between raw inputs and final use."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphs.valuechain import ValueChain, share_of


def upstreamness(chain: ValueChain) -> pd.Series[float]:
    """Average number of steps from a node's output to final use: U = (I − B)⁻¹1 with b_ij = z_ij / x_i.

    Since (I − B)⁻¹ = x̂⁻¹ L x̂, this is U_i = (L x)_i / x_i.

    Returns:
        Steps, 1 or more: 1 if and only if all output goes to final use; 1 for a node without output.

    References:
        Antràs, Chor, Fally and Hillberry 2012, American Economic Review 102(3).

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> upstreamness(chain).round(4).tolist()
        [1.9142, 1.2541]
    """
    steps = share_of(chain.leontief_inverse @ chain.output, chain.output)
    return chain.series(np.where(chain.output > 0, steps, 1.0), "upstreamness_steps")
