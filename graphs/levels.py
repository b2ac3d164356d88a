"""How much is lost, in the six steps by which every picture and table of the tracker speaks of it."""

from __future__ import annotations

BREAKS = (0.0, 0.001, 0.01, 0.05, 0.2)
"""Shares of output lost; a level takes in its upper end."""
LEVELS = ("0 %", "up to 0.1 %", "0.1–1 %", "1–5 %", "5–20 %", "over 20 %")
HIT_LEVEL = 2
"""From here on something is called hit: more than 0.1 % of output lost."""


def level(share: float) -> int:
    """The step of a share of output lost, 0 to 5: its place in ``LEVELS``.

    Examples:
        >>> [level(share) for share in (0, 0.001, 0.002, 0.5)]
        [0, 1, 2, 5]
    """
    return sum(float(share) > least for least in BREAKS)
