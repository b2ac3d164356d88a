"""The API for programs, version 1, room by room: scores, chain, series, records, changes, feed, hooks, imports."""

from tracker.api import changing, feed, hooks, imports, records, scores, series
from tracker.api.frame import AtDesk, By, IfNoneMatch, On, desk_of, owner_of_last_change, owner_of_record, unless_known
from tracker.api.hooks import own, owner_of_hook

ROOMS = (scores, series, records, feed, hooks, changing, imports)

__all__ = [
    "ROOMS",
    "AtDesk",
    "By",
    "IfNoneMatch",
    "On",
    "desk_of",
    "own",
    "owner_of_hook",
    "owner_of_last_change",
    "owner_of_record",
    "unless_known",
]
