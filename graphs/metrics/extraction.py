"""What all others would lose without a node, or without a part of it: hypothetical extraction.

All nodes at once from one inverse: a rank-one change of A moves output by the formula of Sherman and Morrison, a
change of several rows by that of Woodbury, so that nothing is solved again.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphs.errors import Fault, Faults
from graphs.metrics.grouping import groups
from graphs.metrics.position import input_multipliers, output_multipliers
from graphs.valuechain import Floats, ValueChain, share_of


def hypothetical_extraction(chain: ValueChain, share: float = 1.0) -> pd.Series[float]:
    """Output that all nodes together would lose if a node vanished with its sales, purchases and final demand.

    m_k x_k / l_kk with m = 1'L: the same as deleting row and column k and solving again, own output included. If only
    a share α of the node vanishes (its sales to every customer and to final users shrink by α, and customers need so
    much less of it): α m_k x_k / (1 + α (l_kk − 1)).

    Returns:
        Million euro a year, 0 or more where final demand is not negative.

    Raises:
        Faults: if ``share`` is not within 0–1.

    References:
        Dietzenbacher and Lahr 2013, Economic Systems Research 25(3); by the Sherman–Morrison formula.

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> hypothetical_extraction(chain).round(3).tolist()
        [1210.526, 2588.235]
    """
    return chain.series(_lost(chain, output_multipliers(chain), share), "extraction_loss_meur")


def backward_extraction(chain: ValueChain, share: float = 1.0) -> pd.Series[float]:
    """Output lost if a node bought nothing in the chain any more, with final demand as it was.

    Column k of A removed: x_k (m_k − 1) / l_kk. With column k scaled by 1 − α only:
    α x_k (m_k − 1) / (1 + α (l_kk − 1)).

    Returns:
        Million euro a year, 0 or more; 0 for a node that buys nothing.

    Raises:
        Faults: if ``share`` is not within 0–1.

    References:
        Dietzenbacher and van der Linden 1997, Journal of Regional Science 37(2).

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> backward_extraction(chain).round(3).tolist()
        [413.158, 805.882]
    """
    return chain.series(_lost(chain, output_multipliers(chain) - 1.0, share), "backward_extraction_loss_meur")


def forward_extraction(chain: ValueChain, share: float = 1.0) -> pd.Series[float]:
    """Output lost if a node sold nothing in the chain any more, with value added as it was: Ghosh's view.

    Row k of B removed: x_k (g_k − 1) / g_kk with g = G1 and g_kk = l_kk. With row k scaled by 1 − α only:
    α x_k (g_k − 1) / (1 + α (g_kk − 1)).

    Returns:
        Million euro a year, 0 or more; 0 for a node that sells to final users alone.

    Raises:
        Faults: if ``share`` is not within 0–1.

    References:
        Dietzenbacher and van der Linden 1997, Journal of Regional Science 37(2).

    Examples:
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> forward_extraction(chain).round(3).tolist()
        [728.947, 452.941]
    """
    return chain.series(_lost(chain, input_multipliers(chain) - 1.0, share), "forward_extraction_loss_meur")


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


def group_extraction(chain: ValueChain, members: pd.DataFrame | None = None) -> pd.DataFrame:
    """Output that all nodes together would lose if a whole group vanished: a country, an ecosystem, any list.

    m_K L_KK⁻¹ x_K for the nodes K of the group. A node that belongs to it by a share α (an industry of an ecosystem)
    vanishes by that share, as in ``hypothetical_extraction``: m_K (I + α̂ (L_KK − I))⁻¹ α̂ x_K. This is no sum over
    nodes: what they make for each other is lost once.

    Args:
        members: shares of nodes in groups, nodes × groups, 0–1; by default ``groups(chain)``.

    Returns:
        By group: ``output_meur`` (its own), ``extraction_loss_meur`` (own output included) and
        ``extraction_multiplier`` (the one over the other; 1 without output).

    Raises:
        Faults: if a share is not within 0–1, or a key is not in the chain.

    References:
        Miller and Blair 2009, section 12.2.6; by the Woodbury formula.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> float(group_extraction(chain).extraction_loss_meur["country", "TW"].round(2))
        648.59
        >>> cars = pd.DataFrame({"cars": 1.0}, index=["DE_C29", "FR_C29"])
        >>> float(group_extraction(chain, cars).extraction_multiplier["cars"].round(4))
        1.2319
    """
    members = groups(chain) if members is None else _checked(chain, members)
    multipliers, inverse, losses = output_multipliers(chain), chain.leontief_inverse, []
    shares = members.to_numpy(float)
    for share in shares.T:
        inside = np.flatnonzero(share)
        kept = share[inside]
        block = inverse[np.ix_(inside, inside)]
        block[np.diag_indices_from(block)] -= 1.0
        block *= kept[:, None]
        block[np.diag_indices_from(block)] += 1.0
        losses.append(multipliers[inside] @ np.linalg.solve(block, kept * chain.output[inside]) if len(inside) else 0.0)
    own, loss = chain.output @ shares, np.array(losses)
    ratio = np.where(own > 0, share_of(loss, own), 1.0)
    columns = {"output_meur": own, "extraction_loss_meur": loss, "extraction_multiplier": ratio}
    return pd.DataFrame(columns, index=members.columns)


def _lost(chain: ValueChain, reach: Floats, share: float) -> Floats:
    """α x_k r_k / (1 + α (l_kk − 1)), with the reach r of one euro of k's output."""
    if not 0.0 <= share <= 1.0:
        raise Faults([Fault("", "share", f"{share} is not within 0 and 1", "give the share of the node that vanishes")])
    own = np.diagonal(chain.leontief_inverse)
    return share * chain.output * reach / (1.0 + share * (own - 1.0))


def _checked(chain: ValueChain, members: pd.DataFrame) -> pd.DataFrame:
    """Members as nodes × groups in the order of the chain."""
    faults = [
        Fault("members", "key", f"{key!r} is not in the value chain", "write country_industry, such as DE_C29")
        for key in members.index.difference(chain.keys)
    ]
    faults += [
        Fault("members", str(name), "holds a share that is not within 0 and 1", "give shares of 0 to 1")
        for name in members.columns
        if not members[name].between(0.0, 1.0).all()
    ]
    if not members.index.is_unique:
        faults.append(Fault("members", "key", "a node stands more than once", "give each node one row"))
    if faults:
        raise Faults(faults)
    return members.reindex(chain.keys, fill_value=0.0)
