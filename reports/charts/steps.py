"""Steps of colour: of losses, of scores and of counts, each with its words for a legend."""

from __future__ import annotations

from collections.abc import Mapping

from graphs import levels
from reports.charts.drawing import ROLES

SCORE_BREAKS = (75.0, 70.0, 65.0, 60.0, 55.0)
"""Scores from which downwards a colour is one step stronger; a step takes in its lower end."""
SCORES = ("75 and over", "70–75", "65–70", "60–65", "55–60", "under 55")
COUNT_BREAKS = (0, 1, 2, 4, 9)
COUNTS = ("none", "1", "2", "3–4", "5–9", "10 or more")


def score_step(score: float) -> int:
    """The step of a score, 0 to 5: its place in ``SCORES``.

    Examples:
        >>> [SCORES[score_step(score)] for score in (80, 75, 74.9, 10)]
        ['75 and over', '75 and over', '70–75', 'under 55']
    """
    return sum(float(score) < least for least in SCORE_BREAKS)


def count_step(count: int) -> int:
    """The step of a count, 0 to 5: its place in ``COUNTS``.

    Examples:
        >>> [COUNTS[count_step(count)] for count in (0, 1, 2, 4, 5, 90)]
        ['none', '1', '2', '3–4', '5–9', '10 or more']
    """
    return sum(count > least for least in COUNT_BREAKS)


def by_loss(share: float) -> Mapping[str, str]:
    """Colours of a place by the share of output it loses: ``ground``, and ``words`` over it.

    Examples:
        >>> by_loss(0.3)
        {'ground': '#651203', 'words': '#fffffd'}
    """
    step = levels.level(share)
    return {"ground": ROLES[f"level{step}"], "words": ROLES[f"over{step}"]}


def in_blue(step: int) -> Mapping[str, str]:
    """Colours of a step of scores or counts: ``ground``, and ``words`` over it."""
    return {"ground": ROLES[f"blue{step}"], "words": ROLES[f"upon{step}"]}
