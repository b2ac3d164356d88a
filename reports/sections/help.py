"""What helps: proposals of the disruptions in force, actions and how far they are, and good practices."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from graphs.assessment import Assessment
from graphs.disruption import Disruption
from graphs.matching import Match
from graphs.recommendation import Action, Practice
from reports.briefing import Column, Paragraph, Part, Table
from reports.sections.words import ACTIONS, ID, NOT_STATED, TITLE, places

_MOST = 25
_ABOUT = Column("about", "About", "Disruptions that it is about")
_THEME = Column("theme", "Theme", "One of the eight themes of recommendations")
_HIDDEN = frozenset({"draft", "rejected", "withdrawn"})
T = TypeVar("T", Action, Practice)


def proposals(now: Assessment) -> Iterator[Part]:
    """What the records of the disruptions in force propose."""
    rows = tuple(
        (one.id, one.title, ", ".join(one.actions_required) or NOT_STATED, " ".join(one.proposals.split()))
        for one in now.disruptions
        if one.proposals.strip()
    )
    if not rows:
        yield Paragraph("No record of a disruption in force holds a proposal.")
        return
    proposed = Column("proposals", "Proposal", "As reported")
    yield Table("proposals", "Proposals in the records of disruptions in force", (ID, TITLE, ACTIONS, proposed), rows)


def actions(now: Assessment, found: Sequence[Action]) -> Iterator[Part]:
    """Actions on record, those about disruptions in force first."""
    shown = _chosen(found, _ids(now))
    if not shown:
        yield Paragraph("No action is on record.")
        return
    columns = (
        ID,
        Column("title", "Action", "What should be done"),
        Column("state", "State", "How far it is carried out"),
        Column("state_on", "Since", "Day since which the state holds"),
        _ABOUT,
        ACTIONS,
        Column("programme", "Programme", "What could pay for it"),
    )
    rows = tuple(
        (
            one.id, one.title, one.state, one.state_on, ", ".join(one.about) or NOT_STATED,
            ", ".join(one.actions_required) or NOT_STATED, one.programme or NOT_STATED,
        )
        for one in shown[:_MOST]
    )  # fmt: skip
    yield Table("actions", "Actions on record", columns, rows, _rest(len(shown)))


def practices(now: Assessment, found: Sequence[Practice]) -> Iterator[Part]:
    """Good practices on record, those about disruptions in force first."""
    shown = _chosen(found, _ids(now))
    if not shown:
        yield Paragraph("No good practice is on record.")
        return
    columns = (
        ID,
        Column("title", "Practice", "What was done"),
        _THEME,
        Column("transitions", "Transition", "Green, digital or both"),
        Column("places", "Where", "Countries or regions"),
        _ABOUT,
        Column("result", "Result", "What it brought, as reported"),
    )
    rows = tuple(
        (
            one.id, one.title, one.theme or NOT_STATED, ", ".join(one.transitions) or NOT_STATED, places(one.places),
            ", ".join(one.about) or NOT_STATED, " ".join(one.result.split()) or NOT_STATED,
        )
        for one in shown[:_MOST]
    )  # fmt: skip
    yield Table("practices", "Good practices on record", columns, rows, _rest(len(shown)))


def matched(found: Sequence[tuple[Disruption, Sequence[Match]]]) -> Iterator[Part]:
    """Practices and actions that fit the disruptions in force, by what they have in common.

    Args:
        found: of ``graphs.matching.ranked``.
    """
    rows = tuple(
        (
            disruption.id, disruption.title, one.record.id, one.record.title, round(one.score, 1),
            "; ".join(reason.text for reason in one.reasons),
        )
        for disruption, matches in found
        for one in matches
    )  # fmt: skip
    if not rows:
        yield Paragraph("No practice or action on record fits a disruption in force.")
        return
    columns = (
        ID,
        TITLE,
        Column("proposal_id", "Fits", "Name of the practice or action in the log"),
        Column("proposal", "Practice or action", "What was done, or should be done"),
        Column("points", "Fit", "How well it fits, 0 to 100; estimate", "points", 0),
        Column("reasons", "Why", "What both have in common"),
    )
    note = "Fit is counted from ecosystems, industries, stages, places and words in common: a hint, to be judged."
    yield Table("matched", "What fits the disruptions in force", columns, rows, note)


def _ids(now: Assessment) -> frozenset[str]:
    return frozenset(one.id for one in now.disruptions)


def _chosen(found: Sequence[T], ids: Collection[str]) -> list[T]:
    counting = [one for one in found if one.state not in _HIDDEN]
    return sorted(counting, key=lambda one: not set(one.about) & set(ids))


def _rest(number: int) -> str:
    return f"On record beside these: {number - _MOST}." if number > _MOST else ""
