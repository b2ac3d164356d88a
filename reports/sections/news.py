"""What is new in a week: what began and ended by its dates, and what was entered in the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from graphs.disruption import COUNTED, Disruption
from reports.briefing import Column, Paragraph, Part, Table
from reports.sections.words import ID, NOT_STATED, ORIGIN, START, TITLE, counted, day, listed, some, where

_DONE = {
    "log": "logged", "import": "imported", "amend": "changed", "verify": "verified", "reject": "rejected",
    "resolve": "resolved", "reopen": "reopened", "submit": "submitted", "withdraw": "withdrawn", "merge": "merged",
    "undo": "undone", "restore": "restored", "assign": "given to somebody",
}  # fmt: skip


@dataclass(frozen=True)
class Logged:
    """An entry of the log: when, what was done, and to which record of which kind."""

    on: date
    action: str
    kind: str
    record_id: str


def news(disruptions: Sequence[Disruption], first: date, last: date, logged: Sequence[Logged]) -> Iterator[Part]:
    """What began, ended, and was entered between two days.

    Args:
        disruptions: all on record; those that count are looked at.
    """
    count = [one for one in disruptions if one.state in COUNTED and one.start is not None]
    began = sorted((one for one in count if one.start and first <= one.start <= last), key=_begins)
    ended = sorted((one for one in count if one.end and first <= one.end <= last), key=_begins)
    yield Paragraph(
        f"{counted(len(began), 'disruption').capitalize()} began and {counted(len(ended), 'disruption')} ended in this "
        "week, by the dates in the records. A record may have been entered later than that."
    )
    ecosystems = Column("ecosystems", "Ecosystems", "As reported")
    for name, title, rows in (("began", "Began in this week", began), ("ended", "Ended in this week", ended)):
        if rows:
            cells = tuple(
                (one.id, one.title, where(one), one.start, ", ".join(one.ecosystems) or NOT_STATED) for one in rows
            )
            yield Table(name, title, (ID, TITLE, ORIGIN, START, ecosystems), cells)
    yield from _in_the_log(first, last, logged)


def _begins(one: Disruption) -> tuple[date, str]:
    return one.start or date.min, one.id


def _in_the_log(first: date, last: date, logged: Sequence[Logged]) -> Iterator[Part]:
    if not logged:
        yield Paragraph(
            f"Nothing was entered in the log between {day(first)} and {day(last)}: what is known of this week was "
            "entered at another time."
        )
        return
    groups: dict[tuple[str, str], list[str]] = {}
    for one in logged:
        groups.setdefault((_DONE.get(one.action, one.action), one.kind), []).append(one.record_id)
    order = sorted(groups, key=lambda group: (-len(groups[group]), group))
    said = [f"{counted(len(groups[done, kind]), kind)} {done}" for done, kind in order[:4]]
    yield Paragraph(f"Entered in the log in this week (days in UTC): {listed(said)}.")
    columns = (
        Column("done", "Done", "What was done to the record"),
        Column("kind", "Kind", "Kind of record"),
        Column("entry_count", "Entries", "Entries of the log in this week", digits=0),
        Column("ids", "Records", "Names of the records in the log"),
    )
    rows = tuple((*group, len(groups[group]), some(list(dict.fromkeys(groups[group])))) for group in order)
    yield Table("log_entries", "Entries of the log in this week", columns, rows)
