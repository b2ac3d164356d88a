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
    reports,
    scores,
    series,
    whatif,
)
from tracker.api.frame import AtDesk, By, IfNoneMatch, On, desk_of, owner_of_last_change, owner_of_record, unless_known
from tracker.api.hooks import own, owner_of_hook

ROOMS = (scores, series, metrics, chain, paths, whatif, records, proposals, feed, hooks, changing, imports, reports)

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
