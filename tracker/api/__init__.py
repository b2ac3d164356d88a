"""The API for programs, version 1, room by room: scores, chain, series, records, changes, imports, reports."""

from tracker.api import changing, imports, records, reports, scores, series
from tracker.api.frame import AtDesk, By, IfNoneMatch, On, desk_of, owner_of_last_change, owner_of_record, unless_known

ROOMS = (scores, series, records, changing, imports, reports)

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
