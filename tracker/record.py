"""The embedded record: 80 disruptions of 2018–2025, each with its source, that a new log begins with."""

from __future__ import annotations

from collections.abc import Collection
from importlib import resources

from graphs.disruption import Disruption
from tracker import intake


def embedded(industries: Collection[str]) -> list[Disruption]:
    """The recorded disruptions, through the same door as everybody's.

    Args:
        industries: codes of a value chain that must have every industry of the record; none: any will do.

    Examples:
        >>> records = embedded([])
        >>> len(records), all(record.sources for record in records)
        (80, True)
    """
    return intake.read_csv((resources.files("tracker") / "data" / "record.csv").read_text("utf-8"), industries)
