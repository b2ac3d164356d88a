"""The inventory of actions: how far each is carried out, since when, who says so, and how that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from graphs.classification import ECOSYSTEMS
from graphs.recommendation import ACTION_STATES, Action
from tracker.log import Entry
from tracker.log.words import words

STATES = tuple(one for one in ACTION_STATES if one != "withdrawn")
"""From what is proposed to what is done."""
NO_ECOSYSTEM = "no ecosystem"


@dataclass(frozen=True)
class Wanted:
    """Which actions are looked at: words that begin so, and values; empty ones choose all.

    ``unproved`` chooses those that have moved on and do not say since when, or who says so.
    """

    text: str = ""
    state: str = ""
    ecosystem: str = ""
    theme: str = ""
    act: str = ""
    unproved: bool = False

    def fits(self, one: Action) -> bool:
        """Whether an action is wanted; one that was taken back only if that state is asked for.

        Examples:
            >>> lanes = Action("Green lanes for lorries", id="A1", state="adopted", ecosystems=("Agri-food",))
            >>> Wanted("lorr", ecosystem="Agri-food").fits(lanes), Wanted(state="done").fits(lanes)
            (True, False)
            >>> Wanted(unproved=True).fits(lanes)
            True
        """
        said = words(
            " ".join((one.id, one.title, one.description, one.note, *one.about, *one.ecosystems, one.programme))
        )
        return (
            all(any(word.startswith(begun) for word in said) for begun in words(self.text))
            and (one.state == self.state if self.state else one.state != "withdrawn")
            and (not self.ecosystem or self.ecosystem in one.ecosystems)
            and (not self.theme or one.theme == self.theme)
            and (not self.act or self.act in one.actions_required)
            and (not self.unproved or bool(unproved(one)))
        )


@dataclass(frozen=True)
class Move:
    """An action that came into a state: from which, since when (``dated`` if the record says so), and who says so."""

    record_id: str
    title: str
    before: str
    after: str
    on: date
    dated: bool
    source: str
    who: str


def unproved(one: Action) -> list[str]:
    """What an action that has moved on does not say of it: since when, and who says so.

    Examples:
        >>> unproved(Action("Green lanes", state="done", state_on=date(2020, 6, 1))), unproved(Action("Green lanes"))
        (['source'], [])
    """
    if one.state not in STATES[1:]:
        return []
    return [word for word, given in (("date", one.state_on), ("source", one.state_source)) if not given]


def by_ecosystem(actions: Iterable[Action]) -> dict[str, Counter[str]]:
    """How many actions are in each state, by ecosystem; one of several ecosystems counts in each."""
    found = {name: Counter[str]() for name in (*ECOSYSTEMS, NO_ECOSYSTEM)}
    for one in actions:
        for name in one.ecosystems or (NO_ECOSYSTEM,):
            found[name][one.state] += 1
    return {name: counts for name, counts in found.items() if counts}


def moves(entries: Iterable[Entry]) -> list[Move]:
    """How actions came into their states, in the order of the log; a date that is given later takes its place.

    Args:
        entries: about actions, oldest first.
    """
    found: dict[str, list[Move]] = {}
    for one in entries:
        after, past = one.after, found.setdefault(one.record_id, [])
        same = bool(past) and past[-1].after == after["state"]
        if same:
            before, who, logged = past[-1].before, past[-1].who, past.pop().on
        else:
            before, who, logged = past[-1].after if past else "", one.who, date.fromisoformat(one.at[:10])
        on = date.fromisoformat(after["state_on"]) if after.get("state_on") else logged
        said = (after["title"], before, after["state"], on, bool(after.get("state_on")), after.get("state_source", ""))
        past.append(Move(one.record_id, *said, who))
    return [move for past in found.values() for move in past]


def over_time(found: Sequence[Move], today: date, months: int = 12) -> list[tuple[date, Mapping[str, int]]]:
    """How many actions were in each state at the end of each month, the newest first, the last one as of today.

    An action is in the state that it came into last by that day. Months before the first move are left out.
    """
    ends, day = [today], today
    for _ in range(months - 1):
        day = day.replace(day=1) - timedelta(days=1)
        ends.append(day)
    by_record: dict[str, list[Move]] = {}
    for one in found:
        by_record.setdefault(one.record_id, []).append(one)
    counted = [(end, Counter(state for past in by_record.values() if (state := _state(past, end)))) for end in ends]
    return [(end, counts) for end, counts in counted if counts]


def _state(past: Sequence[Move], end: date) -> str:
    return next((one.after for one in reversed(past) if one.on <= end), "")
