"""What becomes of a node when one of its suppliers fails: what others replace, and what it loses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.binding import binding_inputs
from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.valuechain import Floats, Integers, ValueChain, share_of

SPARE_SHARE = Method().overtime_share
"""What a supplier can deliver above normal: the overtime of the method."""


def substitutability(
    chain: ValueChain, spare_share: float = SPARE_SHARE, method: Method | None = None
) -> pd.Series[float]:
    """Share of a node's binding inputs that its other suppliers of the same industry could replace.

    If supplier i of input p fails, the others that already supply j raise what they sell to it by their spare
    capacity κ: they replace min(z_ij, κ (z_pj − z_ij)). So

        S_j = Σ_{i≠j, p binding} min(z_ij, κ (z_pj − z_ij)) / Σ_{i≠j, p binding} z_ij.

    Spare capacity serves customers in proportion to what they normally buy, as in the inventory model, and within
    weeks no new supplier is found. What a node makes for itself is no supplier that fails, but has spare capacity.

    Args:
        spare_share: κ, share of normal deliveries, 0 or more; by default the overtime of the method.
        method: which inputs bind (see ``binding.binding_inputs``).

    Returns:
        Share in 0–1: 0 where each input has one supplier; 1 where no input from others binds (nothing to replace).

    Raises:
        Faults: if ``spare_share`` is negative or no number.

    Examples:
        >>> from graphs import sources
        >>> substitutability(sources.toy())["FR_C29"].round(4)
        np.float64(0.2)
    """
    suppliers = _Suppliers.of(chain, method)
    replaced = suppliers.replaced(_spare(spare_share))
    bound = suppliers.binding & ~suppliers.own
    needed = np.bincount(suppliers.buyer, suppliers.flow * bound, minlength=len(chain)).astype(float)
    found = np.bincount(suppliers.buyer, replaced * bound, minlength=len(chain)).astype(float)
    return chain.series(np.where(needed > 0, share_of(found, needed), 1.0), "substitutability_share")


def expected_loss_of_a_random_supplier(
    chain: ValueChain, spare_share: float = SPARE_SHARE, method: Method | None = None
) -> pd.Series[float]:
    """Share of its output that a node expects to lose at once when one of its suppliers fails, drawn at random.

    The supplier is drawn with a probability of what it sells to the node, π_i = z_ij / Σ_{i≠j} z_ij: a node of a
    table stands for many firms, so this draws a firm among them; and it hardly changes when tiny flows are left out.
    If i fails, a binding input p is short by what the others cannot replace (see ``substitutability``), and the node
    loses that share of its output, as stocks run out and nothing takes the input's place:

        E_j = Σ_{i≠j, p binding} π_i max(0, z_ij − κ (z_pj − z_ij)) / z_pj.

    With κ = 0 it is the concentration of the suppliers of binding inputs.

    Args:
        spare_share: κ, share of normal deliveries, 0 or more; by default the overtime of the method.
        method: which inputs bind.

    Returns:
        Share in 0–1: 1 where each input binds and has one supplier; 0 where none binds or nothing is bought.

    Raises:
        Faults: if ``spare_share`` is negative or no number.

    Examples:
        >>> from graphs import sources
        >>> expected_loss_of_a_random_supplier(sources.toy())["FR_C29"].round(4)
        np.float64(0.2474)
    """
    suppliers = _Suppliers.of(chain, method)
    drawn = suppliers.flow * ~suppliers.own
    total = np.bincount(suppliers.buyer, drawn, minlength=len(chain)).astype(float)
    lost = drawn * loss_without_supplier(chain, spare_share, method)
    expected = np.bincount(suppliers.buyer, lost, minlength=len(chain)).astype(float)
    return chain.series(share_of(expected, total), "random_supplier_loss_share")


def loss_without_supplier(chain: ValueChain, spare_share: float = SPARE_SHARE, method: Method | None = None) -> Floats:
    """Share of its output that the buyer of each flow loses at once, when stocks are used up, if its supplier fails.

        max(0, z_ij − κ (z_pj − z_ij)) / z_pj where the input p binds, else 0; also 0 for what a node buys from itself.

    Args:
        spare_share: κ, share of normal deliveries, 0 or more; by default the overtime of the method.
        method: which inputs bind.

    Returns:
        Share in 0–1, by flow of ``chain.inputs``.

    Raises:
        Faults: if ``spare_share`` is negative or no number.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> into = [chain.keys[buyer] == "DE_C29" for buyer in chain.inputs.buyer]
        >>> lost = pd.Series(loss_without_supplier(chain), [chain.keys[one] for one in chain.inputs.supplier])[into]
        >>> lost["TW_C26"].round(4)
        np.float64(0.4867)
    """
    suppliers = _Suppliers.of(chain, method)
    lost = share_of(suppliers.flow - suppliers.replaced(_spare(spare_share)), suppliers.group)
    return np.asarray(lost * suppliers.binding * ~suppliers.own)


@dataclass(frozen=True, eq=False)
class _Suppliers:
    """All flows in the order of ``chain.inputs``; ``group``: what the buyer gets from all of the input industry."""

    buyer: Integers
    own: npt.NDArray[np.bool_]
    flow: Floats
    group: Floats
    binding: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, chain: ValueChain, method: Method | None) -> _Suppliers:
        links = chain.inputs
        sizes = np.diff(links.group_start)
        bought = np.add.reduceat(links.flow_meur, links.group_start[:-1]) if len(sizes) else np.zeros(0)
        binding = np.repeat(binding_inputs(chain, method), sizes)
        return cls(links.buyer, links.supplier == links.buyer, links.flow_meur, np.repeat(bought, sizes), binding)

    def replaced(self, spare_share: float) -> Floats:
        """What the others of the industry deliver instead, if one supplier fails."""
        return np.minimum(self.flow, spare_share * np.maximum(self.group - self.flow, 0.0))


def _spare(share: float) -> float:
    if not 0.0 <= share < np.inf:
        raise Faults([Fault("", "spare_share", f"{share} is not a number of 0 or more", "give a share, such as 0.1")])
    return share
