"""What holds a chain up beyond what is normal: stocks and stand-ins for some flows, capacity or demand put back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphs.valuechain import Floats, Integers

NOBODY = -1
"""Stands in for a supplier without being a node: a material that replaces the input, from outside the chain."""


@dataclass(frozen=True, eq=False)
class Support:
    """What buyers of some flows hold or are promised beyond what is normal, from a step on, k scenarios side by side.

    ``where``: positions in ``chain.inputs`` (m); ``begin``: the first step in which it is there; ``extra_weeks``: stock
    on top of the normal one, in weeks of normal use (m × k); ``stand_in``: position of the node that stands in, or
    ``NOBODY`` (m); ``share``: of the normal flow that it can deliver (m × k); ``moved``: whether that share is bought
    from it in place of the supplier, rather than only when the supplier fails.
    """

    where: Integers
    begin: int
    extra_weeks: Floats
    stand_in: Integers
    share: Floats
    moved: bool = False


@dataclass(frozen=True, eq=False)
class Relief:
    """Share of normal capacity (``supply``) or final demand (``demand``) that is put back, as long as it is lacking.

    ``share`` (n × k), from step ``begin`` on: what remains r becomes min(1, r + share).
    """

    kind: str
    share: Floats
    begin: int

    def on(self, remaining: Floats) -> None:
        """Put it back, in place in what remains by step (steps × n × k)."""
        hit = np.flatnonzero(self.share.any(axis=1))
        part = remaining[self.begin :, hit]
        remaining[self.begin :, hit] = np.minimum(1.0, part + self.share[None, hit])
