"""How much is lost and how resilient something is, in the steps and words of all pictures and tables."""

from __future__ import annotations

BREAKS = (0.0, 0.001, 0.01, 0.05, 0.2)
"""Shares of output lost; a level takes in its upper end."""
LEVELS = ("0 %", "up to 0.1 %", "0.1–1 %", "1–5 %", "5–20 %", "over 20 %")
COLOURS = ("#dbe2e9", "#fdd9ae", "#fdb366", "#ee7420", "#bd3a06", "#651203")
"""Of each level, on light paper; style sheets have them too, with those for a dark theme."""
HIT_LEVEL = 2
"""From here on something is called hit: more than 0.1 % of output lost."""

SCORE_BREAKS = (75.0, 70.0, 65.0, 60.0, 55.0)
"""Scores from which downwards a level is the next; a level takes in its lower end."""
SCORE_LEVELS = ("75 and over", "70–75", "65–70", "60–65", "55–60", "under 55")


def level(share: float) -> int:
    """The step of a share of output lost, 0 to 5: its place in ``LEVELS``.

    Examples:
        >>> [level(share) for share in (0, 0.001, 0.002, 0.5)]
        [0, 1, 2, 5]
    """
    return sum(float(share) > least for least in BREAKS)


def score_level(score: float) -> int:
    """The step of a resilience score, 0 to 5, the worst last: its place in ``SCORE_LEVELS``.

    Examples:
        >>> [SCORE_LEVELS[score_level(score)] for score in (80, 75, 74.9, 10)]
        ['75 and over', '75 and over', '70–75', 'under 55']
    """
    return sum(float(score) < least for least in SCORE_BREAKS)


def percent(share: float) -> str:
    r"""A share as a percentage with about two digits that count and no line break before the sign.

    Examples:
        >>> [percent(share).replace("\xa0", " ") for share in (0, 0.00002, 0.0012, 0.0512, 0.123, 1, -0.012)]
        ['0 %', '<0.01 %', '0.12 %', '5.1 %', '12 %', '100 %', '−1.2 %']
    """
    return f"{per_cent(share)}\N{NO-BREAK SPACE}%"


def per_cent(share: float) -> str:
    """The same without its sign, for small places.

    Examples:
        >>> per_cent(0.0512)
        '5.1'
    """
    value = 100.0 * float(share)
    if 0 < abs(value) < 0.01:
        return "<0.01" if value > 0 else ">−0.01"
    digits = 0 if value == 0 or abs(value) >= 9.95 else 1 if abs(value) >= 0.995 else 2
    return f"{value:.{digits}f}".replace("-", "−")
