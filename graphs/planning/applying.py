"""What measures do to a shock: each kind as the change to it that the catalogue describes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.planning.measures import Measure
from graphs.shock import Effect, Shock
from graphs.support import NOBODY, Relief, Support
from graphs.valuechain import Floats, Integers, ValueChain

AnyShock = TypeVar("AnyShock", bound=Shock)
_ROUNDING = 1e-9


def apply(chain: ValueChain, shock: AnyShock, measures: Sequence[Measure], method: Method) -> AnyShock:
    """The shock as it is when the measures are taken on the day that the present begins, one after the other.

    Raises:
        Faults: every measure that does not fit the chain, and every node that is promised twice.

    Examples:
        >>> from graphs import sources
        >>> chain, cut = sources.toy(), np.zeros((12, 1))
        >>> cut[9] = 0.4
        >>> strike = Shock((Effect("supply", cut, np.ones((8, 1)), np.zeros((12, 1))),), 8, scenarios=1)
        >>> skills = Measure("M1", "skills", 0.3, at=("TW_C26",), delay_weeks=4)
        >>> apply(chain, strike, [skills], Method()).remaining("supply", 12)[[3, 4], 9, 0].round(3).tolist()
        [0.6, 0.9]
    """
    faults = faults_of(chain, measures, method)
    if faults:
        raise Faults(faults)
    return changed(chain, shock, [change(chain, shock, one) for one in measures])


@dataclass(frozen=True, eq=False)
class Change:
    """What one measure does to one shock: support and relief that it adds; else it eases effects, step by step."""

    measure: Measure
    begin: int
    support: tuple[Support, ...] = ()
    relief: tuple[Relief, ...] = ()
    eases: bool = False


def change(chain: ValueChain, shock: Shock, measure: Measure) -> Change:
    """What a measure that has no fault does to a shock; nothing if it comes after the last step."""
    begin = shock.present + -(-7 * measure.delay_weeks // shock.step_days)
    if begin >= shock.steps:
        return Change(measure, begin)
    if measure.kind in ("shared capacity", "skills", "demand support"):
        return Change(measure, begin, relief=(_relief(chain, measure, begin, shock.scenarios),))
    if measure.kind in ("transport alternative", "simpler rule"):
        return Change(measure, begin, eases=True)
    return Change(measure, begin, support=(_support(chain, measure, begin, shock.scenarios),))


def changed(chain: ValueChain, shock: AnyShock, changes: Iterable[Change]) -> AnyShock:
    """The shock after some changes, one after the other."""
    effects, support, relief = shock.effects, list(shock.support), list(shock.relief)
    for one in changes:
        support += one.support
        relief += one.relief
        if one.eases:
            given = one.measure, one.begin, shock.step_days
            effects = tuple(part for effect in effects for part in _eased(chain, effect, *given))
    return replace(shock, effects=effects, support=tuple(support), relief=tuple(relief))


@dataclass(frozen=True)
class Claim:
    """What a measure takes of something that there is only so much of."""

    name: str
    amount: float
    limit: float


def claims(chain: ValueChain, measure: Measure, method: Method) -> list[Claim]:
    """What a measure takes of the overtime of who stands in (million EUR a year), and of a flow that is moved.

    Examples:
        >>> from graphs import sources
        >>> second = Measure("M1", "second supplier", 0.1, ("DE_C29",), ("TW_C26",), "FR_C26")
        >>> claims(sources.toy(), second, Method())
        [Claim(name='overtime of FR_C26', amount=4.0, limit=6.0)]
    """
    if measure.kind not in ("second supplier", "nearer supplier", "shared capacity"):
        return []
    stand_in = chain.keys.get_loc(measure.stand_in)
    spare = method.overtime_share * float(chain.output[stand_in])
    name = f"overtime of {measure.stand_in}"
    if measure.kind == "shared capacity":
        used = measure.amount * float(chain.output[nodes(chain, measure.at)].sum())
        return [Claim(name, used, spare)]
    where = flows(chain, measure)
    if measure.kind == "second supplier":
        return [Claim(name, measure.amount * float(chain.inputs.flow_meur[where].sum()), spare)]
    return [Claim(f"flow {one}", measure.amount, 1.0) for one in where.tolist()]


def fit(taken: Iterable[Claim]) -> bool:
    """Whether nothing is promised twice."""
    return not _overdrawn(taken)


def faults_of(chain: ValueChain, measures: Sequence[Measure], method: Method) -> list[Fault]:
    """Every measure that does not fit the chain, every name that stands twice, and what is promised twice."""
    faults = []
    names = [one.id for one in measures]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.append(Fault(name, "id", "stands twice", "give each measure a name of its own"))
    for one in measures:
        found = _unknown(chain, one) or _alone(chain, one, method)
        faults += [fault.at(one.id) for fault in found]
    if not faults:
        for name in _overdrawn(claim for one in measures for claim in claims(chain, one, method)):
            fault = f"the measures together take more than all of the {name}"
            faults.append(Fault("measures", "amount", fault, "take less of one, or another stand-in"))
    return faults


def nodes(chain: ValueChain, words: Iterable[str]) -> Integers:
    """Positions of nodes by key, or ``EU_C29`` (an industry in all of the EU), or ``C29`` (wherever it is)."""
    found = np.zeros(len(chain), bool)
    industry = chain.nodes.industry.to_numpy(str)
    for word in words:
        if word in chain.keys:
            found[chain.keys.get_loc(word)] = True
        elif word.startswith("EU_"):
            found |= chain.in_eu & (industry == word.removeprefix("EU_"))
        else:
            found |= industry == word
    return np.flatnonzero(found)


def flows(chain: ValueChain, measure: Measure) -> Integers:
    """Positions in ``chain.inputs`` of what the buyers of a measure buy from its suppliers, not from themselves."""
    links, sells, buys = chain.inputs, np.zeros(len(chain), bool), np.zeros(len(chain), bool)
    sells[nodes(chain, measure.supplier)] = True
    buys[nodes(chain, measure.at) if measure.at else np.flatnonzero(_eu_or_all(chain))] = True
    kept = sells[links.supplier] & buys[links.buyer] & (links.supplier != links.buyer)
    if measure.stand_in:  # nobody stands in for itself
        kept &= links.supplier != chain.keys.get_loc(measure.stand_in)
    return np.flatnonzero(kept)


def _eu_or_all(chain: ValueChain) -> Floats:
    return np.asarray(chain.in_eu if chain.in_eu.any() else np.ones(len(chain), bool))


def _support(chain: ValueChain, one: Measure, begin: int, scenarios: int) -> Support:
    where = flows(chain, one)
    extra, share = np.zeros((len(where), scenarios)), np.zeros((len(where), scenarios))
    stand_in = chain.keys.get_loc(one.stand_in) if one.stand_in else NOBODY
    if one.kind == "stock":
        extra += one.amount
    elif one.kind == "new capacity":
        share += min(1.0, one.amount / float(chain.inputs.flow_meur[where].sum()))
    else:
        share += one.amount
    return Support(where, begin, extra, np.full(len(where), stand_in), share, one.kind == "nearer supplier")


def _relief(chain: ValueChain, one: Measure, begin: int, scenarios: int) -> Relief:
    share = np.zeros((len(chain), scenarios))
    share[nodes(chain, one.at)] = one.amount
    return Relief("demand" if one.kind == "demand support" else "supply", share, begin)


def _eased(chain: ValueChain, effect: Effect, one: Measure, begin: int, step_days: int) -> list[Effect]:
    """An effect that is weaker or shorter at some nodes, in one part or in two that touch different nodes."""
    if one.kind == "transport alternative" and effect.kind != "link":
        return [effect]
    chosen = np.zeros(len(chain), bool)
    chosen[nodes(chain, one.at) if one.at else slice(None)] = True
    eased, rest = effect.cut * chosen[:, None], effect.cut * ~chosen[:, None]
    if not eased.any():
        return [effect]
    active = effect.active.copy()
    if one.kind == "transport alternative":
        active[begin:] *= 1.0 - one.amount
    else:
        active[begin:] = np.minimum(active, _earlier(active, 7.0 * one.amount / step_days))[begin:]
    parts = [replace(effect, cut=eased, active=active)]
    return [*parts, replace(effect, cut=rest)] if rest.any() else parts


def _earlier(active: Floats, steps: float) -> Floats:
    """A course that takes its end so many steps earlier: what is in force in a step is what was to be in force later.

    Examples:
        >>> _earlier(np.array([[0.0], [1.0], [1.0], [1.0], [0.5]]), 1.5)[:, 0].tolist()
        [1.0, 1.0, 0.75, 0.25, 0.0]
    """
    at = np.arange(len(active)) + steps
    course = np.vstack([active, np.zeros((2, active.shape[1]))])
    low = np.minimum(np.floor(at).astype(int), len(active))
    part = np.clip(at - low, 0.0, 1.0)[:, None]
    return np.asarray(course[low] * (1.0 - part) + course[np.minimum(low + 1, len(active))] * part)


def _unknown(chain: ValueChain, one: Measure) -> list[Fault]:
    faults = []
    for name in ("at", "supplier"):
        for word in getattr(one, name):
            if not len(nodes(chain, [word])):
                mend = "write a key such as DE_C29, EU_C29 for an industry in the EU, or C29"
                faults.append(Fault("", name, f"{word!r} is not in the value chain", mend))
    if one.stand_in and one.stand_in not in chain.keys:
        mend = "write the key of one node, such as DE_C26"
        faults.append(Fault("", "stand_in", f"{one.stand_in!r} is not in the value chain", mend))
    if not faults and one.supplier and not len(flows(chain, one)):
        fault = f"{', '.join(one.at) or 'the EU'} buys nothing from {', '.join(one.supplier)}"
        faults.append(Fault("", "supplier", fault, "name one that it buys from, and not the stand-in itself"))
    return faults


def _alone(chain: ValueChain, one: Measure, method: Method) -> list[Fault]:
    """What a measure takes by itself must be there."""
    faults = []
    if one.kind == "shared capacity" and chain.keys.get_loc(one.stand_in) in nodes(chain, one.at):
        faults.append(Fault("", "stand_in", f"{one.stand_in} cannot help itself", "name another node"))
    for claim in claims(chain, one, method):
        if not fit([claim]):
            most = _share_down(one.amount * claim.limit / claim.amount)
            fault = f"{claim.amount:.4g} million EUR a year is more than the {claim.name}, {claim.limit:.4g}"
            faults.append(Fault("", "amount", fault, f"write up to {most:g}, or name another stand-in"))
    return faults


def _share_down(share: float) -> float:
    """Rounded down to three digits, so that what is proposed fits."""
    if share <= 0:
        return 0.0
    digits = 10.0 ** (int(np.floor(np.log10(share))) - 2)
    return float(np.floor(share / digits) * digits)


def _overdrawn(taken: Iterable[Claim]) -> list[str]:
    sums: dict[str, list[float]] = {}
    for claim in taken:
        total = sums.setdefault(claim.name, [0.0, claim.limit])
        total[0] += claim.amount
    return [name for name, (amount, limit) in sums.items() if amount > limit * (1.0 + _ROUNDING)]
