"""Disruptions on record of the same make as one: what they hit and how, in whatever words, and whether it is the same.

The score is 35 · industries + 25 · ecosystems + 15 · kind + 15 · stages + 10 · places, each 0–1; what either side does
not say counts nothing. Industries and places are compared as in ``forms.duplicates``, which looks for the same event in
other words; here titles and dates do not count. Ecosystems and stages: twice the common ones over all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from graphs.disruption import COUNTED, Disruption
from tracker.forms.duplicates import covered, industries_alike, places_alike

_INDUSTRIES, _ECOSYSTEMS, _KIND, _STAGES, _PLACES = 35, 25, 15, 15, 10
LEAST = 45
"""What is below is not shown. Kind, stages and places alone do not reach it: an industry or ecosystem is in common."""


@dataclass(frozen=True)
class Precedent:
    """A disruption of the same make, how much (0–100), and why."""

    record: Disruption
    score: int
    reasons: tuple[str, ...]


def precedents(
    record: Disruption, others: Iterable[Disruption], by: date, but: Collection[str] = (), most: int = 4
) -> list[Precedent]:
    """The disruptions that are most like a record in what they hit, the likest and then the latest first.

    Args:
        others: all disruptions; those that count and began by a day are looked at.
        by: that day.
        but: ids to leave out, such as those that are the same event.

    Examples:
        >>> chips = Disruption("No chips", ("TW",), date(2021, 3, 1), "D1", industries=("C26",), effect="supply")
        >>> ban = Disruption("Export ban", ("CN",), date(2025, 10, 1), "D2", industries=("C26",), effect="link")
        >>> flood = Disruption("Fab flooded", ("JP",), date(2026, 1, 5), "D3", industries=("C26",), effect="supply")
        >>> [found] = precedents(flood, [chips, ban, flood], date(2026, 2, 1))
        >>> found.record.id, found.score, found.reasons
        ('D1', 50, ('same industry: C26', 'same kind: supply'))
    """
    ours, ecosystems = covered(record.industries), frozenset(record.ecosystems)
    found = []
    for other in others:
        if other.id == record.id or other.id in but or other.state not in COUNTED:
            continue
        if other.start is None or other.start > by:
            continue
        if ecosystems.isdisjoint(other.ecosystems) and ours.isdisjoint(covered(other.industries)):
            continue
        one = _precedent(record, other)
        if one.score >= LEAST:
            found.append(one)
    return sorted(found, key=lambda one: (-one.score, -(one.record.start or by).toordinal(), one.record.id))[:most]


def _precedent(record: Disruption, other: Disruption) -> Precedent:
    score, reasons = 0.0, []
    if record.industries and other.industries:
        share, said = industries_alike(record, other)
        score += _INDUSTRIES * share
        reasons += said if share else []
    for weight, word, ours, theirs in (
        (_ECOSYSTEMS, "ecosystem", record.ecosystems, other.ecosystems),
        (_STAGES, "stage", record.stages, other.stages),
    ):
        if common := [one for one in ours if one in theirs]:
            score += weight * 2 * len(common) / (len(ours) + len(theirs))
            reasons.append(f"same {word}: {', '.join(common)}")
    if record.effect and record.effect == other.effect:
        score += _KIND
        reasons.append(f"same kind: {record.effect}")
    share, said = places_alike(_places(record), _places(other))
    score += _PLACES * share
    return Precedent(other, round(score), tuple(reasons + (said if share else [])))


def _places(record: Disruption) -> Sequence[str]:
    return (*record.origin, *record.felt)
