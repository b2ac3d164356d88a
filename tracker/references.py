"""What records say of other records: whether it is there, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graphs.errors import Fault
from graphs.record import Record
from tracker.conversation import Comment, Evidence
from tracker.kinds import KINDS, kind_of
from tracker.log import Turn

_SAID = (Comment, Evidence)


def astray(turn: Turn, records: Sequence[Record]) -> list[list[Fault]]:
    """What a record speaks of must be there, or in the same file, and lead to a page. The faults of each.

    Comments and evidence stand on the page of what they are about, so they are about a record with a page of its own;
    what is merged goes on in another record, so it never comes back to itself.
    """
    own = {one.id: one for one in records if one.id}

    def known(name: str) -> Record | None:
        standing = None if name in own else turn.standing(name)
        return standing.record if standing else own.get(name)

    return [[*_about_nothing(one, known), *_merged_astray(one, known)] for one in records]


def _about_nothing(record: Record, known: Callable[[str], Record | None]) -> list[Fault]:
    faults = []
    for name in _about(record):
        other = known(name)
        if other is None:
            faults.append(Fault(name_of(record), "about", f"there is no record {name!r}", "give the id of a record"))
        elif isinstance(record, _SAID) and isinstance(other, _SAID):
            fault, mend = f"{name} is {KINDS[kind_of(other)].one}", "give the id of the record that it is about"
            faults.append(Fault(name_of(record), "about", fault, mend))
    return faults


def _merged_astray(record: Record, known: Callable[[str], Record | None]) -> list[Fault]:
    passed, into = {record.id}, getattr(record, "merged_into", "")
    while into:
        other = known(into)
        if other is None:
            fault, mend = f"there is no record {into!r}", "give the id of the other record"
            return [Fault(name_of(record), "merged_into", fault, mend)]
        if into in passed:
            fault, mend = f"leads back to {into}", "merge into a record that stands, or restore that one first"
            return [Fault(name_of(record), "merged_into", fault, mend)]
        passed.add(into)
        into = getattr(other, "merged_into", "")
    return []


def _about(record: Record) -> tuple[str, ...]:
    about = getattr(record, "about", ())
    return (about,) if isinstance(about, str) else about


def name_of(record: Record) -> str:
    """What a record is called in a fault: its id, or its title."""
    return record.id or str(getattr(record, "title", getattr(record, "name", "")))
