"""The API for programs, version 1, room by room.

Scores, metrics, chain, series, what-if, records, changes, feed, hooks, imports.
"""

from tracker.api import changing, feed, hooks, imports, metrics, records, scores, series, whatif
from tracker.api.frame import AtDesk, By, IfNoneMatch, On, desk_of, owner_of_last_change, owner_of_record, unless_known

ROOMS = (scores, series, metrics, whatif, records, feed, hooks, changing, imports)

__all__ = [
    "ROOMS",
    "AtDesk",
    "By",
    "IfNoneMatch",
    "On",
    "desk_of",
    "owner_of_last_change",
    "owner_of_record",
    "unless_known",
]
