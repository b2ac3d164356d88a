"""The kinds of records a log holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphs.disruption import Disruption

Record = Disruption


@dataclass(frozen=True)
class Kind:
    """A kind of record: its class, and the letter its ids begin with."""

    cls: type[Record]
    letter: str


KINDS = {"disruption": Kind(Disruption, "D")}


def kind_of(record: Record) -> str:
    """The word for the kind of a record."""
    return next(word for word, kind in KINDS.items() if isinstance(record, kind.cls))


def revive(kind: str, body: dict[str, Any]) -> Record:
    """A record from its plain values."""
    return KINDS[kind].cls.from_dict(body)
