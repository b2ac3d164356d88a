"""What all others would lose without a node: hypothetical extraction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphs.valuechain import ValueChain, share_of


def hypothetical_extraction(chain: ValueChain) -> pd.Series[float]:
    """Output that all nodes together would lose if a node vanished with its sales, purchases and final demand.

    m_k x_k / l_kk with m = 1'L: the same as deleting row and column k and solving again, own output included.

    Returns:
        Million euro a year, 0 or more where final demand is not negative.

    References:
        Dietzenbacher and Lahr 2013, Economic Systems Research 25(3); by the Sherman–Morrison formula.

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> hypothetical_extraction(chain).round(3).tolist()
        [1210.526, 2588.235]
    """
    inverse = chain.leontief_inverse
    loss = inverse.sum(axis=0) * chain.output / np.diagonal(inverse)
    return chain.series(loss, "extraction_loss_meur")


def extraction_multiplier(chain: ValueChain) -> pd.Series[float]:
    """Hypothetical extraction per euro of the node's own output: how much stands or falls with it.

    Returns:
        Euro of output lost anywhere per euro of own output, 1 or more; 1 for a node without output.

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> extraction_multiplier(chain).round(4).tolist()
        [1.2105, 1.2941]
    """
    ratio = share_of(hypothetical_extraction(chain).to_numpy(), chain.output)
    return chain.series(np.where(chain.output > 0, ratio, 1.0), "extraction_multiplier")
