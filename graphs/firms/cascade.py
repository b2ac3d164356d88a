"""What a shock to firms costs all firms: the cascade up and down the supply network, and the ESRI of every firm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.errors import Fault, Faults
from graphs.firms import checks, kernel
from graphs.firms.checkpoint import Checkpoint, fingerprint
from graphs.firms.network import FirmNetwork
from graphs.firms.wiring import MODES, Wiring, wire
from graphs.valuechain import Floats, Integers

PRECISIONS = ("double", "single")

CHUNK = 1024
"""Least number of scenarios in a piece of work: enough to keep the lanes busy, at whose end stragglers run alone."""

_DOUBT = 1e-5
"""In single precision a greatest change this close to ε may end a cascade at another step: it is run in double."""


@dataclass(frozen=True, eq=False)
class Cascade:
    """What is left of each firm's production: ``down`` and ``up`` (n × k, shares), and steps by scenario (k)."""

    down: Floats
    up: Floats
    iterations: Integers


def cascade(
    network: FirmNetwork,
    remaining: npt.ArrayLike,
    *,
    mode: str = "mixed",
    epsilon: float = 0.01,
    replacement: bool = True,
    precision: str = "double",
) -> Cascade:
    """Carry shocks up and down the network, k scenarios side by side.

    With h(0) = ψ in both directions, all firms at once, step by step:

    * σ_i = min(1, s_i / Σ_l s_l h^d_l), over the firms l of i's sector, of sales s: how hard i is to replace;
    * Π_jk = 1 − Σ_i σ_i (1 − h^d_i) Λd_ij, over j's suppliers i in sector k;
    * h^d_j = max(0, min(ψ_j, min_k essential Π_jk, 1 − Σ_k non-essential (1 − Π_jk)));
    * h^u_i = max(0, min(ψ_i, 1 − Σ_j Λu_ij (1 − h^u_j))).

    Λd_ij = W_ij / Σ_l W_lj over i's sector if its product is essential for j's sector, W_ij / Σ_l W_lj over all
    suppliers if it is non-essential, 0 if neither; Λu_ij = W_ij / revenue_i, or / s_i where no revenue is given. A
    scenario ends when no h, of either direction, has fallen by more than ε in a step.

    As in the authors' program, a sector that has 1e-10 or less left to sell counts as a market of 1: with sales below
    1 its firms then seem easier to replace. Choose a unit in which sales are larger.

    Args:
        remaining: ψ, share of capacity left (n, or n × k).
        mode: "mixed" by the essentiality matrix, "linear" (all non-essential) or "leontief" (all essential).
        epsilon: ε, more than 0, less than 1. **Results depend on it**: state it with them.
        replacement: False for σ = 1, so that nobody takes over from a firm that falls short.
        precision: "double", to 1e-12 of the formulas, which published numbers need; "single", to 1e-6 with the same
            count of steps, for larger networks in a hurry.

    Returns:
        h^d and h^u (n × k), each at its own last step, and the number of steps.

    Raises:
        Faults: options that are not known, ψ of another size or outside 0–1, no matrix for mode "mixed".

    References:
        Diem, Borsos, Reisch, Kertész, Thurner 2022, Scientific Reports 12:7719, doi:10.1038/s41598-022-11522-z.

    Examples:
        >>> network = FirmNetwork.from_matrix([[0, 3, 0], [0, 0, 2], [0, 1, 0.0]], ["a", "b", "c"])
        >>> found = cascade(network, [0.5, 1, 1], mode="linear")
        >>> found.down.ravel().round(3).tolist(), found.up.ravel().tolist()
        ([0.5, 0.502, 0.508], [0.5, 1.0, 1.0])
    """
    psi = np.asarray(remaining, float)
    psi = psi[:, None] if psi.ndim == 1 else psi
    faults = _faults_of_options(network, mode, epsilon, precision)
    if psi.ndim != 2 or psi.shape[0] != len(network):
        mend = "give one row for each firm and one column for each scenario"
        faults.append(Fault("", "remaining", f"has the shape {psi.shape} for {len(network)} firms", mend))
    elif not ((psi >= 0) & (psi <= 1)).all():
        faults.append(Fault("", "remaining", "is not all shares", "give 0 (stands still) to 1 (no shock)"))
    if faults:
        raise Faults(faults)
    wiring = wire(network, mode, replacement)
    scenario, firm = np.nonzero(psi[wiring.order].T < 1)
    lost = 1.0 - psi[wiring.order].T[scenario, firm]
    starts = np.searchsorted(scenario, np.arange(psi.shape[1] + 1)).astype(np.int64)
    found = _run(wiring, kernel.Scenarios(starts, firm.astype(np.int64), lost), epsilon, precision, whole=True)
    down, up = np.empty_like(psi), np.empty_like(psi)
    down[wiring.order], up[wiring.order] = 1.0 - found.down, 1.0 - found.up
    return Cascade(down, up, found.iterations)


def esri(
    network: FirmNetwork,
    firms: Iterable[str] | None = None,
    *,
    mode: str = "mixed",
    epsilon: float = 0.01,
    replacement: bool = True,
    precision: str = "double",
    checkpoint: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Economic systemic risk index: the share of all sales that is lost when one firm stands still, firm by firm.

    ESRI_f = Σ_i (s_i / Σ s)(1 − min(h^d_i, h^u_i)) after the cascade of ψ_f = 0; ``esri_down`` and ``esri_up`` are the
    same with h^d or h^u alone. All are shares, 0–1. See ``cascade`` for the formulas and the other arguments.

    Args:
        firms: keys of the firms that stand still, one after the other; all by default.
        checkpoint: a file that keeps what is done, so that a run that was stopped goes on where it was. One of
            other inputs or settings is refused. It is left for the caller to remove.
        progress: called with the number done and the total after every piece of work.

    Returns:
        Indexed by firm: ``esri``, ``esri_down``, ``esri_up``, ``iterations``.

    Raises:
        Faults: options or firms that are not known, no matrix for mode "mixed", a checkpoint of something else.

    Examples:
        >>> network = FirmNetwork.from_matrix([[0, 3, 0], [0, 0, 2], [0, 1, 0.0]], ["a", "b", "c"])
        >>> esri(network, ["1", "2"], mode="linear").round(3).to_dict("list")  # doctest: +NORMALIZE_WHITESPACE
        {'esri': [0.999, 1.0], 'esri_down': [0.999, 0.5], 'esri_up': [0.5, 1.0], 'iterations': [9, 2]}
    """
    keys = network.keys if firms is None else pd.Index(list(firms), dtype=object)
    positions = np.arange(len(network)) if firms is None else network.keys.get_indexer(keys)
    faults = _faults_of_options(network, mode, epsilon, precision)
    faults += [
        Fault("", "firm", f"{keys[at]!r} is not in the network", "name firms as in its table")
        for at in np.flatnonzero(positions < 0)
    ]
    if faults:
        raise Faults(faults)
    wiring = wire(network, mode, replacement)
    place = np.empty(len(network), np.int64)
    place[wiring.order] = np.arange(len(network))
    settings = (mode, repr(float(epsilon)), str(replacement), precision)
    memory = Checkpoint.open(checkpoint, fingerprint(network, positions, settings), len(positions))

    stop = np.zeros(1, np.bool_)

    def work(where: Integers) -> tuple[Integers, kernel.Found]:
        shocks = kernel.Scenarios(np.arange(len(where) + 1), place[positions[where]], np.ones(len(where)))
        return where, _run(wiring, shocks, epsilon, precision, stop=stop)

    left = np.flatnonzero(memory.iterations == 0)
    for where, found in _side_by_side(work, _pieces(left, network.links.nnz), stop):
        memory.add(where, found.loss, found.iterations)
        if progress is not None:
            progress(int((memory.iterations > 0).sum()), len(positions))
    share = memory.loss / max(network.sales.sum(), np.finfo(float).tiny)
    table = pd.DataFrame(share, keys.rename("firm"), ["esri", "esri_down", "esri_up"])
    return table.assign(iterations=memory.iterations)


def _faults_of_options(network: FirmNetwork, mode: str, epsilon: float, precision: str) -> list[Fault]:
    faults = []
    if mode not in MODES:
        faults.append(Fault("", "mode", f"{mode!r} is not known", f"choose {', '.join(MODES)}"))
    elif mode == "mixed" and network.essential is None:
        faults.append(checks.NO_MATRIX)
    if not 0 < epsilon < 1:
        faults.append(Fault("", "epsilon", f"{epsilon} is not between 0 and 1", "0.01 is the authors' choice"))
    if precision not in PRECISIONS:
        faults.append(Fault("", "precision", f"{precision!r} is not known", f"choose {', '.join(PRECISIONS)}"))
    return faults


def _run(
    wiring: Wiring,
    scenarios: kernel.Scenarios,
    epsilon: float,
    precision: str,
    whole: bool = False,
    stop: npt.NDArray[np.bool_] | None = None,
) -> kernel.Found:
    """All scenarios in the compiled kernel; what single precision leaves in doubt, in double.

    When ``stop[0]`` becomes true it ends early, with nothing that can be used.
    """
    stop = np.zeros(1, np.bool_) if stop is None else stop
    count, n = len(scenarios.start) - 1, len(wiring.sales)
    found = kernel.Found(
        np.zeros((count, 3)), np.zeros(count, np.int64), np.zeros(count),
        np.zeros((n, count if whole else 0)), np.zeros((n, count if whole else 0)),
    )  # fmt: skip
    budget = budget_of(wiring)
    if precision == "single":
        rough = wiring._replace(supplied=wiring.supplied.astype(np.float32), sold=wiring.sold.astype(np.float32))
        kernel.run(rough, scenarios, epsilon, budget, found, stop)
        doubtful = np.flatnonzero(found.margin < _DOUBT)
        if len(doubtful) == 0:
            return found
        sure = _run(wiring, _some(scenarios, doubtful), epsilon, "double", whole, stop)
        found.loss[doubtful], found.iterations[doubtful] = sure.loss, sure.iterations
        if whole:
            found.down[:, doubtful], found.up[:, doubtful] = sure.down, sure.up
        return found
    kernel.run(wiring, scenarios, epsilon, budget, found, stop)
    return found


def budget_of(wiring: Wiring) -> int:
    """Links that a scenario may visit in a sweep of its own, before it goes on in a lane.

    A beginning that visits a thirtieth of all links costs about as much as its part of a sweep in lanes (measured).
    """
    return (len(wiring.supplier) + len(wiring.customer)) // 30


def _some(scenarios: kernel.Scenarios, which: Integers) -> kernel.Scenarios:
    """The scenarios at some positions."""
    counts = np.diff(scenarios.start)[which]
    entries = [np.arange(scenarios.start[k], scenarios.start[k + 1]) for k in which]
    at = np.concatenate([*entries, np.zeros(0, np.int64)]).astype(np.int64)
    return kernel.Scenarios(np.concatenate(([0], np.cumsum(counts))), scenarios.firm[at], scenarios.lost[at])


def _pieces(left: Integers, links: int) -> Iterator[Integers]:
    """Pieces of work: small ones first, so that something is kept early; in the end larger where they are quick."""
    most = max(CHUNK, min(len(left) // (2 * numba.get_num_threads()) + 1, 300_000_000 // max(links, 1)))
    at, size = 0, min(most, CHUNK // 8)
    while at < len(left):
        yield left[at : at + size]
        at, size = at + size, min(most, 2 * size)


def _side_by_side(
    work: Callable[[Integers], tuple[Integers, kernel.Found]], todo: Iterator[Integers], stop: npt.NDArray[np.bool_]
) -> Iterator[tuple[Integers, kernel.Found]]:
    """Pieces of work in threads (the kernel lets go of the interpreter), handed on as they are done.

    When the caller stops, pieces that have begun are told to end, and are lost.
    """
    threads = numba.get_num_threads()
    with ThreadPoolExecutor(threads) as pool:
        running: set[Future[tuple[Integers, kernel.Found]]] = set()
        try:
            while True:
                running |= {pool.submit(work, piece) for piece in islice(todo, threads - len(running))}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for one in done:
                    yield one.result()
        finally:
            stop[0] = True
