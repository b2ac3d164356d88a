"""The morning brief: the state of a day on one page."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from graphs.assessment import Assessment
from reports.briefing import Briefing, Heading, Paragraph, Part
from reports.sections import disruptions, ground, state
from reports.sections.words import day

_MOST_ECOSYSTEMS, _MOST_LINES = 5, 6


def morning(assessment: Assessment, other: Assessment | None = None, position: int | None = None) -> Briefing:
    """Say what an assessment found, on one page.

    Args:
        other: another date, said in one sentence (today beside the worst day).
        position: of the log that was assessed.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.method import Method
        >>> morning(assess(sources.toy(), [], date(2021, 3, 1), Method())).headline
        'No disruption on record is in force on 1 March 2021: the EU score is 73.9, from structure alone.'
    """
    return Briefing(
        name=assessment.on.isoformat(),
        title=f"Briefing on Europe's value chains, {day(assessment.on)}",
        on=assessment.on,
        headline=headline(assessment),
        parts=tuple(_parts(assessment, other)),
        provenance=ground.provenance(assessment, position, short=True),
    )


def headline(assessment: Assessment) -> str:
    """The state of a date in one sentence."""
    if ("eu", "EU") not in assessment.scores.index:
        return (
            f"No place of this value chain lies in the EU27, so it has losses on {day(assessment.on)}, but no scores."
        )
    eu = assessment.scores.loc[("eu", "EU")]
    number = len(assessment.disruptions)
    if not number:
        return (
            f"No disruption on record is in force on {day(assessment.on)}: the EU score is {eu.score:.1f}, "
            "from structure alone."
        )
    ecosystems = assessment.level("ecosystem").sort_values("score")
    ecosystems = ecosystems.sort_values("loss_share", ascending=False, kind="stable")
    lose = [f"{row.label} ({100 * row.loss_share:.2g} %)" for row in ecosystems.itertuples() if row.loss_meur > 0]
    worst = f"; hit hardest, by share of output lost: {' and '.join(lose[:2])}" if lose else ""
    return (
        f"{number} disruption{'s' if number > 1 else ''} in force on {day(assessment.on)}: the EU score is "
        f"{eu.score:.1f} ({eu.score_low:.1f}–{eu.score_high:.1f}), an estimated {_money(eu)} of output lost over "
        f"the coming {assessment.method.horizon_weeks} weeks{worst}."
    )


def _money(row: pd.Series) -> str:
    """A loss with its range, in the unit that fits."""
    unit, scale = ("billion", 1000) if row.loss_meur >= 10_000 else ("million", 1)
    likely, low, high = (f"{value / scale:,.0f}" for value in (row.loss_meur, row.loss_low_meur, row.loss_high_meur))
    return f"{likely} {unit} euro ({low}–{high})"


def _parts(assessment: Assessment, other: Assessment | None) -> Iterator[Part]:
    if other is not None:
        yield Paragraph(headline(other))
    yield from state.lowest(assessment, _MOST_ECOSYSTEMS)
    yield Heading("Disruptions in force")
    yield from disruptions.in_force(assessment, {}, _MOST_LINES)
    yield from disruptions.needs(assessment)
    yield Heading("What is not known")
    yield from ground.unknown_in_short(assessment)
