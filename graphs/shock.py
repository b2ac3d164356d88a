"""From records to shock: what the disruptions in force on a date take away, week by week, in three readings.

The rule, for each record:

1. *Where.* Nodes in a named country count wholly; of a region's country only a part (``region_share``); a country
   that the chain does not know is a part of the rest of the world (``rest_of_world_share``). The first known of
   origin and felt is the place.
2. *Which industries.* The named ones, by the share of their NACE divisions that is named; else those of the named
   ecosystems, by membership; else all.
3. *How much.* The stated severity, with ``severity_spread`` either side for what is not stated. If none is stated it is
   not zero: ``severity_located`` where country and industry are named, ``severity_broad`` elsewhere.
4. *How long.* Start to end; if no end is known, ``duration_weeks``.
5. *What.* ``supply`` cuts capacity, ``demand`` cuts final demand, ``link`` cuts sales from the origin to the places
   where it is felt (everywhere else if not said), never inside one country. An unknown effect counts as supply.

Each step that had to assume something leaves a sentence in ``Effect.assumptions``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from graphs import classification, disruption
from graphs.disruption import Disruption
from graphs.method import READINGS, Method, Range
from graphs.support import Relief, Support
from graphs.valuechain import Floats, Integers, ValueChain


@dataclass(frozen=True, eq=False)
class CutLinks:
    """Flows that are cut together, k scenarios side by side.

    ``where``: positions in ``chain.inputs`` (m); ``cut``: share cut at the most (m × k); ``active``: share of each
    step in force (steps × k).
    """

    where: Integers
    cut: Floats
    active: Floats


@dataclass(frozen=True, eq=False)
class Effect:
    """What one cause takes away, k scenarios side by side.

    ``kind``: ``supply`` (capacity), ``demand`` (final demand) or ``link`` (sales of some to some); ``cut``: share lost
    by node at the most (n × k); ``active``: share of it in force by step (steps × k), which gives it a start, an end
    and a shape of recovery; ``buyers``: for a link, share of each node that is no longer served (n × k);
    ``domestic``: whether a link can lie inside one country, as where its two ends are named node by node.
    """

    kind: str
    cut: Floats
    active: Floats
    buyers: Floats
    domestic: bool = False
    _links: dict[ValueChain, CutLinks] = field(default_factory=dict, init=False, repr=False)

    def links(self, chain: ValueChain) -> CutLinks:
        """The flows that a link cuts: between its two ends, across a border unless it is ``domestic``."""
        if chain not in self._links:
            self._links[chain] = self._found(chain)
        return self._links[chain]

    def _found(self, chain: ValueChain) -> CutLinks:
        supplier, buyer = chain.inputs.supplier, chain.inputs.buyer
        sells, buys = self.cut.max(axis=1) > 0, self.buyers.max(axis=1) > 0
        where = np.flatnonzero(sells[supplier] & buys[buyer])
        country = pd.factorize(chain.nodes.country)[0]
        where = where[self.domestic | (country[supplier[where]] != country[buyer[where]])]
        return CutLinks(where, self.cut[supplier[where]] * self.buyers[buyer[where]], self.active)


@dataclass(frozen=True, eq=False)
class Shock:
    """All effects together, over steps of some days, k scenarios side by side, and what is done against them."""

    effects: tuple[Effect, ...]
    steps: int
    step_days: int = 7
    scenarios: int = len(READINGS)
    support: tuple[Support, ...] = ()
    relief: tuple[Relief, ...] = ()

    def remaining(self, kind: str, nodes: int) -> Floats:
        """Share that remains by step, node and scenario (steps × n × k), all effects of a kind together: Π(1 − cut).

        Relief is added to what is left, up to the whole.

        Examples:
            >>> from datetime import date
            >>> from graphs import sources
            >>> strike = Disruption("Strike", ("DE",), date(2021, 3, 1), effect="supply", severity_likely=0.4)
            >>> result = shock(sources.toy(), [strike], date(2021, 3, 1), Method())
            >>> result.remaining("supply", 12)[0, :5, 1].tolist()
            [0.6, 0.6, 0.6, 0.6, 1.0]
        """
        effects = self.of_kind(kind)
        if not effects:
            return np.ones((self.steps, nodes, self.scenarios))
        # Steps in which the same shares are in force are computed once.
        active = np.stack([effect.active for effect in effects], axis=1)
        _, first, pattern = np.unique(active.reshape(self.steps, -1), axis=0, return_index=True, return_inverse=True)
        share = np.ones((len(first), nodes, self.scenarios))
        for number, effect in enumerate(effects):
            hit = np.flatnonzero(effect.cut.any(axis=1))
            share[:, hit] *= 1.0 - active[first, number][:, None, :] * effect.cut[None, hit, :]
        left = share[pattern.ravel()]
        for one in self.relief:
            if one.kind == kind:
                one.on(left)
        return left

    @property
    def present(self) -> int:
        """The step in which the present begins; those before it lie in the past."""
        return 0

    def same_steps(self, other: Shock) -> int:
        """How many steps at the beginning are the same as another's, effect for effect.

        Examples:
            >>> one = Effect("supply", np.ones((1, 1)), np.array([[0.0], [0.0], [1.0]]), np.zeros((1, 1)))
            >>> Shock((one,), 3, scenarios=1).same_steps(Shock((), 3, scenarios=1))
            2
        """
        if (self.steps, self.step_days, self.scenarios) != (other.steps, other.step_days, other.scenarios):
            return 0
        if (self.support, self.relief) != (other.support, other.relief):
            return 0
        count = Counter(map(id, self.effects))
        count.subtract(map(id, other.effects))
        differ = [one for one in (*self.effects, *other.effects) if count[id(one)]]
        begins = [int(np.argmax(one.active.any(axis=1))) for one in differ if one.active.any()]
        return min(begins, default=self.steps)

    def links(self, chain: ValueChain) -> list[CutLinks]:
        """The flows that are cut, effect by effect."""
        return [effect.links(chain) for effect in self.of_kind("link")]

    def of_kind(self, kind: str) -> list[Effect]:
        """The effects of one kind, in their order."""
        return [effect for effect in self.effects if effect.kind == kind]


@dataclass(frozen=True, eq=False, kw_only=True)
class Recorded(Effect):
    """What one disruption on record takes away, and what had to be assumed of it."""

    disruption: Disruption
    assumptions: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class DatedShock(Shock):
    """The effects of all disruptions in force on a date, by week, in the readings low, likely and high.

    Week 0 begins on ``first_day``; the first ``weeks_before`` weeks lie before the date.
    """

    effects: tuple[Recorded, ...]
    on: date
    first_day: date
    weeks_before: int

    @property
    def present(self) -> int:
        """The week that begins on the date."""
        return self.weeks_before


def shock(
    chain: ValueChain, disruptions: Iterable[Disruption], on: date, method: Method, known: DatedShock | None = None
) -> DatedShock:
    """What the disruptions in force on a date mean for the chain, by the rule of this module.

    Args:
        known: a shock of the same chain and method, from which the effects that are in both are taken.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> chips = Disruption("No chips", ("TW",), date(2021, 3, 1), industries=("C26",))
        >>> effect = shock(sources.toy(), [chips], date(2021, 3, 1), Method()).effects[0]
        >>> effect.cut[9].tolist(), effect.assumptions[0]
        ([0.02, 0.1, 0.3], 'severity unknown: 2–30 % assumed, 10 % likely')
    """
    active = disruption.in_force(disruptions, on, max(method.duration_weeks))
    earliest = on - timedelta(weeks=method.lookback_weeks)
    first = max(earliest, min((one.start or on for one in active), default=on))
    weeks_before = -((first - on).days // 7)
    first_day, weeks = on - timedelta(weeks=weeks_before), weeks_before + method.horizon_weeks
    same = known is not None and (known.first_day, known.steps) == (first_day, weeks)
    made = {effect.disruption: effect for effect in known.effects} if known is not None and same else {}
    effects = tuple(made.get(one) or _effect(chain, one, first_day, weeks, method) for one in active)
    return DatedShock(effects=effects, steps=weeks, on=on, first_day=first_day, weeks_before=weeks_before)


def _effect(chain: ValueChain, record: Disruption, first_day: date, weeks: int, method: Method) -> Recorded:
    assumptions: list[str] = []
    link = record.effect == "link"
    places = record.origin or (("WORLD",) if link else record.felt)
    industry = _industry_shares(chain, record, assumptions)
    located = bool(record.industries) and not {"EU", "WORLD"} & set(places)
    severity = _severity(record, located, method, assumptions)
    if record.effect is None:
        assumptions.append("effect unknown: counted as a loss of supply")
    if record.end is None:
        short, likely_weeks, long = (f"{weeks_:g}" for weeks_ in method.duration_weeks)
        assumptions.append(f"end unknown: {short}–{long} weeks assumed, {likely_weeks} likely")
    cut = np.asarray(severity) * _place_shares(chain, places, method, assumptions) * industry[:, None]
    buyers = np.zeros((len(chain), len(READINGS)))
    if link:
        buyers = _place_shares(chain, record.felt or ("WORLD",), method, assumptions)
        if not record.felt or not record.origin:
            assumptions.append("the other end of the link is not said: every other country assumed")
    if not cut.any():
        assumptions.append("nothing in this value chain is hit: place and industry are not in it")
    active = _active(record, first_day, weeks, method.duration_weeks)
    return Recorded(
        kind=record.effect or "supply", cut=cut, active=active, buyers=buyers, disruption=record,
        assumptions=tuple(assumptions),
    )  # fmt: skip


def _severity(record: Disruption, located: bool, method: Method, assumptions: list[str]) -> Range:
    """Low, likely and high severity, as stated or assumed; what is stated is never left."""
    low, likely, high = record.severity_low, record.severity_likely, record.severity_high
    if low is None and likely is None and high is None:
        severity = method.severity_located if located else method.severity_broad
        assumptions.append(f"severity unknown: {_percent(severity)} assumed, {100 * severity[1]:g} % likely")
        return severity
    if low is not None and likely is not None and high is not None:
        return low, likely, high
    if likely is None:
        likely = low if high is None else high if low is None else (low + high) / 2
    assert likely is not None  # one of the three is stated
    low = likely * (1 - method.severity_spread) if low is None else low
    high = min(1.0, likely * (1 + method.severity_spread)) if high is None else high
    severity = (low, likely, high)
    assumptions.append(f"severity stated in part: {_percent(severity)} assumed, {100 * likely:g} % likely")
    return severity


def _industry_shares(chain: ValueChain, record: Disruption, assumptions: list[str]) -> Floats:
    """Share of each node's industry that is meant."""
    industries = [str(industry) for industry in chain.nodes.industry.unique()]
    if record.industries:
        shares = {one: classification.coverage(record.industries, one) for one in industries}
        for code in record.industries:
            if "." in code and code not in shares:
                whole = code.partition(".")[0]
                assumptions.append(f"{code} is a part of {whole}: the whole of {whole} assumed")
    elif record.ecosystems:
        shares = chain.membership[list(record.ecosystems)].max(axis=1).to_dict()
    else:
        shares = dict.fromkeys(industries, 1.0)
    return chain.nodes.industry.map(shares).to_numpy(float)


def _place_shares(chain: ValueChain, places: Iterable[str], method: Method, assumptions: list[str]) -> Floats:
    """Share of each node that lies in the places, by reading (n × 3)."""
    countries = chain.nodes.country.to_numpy(str)
    known = set(countries)
    shares = np.zeros((len(chain), len(READINGS)))
    for code in places:
        part: Range = (1.0, 1.0, 1.0)
        if code == "EU":
            inside = chain.in_eu
        elif code == "WORLD":
            inside = np.ones(len(chain), bool)
        elif len(code) > 2 and classification.country(code[:2]) in known and code != classification.REST_OF_WORLD:
            country = classification.country(code[:2])
            inside, part = countries == country, method.region_share
            assumptions.append(f"{code} is a region: {_percent(part)} of {country}'s industry assumed")
        elif code in known:
            inside = countries == code
        else:
            inside, part = countries == classification.REST_OF_WORLD, method.rest_of_world_share
            assumptions.append(f"{code} is not in the table: {_percent(part)} of the rest of the world assumed")
        shares = np.maximum(shares, inside[:, None] * np.asarray(part))
    return shares


def _active(record: Disruption, first_day: date, weeks: int, durations: Range) -> Floats:
    """Share of each week's seven days in force, by reading."""
    assert record.start is not None  # the constructor saw to it
    begin = (record.start - first_day).days
    ends = np.array([(record.last_day(duration) - first_day).days + 1 for duration in durations])
    week = 7 * np.arange(weeks)[:, None]
    return np.clip(np.minimum(ends, week + 7) - np.maximum(begin, week), 0, 7) / 7


def _percent(part: Range) -> str:
    return f"{100 * part[0]:g}–{100 * part[2]:g} %"
