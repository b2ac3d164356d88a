"""Where a node stands in the chain, between raw inputs and final use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from graphs.errors import Fault, Faults
from graphs.valuechain import Floats, ValueChain, share_of


def upstreamness(chain: ValueChain) -> pd.Series[float]:
    """Average number of steps from a node's output to final use: U = (I − B)⁻¹1 with b_ij = z_ij / (x_i − N_i).

    N is what went into stocks (``inventory_change_meur`` in the nodes; 0 where it is not known): goods put into stock
    have not been used yet, and what is drawn from stock was. b_ij is a share of use, so where final use other than
    stocks comes out negative (corrections of the source) it counts as none: the divisor is at least Σ_j z_ij. Without
    that, and without N, a refinery that lives on its stocks stands 200 steps from final use. Where that leaves a
    circle of nodes no final use at all, what they put into stock counts as their final use.

    Returns:
        Steps, 1 or more: 1 if and only if all output goes to final use; 1 for a node without output.

    Raises:
        Faults: if part of the output never reaches a final use (the chain is not productive).

    References:
        Antràs, Chor, Fally and Hillberry 2012, American Economic Review 102(3), with their correction for stocks.

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> upstreamness(chain).round(4).tolist()
        [1.9142, 1.2541]
    """
    sold = np.asarray(chain.flows.sum(axis=1), float)
    into_stock = chain.nodes.get("inventory_change_meur", pd.Series(0.0, chain.keys)).fillna(0.0).to_numpy(float)
    used = np.maximum(chain.output - into_stock, sold)
    used = np.where(_reaches(chain.flows, used > sold * (1.0 + 1e-9)), used, np.maximum(chain.output, sold))
    shares = chain.flows.toarray()
    np.divide(shares, used[:, None], out=shares, where=used[:, None] > 0)
    try:
        steps = np.linalg.solve(np.eye(len(chain)) - shares, np.ones(len(chain)))
    except np.linalg.LinAlgError:
        steps = np.full(len(chain), np.nan)
    if not (np.isfinite(steps).all() and (steps > 1.0 - 1e-6).all()):
        mend = "look for nodes that sell to each other in a circle and to no final user"
        raise Faults([Fault("value chain", "flows", "part of the output never reaches a final use", mend)])
    return chain.series(np.maximum(steps, 1.0), "upstreamness_steps")


def downstreamness(chain: ValueChain) -> pd.Series[float]:
    """Average number of steps of value added behind a node's output: D' = 1'(I − A)⁻¹, the output multiplier.

    Column sums of Leontief's inverse: the output needed anywhere for one euro of the node's final demand. Where
    taxes and discrepancies stand in the inputs account they count as value added.

    Returns:
        Steps (euro per euro), 1 or more: 1 for a node that buys nothing.

    References:
        Antràs and Chor 2018, On the measurement of upstreamness and downstreamness in global value chains.

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> downstreamness(chain).round(4).tolist()
        [1.5182, 1.4521]
    """
    return chain.series(output_multipliers(chain), "downstreamness_steps")


def output_multipliers(chain: ValueChain) -> Floats:
    """m' = 1'L: output needed anywhere for one euro of final demand, by node."""
    return np.ones(len(chain)) @ chain.leontief_inverse


def input_multipliers(chain: ValueChain) -> Floats:
    """g = G1 with Ghosh's inverse G = (I − B)⁻¹ = x̂⁻¹ L x̂, b_ij = z_ij / x_i; 1 for a node without output.

    Output anywhere that one euro of the node's primary inputs supports.
    """
    return np.where(chain.output > 0, share_of(chain.leontief_inverse @ chain.output, chain.output), 1.0)


def _reaches(flows: sparse.csr_array, final: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Nodes from which goods come, over any number of sales, to a node that sells to final users."""
    sells, reached = flows > 0, final
    while True:
        more = reached | (sells @ reached > 0)
        if (more == reached).all():
            return reached
        reached = more
