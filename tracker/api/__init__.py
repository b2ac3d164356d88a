"""The API for programs, version 1, room by room: what is read, what would be, what is written."""

from tracker.api import (
    chain,
    changing,
    feed,
    hooks,
    imports,
    metrics,
    paths,
    proposals,
    records,
    scores,
    series,
    whatif,
)
from tracker.api.frame import AtDesk, By, IfNoneMatch, On, desk_of, owner_of_last_change, owner_of_record, unless_known

ROOMS = (scores, series, metrics, chain, paths, whatif, records, proposals, feed, hooks, changing, imports)

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
