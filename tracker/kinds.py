"""The kinds of record that the log keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphs.content import Word
from graphs.disruption import Disruption
from graphs.organisation import Association, Cluster
from graphs.recommendation import Action, Practice
from graphs.record import Record as Record
from tracker.conversation import Comment, Evidence, Session


@dataclass(frozen=True)
class Kind:
    """A kind of record: its word, its class, and how it is spoken of.

    ``letter`` begins the ids that the log gives; ``plural`` names pages and files; ``one`` stands in sentences.
    """

    word: str
    cls: type[Record]
    letter: str
    plural: str
    one: str

    @property
    def states(self) -> tuple[str, ...]:
        """The states that such a record can be in.

        Examples:
            >>> KINDS["comment"].states
            ('reported', 'withdrawn')
        """
        content = next(field.content for field in self.cls.fields() if field.name == "state")
        assert isinstance(content, Word)
        return content.words


KINDS = {
    kind.word: kind
    for kind in (
        Kind("disruption", Disruption, "D", "disruptions", "a disruption"),
        Kind("cluster", Cluster, "C", "clusters", "a cluster"),
        Kind("association", Association, "N", "associations", "an association"),
        Kind("practice", Practice, "P", "practices", "a practice"),
        Kind("action", Action, "A", "actions", "an action"),
        Kind("comment", Comment, "M", "comments", "a comment"),
        Kind("evidence", Evidence, "E", "evidence", "a piece of evidence"),
        Kind("session", Session, "S", "sessions", "a session"),
    )
}
"""Every kind by its word."""


def kind_of(record: Record) -> str:
    """The word for the kind of a record.

    Examples:
        >>> kind_of(Comment("D81", "The plant is open again."))
        'comment'
    """
    return next(word for word, kind in KINDS.items() if isinstance(record, kind.cls))


def revive(kind: str, body: dict[str, Any]) -> Record:
    """A record from its plain values.

    Examples:
        >>> revive("cluster", {"name": "Chips of Silesia", "country": "PL"}).id
        ''
    """
    return KINDS[kind].cls.from_dict(body)
