"""Case by case: what the model makes of a recorded cause, beside the outcome that was published."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from graphs import classification
from graphs.classification import DATA
from graphs.disruption import Disruption
from graphs.method import READINGS, Method
from graphs.propagation import propagate
from graphs.shock import Shock, shock
from graphs.valuechain import Floats, ValueChain


@dataclass(frozen=True)
class Observed:
    """What was published of an outcome: the share lost by some industries of some places, on average over a period."""

    countries: tuple[str, ...]
    industries: tuple[str, ...]
    first_day: date
    last_day: date
    share: float
    basis: str


@dataclass(frozen=True)
class Case:
    """A recorded event: the cause that goes in, the outcome it is held against, and their sources.

    The cause is what was closed or cut, never the outcome it is held against: a severity that was coded from a
    published outcome holds the propagation already. Where no such cause is recorded, ``cause`` and ``observed`` are
    None and ``not_testable`` says why.
    """

    id: str
    title: str
    record: str
    """Id in the embedded record; empty if it is not in it."""
    cause: Disruption | None
    cause_basis: str
    observed: Observed | None
    caution: str
    """What keeps the comparison from being clean."""
    sources: tuple[str, ...]
    not_testable: str


@dataclass(frozen=True)
class Outcome:
    """A prediction beside what was observed: shares of output lost, on average over the observed period."""

    case: Case
    low_share: float
    likely_share: float
    high_share: float
    first_hand_share: float
    """What the cause takes directly from the output that is observed, before anything travels; likely reading."""
    observed_share: float
    assumptions: tuple[str, ...]

    @property
    def hit(self) -> bool:
        """Whether the observed share lies between the low and the high reading."""
        return self.low_share <= self.observed_share <= self.high_share

    @property
    def miss_share(self) -> float:
        """How far the observed share lies outside the readings; negative where the prediction is too low.

        Examples:
            >>> Outcome(cases()[0], 0.25, 0.5, 0.75, 0.0, 0.875, ()).miss_share
            -0.125
        """
        return min(0.0, self.high_share - self.observed_share) + max(0.0, self.low_share - self.observed_share)


def cases() -> list[Case]:
    """The cases of ``graphs/data/cases.csv``, those that cannot be tested last.

    Examples:
        >>> found = cases()
        >>> found[0].id, found[0].observed.share, found[-1].cause
        ('rhine_2018', 0.01, None)
    """
    table = pd.read_csv(DATA / "cases.csv", dtype=str, keep_default_na=False)
    return [_case(row) for row in table.to_dict("records")]


def outcome(chain: ValueChain, case: Case, method: Method) -> Outcome:
    """What the model makes of the cause of a case.

    The shares of output lost are averaged over the days of the observed period; days that the model does not follow
    count as undisturbed. Industries that the outcome names in part count by the share of their divisions.

    Raises:
        ValueError: if the case cannot be tested.

    Examples:
        >>> from graphs import sources
        >>> cut = Disruption("Half", ("DE",), date(2021, 3, 1), effect="supply", end=date(2021, 3, 28),
        ...                  severity_low=0.4, severity_likely=0.5, severity_high=0.6)
        >>> seen = Observed(("DE",), ("A",), date(2021, 3, 1), date(2021, 3, 28), 0.45, "")
        >>> found = outcome(sources.toy(), Case("x", "", "", cut, "", seen, "", (), ""), Method())
        >>> [round(share, 3) for share in (found.low_share, found.likely_share, found.high_share)], found.hit
        ([0.4, 0.5, 0.6], True)
    """
    cause, seen = case.cause, case.observed
    if cause is None or seen is None or cause.start is None:
        raise ValueError(f"{case.id} cannot be tested: {case.not_testable}")
    last = min(cause.last_day(max(method.duration_weeks)), seen.last_day)
    on = max(cause.start, last - timedelta(weeks=method.horizon_weeks))
    found = shock(chain, [cause], on, method)
    days = _days(found.first_day, found.steps, seen)
    weight = days[:, None] * (_members(chain, seen) * chain.output)[None, :]
    weight /= weight.sum() or 1.0
    followed = days.sum() / ((seen.last_day - seen.first_day).days + 1)
    lost = np.einsum("tn,tnk->k", weight, 1.0 - propagate(chain, found, method).kept) * followed
    direct = np.einsum("tn,tnk->k", weight, _first_hand(chain, found)) * followed
    [effect] = found.effects
    low, likely, high = (float(share) for share in lost)
    return Outcome(case, low, likely, high, float(direct[1]), seen.share, effect.assumptions)


def variants(method: Method) -> dict[str, Method]:
    """The method with one assumption changed at a time: those that decide how far a failure of suppliers travels.

    Not a search for a better fit: eight cases are too few to choose assumptions by. It shows what the misses hang on.

    Examples:
        >>> list(variants(Method()))[0], variants(Method())["no overtime"].overtime_share
        ('as it stands', 0.0)
    """
    changes: dict[str, dict[str, Any]] = {
        "as it stands": {},
        "no overtime": {"overtime_share": 0.0},
        "every input binds": {"binding_share": 0.0},
        "suppliers replace each other": {"pooled_stocks": True},
        "half the stock of goods": {"stock_weeks_goods": method.stock_weeks_goods / 2.0},
    }
    return {name: dataclasses.replace(method, **change) for name, change in changes.items()}


def _first_hand(chain: ValueChain, found: Shock) -> Floats:
    """Share of output that the cause itself takes, by week, node and reading; a cut link takes inputs, not output."""
    n = len(chain)
    capacity = 1.0 - found.remaining("supply", n)
    final = np.maximum(chain.final_demand.to_numpy(float), 0.0)
    share = np.divide(final, chain.output, out=np.zeros(n), where=chain.output > 0)
    return np.maximum(capacity, (1.0 - found.remaining("demand", n)) * share[None, :, None])


def _days(first_day: date, weeks: int, seen: Observed) -> Floats:
    """Days of each week that lie in the observed period."""
    begin, end = (seen.first_day - first_day).days, (seen.last_day - first_day).days + 1
    week = 7.0 * np.arange(weeks)
    return np.clip(np.minimum(end, week + 7) - np.maximum(begin, week), 0.0, 7.0)


def _members(chain: ValueChain, seen: Observed) -> Floats:
    """Share of each node that the outcome is about."""
    inside = chain.nodes.country.isin(seen.countries).to_numpy(bool) | (chain.in_eu & ("EU" in seen.countries))
    industries = chain.nodes.industry
    shares = {one: classification.coverage(seen.industries, one) for one in industries.unique()}
    return np.asarray(inside * industries.map(shares).to_numpy(float), float)


def _case(row: dict[str, str]) -> Case:
    cause = observed = None
    if not row["not_testable"]:
        low, likely, high = (float(row[f"severity_{one}"]) if row[f"severity_{one}"] else None for one in READINGS)
        cause = Disruption(
            title=row["title"],
            id=row["record"],
            origin=_words(row["origin"]),
            felt=_words(row["felt"]),
            industries=_words(row["industries"]),
            effect=row["effect"],
            start=date.fromisoformat(row["start"]),
            end=date.fromisoformat(row["end"]),
            severity_low=low,
            severity_likely=likely,
            severity_high=high,
        )
        observed = Observed(
            countries=_words(row["observed_countries"]),
            industries=_words(row["observed_industries"]),
            first_day=date.fromisoformat(row["observed_from"]),
            last_day=date.fromisoformat(row["observed_to"]),
            share=float(row["observed_share"]),
            basis=row["observed_basis"],
        )
    return Case(
        id=row["case"],
        title=row["title"],
        record=row["record"],
        cause=cause,
        cause_basis=row["cause_basis"],
        observed=observed,
        caution=row["caution"],
        sources=_words(row["sources"]),
        not_testable=row["not_testable"],
    )


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split(";") if word.strip())
