"""Ensembles of scenarios: many shocks described in a few words, each found by its number and carried through the chain.

A scenario depends on its number and on nothing beside it: what is drawn for it comes from a seed of its own. Scenarios
run some side by side (``BLOCK``), always the same ones, so that results do not depend, to the last bit, on how an
ensemble is divided among machines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.disruption import COUNTED, Disruption
from graphs.errors import Fault, Faults
from graphs.method import Method, Range
from graphs.propagation import WEEKS_A_YEAR, propagate
from graphs.shock import Effect, Recorded, Shock, shock
from graphs.valuechain import Floats, Integers, ValueChain, share_of

KINDS = ("nodes", "links", "record")
MIN_FLOW_MEUR = 100.0
BLOCK = 8
"""Scenarios that run side by side: the flows are read once for all of them."""
_NOISE = 1e-9
"""Losses below this share of output are rounding."""


@dataclass(frozen=True)
class Ensemble:
    """Many scenarios, in a few words.

    * ``nodes``: each node in turn loses a share of its capacity for some weeks.
    * ``links``: each flow from ``min_flow_meur`` on between two nodes in turn loses a share for some weeks.
    * ``record``: recorded disruptions in turn, each alone and from its first day on; where in its range severity lies,
      and where its duration if no end is known, is drawn anew for each scenario (triangular, likely in the middle).

    Args:
        share: of capacity or of a flow that is lost, more than 0, at most 1; for nodes and links.
        weeks: how long, more than 0; for nodes and links.
        sample: how many scenarios: of nodes and links drawn without repetition, all if left out; of the record as
            many as one likes, each disruption equally often, by default a hundred times.
        seed: of all that is drawn.
        min_flow_meur: smaller flows are left out, million euro a year; for links.
        disruptions: those on record; others than reported, verified or resolved ones are left out.

    Raises:
        Faults: all that is wrong at once.

    Examples:
        >>> from graphs import sources
        >>> size(sources.toy(), Ensemble("nodes")), size(sources.toy(), Ensemble("links", min_flow_meur=20.0))
        (12, 13)
        >>> Ensemble("nodes", share=40.0)
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: share: 40 is not a share above 0; give one up to 1, such as 0.4
    """

    kind: str
    share: float = 0.4
    weeks: float = 8.0
    sample: int | None = None
    seed: int = 1
    min_flow_meur: float = MIN_FLOW_MEUR
    disruptions: tuple[Disruption, ...] = ()

    def __post_init__(self) -> None:
        faults = []
        if self.kind not in KINDS:
            faults.append(Fault("", "kind", f"{self.kind!r} is not known", f"give {', '.join(KINDS)}"))
        if not 0 < self.share <= 1:
            fault = f"{self.share:g} is not a share above 0"
            faults.append(Fault("", "share", fault, "give one up to 1, such as 0.4"))
        if not 0 < self.weeks < np.inf:
            faults.append(Fault("", "weeks", f"{self.weeks:g} is no duration", "give a number of weeks, such as 8"))
        if self.sample is not None and self.sample < 1:
            faults.append(Fault("", "sample", f"{self.sample} is no number of scenarios", "give 1 or more"))
        if self.seed < 0:
            faults.append(Fault("", "seed", f"{self.seed} is below 0", "give 0 or more"))
        if not 0 <= self.min_flow_meur < np.inf:
            fault = f"{self.min_flow_meur:g} is no threshold"
            faults.append(Fault("", "min_flow_meur", fault, "give million euro a year, 0 or more"))
        if self.kind == "record" and not self.counted:
            mend = "log some, or take nodes or links"
            faults.append(Fault("", "disruptions", "none is on record that counts", mend))
        if faults:
            raise Faults(faults)

    @property
    def counted(self) -> tuple[Disruption, ...]:
        """The disruptions that scenarios are made of."""
        return tuple(one for one in self.disruptions if one.state in COUNTED)

    def said(self) -> dict[str, object]:
        """What the scenarios are made from, in plain values; nothing that this kind does not use.

        Examples:
            >>> Ensemble("links").said()
            {'kind': 'links', 'share': 0.4, 'weeks': 8.0, 'min_flow_meur': 100.0, 'sample': None, 'seed': 1}
        """
        drawn = {"sample": self.sample, "seed": self.seed}
        if self.kind == "record":
            return {"kind": self.kind, "disruptions": [one.to_dict() for one in self.counted], **drawn}
        above = {"min_flow_meur": self.min_flow_meur} if self.kind == "links" else {}
        return {"kind": self.kind, "share": self.share, "weeks": self.weeks, **above, **drawn}


@dataclass(frozen=True, eq=False)
class Scenario:
    """One shock: what is cut by how much (n shares), for a link also whom it no longer serves, and how long."""

    what: str
    effect: str
    cut: Floats
    buyers: Floats
    weeks: float
    domestic: bool = True

    def active(self, steps: int) -> Floats:
        """Share of each week in force."""
        return np.clip(self.weeks - np.arange(steps), 0.0, 1.0)


def size(chain: ValueChain, ensemble: Ensemble) -> int:
    """How many scenarios an ensemble has on a chain."""
    if ensemble.kind == "record":
        return ensemble.sample or 100 * len(ensemble.counted)
    return len(_chosen(chain, ensemble))


def blocks(chain: ValueChain, ensemble: Ensemble) -> int:
    """How many blocks of scenarios run side by side that makes.

    Examples:
        >>> from graphs import sources
        >>> blocks(sources.toy(), Ensemble("links", min_flow_meur=0.0))
        4
    """
    return -(-size(chain, ensemble) // BLOCK)


def scenario(chain: ValueChain, ensemble: Ensemble, method: Method, number: int) -> Scenario:
    """A scenario by its number.

    Raises:
        Faults: a number that the ensemble does not have.

    Examples:
        >>> from graphs import sources
        >>> scenario(sources.toy(), Ensemble("links", min_flow_meur=20.0), Method(), 2).what
        'DE_C29 → DE_G47'
    """
    count = size(chain, ensemble)
    if not 0 <= number < count:
        fault = f"{number} is not in the ensemble"
        raise Faults([Fault("", "scenario", fault, f"give a number from 0 to {count - 1}")])
    if ensemble.kind == "record":
        return _drawn(chain, ensemble, method, number)
    place = _chosen(chain, ensemble)[number]
    cut, buyers = np.zeros(len(chain)), np.zeros(len(chain))
    if ensemble.kind == "nodes":
        cut[place] = ensemble.share
        return Scenario(str(chain.keys[place]), "supply", cut, buyers, ensemble.weeks)
    supplier, buyer = chain.inputs.supplier[place], chain.inputs.buyer[place]
    cut[supplier], buyers[buyer] = ensemble.share, 1.0
    return Scenario(f"{chain.keys[supplier]} → {chain.keys[buyer]}", "link", cut, buyers, ensemble.weeks)


def outcomes(chain: ValueChain, ensemble: Ensemble, method: Method, block: int) -> pd.DataFrame:
    """What the scenarios of a block cost over the horizon of the method, one row for each.

    A node's loss is ℓ_i = max(0, mean over the weeks of 1 − kept_i) · x_i · weeks / 52, from the first week of the
    disruption on, with full stocks before it.

    Returns:
        ``scenario`` (number), ``what``, ``severity_share`` (largest share cut at first hand), ``duration_weeks``,
        ``loss_meur`` and ``loss_share`` (of all output), ``eu_loss_meur`` and ``eu_loss_share`` (of the EU27's),
        ``knock_on_meur`` (lost by nodes that are not cut themselves) and of these ``worst_node`` with
        ``worst_node_loss_meur`` and ``worst_node_loss_share``; ``worst_ecosystem`` (of the EU27, by share) with
        ``worst_ecosystem_loss_share``. Names are empty where nothing is lost.

    Raises:
        Faults: a block that the ensemble does not have.

    Examples:
        >>> from graphs import sources
        >>> found = outcomes(sources.toy(), Ensemble("nodes"), Method(), 1)
        >>> found.loc[9, ["what", "worst_node", "worst_ecosystem"]].tolist()
        ['TW_C26', 'DE_C29', 'Aerospace & defence']
        >>> found.loc[9, ["loss_meur", "knock_on_meur"]].astype(float).round(1).tolist()
        [42.4, 15.7]
    """
    first = BLOCK * block
    numbers = range(first, max(min(first + BLOCK, size(chain, ensemble)), first + 1))
    given = [scenario(chain, ensemble, method, number) for number in numbers]
    lost = np.maximum(1.0 - propagate(chain, side_by_side(given, method), method).kept.mean(axis=0), 0.0)
    lost[lost < _NOISE] = 0.0
    normal = chain.output * method.horizon_weeks / WEEKS_A_YEAR
    return pd.DataFrame(
        [_row(chain, *one, normal) for one in zip(numbers, given, np.ascontiguousarray(lost.T), strict=True)],
        index=pd.RangeIndex(first, first + len(given)),
    )


def side_by_side(given: Sequence[Scenario], method: Method) -> Shock:
    """Scenarios as one shock, each in a lane of its own: scenario k of the shock is the k-th; a plan can weigh them.

    Examples:
        >>> from graphs import sources
        >>> chain, every = sources.toy(), Ensemble("nodes")
        >>> given = [scenario(chain, every, Method(), number) for number in range(size(chain, every))]
        >>> side_by_side(given, Method()).remaining("supply", 12)[0, 9, 8:10].tolist()
        [1.0, 0.6]
    """
    steps = method.horizon_weeks
    return Shock(tuple(_in_lanes(given, steps)), steps, scenarios=len(given))


def _in_lanes(given: Sequence[Scenario], steps: int) -> Iterator[Effect]:
    """Each scenario as an effect that acts in its own lane alone."""
    for lane, one in enumerate(given):
        cut, buyers = np.zeros((len(one.cut), len(given))), np.zeros((len(one.cut), len(given)))
        active = np.zeros((steps, len(given)))
        cut[:, lane], buyers[:, lane], active[:, lane] = one.cut, one.buyers, one.active(steps)
        yield Effect(one.effect, cut, active, buyers, one.domestic)


def _row(chain: ValueChain, number: int, of: Scenario, share: Floats, normal: Floats) -> dict[str, object]:
    loss, eu = share * normal, chain.in_eu
    elsewhere = loss.copy() if of.effect == "link" else np.where(of.cut > 0, 0.0, loss)
    node = int(elsewhere.argmax())
    members = chain.once("ensemble ecosystems", lambda: _members(chain))
    by_group = share_of((members * loss).sum(axis=1), (members * normal).sum(axis=1))
    group = int(by_group.argmax())
    return {
        "scenario": number,
        "what": of.what,
        "severity_share": float(of.cut.max()),
        "duration_weeks": float(of.weeks),
        "loss_meur": float(loss.sum()),
        "loss_share": _part(loss.sum(), normal.sum()),
        "eu_loss_meur": float(loss[eu].sum()),
        "eu_loss_share": _part(loss[eu].sum(), normal[eu].sum()),
        "knock_on_meur": float(elsewhere.sum()),
        "worst_node": str(chain.keys[node]) if elsewhere[node] > 0 else "",
        "worst_node_loss_meur": float(elsewhere[node]),
        "worst_node_loss_share": float(share[node]) if elsewhere[node] > 0 else 0.0,
        "worst_ecosystem": str(chain.membership.columns[group]) if by_group[group] > 0 else "",
        "worst_ecosystem_loss_share": float(by_group[group]),
    }


def _part(loss: float, normal: float) -> float:
    return float(loss / normal) if normal > 0 else 0.0


def _members(chain: ValueChain) -> Floats:
    """Share of each node of the EU27 in each ecosystem (ecosystems × n)."""
    shares = chain.membership.reindex(chain.nodes.industry).fillna(0.0).to_numpy(float)
    return np.ascontiguousarray((shares * chain.in_eu[:, None]).T)


def _chosen(chain: ValueChain, ensemble: Ensemble) -> Integers:
    """Positions of the nodes, or of the links in ``chain.inputs``, that are stopped, in their order."""
    return chain.once(("ensemble places", ensemble), lambda: _sampled(_places(chain, ensemble), ensemble))


def _places(chain: ValueChain, ensemble: Ensemble) -> Integers:
    if ensemble.kind == "nodes":
        return np.flatnonzero(chain.output > 0)
    inputs = chain.inputs
    large = inputs.flow_meur >= max(ensemble.min_flow_meur, np.finfo(float).tiny)
    found = np.flatnonzero(large & (inputs.supplier != inputs.buyer))
    return found[np.lexsort((inputs.buyer[found], inputs.supplier[found]))]


def _sampled(places: Integers, ensemble: Ensemble) -> Integers:
    if ensemble.sample is None or ensemble.sample >= len(places):
        return places
    random = np.random.default_rng(ensemble.seed)
    return places[np.sort(random.choice(len(places), ensemble.sample, replace=False))]


def _drawn(chain: ValueChain, ensemble: Ensemble, method: Method, number: int) -> Scenario:
    """A recorded disruption with what is not known of it drawn."""
    record = ensemble.counted[number % len(ensemble.counted)]
    effect = chain.once(("ensemble effect", record, method), lambda: _effect(chain, record, method))
    # The same as the number-th child that the seed spawns.
    random = np.random.default_rng(np.random.SeedSequence(ensemble.seed, spawn_key=(number,)))
    severity, duration = random.triangular(0.0, 0.5, 1.0, 2)
    weeks = _between(np.asarray(_weeks(record, method)), duration)
    what = record.id or record.title
    cut, buyers = _between(effect.cut, severity), _between(effect.buyers, severity)
    return Scenario(what, effect.kind, cut, buyers, float(weeks), domestic=False)


def _effect(chain: ValueChain, record: Disruption, method: Method) -> Recorded:
    assert record.start is not None  # the constructor saw to it
    return shock(chain, [record], record.start, method).effects[0]


def _weeks(record: Disruption, method: Method) -> Range:
    """Low, likely and high duration."""
    assert record.start is not None  # the constructor saw to it
    if record.end is None:
        return method.duration_weeks
    known = ((record.end - record.start).days + 1) / 7
    return known, known, known


def _between(readings: npt.ArrayLike, place: float) -> Floats:
    """Between low, likely and high (in the last dimension) at a place from 0 (low) through 0.5 (likely) to 1 (high)."""
    low, likely, high = np.moveaxis(np.asarray(readings, float), -1, 0)
    if place < 0.5:
        return np.asarray(low + 2.0 * place * (likely - low))
    return np.asarray(likely + (2.0 * place - 1.0) * (high - likely))
