"""The backbone of a network: the links that stand out among those of their nodes, by the disparity filter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphs.errors import Fault, Faults
from graphs.valuechain import Floats, Integers

Flags = npt.NDArray[np.bool_]
_BITS = 2.0**40


@dataclass(frozen=True, eq=False)
class Backbone:
    """Links that were kept, and the threshold by which they were."""

    links: Integers
    """Positions in the arrays of all links, ascending."""
    log10_alpha: float
    """log₁₀ of the threshold: links below it are in, 0 or less; −∞ if no link is in for its significance."""
    only_strongest: int
    """How many of them are in only as the strongest link of a node."""

    def __len__(self) -> int:
        return len(self.links)

    @property
    def alpha(self) -> float:
        """The threshold, 0–1; below 1e-308 it is 0, while ``log10_alpha`` still tells it."""
        return float(10.0**self.log10_alpha)


def backbone(
    supplier: Integers, buyer: Integers, flow_meur: Floats, *, alpha: float = 0.05, log10_alpha: float | None = None
) -> Backbone:
    """The links with a significance below α, and the strongest outgoing and incoming link of each node.

    Every node with a link to another thus keeps one. Of links that are equally strong, that with the lowest
    partner is a node's strongest. See ``log10_significance``; links of a node with itself are never in.

    Args:
        supplier: position of the node that each link leaves; a pair stands at most once.
        buyer: position of the node that it enters.
        flow_meur: its weight, in any one unit, 0 or more; what is 0 is no link.
        alpha: the threshold α, 0–1. It is the chance that a node of as many links, which shares out its flow at
            random, has a link this strong.
        log10_alpha: in its place, log₁₀ of a threshold that may be too small for a number.

    Raises:
        Faults: a position or flow below 0, a flow without end, arrays of different lengths, a threshold out of range.

    Examples:
        >>> supplier, buyer = np.array([0, 0, 1, 2]), np.array([1, 2, 2, 1])
        >>> found = backbone(supplier, buyer, np.array([9.0, 1, 2, 3]))
        >>> found.links.tolist(), found.only_strongest  # that from 0 to 2 is the strongest of neither
        ([0, 2, 3], 3)
    """
    threshold = _log10(alpha) if log10_alpha is None else log10_alpha
    if not threshold <= 0.0:
        raise Faults([Fault("", "log10_alpha", f"{threshold} is not 0 or less", "give the logarithm of a share")])
    measured = log10_significance(supplier, buyer, flow_meur)
    return _kept(measured, _strongest(supplier, buyer, flow_meur), threshold)


def backbone_of(supplier: Integers, buyer: Integers, flow_meur: Floats, most_links: int) -> Backbone:
    """The backbone with the largest threshold that keeps no more than so many links.

    Links that are equally significant are all in or all out, so there may be a few less. There are more only if the
    strongest links of the nodes alone are: then these are kept, and the threshold is 0.

    Args:
        supplier, buyer, flow_meur: as for ``backbone``.
        most_links: 0 or more.

    Raises:
        Faults: as ``backbone``.

    Examples:
        >>> rng = np.random.default_rng(7)
        >>> supplier, buyer = np.divmod(np.arange(900), 30)
        >>> found = backbone_of(supplier, buyer, rng.pareto(1.0, 900), 100)
        >>> len(found), found.only_strongest, round(found.alpha, 4)
        (100, 0, 0.0585)
    """
    if most_links < 0:
        raise Faults([Fault("", "most_links", f"{most_links} is below 0", "give a number of links")])
    measured = log10_significance(supplier, buyer, flow_meur)
    strongest = _strongest(supplier, buyer, flow_meur)
    others = measured[~strongest & (measured < 0.0)]
    room = most_links - int(strongest.sum())
    if room < 0:
        threshold = -np.inf
    elif room >= len(others):
        threshold = 0.0
    else:
        threshold = float(np.partition(others, room)[room])  # the first that is out; nothing at it is in
    return _kept(measured, strongest, threshold)


def log10_significance(supplier: Integers, buyer: Integers, flow_meur: Floats) -> Floats:
    """log₁₀ α of each link: the lower, the less a link is like what chance would give.

    With s the strength of a node, the sum of its k flows, α = (1 − w/s)^(k − 1); once among the outgoing links of the
    supplier, once among the incoming links of the buyer, and the smaller of the two counts. Where k = 1 there is
    nothing to compare with: the formula gives 0⁰ = 1, as in the paper, where the other node decides. With a thousand
    links α may be 1e-400, so it is computed in logarithms. It is rounded to 12 digits that count, so that links which
    differ by rounding alone are equal.

    Returns:
        One value for each link, 0 or less; 0 for links of a node with itself and links without flow.

    References:
        Serrano, Boguñá and Vespignani 2009, Extracting the multiscale backbone of complex weighted networks, PNAS
        106(16), eq. 2, for outgoing and incoming links apart. doi:10.1073/pnas.0808904106.

    Examples:
        >>> star = np.array([0, 0, 0]), np.array([1, 2, 3]), np.array([80.0, 10, 10])
        >>> (10 ** log10_significance(*star)).round(4).tolist()
        [0.04, 0.81, 0.81]
    """
    _refuse_faults(supplier, buyer, flow_meur)
    linked = _linked(supplier, buyer, flow_meur)
    flow = np.where(linked, flow_meur, 0.0)
    found = np.minimum(_one_way(supplier, flow, linked), _one_way(buyer, flow, linked))
    part, power = np.frexp(found)
    return np.ldexp(np.rint(part * _BITS) / _BITS, power)


def _one_way(node: Integers, flow: Floats, linked: Flags) -> Floats:
    """log₁₀ α among the links that leave, or those that enter, the same node."""
    strength = np.bincount(node, flow)[node]
    others = np.bincount(node, linked)[node] - 1.0
    compared = linked & (others > 0)
    share = np.divide(flow, strength, out=np.zeros(len(flow)), where=compared)
    with np.errstate(divide="ignore"):  # one flow beside which the others vanish: α = 0
        return np.where(compared, others * np.log1p(-share), 0.0) / np.log(10.0)


def _strongest(supplier: Integers, buyer: Integers, flow_meur: Floats) -> Flags:
    """Whether a link is the strongest that leaves its supplier or the strongest that enters its buyer."""
    linked = _linked(supplier, buyer, flow_meur)
    flow = np.where(linked, flow_meur, 0.0)
    return linked & (_first(supplier, buyer, flow) | _first(buyer, supplier, flow))


def _first(node: Integers, partner: Integers, flow: Floats) -> Flags:
    """Whether a link is the strongest of its node; if several are, that with the lowest partner."""
    largest = np.zeros(node.max(initial=-1) + 1)
    np.maximum.at(largest, node, flow)
    at = np.flatnonzero(flow == largest[node])
    lowest = np.full(len(largest), np.iinfo(np.int64).max)
    np.minimum.at(lowest, node[at], partner[at])
    found = np.zeros(len(node), bool)
    found[at] = partner[at] == lowest[node[at]]
    return found


def _kept(measured: Floats, strongest: Flags, threshold: float) -> Backbone:
    significant = measured < threshold
    return Backbone(np.flatnonzero(significant | strongest), float(threshold), int((strongest & ~significant).sum()))


def _linked(supplier: Integers, buyer: Integers, flow_meur: Floats) -> Flags:
    return (supplier != buyer) & (flow_meur > 0)


def _log10(alpha: float) -> float:
    if not 0.0 <= alpha <= 1.0:
        raise Faults([Fault("", "alpha", f"{alpha} is not between 0 and 1", "give a share, such as 0.05")])
    return float(np.log10(alpha)) if alpha else -np.inf


def _refuse_faults(supplier: Integers, buyer: Integers, flow_meur: Floats) -> None:
    if not len(supplier) == len(buyer) == len(flow_meur):
        raise Faults([Fault("links", "flow_meur", "the arrays are not equally long", "give one value for each link")])
    faults = [
        Fault("links", name, "a position is below 0", "give positions from 0 on")
        for name, found in (("supplier", supplier), ("buyer", buyer))
        if found.min(initial=0) < 0
    ]
    if not (np.isfinite(flow_meur).all() and flow_meur.min(initial=0.0) >= 0):
        faults.append(Fault("links", "flow_meur", "a flow is negative or no number", "give numbers of 0 or more"))
    if faults:
        raise Faults(faults)
