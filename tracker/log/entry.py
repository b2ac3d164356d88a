"""An entry of the log, its seal, and a record as it stands."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphs.record import Record
from tracker.kinds import revive

_LATER = {"kind": "disruption", "why": "", "association": ""}
"""What entries did not say before there was more than disruptions: sealed where it says something else, so that the
seals of older logs hold."""

WORKFLOW = frozenset({"submit", "verify", "reject", "reopen", "resolve", "withdraw", "merge", "assign"})
"""Actions that change what becomes of a record, not what it says: its author stays."""


@dataclass(frozen=True)
class Entry:
    """One row of the log: who did what to which record and why, and the record before and after.

    ``association`` is the id of the one for which ``who`` acted, empty for the alliance itself.
    """

    number: int
    at: str
    who: str
    action: str
    kind: str
    record_id: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    why: str
    association: str
    previous_hash: str
    hash: str

    def changes(self) -> dict[str, tuple[Any, Any]]:
        """The fields that changed, with their values before and after."""
        before = self.before or {}
        return {name: (before.get(name), value) for name, value in self.after.items() if before.get(name) != value}


@dataclass(frozen=True)
class Standing:
    """A record as it stands: ``number`` is that of its first entry, ``version`` that of its newest.

    ``reporter`` logged it first; ``author`` wrote what it says now.
    """

    number: int
    id: str
    kind: str
    version: int
    reporter: str
    author: str
    association: str
    body: dict[str, Any]

    @property
    def record(self) -> Record:
        """The record itself."""
        return revive(self.kind, self.body)


def follow(before: Standing | None, entry: Entry) -> Standing:
    """What a record is after an entry."""
    if before is None:
        return Standing(
            entry.number,
            entry.record_id,
            entry.kind,
            entry.number,
            entry.who,
            entry.who,
            entry.association,
            entry.after,
        )
    author = before.author if entry.action in WORKFLOW else entry.who
    return dataclasses.replace(before, version=entry.number, author=author, body=entry.after)


def seal(row: Mapping[str, Any]) -> str:
    """SHA-256 over an entry without its own hash, and so over all entries before it.

    Examples:
        >>> seal({"number": 1, "kind": "disruption"}) == seal({"number": 1})
        True
    """
    sealed = {name: value for name, value in row.items() if name != "hash" and (name, value) not in _LATER.items()}
    return hashlib.sha256(json.dumps(sealed, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def fingerprint(kind: str, body: Mapping[str, Any]) -> str:
    """SHA-256 over what a record says, whatever its id.

    Examples:
        >>> fingerprint("comment", {"id": "M7", "text": "Yes"}) == fingerprint("comment", {"text": "Yes", "note": ""})
        True
    """
    said = {name: value for name, value in body.items() if name != "id" and value not in (None, "", [])}
    text = json.dumps([kind, said], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def one_line(who: str) -> str:
    """A name as entries keep it: one line of at most 200 letters."""
    return " ".join(plain(who).split())[:200]


def plain(text: str) -> str:
    """A text that every database takes, whatever was typed.

    Examples:
        >>> plain("D1\\0 \\ud800")
        'D1? ?'
    """
    return text.encode("utf-8", "replace").decode().replace("\0", "?")
