"""What a briefing says: one frozen value, however it is rendered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from graphs.assessment import Assessment, Reason
from graphs.disruption import ACTIONS
from graphs.score.uncertainty import INTERVAL
from graphs.shock import Recorded

_MOST_COUNTRIES = 10


@dataclass(frozen=True)
class Line:
    """A disruption in force, as a briefing lists it."""

    id: str
    title: str
    since: str
    where: str
    effect: str
    points: float
    action_required: str
    assumptions: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Morning:
    """What is said about a date: headline, scores with intervals, disruptions, what is not known, sources."""

    title: str
    headline: str
    eu: pd.Series | None
    ecosystems: pd.DataFrame
    countries: pd.DataFrame
    lines: tuple[Line, ...]
    unknown: tuple[str, ...]
    needs: tuple[str, ...]
    other_day: str
    method: pd.DataFrame
    provenance: tuple[str, ...]


def morning(assessment: Assessment, other: Assessment | None = None) -> Morning:
    """Say what an assessment found.

    Args:
        other: another date, said in one line (today beside the worst day).

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.method import Method
        >>> morning(assess(sources.toy(), [], date(2021, 3, 1), Method())).headline
        'No disruption on record is in force on 1 March 2021: the EU score is 73.9, from structure alone.'
    """
    scored = ("eu", "EU") in assessment.scores.index
    points = assessment.points.loc[("eu", "EU")] if scored else {}
    lines = tuple(
        _line(effect, float(points.get(("disruption", column), 0.0)))
        for column, effect in zip(assessment.direct.columns, assessment.shock.effects, strict=True)
    )
    return Morning(
        title=f"Briefing on Europe's value chains, {_day(assessment)}",
        headline=headline(assessment),
        eu=assessment.scores.loc[("eu", "EU")] if scored else None,
        ecosystems=_ranked(assessment, "ecosystem"),
        countries=_ranked(assessment, "country").head(_MOST_COUNTRIES),
        lines=tuple(sorted(lines, key=lambda line: -line.points)),
        unknown=_unknown(assessment),
        needs=_needs(assessment),
        other_day=headline(other) if other else "",
        method=assessment.method.table(),
        provenance=_provenance(assessment),
    )


def headline(assessment: Assessment) -> str:
    """The state of a date in one sentence."""
    if ("eu", "EU") not in assessment.scores.index:
        return f"No place of this value chain lies in the EU27, so it has losses on {_day(assessment)}, but no scores."
    eu = assessment.scores.loc[("eu", "EU")]
    number = len(assessment.disruptions)
    if not number:
        return (
            f"No disruption on record is in force on {_day(assessment)}: the EU score is {eu.score:.1f}, "
            "from structure alone."
        )
    ecosystems = _ranked(assessment, "ecosystem").sort_values("loss_share", ascending=False, kind="stable")
    lose = [f"{row.label} ({100 * row.loss_share:.2g} %)" for row in ecosystems.itertuples() if row.loss_meur > 0]
    worst = f"; hit hardest, by share of output lost: {' and '.join(lose[:2])}" if lose else ""
    return (
        f"{number} disruption{'s' if number > 1 else ''} in force on {_day(assessment)}: the EU score is "
        f"{eu.score:.1f} ({eu.score_low:.1f}–{eu.score_high:.1f}), an estimated {_money(eu)} of output lost over "
        f"the coming {assessment.method.horizon_weeks} weeks{worst}."
    )


def _money(row: pd.Series) -> str:
    """A loss with its range, in the unit that fits."""
    unit, scale = ("billion", 1000) if row.loss_meur >= 10_000 else ("million", 1)
    likely, low, high = (f"{value / scale:,.0f}" for value in (row.loss_meur, row.loss_low_meur, row.loss_high_meur))
    return f"{likely} {unit} euro ({low}–{high})"


def _ranked(assessment: Assessment, level: str) -> pd.DataFrame:
    rows = assessment.level(level)
    rows["why"] = [_largest(assessment.reasons(level, str(key))) for key in rows.index]
    return rows.sort_values("score")


def _largest(reasons: list[Reason]) -> str:
    """The disruption that costs most, or without one the indicator that does."""
    hits = [one for one in reasons if one.kind == "disruption"]
    return f"−{(hits or reasons)[0].points:.1f}: {(hits or reasons)[0].text}"


def _line(effect: Recorded, points: float) -> Line:
    record = effect.disruption
    return Line(
        id=record.id,
        title=record.title,
        since=record.start.isoformat() if record.start else "",
        where=", ".join(record.origin or record.felt),
        effect=effect.kind,
        points=points,
        action_required=", ".join(record.actions_required),
        assumptions=effect.assumptions,
        sources=record.sources,
    )


def _unknown(assessment: Assessment) -> tuple[str, ...]:
    missing = Counter(name for one in assessment.disruptions for name in one.missing())
    total = len(assessment.disruptions)
    gaps = [f"{name}: not stated in {count} of {total} disruptions in force" for name, count in missing.most_common()]
    return (
        *gaps,
        f"Intervals of losses are the low and high readings of severity and duration; those of scores: {INTERVAL}.",
        "Which disruption costs how many points is an estimate: losses of several disruptions do not add up exactly.",
    )


def _needs(assessment: Assessment) -> tuple[str, ...]:
    counts = Counter(action for one in assessment.disruptions for action in one.actions_required)
    return tuple(f"{action}: {counts[action]}" for action in ACTIONS if counts[action])


def _provenance(assessment: Assessment) -> tuple[str, ...]:
    chain = assessment.chain
    return (
        f"{'ESTIMATE: ' if chain.estimate else ''}{chain.title}, {chain.year}; {chain.unit}",
        *(text for text in (chain.source, chain.accuracy and f"Accuracy: {chain.accuracy}", chain.licence) if text),
        f"Method version {assessment.method.version}",
    )


def _day(assessment: Assessment) -> str:
    return f"{assessment.on.day} {assessment.on:%B %Y}"
