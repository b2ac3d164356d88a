"""The records of what helps: good practices that were seen, and actions that are proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graphs.content import (
    Address,
    Addresses,
    AnyDay,
    Ecosystems,
    Id,
    Industries,
    Long,
    Places,
    Reference,
    References,
    Short,
    Stages,
    Text,
    Word,
)
from graphs.disruption import ACTIONS
from graphs.record import Record

THEMES = (
    "collaboration and coordination",
    "innovation and digitalisation",
    "green and circular economy",
    "less dependence on foreign markets",
    "skills",
    "safety at work",
    "legal framework",
    "funding",
)
"""The eight themes of the alliance's recommendations."""
TRANSITIONS = ("green", "digital")
RECOMMENDATIONS = ("need", "best practice or action", "information on policies and funding")
PRACTICE_STATES = ("draft", "reported", "verified", "rejected", "withdrawn")
ACTION_STATES = ("proposed", "adopted", "under way", "done", "withdrawn")
"""How far an action is carried out."""


@dataclass(frozen=True)
class Practice(Record):
    """A good practice. A title is enough.

    ``about`` are the ids of disruptions that it helped with, ``contact`` is the id of an organisation.

    Raises:
        Faults: every fault of the record at once.

    Examples:
        >>> Practice("Masks sewn by a textile cluster", theme="safety at work", places=("PT",)).missing()[:3]
        ['transitions', 'ecosystems', 'evidence']
    """

    title: Annotated[str, Text(300, "say what was done in a few words")]
    description: Long = ""
    transitions: Annotated[tuple[str, ...], Word(TRANSITIONS)] = ()
    theme: Annotated[str | None, Word(THEMES)] = None
    ecosystems: Ecosystems = ()
    industries: Industries = ()
    stages: Stages = ()
    places: Places = ()
    about: References = ()
    evidence: Long = ""
    result: Long = ""
    contact: Annotated[str, Reference()] = ""
    sources: Addresses = ()
    note: Long = ""
    id: Id = ""
    state: Annotated[str, Word(PRACTICE_STATES)] = "reported"

    wanted = ("transitions", "theme", "ecosystems", "evidence", "result", "contact", "sources")


@dataclass(frozen=True)
class Action(Record):
    """A proposed action, and how far it is carried out. A title is enough.

    ``about`` are the ids of disruptions, ``owner`` is the id of the organisation that sees to it, ``programme`` what
    could pay for it; ``state_on`` and ``state_source`` say since when the state holds and who says so.

    Raises:
        Faults: every fault of the record at once.

    Examples:
        >>> Action("Green lanes for lorries", about=("D1",), theme="collaboration and coordination").missing()
        ['recommendation', 'actions_required', 'ecosystems', 'owner']
        >>> Action("Green lanes for lorries", owner="C7", state="adopted").missing()[-2:]
        ['state_on', 'state_source']
    """

    title: Annotated[str, Text(300, "say what should be done in a few words")]
    description: Long = ""
    about: References = ()
    theme: Annotated[str | None, Word(THEMES)] = None
    recommendation: Annotated[str | None, Word(RECOMMENDATIONS)] = None
    actions_required: Annotated[tuple[str, ...], Word(ACTIONS)] = ()
    ecosystems: Ecosystems = ()
    programme: Short = ""
    owner: Annotated[str, Reference()] = ""
    state_on: AnyDay = None
    state_source: Annotated[str, Address()] = ""
    note: Long = ""
    id: Id = ""
    state: Annotated[str, Word(ACTION_STATES)] = "proposed"

    wanted = (
        "about",
        "theme",
        "recommendation",
        "actions_required",
        "ecosystems",
        "owner",
        "state_on",
        "state_source",
    )

    def missing(self) -> list[str]:
        """What the record does not say; of a state that nobody has moved yet no date and source are asked."""
        unmoved = ("state_on", "state_source") if self.state == "proposed" else ()
        return [name for name in super().missing() if name not in unmoved]
