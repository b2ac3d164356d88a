"""The day of a record on which the disruptions in force took most at first hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from graphs.disruption import Disruption
from graphs.method import Method
from graphs.score import attribution
from graphs.shock import shock
from graphs.valuechain import ValueChain


def worst_day(chain: ValueChain, disruptions: Sequence[Disruption], method: Method) -> date | None:
    """The earliest day on which most output is cut directly, added up over the disruptions in force, likely reading.

    Only first-hand cuts count (before propagation), so every day can be compared quickly.

    Returns:
        The day; None if no record counts.

    Examples:
        >>> from graphs import sources
        >>> small = Disruption("A", ("DE",), date(2021, 3, 1), severity_likely=0.1, end=date(2021, 5, 1))
        >>> large = Disruption("B", ("FR",), date(2021, 4, 1), severity_likely=0.4)
        >>> worst_day(sources.toy(), [small, large], Method())
        datetime.date(2021, 4, 1)
    """
    spans = []
    for one in disruptions:
        if one.start is not None and one.in_force(one.start, max(method.duration_weeks)):
            [effect] = shock(chain, [one], one.start, method).effects
            spans.append(
                (one.start, one.last_day(method.duration_weeks[1]), attribution.first_hand_meur(chain, effect))
            )
    days = sorted({start for start, _, _ in spans})
    losses = [sum(loss for start, last, loss in spans if start <= day <= last) for day in days]
    return days[int(np.argmax(losses))] if days else None
