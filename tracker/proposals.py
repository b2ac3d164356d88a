"""What could be done about disruptions: the practices and actions of the log, matched while it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import sqlalchemy as sa

from graphs.disruption import Disruption
from graphs.matching import Match, Prepared, Proposal, matches, prepare, ranked
from tracker import log

Held = Callable[[], tuple[int, list[Disruption]]]
"""The number of the newest entry about a disruption, and every disruption as it stands there."""


class Proposals:
    """Practices and actions made ready for matching, anew only when one of them or a disruption has changed.

    Args:
        held: what the log holds of disruptions; may be called from any thread.
    """

    def __init__(self, engine: sa.Engine, held: Held) -> None:
        self._engine, self._held = engine, held
        self._lock = threading.Lock()
        self._at: tuple[int, ...] = ()
        self._prepared: Prepared = prepare((), {})

    def of(self, disruption: Disruption, most: int = 5, tied: bool = True) -> list[Match]:
        """What fits a disruption best, as in ``graphs.matching.matches``."""
        return matches(disruption, self.prepared(), most, tied=tied)

    def ranked(self, disruptions: Iterable[Disruption], most: int = 3) -> list[tuple[Disruption, list[Match]]]:
        """What fits each of many disruptions best, such as those in force; those without any are left out."""
        return ranked(disruptions, self.prepared(), most)

    def prepared(self) -> Prepared:
        """All that stands in the log, ready for matching."""
        with self._lock:
            newest, disruptions = self._held()
            at = (newest, *(log.position(self._engine, kind) for kind in ("practice", "action")))
            if at != self._at:
                found = (one.record for kind in ("practice", "action") for one in log.every(self._engine, kind))
                kept = [one for one in found if isinstance(one, Proposal)]
                self._prepared = prepare(kept, {one.id: one for one in disruptions})
                self._at = at
            return self._prepared
