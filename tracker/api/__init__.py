"""The API for programs, version 1, room by room: scores and chain, records, changes of records, imports."""

from tracker.api import changing, imports, records, scores
from tracker.api.frame import AtDesk, By, On, desk_of, owner_of_last_change, owner_of_record

ROOMS = (scores, records, changing, imports)

__all__ = ["ROOMS", "AtDesk", "By", "On", "desk_of", "owner_of_last_change", "owner_of_record"]
