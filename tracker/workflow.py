"""What becomes of a record: from draft to resolved, withdrawn, merged and back again."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any

from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from graphs.organisation import Association, Cluster
from graphs.recommendation import ACTION_STATES, Action, Practice
from graphs.record import Record


@dataclass(frozen=True)
class Step:
    """A step of the review: from which states it leads to which, and how it is told."""

    action: str
    begins: frozenset[str]
    ends: str
    told: str
    needs_reason: bool = False


STEPS = {
    step.action: step
    for step in (
        Step("submit", frozenset({"draft"}), "reported", "submitted"),
        Step("verify", frozenset({"reported"}), "verified", "verified"),
        Step("reject", frozenset({"reported", "verified"}), "rejected", "rejected", needs_reason=True),
        Step("resolve", frozenset({"reported", "verified", "resolved"}), "resolved", "resolved"),
        Step("reopen", frozenset({"rejected", "resolved"}), "reported", "reopened"),
    )
}
"""draft → reported → verified or rejected → resolved, and reopened."""
REVIEWED = (Disruption, Practice, Cluster, Association)
"""Kinds of record that are verified by a second person."""
CLOSED = frozenset({"withdrawn", "merged"})
"""States from which only ``restore`` and ``undo`` lead back."""


def steps_from(record: Record) -> list[str]:
    """The steps that a record may take next.

    Examples:
        >>> steps_from(Disruption("Strike", ("FR",), date(2021, 3, 1)))
        ['verify', 'reject', 'resolve']
        >>> steps_from(Practice("Masks sewn by a textile cluster", state="draft"))
        ['submit']
    """
    if not isinstance(record, REVIEWED):
        return []
    kept = (step for step in STEPS.values() if step.action != "resolve" or isinstance(record, Disruption))
    return [step.action for step in kept if record.state in step.begins and (step.ends != record.state)]


def take(record: Record, action: str, why: str = "", end: date | None = None) -> Record:
    """The record after a step of the review.

    Args:
        end: last day, of a disruption that is resolved; if left out the end on record.

    Raises:
        Faults: a step that does not begin at the record's state, or lacks its reason or its day.

    Examples:
        >>> take(Disruption("Strike", ("FR",), date(2021, 3, 1)), "verify").state
        'verified'
        >>> take(Disruption("Strike", ("FR",), date(2021, 3, 1), state="rejected"), "verify")
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: state: a rejected disruption cannot be verified; reopen it first
    """
    step = STEPS[action]
    kind = type(record).__name__.lower()
    if not isinstance(record, REVIEWED) or (action == "resolve" and not isinstance(record, Disruption)):
        raise Faults([Fault("", "state", f"an entry of this kind is not {step.told}", "amend or withdraw it")])
    if record.state not in step.begins:
        fault = f"a {record.state} {kind} cannot be {step.told}"
        raise Faults([Fault("", "state", fault, _way(record.state, step))])
    if step.needs_reason and not why.strip():
        raise Faults([Fault("", "why", "no reason is given", f"say why it is {step.told}")])
    changed: dict[str, Any] = {"state": step.ends}
    if isinstance(record, Disruption) and action == "resolve":
        changed["end"] = end or record.end
    elif record.state == "resolved":
        changed["end"] = None  # it goes on, until somebody says otherwise
    return dataclasses.replace(record, **changed)


def moved(current: Action, state: str, on: date | None, source: str) -> Action:
    """An action that was carried on: in another state, since a day, as somebody says.

    Raises:
        Faults: a state that it is in or that is none; neither a day nor a source; an action that was withdrawn.

    Examples:
        >>> moved(Action("Green lanes"), "adopted", date(2020, 3, 23), "").missing()[-1]
        'state_source'
        >>> moved(Action("Green lanes"), "adopted", None, "")
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: state_on: nothing shows that it is adopted; say since when, or give a web address
    """
    _refuse_closed(current, "carried on")
    faults = []
    if state not in ACTION_STATES or state == "withdrawn":
        known = ", ".join(one for one in ACTION_STATES if one not in ("withdrawn", current.state))
        faults.append(Fault("", "state", f"{state!r} is no state of an action", f"choose from: {known}"))
    elif state == current.state:
        faults.append(Fault("", "state", f"it is {state} already", "choose another one, or amend its date and source"))
    elif state != "proposed" and on is None and not source.strip():
        mend = "say since when, or give a web address"
        faults.append(Fault("", "state_on", f"nothing shows that it is {state}", mend))
    if faults:
        raise Faults(faults)
    return dataclasses.replace(current, state=state, state_on=on, state_source=source.strip())


def amended(current: Record, given: Record) -> Record:
    """What is said now, in place of what was said; what the review gives stays, but for a verification.

    Raises:
        Faults: a record that was withdrawn or merged.

    Examples:
        >>> strike = Disruption("Strike", ("FR",), date(2021, 3, 1), "D1", state="verified")
        >>> amended(strike, dataclasses.replace(strike, note="longer", state="draft")).state
        'reported'
        >>> amended(strike, dataclasses.replace(strike, state="draft")).state
        'verified'
    """
    _refuse_closed(current, "amended")
    kept: dict[str, Any] = {"id": current.id}
    if isinstance(current, REVIEWED):
        kept["state"] = current.state
    if isinstance(current, Disruption):
        kept |= {"merged_into": "", "assigned_to": current.assigned_to}
    said = dataclasses.replace(given, **kept)
    return said if said == current else dataclasses.replace(said, state=amended_state(said))


def taken_over(current: Record, given: Record) -> Record:
    """What a record becomes by a file that says it was verified, or anything else, elsewhere: a file verifies nothing.

    Examples:
        >>> strike = Disruption("Strike", ("FR",), date(2021, 3, 1), "D1")
        >>> taken_over(strike, dataclasses.replace(strike, state="verified")).state
        'reported'
        >>> taken_over(strike, dataclasses.replace(strike, state="rejected")).state
        'rejected'
    """
    if not isinstance(given, REVIEWED) or given.state != "verified":
        return given
    if given.to_dict() | {"state": current.state} == current.to_dict():
        return current
    return dataclasses.replace(given, state="reported")


def amended_state(current: Record) -> str:
    """The state of a record once it says something else: a verification does not hold for other words."""
    return "reported" if isinstance(current, REVIEWED) and current.state == "verified" else current.state


def assigned(current: Record, name: str) -> Record:
    """A disruption that somebody looks after; with an empty name nobody.

    Raises:
        Faults: a record of another kind, or one that was withdrawn or merged.
    """
    if not isinstance(current, Disruption):
        raise Faults([Fault("", "assigned_to", "only disruptions are given to somebody", "leave it empty")])
    _refuse_closed(current, "given to somebody")
    return dataclasses.replace(current, assigned_to=" ".join(name.split()))


def withdrawn(current: Record) -> Record:
    """The record taken back: it counts no longer, and stays in the log.

    Raises:
        Faults: a record that was withdrawn or merged.
    """
    _refuse_closed(current, "withdrawn")
    return dataclasses.replace(current, state="withdrawn")


def merged(current: Record, into: Record) -> tuple[Disruption, Disruption]:
    """A duplicate that goes into another, and the other with the sources of both.

    Raises:
        Faults: records that are not two disruptions, or of which one is closed.
    """
    if not isinstance(current, Disruption) or not isinstance(into, Disruption):
        raise Faults([Fault("", "merged_into", "only disruptions are merged", "withdraw the duplicate instead")])
    if current.id == into.id:
        raise Faults([Fault("", "merged_into", "is the record itself", "give the id of the other record")])
    _refuse_closed(current, "merged")
    if into.state in CLOSED or into.state == "rejected":
        fault = f"{into.id} is {into.state}"
        raise Faults([Fault("", "merged_into", fault, "merge into a record that stands, or restore it first")])
    if into.state == "draft" != current.state:  # what counts would count nowhere
        raise Faults([Fault("", "merged_into", f"{into.id} is a draft", "submit it first, or merge it into this one")])
    sources = tuple(dict.fromkeys(into.sources + current.sources))[:200]
    return (
        dataclasses.replace(current, state="merged", merged_into=into.id),
        dataclasses.replace(into, sources=sources),
    )


def _refuse_closed(current: Record, told: str) -> None:
    if current.state in CLOSED:
        raise Faults([Fault("", "state", f"a {current.state} record cannot be {told}", "restore it first")])


def _way(state: str, step: Step) -> str:
    if state in CLOSED:
        return "restore it first"
    if state == step.ends:
        return "nothing needs to be done"
    if state == "draft":
        return "submit it first"
    if step.action in ("verify", "reject", "resolve"):
        return "reopen it first"
    return f"only {' and '.join(sorted(step.begins))} ones are"
