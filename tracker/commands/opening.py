"""Opening the desk for a command, and who acts there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tracker.desk import Desk
from tracker.keeping import Change
from tracker.permissions import local
from tracker.settings import Settings
from tracker.terminal import in_words, progress


@contextmanager
def at_desk(host: str = "") -> Iterator[Desk]:
    """An open desk with a log that has begun; faults in words, not as a traceback.

    Args:
        host: address to serve on; that of the settings if left out.
    """
    with in_words():
        desk = None
        try:
            with progress("Opening the log and the value chain"):
                desk = Desk(Settings(host=host) if host else Settings())
                desk.seed(now())
            yield desk
        finally:
            if desk is not None:
                desk.close()


def change(who: str) -> Change:
    """What somebody at this machine does now."""
    return Change(local(who), now())


def now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)
