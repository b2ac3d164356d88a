"""Records of a file beside what the log holds: new, other than it, or known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from graphs.errors import Fault, Faults
from graphs.record import Record
from tracker import workflow
from tracker.kinds import KINDS, kind_of
from tracker.log import Standing, Turn
from tracker.references import name_of

Status = Literal["new", "amended", "known"]
STATUSES: tuple[Status, ...] = ("new", "amended", "known")


@dataclass(frozen=True)
class Sorted:
    """Records of a file beside what the log holds: new ones, those known by id with other content, and known ones."""

    new: tuple[Record, ...]
    amended: tuple[Record, ...]
    known: tuple[Record, ...]


@dataclass(frozen=True)
class Judged:
    """A record beside the one that the log knows by its id, if any, and what that one would become."""

    record: Record
    becomes: Record
    status: Status
    standing: Standing | None
    fault: Fault | None = None


def sort(turn: Turn, records: Sequence[Record]) -> Sorted:
    """What of the records is new, and what the log holds or ever held word for word.

    Raises:
        Faults: ids that stand for another kind, or for two different records among these.
    """
    found = judge(turn, list(dict.fromkeys(records)))
    faults = [one.fault for one in found if one.fault]
    if faults:
        raise Faults(faults)
    return Sorted(*(tuple(one.becomes for one in found if one.status == status) for status in STATUSES))


def judge(turn: Turn, records: Sequence[Record]) -> list[Judged]:
    """The same, record by record: whether it is new, amended or known, or what is wrong with its id."""
    turn.recall(records)
    named: dict[str, Record] = {}
    seen: set[Record] = set()
    found = []
    for one in records:
        standing = turn.standing(one.id) if one.id else None
        fault, mend = None, "leave the id empty for a new record"
        if standing is not None and standing.kind != kind_of(one):
            fault = Fault(name_of(one), "id", f"{one.id} is {KINDS[standing.kind].one}", mend)
        elif one.id and named.get(one.id, one) != one:
            fault = Fault(name_of(one), "id", f"{one.id} stands for two different records", mend)
        known = one in seen or (fault is None and turn.holds(one, one.id if standing else None))
        becomes = one
        if standing is not None and fault is None and not known:
            becomes = workflow.taken_over(standing.record, one)
            known = becomes == standing.record
        status: Status = "known" if known else "amended" if standing else "new"
        found.append(Judged(one, becomes, status, standing, fault))
        named.setdefault(one.id, one)
        seen.add(one)
    return found
