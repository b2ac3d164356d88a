"""Steps of colour: of losses and scores (see ``graphs.levels``), and of counts with their words for a legend."""

from __future__ import annotations

from collections.abc import Mapping

from graphs import levels
from reports.charts.drawing import ROLES

COUNT_BREAKS = (0, 1, 2, 4, 9)
COUNTS = ("none", "1", "2", "3–4", "5–9", "10 or more")


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
