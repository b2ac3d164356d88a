"""The inoperability input–output model, static and dynamic: how far each node falls short of its normal output."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.propagation.path import clean
from graphs.shock import Shock
from graphs.valuechain import Floats, ValueChain, residual_demand, share_of

_MOST_ROUNDS = 100_000


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Where inoperability settles.

    ``inoperability``: share of normal output that is lost (n), 0–1; ``clipped``: where 1 bound it; ``unclipped``:
    (I − A*)⁻¹ c*, which may exceed 1, or None where the spectral radius of A* is 1 or more: without the bound there is
    no equilibrium then, and the result rests on the bound alone.
    """

    inoperability: Floats
    clipped: npt.NDArray[np.bool_]
    unclipped: Floats | None
    spectral_radius: float


def interdependency(chain: ValueChain, side: str = "demand") -> Floats:
    """A*: how much of the inoperability of one node reaches another (n × n), row by row for the one that is reached.

    ``demand``: a*_ij = z_ij / x_i, the share of i's sales that goes to j, who buys less (not z_ij / x_j, as one can
    find it published: that is the technical coefficient). ``supply``: a*_ji = z_ij / x_j, the share of j's output that
    inputs from i stand for, which do not come.

    Examples:
        >>> chain = ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])
        >>> interdependency(chain).tolist(), interdependency(chain, "supply").tolist()
        ([[0.15, 0.5], [0.1, 0.05]], [[0.15, 0.2], [0.25, 0.05]])
    """
    if side == "supply":
        return np.ascontiguousarray(chain.technical_coefficients.T)
    return share_of(chain.flows.toarray(), chain.output[:, None])


def static_inoperability(matrix: npt.ArrayLike, perturbation: npt.ArrayLike) -> Equilibrium:
    """The least q with q = min(1, A* q + c*).

    Where nothing is clipped that is q = (I − A*)⁻¹ c*; a node that is wholly inoperable passes on no more than the
    whole. Where the spectral radius of A* is 1 or more, q without the bound has no finite value; with it, it has.

    Args:
        matrix: A* (n × n), 0 or more.
        perturbation: c* (n), share of normal output lost directly, 0 or more.

    Raises:
        Faults: a matrix that is not square or not of the size of the perturbation, values that are missing or
            negative: all of them.

    References:
        Haimes and Jiang 2001, Journal of Infrastructure Systems 7(1).

    Examples:
        >>> found = static_inoperability([[0, 0.8], [0.2, 0]], [0, 0.6])
        >>> found.inoperability.round(3).tolist(), found.clipped.any()
        ([0.571, 0.714], np.False_)
        >>> static_inoperability([[0.5, 1], [1, 0.5]], [0.1, 0]).inoperability.tolist()
        [1.0, 1.0]
    """
    a, c = np.asarray(matrix, float), np.asarray(perturbation, float)
    _refuse([*_faults_of_matrix(a), *_faults_of_vector("perturbation", c, a)])
    radius = float(np.abs(np.linalg.eigvals(a)).max(initial=0.0))
    if radius >= 1:
        q = _least(a, c)
        return Equilibrium(q, q >= 1, None, radius)
    unclipped = np.linalg.solve(np.eye(len(a)) - a, c)
    q, bound = unclipped, unclipped > 1
    while bound.any():
        # From above: nodes held at 1 lower the others, until those that are held are just those that would exceed it.
        free = ~bound
        q = np.ones(len(a))
        inner = np.eye(int(free.sum())) - a[np.ix_(free, free)]
        q[free] = np.linalg.solve(inner, c[free] + a[np.ix_(free, bound)].sum(axis=1))
        again = a @ q + c > 1 + 1e-12
        if (again == bound).all():
            break
        bound = again
    return Equilibrium(np.clip(q, 0.0, 1.0), bound, unclipped, radius)


def inoperability_path(
    matrix: npt.ArrayLike, resilience: npt.ArrayLike, perturbation: npt.ArrayLike, start: npt.ArrayLike, steps: int
) -> Floats:
    """Inoperability over time: q(t+1) = q(t) + K (A* q(t) + c*(t) − q(t)), never above 1.

    With a constant c* it tends to ``static_inoperability``.

    Args:
        matrix: A* (n × n).
        resilience: k by node (n), the diagonal of K: share of the gap that is closed in a step, above 0, up to 1.
        perturbation: c* (n), or by step (steps × n).
        start: q(0) (n), 0–1.
        steps: how many.

    Returns:
        q(0) … q(steps) ((steps + 1) × n).

    Raises:
        Faults: sizes that do not fit, values that are missing or out of range: all of them.

    References:
        Lian and Haimes 2006, Systems Engineering 9(3).

    Examples:
        >>> a = [[0.15, 0.5], [0.1, 0.05]]
        >>> inoperability_path(a, [0.3, 0.2], [0, 0.1], [0, 0], 2).round(4).tolist()
        [[0.0, 0.0], [0.0, 0.02], [0.003, 0.0362]]
    """
    a, k, c, q0 = (np.asarray(one, float) for one in (matrix, resilience, perturbation, start))
    faults = [*_faults_of_matrix(a), *_faults_of_vector("resilience", k, a), *_faults_of_vector("start", q0, a)]
    faults += _faults_of_resilience(k)
    if (q0 > 1).any():
        faults.append(Fault("", "start", "inoperability is more than 1", "give shares of 0 to 1"))
    if c.ndim == 2 and len(c) != steps:
        faults.append(Fault("", "perturbation", f"{len(c)} steps are given for {steps}", "give one row for each step"))
    faults += [one for row in np.atleast_2d(c)[: steps or 1] for one in _faults_of_vector("perturbation", row, a)][:1]
    _refuse(faults)
    path = np.empty((steps + 1, len(a)))
    path[0] = q0
    for step in range(steps):
        path[step + 1] = _next(a, k, c[step] if c.ndim == 2 else c, path[step])
    return path


def cumulative_inoperability(matrix: npt.ArrayLike, resilience: npt.ArrayLike, start: npt.ArrayLike) -> Floats:
    """Inoperability summed over all steps of a recovery from q(0): [K (I − A*)]⁻¹ q(0), in steps of output lost.

    Raises:
        Faults: as ``inoperability_path``, and a spectral radius of 1 or more: it would never recover.

    References:
        Lian and Haimes 2006.

    Examples:
        >>> cumulative_inoperability([[0.15, 0.5], [0.1, 0.05]], [0.3, 0.2], [0, 0.5]).round(4).tolist()
        [1.6502, 2.8053]
    """
    a, k, q0 = (np.asarray(one, float) for one in (matrix, resilience, start))
    faults = [*_faults_of_matrix(a), *_faults_of_vector("resilience", k, a), *_faults_of_vector("start", q0, a)]
    faults += _faults_of_resilience(k)
    if not faults and np.abs(np.linalg.eigvals(a)).max(initial=0.0) >= 1:
        fault = "the spectral radius is 1 or more: what is lost never comes back"
        faults.append(Fault("", "matrix", fault, "look for nodes that depend on each other for more than the whole"))
    _refuse(faults)
    return np.linalg.solve(k[:, None] * (np.eye(len(a)) - a), q0)


def resilience_of(start: float, end: float, steps: float, own: npt.ArrayLike) -> Floats:
    """k = ln(q₀ / q_T) / (T (1 − a_ii)): the resilience of a node that recovers from q₀ to q_T in T steps.

    Args:
        start: q₀.
        end: q_T, less than q₀.
        steps: T.
        own: a*_ii by node, below 1.

    Returns:
        k by node; more than 1 where it is faster than a step can show.

    Examples:
        >>> resilience_of(0.5, 0.005, 60, [0.15, 0.05]).round(4).tolist()
        [0.0903, 0.0808]
    """
    if not 0 < end < start <= 1 or not steps > 0:
        fault = f"from {start} to {end} in {steps} steps is no recovery"
        raise Faults([Fault("", "recovery", fault, "give shares in falling order, and more than 0 steps")])
    return math.log(start / end) / (steps * (1.0 - np.asarray(own, float)))


def inoperability(chain: ValueChain, shock: Shock, method: Method) -> Floats:
    """Share of normal output kept by the dynamic inoperability model, in steps of any number of days.

    Cuts of final demand go up to suppliers by the demand-side A*, c*_i = f_i cut_i / x_i; cuts of capacity go down to
    customers by the supply-side A*, c*_i = cut_i; a cut link does both: its supplier loses the share of its sales, its
    buyer the share of its inputs. Each runs as in ``inoperability_path``, and a node that is hit directly is
    inoperable at once: q ← max(q, c*). In each step the larger of the two decides.

    k follows from ``method.inoperability``, and is 1 at the most. There are no stocks, and every input is needed in
    proportion: quicker to spread than ``ario``, milder where a small input stops a line.

    Returns:
        Share of normal output kept (steps × n × k).

    Examples:
        >>> from graphs import sources
        >>> from graphs.shock import Effect
        >>> cut = np.zeros((12, 1))
        >>> cut[9] = 0.5
        >>> strike = Effect("supply", cut, np.ones((30, 1)), np.zeros((12, 1)))
        >>> kept = inoperability(sources.toy(), Shock((strike,), 30, 7, 1), Method())[:, :, 0]
        >>> kept[[0, 29], 9].round(3).tolist(), kept[[0, 1, 29], 2].round(3).tolist()
        ([0.5, 0.333], [1.0, 0.979, 0.933])
    """
    steps, n, scenarios = shock.steps, len(chain), shock.scenarios
    given, days = method.inoperability, shock.step_days
    final = np.maximum(residual_demand(chain), 0.0)
    lost = {
        "demand": share_of(final, chain.output)[:, None] * (1.0 - shock.remaining("demand", n)),
        "supply": 1.0 - shock.remaining("supply", n),
    }
    _add_links(chain, shock, lost)
    kept = np.ones((steps, n, scenarios))
    for side, direct in lost.items():
        if not direct.any():
            continue
        a = interdependency(chain, side)
        k = np.minimum(1.0, resilience_of(1.0, 1.0 - given.recovered_share, given.recovery_days / days, np.diag(a)))
        q = np.zeros((n, scenarios))
        for step in range(steps):
            q = np.maximum(q if step == 0 else _next(a, k[:, None], direct[step - 1], q), direct[step])
            kept[step] = np.minimum(kept[step], 1.0 - q)
    return clean(kept)


def _next(a: Floats, k: Floats, c: Floats, q: Floats) -> Floats:
    return np.asarray(np.minimum(1.0, q + k * (a @ q + c - q)), float)


def _add_links(chain: ValueChain, shock: Shock, lost: dict[str, Floats]) -> None:
    """Add to what is lost directly, on both sides, the flows that are cut."""
    links, inputs, n = shock.links(chain), chain.inputs, len(chain)
    if not links:
        return
    where = np.unique(np.concatenate([one.where for one in links]))
    for step in range(shock.steps):
        left = np.ones((len(where), shock.scenarios))
        for one in links:
            left[np.searchsorted(where, one.where)] *= 1.0 - one.active[step] * one.cut
        gone = inputs.flow_meur[where, None] * (1.0 - left)
        for side, end in (("demand", inputs.supplier), ("supply", inputs.buyer)):
            total = np.zeros((n, shock.scenarios))
            np.add.at(total, end[where], gone)
            share = share_of(total, chain.output[:, None])
            lost[side][step] = np.minimum(1.0, lost[side][step] + share)


def _least(a: Floats, c: Floats) -> Floats:
    """The least q = min(1, a q + c), from below."""
    q = np.zeros(len(a))
    for _ in range(_MOST_ROUNDS):
        following = np.minimum(1.0, a @ q + c)
        if abs(following - q).max(initial=0.0) <= 1e-15:
            return following
        q = following
    fault = f"inoperability has not settled after {_MOST_ROUNDS:,} rounds: the spectral radius is 1 or hardly more"
    raise Faults([Fault("", "matrix", fault, "give a larger perturbation, or correct the matrix")])


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Faults(faults)


def _faults_of_matrix(a: Floats) -> list[Fault]:
    if a.ndim != 2 or a.shape[0] != a.shape[1]:
        return [Fault("", "matrix", f"its shape is {a.shape}", "give one row and one column for each node")]
    if not np.isfinite(a).all() or (a < 0).any():
        return [Fault("", "matrix", "holds negative or missing values", "an entry is a number of 0 or more")]
    return []


def _faults_of_vector(name: str, values: Floats, a: Floats) -> list[Fault]:
    found = []
    if a.ndim == 2 and values.shape != a.shape[:1]:
        fault = f"{values.size} values are given for {a.shape[0]} nodes"
        found.append(Fault("", name, fault, "give one for each node"))
    if not np.isfinite(values).all() or (values < 0).any():
        found.append(Fault("", name, "holds negative or missing values", "give numbers of 0 or more"))
    return found


def _faults_of_resilience(k: Floats) -> list[Fault]:
    if ((k > 0) & (k <= 1)).all():
        return []
    return [Fault("", "resilience", "is not above 0 and up to 1 for all", "give the share of the gap closed in a step")]
