"""The log as a few dictionaries: what a desk on any database must answer, said once more and as plainly as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from graphs.disruption import Disruption
from graphs.record import Record
from tracker.kinds import KINDS, kind_of
from tracker.log.words import searchable, tag, words
from tracker.permissions import Actor, Owner, allowed

Body = dict[str, Any]
WEEKS = 4.0
STEPS = {
    "submit": ({"draft"}, "reported"),
    "verify": ({"reported"}, "verified"),
    "reject": ({"reported", "verified"}, "rejected"),
    "resolve": ({"reported", "verified", "resolved"}, "resolved"),
    "reopen": ({"rejected", "resolved"}, "reported"),
}
CLOSED = {"withdrawn", "merged"}


class Said(Exception):
    """Faults, Refused, Changed or Unknown: ``name`` says which."""

    def __init__(self, name: str) -> None:
        self.name = name


@dataclass(frozen=True)
class Held:
    """A record as it stands."""

    number: int
    id: str
    kind: str
    version: int
    reporter: str
    author: str
    association: str
    body: Body


@dataclass
class Log:
    """All that was written, and the records as they stand, in the order in which they were first logged."""

    entries: list[Body] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)

    def copy(self) -> Log:
        return Log(list(self.entries), dict(self.held))

    def write(self, body: Body, kind: str, who: str, action: str, why: str = "", association: str = "") -> Held:
        number, before = len(self.entries) + 1, self.held.get(body["id"])
        if before is None:
            after = Held(number, body["id"], kind, number, who, who, association, body)
        elif action in ("submit", "verify", "reject", "reopen", "resolve", "withdraw", "merge", "assign"):
            after = replace(before, version=number, body=body)
        else:
            after = replace(before, version=number, body=body, author=who)
        self.held[body["id"]] = after
        self.entries.append(
            {"number": number, "who": who, "action": action, "kind": kind, "record_id": body["id"],
             "before": before.body if before else None, "after": body, "why": why, "association": association}
        )  # fmt: skip
        return after

    def log_one(self, record: Record, actor: Actor, why: str = "") -> Held:
        _, amended, known = self.sort([record])
        if amended or (known and (record.id or kind_of(record) != "comment")):
            raise Said("Faults")
        return self.log([record], actor, why)[0]

    def log(self, records: Sequence[Record], actor: Actor, why: str, operation: str = "") -> list[Held]:
        for one in records:
            kind = kind_of(one)
            permit(actor, operation or {"comment": "comment"}.get(kind, "log"))
        for one in records:
            if operation == "import":
                reviewed(actor, one)
            elif kind_of(one) in ("disruption", "practice") and one.state not in ("draft", "reported"):
                raise Said("Faults")
        self.refer(records)
        taken, found, own = {one.id for one in records}, [], [name for name in actor.roles if name]
        association = own[0] if own and "" not in actor.roles else ""
        for one in records:
            number, name = len(self.entries) + 1, one.id
            while not name or (not one.id and (name in taken or name in self.held)):
                name, number = f"{KINDS[kind_of(one)].letter}{number}", number + 1
            taken.add(name)
            found.append(self.write(body(one, id=name), kind_of(one), actor.name, "log", why, association))
        return found

    def sort(self, records: Sequence[Record]) -> tuple[list[Record], list[Record], list[Record]]:
        new, amended, known, names, wrong = [], [], [], set(), False
        for one in dict.fromkeys(records):
            held = self.held.get(one.id) if one.id else None
            if (held and held.kind != kind_of(one)) or (one.id and one.id in names):
                wrong = True
            elif self.ever(one, held.id if held else None):
                known.append(one)
            elif held is None:
                new.append(one)
            else:
                (known if self.taken_over(held, one) == held.body else amended).append(one)
            names.add(one.id)
        if wrong:
            raise Said("Faults")
        return new, amended, known

    def ever(self, record: Record, name: str | None) -> bool:
        said = (kind_of(record), content(body(record)))
        return any(
            (one["kind"], content(one["after"])) == said and name in (None, one["record_id"]) for one in self.entries
        )

    def refer(self, records: Sequence[Record]) -> None:
        self.leads([(kind_of(one), body(one)) for one in records])

    def leads(self, said: Sequence[tuple[str, Body]]) -> None:
        """Comments are about what has a page; what is merged goes on in a record and never comes back to itself."""
        there = {one.id: (one.kind, one.body) for one in self.held.values()}
        there |= {one["id"]: (kind, one) for kind, one in said if one["id"]}
        for kind, one in said:
            about = one.get("about", [])
            for name in [about] if isinstance(about, str) else about:
                if name not in there or (kind == "comment" and there[name][0] == "comment"):
                    raise Said("Faults")
            passed, into = {one["id"]}, one.get("merged_into", "")
            while into:
                if into not in there or into in passed:
                    raise Said("Faults")
                passed.add(into)
                into = there[into][1].get("merged_into", "")

    def take_in(self, records: Sequence[Record], actor: Actor, amend: bool) -> tuple[list[Held], list[Held], int]:
        new, amended, known = self.sort(records)
        if amended and not amend:
            raise Said("Faults")
        written, changed = self.log(new, actor, "", "import"), []
        self.refer(amended)
        for one in amended:
            held = self.to_change(one.id, actor, None, "amend")
            after, state = self.taken_over(held, one), held.body["state"]
            if state in CLOSED and after["state"] not in CLOSED:
                self.to_change(one.id, actor, None, "restore")
            stays = "reported" if state == "verified" else state
            if held.kind in ("disruption", "practice") and after["state"] != stays:
                permit(actor, "import_reviewed")
            changed.append(self.write(after, held.kind, actor.name, "amend"))
        return written, changed, len(known)

    def to_change(self, name: str, actor: Actor, expected: int | None, operation: str) -> Held:
        held = self.held.get(name)
        if held is None:
            raise Said("Unknown")
        permit(actor, operation, Owner(frozenset({held.reporter, held.author}), held.association))
        if expected not in (None, held.version):
            raise Said("Changed")
        return held

    def change(self, held: Held, after: Body, actor: Actor, action: str, why: str = "") -> Held:
        return held if after == held.body else self.write(after, held.kind, actor.name, action, why)

    def amend(self, given: Record, actor: Actor, expected: int | None) -> Held:
        held = self.to_change(given.id, actor, expected, "amend")
        if held.kind != kind_of(given) or held.body["state"] in CLOSED:
            raise Said("Faults")
        after = self.amended(held, given)
        self.refer([given])
        return self.change(held, after, actor, "amend")

    def taken_over(self, held: Held, given: Record) -> Body:
        after = body(given)
        if held.kind not in ("disruption", "practice") or given.state != "verified":
            return after
        return held.body if after | {"state": held.body["state"]} == held.body else after | {"state": "reported"}

    def amended(self, held: Held, given: Record) -> Body:
        after, state = body(given), held.body["state"]
        if held.kind in ("disruption", "practice"):
            after["state"] = state
        if held.kind == "disruption":
            after |= {"merged_into": "", "assigned_to": held.body["assigned_to"]}
            if state == "resolved" and not after["end"]:
                raise Said("Faults")
        if held.kind in ("disruption", "practice") and after != held.body and state == "verified":
            after["state"] = "reported"
        return after

    def review(
        self, name: str, action: str, actor: Actor, why: str, end: date | None, expected: int | None, today: date
    ) -> Held:
        held = self.to_change(name, actor, expected, action)
        if action in ("verify", "reject"):
            permit(actor, action, Owner(wrote(self.entries, held), held.association))
        begins, ends = STEPS[action]
        state = held.body["state"]
        if held.kind not in ("disruption", "practice") or (held.kind == "practice" and action == "resolve"):
            raise Said("Faults")
        if state not in begins or (action == "reject" and not why.strip()):
            raise Said("Faults")
        after = {**held.body, "state": ends}
        if action == "resolve":
            if end is None:
                start = date.fromisoformat(after["start"])
                last = date.fromisoformat(after["end"]) if after["end"] else start + timedelta(7 * WEEKS - 1)
                if start <= today <= last:
                    end = today
                elif not after["end"]:
                    raise Said("Faults")
            after["end"] = end.isoformat() if end else after["end"]
            if after["end"] < after["start"]:
                raise Said("Faults")
        elif state == "resolved":
            after["end"] = None
        return self.change(held, after, actor, action, why.strip())

    def assign(self, name: str, to: str, actor: Actor, expected: int | None) -> Held:
        held = self.to_change(name, actor, expected, "assign")
        if held.kind != "disruption" or held.body["state"] in CLOSED:
            raise Said("Faults")
        return self.change(held, {**held.body, "assigned_to": to}, actor, "assign")

    def withdraw(self, name: str, actor: Actor, expected: int | None) -> Held:
        held = self.to_change(name, actor, expected, "withdraw")
        if held.body["state"] in CLOSED:
            raise Said("Faults")
        return self.write({**held.body, "state": "withdrawn"}, held.kind, actor.name, "withdraw")

    def merge(self, name: str, into: str, actor: Actor, expected: int | None) -> Held:
        held = self.to_change(name, actor, expected, "merge")
        other = self.held.get(into)
        if other is None or name == into or {held.kind, other.kind} != {"disruption"}:
            raise Said("Faults")
        if held.body["state"] in CLOSED or other.body["state"] in CLOSED | {"rejected"}:
            raise Said("Faults")
        if other.body["state"] == "draft" != held.body["state"]:
            raise Said("Faults")
        sources = list(dict.fromkeys(other.body["sources"] + held.body["sources"]))
        done = self.write({**held.body, "state": "merged", "merged_into": into}, held.kind, actor.name, "merge")
        self.change(other, {**other.body, "sources": sources}, actor, "merge")
        return done

    def undo(self, name: str, actor: Actor, expected: int | None) -> Held:
        held = self.held.get(name)
        if held is None:
            raise Said("Unknown")
        if expected not in (None, held.version):
            raise Said("Changed")
        last = self.entries[held.version - 1]
        permit(actor, "undo", Owner(frozenset({last["who"]}), held.association))
        if last["before"] is not None:
            if last["who"] != actor.name:
                judged(self.entries, actor, held, last["before"])
            self.leads([(held.kind, last["before"])])
            return self.write(last["before"], held.kind, actor.name, "undo")
        if held.body["state"] in CLOSED:
            raise Said("Faults")
        return self.write({**held.body, "state": "withdrawn"}, held.kind, actor.name, "undo")

    def restore(self, name: str, version: int, actor: Actor, expected: int | None) -> Held:
        held = self.to_change(name, actor, expected, "restore")
        older = self.entries[version - 1] if 0 < version <= len(self.entries) else {"record_id": None}
        if older["record_id"] != name:
            raise Said("Faults")
        judged(self.entries, actor, held, older["after"])
        self.leads([(held.kind, older["after"])])
        return self.change(held, older["after"], actor, "restore")

    def disruptions(self, upto: int) -> list[Body]:
        found: dict[str, Body] = {}
        for one in self.entries[: max(0, upto)]:
            if one["kind"] == "disruption":
                found[one["record_id"]] = one["after"]
        return list(found.values())

    def search(self, kind: str | None, text: str, states: Sequence[str], tags: Any, on: date | None) -> list[str]:
        found = [one for one in self.held.values() if self._fits(one, kind, text, states, tags, on)]
        return [one.id for one in sorted(found, key=lambda one: (day(one.body), one.number), reverse=True)]

    def _fits(self, one: Held, kind: str | None, text: str, states: Sequence[str], tags: Any, on: date | None) -> bool:
        has = searchable(one.id, one.body).split()
        if kind not in (None, one.kind) or (states and one.body["state"] not in states):
            return False
        if text.strip() and not words(text):
            return False
        if not all(any(word.startswith(asked) for word in has) for asked in words(text)):
            return False
        if not all(tag(*pair) in has for pair in tags):
            return False
        record = KINDS[one.kind].cls.from_dict(one.body)
        return on is None or (isinstance(record, Disruption) and record.in_force(on, WEEKS))


def permit(actor: Actor, operation: str, owner: Owner | None = None) -> None:
    if allowed(actor, operation, owner):
        raise Said("Refused")


def reviewed(actor: Actor, one: Record) -> None:
    if kind_of(one) in ("disruption", "practice") and one.state not in ("draft", "reported"):
        permit(actor, "import_reviewed")


def judged(entries: Sequence[Body], actor: Actor, held: Held, after: Body) -> None:
    if after["state"] == "verified" != held.body["state"]:
        permit(actor, "verify", Owner(wrote(entries, held), held.association))


def wrote(entries: Sequence[Body], held: Held) -> frozenset[str]:
    own = (one for one in entries if one["record_id"] == held.id and one["action"] in ("log", "amend"))
    return frozenset({held.reporter, *(one["who"] for one in own)})


def body(record: Record, **changed: Any) -> Body:
    return {**record.to_dict(), **changed}


def content(said: Body) -> str:
    return repr(sorted((name, value) for name, value in said.items() if name != "id" and value not in (None, "", [])))


def day(said: Body) -> str:
    return next((said[name] for name in ("start", "held_on", "said_on", "state_on") if said.get(name)), "")
