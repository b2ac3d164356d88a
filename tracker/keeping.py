"""Keeping records: every change somebody makes, checked for permission and conflict at the moment of writing."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from graphs.disruption import COUNTED, Disruption
from graphs.errors import Fault, Faults, Unknown
from graphs.record import Record
from tracker import references, workflow
from tracker.judging import sort
from tracker.kinds import KINDS, kind_of
from tracker.log import Entry, Standing, Turn, append
from tracker.permissions import Actor, Owner, Refusal, allowed
from tracker.references import name_of

_OPERATIONS = {"comment": "comment", "evidence": "add_evidence", "session": "record_session"}
_SAID_AGAIN = ("comment", "evidence")
"""Kinds of which two may be the same word for word: two people agree."""
FIRST_STATES = frozenset({"draft", "reported", "proposed"})
"""States that anybody who logs may give; the others are given in a review."""


class Refused(Exception):
    """Somebody may not do this; ``refusal`` says who may."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.text)


class Changed(Exception):
    """Somebody else changed the record in the meantime: how it stands, and by which entries."""

    def __init__(self, standing: Standing, entries: Sequence[Entry]) -> None:
        self.standing, self.entries = standing, tuple(entries)
        names = ", ".join(dict.fromkeys(one.who for one in self.entries))
        super().__init__(f"{standing.id} was changed by {names or 'somebody'} in the meantime")


@dataclass(frozen=True)
class Change:
    """Who changes something, when and why, and from which version of the record.

    ``expected`` is the version that was read; None changes whatever stands.
    """

    actor: Actor
    at: datetime
    why: str = ""
    expected: int | None = None

    @property
    def who(self) -> str:
        """The name that stands in the log."""
        return self.actor.name or NOBODY


NOBODY = "this desk"
"""Stands in the log for somebody who gave no name, at a desk without a login."""
_NAMELESS = ("", NOBODY)


@dataclass(frozen=True)
class Taken:
    """What became of a file: the records that are new and those that were amended, and how many were known."""

    new: tuple[Standing, ...]
    amended: tuple[Standing, ...]
    known: int


def log_one(turn: Turn, record: Record, change: Change) -> Standing:
    """Log one new record.

    Raises:
        Refused, Faults: also if the log already holds it word for word, or its id is taken.
    """
    found = sort(turn, [record])
    if found.known and (record.id or kind_of(record) not in _SAID_AGAIN):
        fault = f"the very same {kind_of(record)} is already in the log"
        raise Faults([Fault("", "title", fault, "say what is different")])
    if found.amended:
        mend = "leave the id empty for a new record"
        raise Faults([Fault("", "id", f"{record.id} is in the log with other content", mend)])
    return log(turn, [record], change)[0]


def log(turn: Turn, records: Sequence[Record], change: Change, operation: str = "") -> list[Standing]:
    """Log new records, all or none.

    Args:
        operation: what it takes; if left out, what it takes to log such records.

    Raises:
        Refused, Faults: also if an id is taken; nothing is written then.
    """
    for record in records:
        _permit(change.actor, operation or operation_to_log(kind_of(record)), None)
    if operation == "import":
        _check_states(change.actor, records)
    else:
        _check_first_states(records)
    _check_new(turn, records)
    _check_references(turn, records)
    return append(turn, records, who=change.who, at=change.at, association=change.actor.association, why=change.why)


def log_together(turn: Turn, records: Mapping[str, Record], change: Change) -> list[Standing]:
    """Log the records of a quick log, all or none.

    Args:
        records: each under the name of its line, by which its faults are told.

    Raises:
        Refused, Faults: also if two are the same word for word, or the log already holds one; nothing is written then.
    """
    turn.recall(list(records.values()))
    faults = []
    first: dict[Record, str] = {}
    for line, record in records.items():
        if record in first:
            fault = f"the very same {kind_of(record)} stands in {first[record]}"
            faults.append(Fault(line, "title", fault, "say what is different, or leave the line out"))
        elif turn.holds(record, None):
            fault = f"the very same {kind_of(record)} is already in the log"
            faults.append(Fault(line, "title", fault, "say what is different, or leave the line out"))
        elif record.id and turn.standing(record.id) is not None:
            faults.append(Fault(line, "id", f"{record.id} stands for another record", "leave the id empty"))
        first.setdefault(record, line)
    if faults:
        raise Faults(faults)
    return log(turn, list(records.values()), change, "quick_log")


def operation_to_log(kind: str) -> str:
    """What it takes to log a record of a kind.

    Examples:
        >>> operation_to_log("evidence"), operation_to_log("cluster")
        ('add_evidence', 'log')
    """
    return _OPERATIONS.get(kind, "log")


def import_records(turn: Turn, records: Sequence[Record], change: Change, amend: bool = False) -> Taken:
    """Log what is new of a file; what the log holds or held is left out, so a file can be imported again.

    Args:
        amend: take over what the file says of records that the log knows by their id; else such records are faults.
            A file verifies nothing; other states of a review take somebody who may import them.

    Raises:
        Refused, Faults: nothing is written then.
    """
    found = sort(turn, records)
    if found.amended and not amend:
        mend = "leave the id empty for a new record, or have the records amended"
        raise Faults(
            Fault(name_of(one), "id", f"{one.id} is in the log with other content", mend) for one in found.amended
        )
    written = log(turn, found.new, change, "import")
    _check_references(turn, found.amended)
    amended = []
    for one in found.amended:
        standing = _current(turn, one.id)
        _permit(change.actor, "amend", standing)
        if standing.record.state in workflow.CLOSED and one.state not in workflow.CLOSED:
            _permit(change.actor, "restore", standing)
        if isinstance(one, workflow.REVIEWED) and one.state != workflow.amended_state(standing.record):
            _permit(change.actor, "import_reviewed", None)
        amended.append(_write(turn, one, change, "amend"))
    return Taken(tuple(written), tuple(amended), len(found.known))


def amend(turn: Turn, given: Record, change: Change) -> Standing:
    """Say something else in place of what was said.

    Raises:
        Refused, Changed, Faults, Unknown: nothing is written then.
    """
    standing = _to_change(turn, given.id, change, "amend")
    if kind_of(given) != standing.kind:
        fault = f"{given.id} is {KINDS[standing.kind].one}"
        raise Faults([Fault("", "id", fault, f"give the id of {KINDS[kind_of(given)].one}")])
    record = workflow.amended(standing.record, given)
    _check_references(turn, [record])
    return standing if record == standing.record else _write(turn, record, change, "amend")


def review(
    turn: Turn, record_id: str, action: str, change: Change, end: date | None = None, duration_weeks: float = 0.0
) -> Standing:
    """A step of the review: submit, verify, reject, resolve, reopen.

    Args:
        end: last day, to resolve; if left out the day of the change for what is still in force, else the end on record.
        duration_weeks: for how long a disruption without an end is in force.

    Raises:
        Refused, Changed, Faults, Unknown: nothing is written then.
    """
    standing = _to_change(turn, record_id, change, action)
    current = standing.record
    if action in ("verify", "reject"):
        _permit_to_judge(turn, change.actor, action, standing)
    if action == "verify" and change.who in _NAMELESS:
        raise Faults([Fault("", "who", "no name is given", "a second person verifies: say who you are")])
    if action == "resolve" and isinstance(current, Disruption) and end is None:
        end = _last_day(current, change.at.date(), duration_weeks)
    record = workflow.take(current, action, change.why, end)
    return standing if record == current else _write(turn, record, change, action)


def assign(turn: Turn, record_id: str, name: str, change: Change) -> Standing:
    """Say who looks after a disruption; an empty name for nobody.

    Raises:
        Refused, Changed, Faults, Unknown: nothing is written then.
    """
    standing = _to_change(turn, record_id, change, "assign")
    record = workflow.assigned(standing.record, name)
    return standing if record == standing.record else _write(turn, record, change, "assign")


def withdraw(turn: Turn, record_id: str, change: Change) -> Standing:
    """Take a record back. It stays in the log and can be restored.

    Raises:
        Refused, Changed, Faults, Unknown: nothing is written then.
    """
    standing = _to_change(turn, record_id, change, "withdraw")
    return _write(turn, workflow.withdrawn(standing.record), change, "withdraw")


def merge(turn: Turn, record_id: str, into: str, change: Change) -> Standing:
    """Say that a record tells of the same as another, which goes on with the sources of both.

    To undo it brings the record back; the sources that the other took over stay with it.

    Raises:
        Refused, Changed, Faults, Unknown: nothing is written then.
    """
    standing = _to_change(turn, record_id, change, "merge")
    other = turn.standing(into)
    if other is None:
        raise Faults([Fault("", "merged_into", f"there is no record {into!r}", "give the id of the other record")])
    gone, kept = workflow.merged(standing.record, other.record)
    written = _write(turn, gone, change, "merge")
    if kept != other.record:
        _write(turn, kept, change, "merge")
    return written


def undo(turn: Turn, record_id: str, change: Change) -> Standing:
    """Take the last change of a record back; a record that was only logged is withdrawn. Undone twice, it is redone.

    Raises:
        Refused, Changed, Faults, Unknown: nothing is written then.
    """
    standing = _current(turn, record_id)
    last = turn.history(standing.id)[-1]
    _check_version(turn, standing, change)
    _permit(change.actor, "undo", dataclasses.replace(standing, reporter=last.who, author=last.who))
    if last.before is None:
        return _write(turn, workflow.withdrawn(standing.record), change, "undo")
    record = KINDS[standing.kind].cls.from_dict(last.before)
    if last.who != change.who:
        _check_judged(turn, change.actor, standing, record)
    _check_references(turn, [record])
    return _write(turn, record, change, "undo")


def restore(turn: Turn, record_id: str, version: int, change: Change) -> Standing:
    """Make a record what it was at an older version.

    Args:
        version: number of the entry that wrote it.

    Raises:
        Refused, Changed, Faults, Unknown: nothing is written then.
    """
    standing = _to_change(turn, record_id, change, "restore")
    older = next((one for one in turn.history(record_id) if one.number == version), None)
    if older is None:
        fault = f"{record_id} has no version {version}"
        raise Faults([Fault("", "version", fault, "choose one of its history")])
    record = KINDS[standing.kind].cls.from_dict(older.after)
    _check_judged(turn, change.actor, standing, record)
    _check_references(turn, [record])
    return standing if record == standing.record else _write(turn, record, change, "restore")


def owner_of(standing: Standing) -> Owner:
    """Whose a record is."""
    return Owner(frozenset({standing.reporter}), standing.association, frozenset({standing.author}))


def _to_change(turn: Turn, record_id: str, change: Change, operation: str) -> Standing:
    standing = _current(turn, record_id)
    _permit(change.actor, operation, standing)
    _check_version(turn, standing, change)
    return standing


def _current(turn: Turn, record_id: str) -> Standing:
    standing = turn.standing(record_id)
    if standing is None:
        raise Unknown(record_id)
    return standing


def _permit(actor: Actor, operation: str, standing: Standing | None) -> None:
    refusal = allowed(actor, operation, owner_of(standing) if standing else None)
    if refusal is not None:
        raise Refused(refusal)


def _check_version(turn: Turn, standing: Standing, change: Change) -> None:
    if change.expected is not None and change.expected != standing.version:
        raise Changed(standing, [one for one in turn.history(standing.id) if one.number > change.expected])


def _check_first_states(records: Sequence[Record]) -> None:
    faults = [
        Fault(
            name_of(one), "state", f"a new record is not {one.state}", "log it as draft or reported: others review it"
        )
        for one in records
        if isinstance(one, workflow.REVIEWED) and one.state not in FIRST_STATES
    ]
    if faults:
        raise Faults(faults)


def _check_states(actor: Actor, records: Sequence[Record]) -> None:
    if any(one.state not in FIRST_STATES for one in records if isinstance(one, workflow.REVIEWED)):
        _permit(actor, "import_reviewed", None)


def _permit_to_judge(turn: Turn, actor: Actor, action: str, standing: Standing) -> None:
    """Whoever ever wrote words of it does not judge it, also if others undid or restored them since."""
    wrote = {one.who for one in turn.history(standing.id) if one.action in ("log", "amend")}
    refusal = allowed(actor, action, dataclasses.replace(owner_of(standing), authors=frozenset(wrote)))
    if refusal is not None:
        raise Refused(refusal)


def _check_judged(turn: Turn, actor: Actor, standing: Standing, record: Record) -> None:
    """Going back to what was verified, against what somebody else said since, is to verify it anew."""
    if record.state == "verified" != standing.record.state:
        _permit_to_judge(turn, actor, "verify", standing)


def _check_new(turn: Turn, records: Sequence[Record]) -> None:
    """An id of the log, or one that stands twice, would write over a record that somebody else may keep."""
    given = Counter(one.id for one in records if one.id)
    taken = [name for name, times in given.items() if times > 1 or turn.standing(name) is not None]
    if taken:
        mend = "leave the id empty for a new record"
        raise Faults(Fault(name, "id", f"{name} stands for another record", mend) for name in taken)


def _check_references(turn: Turn, records: Sequence[Record]) -> None:
    faults = [fault for found in references.astray(turn, records) for fault in found]
    if faults:
        raise Faults(faults)


def _write(turn: Turn, record: Record, change: Change, action: str) -> Standing:
    return turn.write(record, who=change.who, action=action, at=change.at, why=change.why.strip())


def _last_day(current: Disruption, today: date, duration_weeks: float) -> date | None:
    if current.state not in COUNTED:
        return None
    if current.in_force(today, duration_weeks):
        return today
    if current.end is None:
        fault = f"it was no longer in force on {today}"
        raise Faults([Fault("", "end", fault, "give the last day of the disruption, such as 2021-04-25")])
    return current.end
