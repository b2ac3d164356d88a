"""The log: entries that are only ever added, each sealed with the hash of the one before."""

from tracker.log.answers import Answer, Asked
from tracker.log.checking import astray, catch_up, derive, mend, verify
from tracker.log.entry import Entry, Standing
from tracker.log.reading import (
    as_of,
    between,
    disruption,
    disruptions,
    entries_of,
    every,
    every_at,
    history,
    position,
    since,
    standing,
)
from tracker.log.searching import Found, Question, newest, search
from tracker.log.turn import Turn, append
from tracker.log.writer import Writer

__all__ = [
    "Answer",
    "Asked",
    "Entry",
    "Found",
    "Question",
    "Standing",
    "Turn",
    "Writer",
    "append",
    "as_of",
    "astray",
    "between",
    "catch_up",
    "derive",
    "disruption",
    "disruptions",
    "entries_of",
    "every",
    "every_at",
    "history",
    "mend",
    "newest",
    "position",
    "search",
    "since",
    "standing",
    "verify",
]
