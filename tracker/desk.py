"""The desk: where the log meets the value chain, and questions about a date are answered."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from graphs import sources
from graphs.assessment import Assessment, assess
from graphs.disruption import COUNTED, Disruption
from graphs.errors import Fault, Faults, Unknown
from graphs.method import Method
from graphs.valuechain import ValueChain
from graphs.worst_day import worst_day
from tracker import log, record
from tracker.database import open_database
from tracker.log import Turn, Writer
from tracker.settings import Settings

_KEPT = 32
"""Assessments kept in memory: a log position and a date determine each."""
_READY = 4
"""The newest of them can be gone on from; that takes some megabytes each."""


class Desk:
    """The log, the chain and the method, opened once; assessments kept until the log changes.

    Examples:
        >>> import tempfile
        >>> from graphs.classification import DATA
        >>> folder = tempfile.mkdtemp()
        >>> desk = Desk(Settings(database_url=f"sqlite:///{folder}/log.sqlite", chain=DATA / "toy"))
        >>> desk.position
        0
        >>> desk.close()
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.method = Method()
        self.chain: ValueChain = (
            sources.read_folder(settings.chain, settings.ecosystems)
            if settings.chain
            else sources.estimate_2014(settings.ecosystems)
        )
        self.engine: sa.Engine = open_database(settings.database_url)
        log.catch_up(self.engine)
        self.writer = Writer(self.engine)
        self._assessments: OrderedDict[tuple[int, date, str], Assessment] = OrderedDict()
        self._worst: tuple[int, date | None] | None = None
        self._turn = threading.Lock()

    def close(self) -> None:
        """Finish what is being written and close the database."""
        self.writer.close()

    @property
    def industries(self) -> Collection[str]:
        """Industry codes of the chain."""
        return list(dict.fromkeys(self.chain.nodes.industry))

    @property
    def position(self) -> int:
        """Position of the log that answers are computed from."""
        return log.position(self.engine)

    def seed(self, at: datetime) -> int:
        """Begin an empty log with the embedded record; number of records written, 0 if the log has begun."""
        if self.position:
            return 0
        records = record.embedded([])  # what a chain of one's own does not have, they do not hit

        def first(turn: Turn) -> int:
            return 0 if turn.position else len(log.append(turn, records, who="embedded record", at=at))

        return self.writer.write(first)

    def write(self, records: Sequence[Disruption], *, who: str, at: datetime) -> list[Disruption]:
        """Log new records, all or none; those that the log holds or held word for word are left out.

        Raises:
            Faults: ids that are taken, or stand twice among the records.
        """

        def new(turn: Turn) -> list[Disruption]:
            return [one.record for one in log.append(turn, _new(turn, records), who=who, at=at)]

        return self.writer.write(new)

    def write_one(self, record: Disruption, *, who: str, at: datetime) -> Disruption:
        """Log one new record.

        Raises:
            Faults: if the log already holds it word for word, or its id is taken.
        """
        written = self.write([record], who=who, at=at)
        if not written:
            fault, mend = "the very same disruption is already in the log", "say what is different"
            raise Faults([Fault("", "title", fault, mend)])
        return written[0]

    def resolve(self, record_id: str, end: date | None, *, who: str, at: datetime) -> Disruption:
        """Close a disruption with its last day.

        Args:
            end: the last day; if left out the day of ``at`` for what is still in force on it, else the end on record.

        Raises:
            Unknown: if there is no such record.
            Faults: if the day lies before its start, or the record is a draft or rejected.
        """

        def close(turn: Turn) -> Disruption:
            standing = turn.standing(record_id)
            if standing is None:
                raise Unknown(record_id)
            current = standing.record
            closed = _resolved(current, end, at.date(), max(self.method.duration_weeks))
            if closed != current:
                turn.write(closed, who=who, action="resolve", at=at)
            return closed

        return self.writer.write(close)

    def assess(self, on: date, only: str = "", position: int | None = None) -> Assessment:
        """The assessment of a date.

        Args:
            only: id of the one disruption to assess, as if it were alone.
            position: of the log; the newest if left out.
        """
        key = (self.position if position is None else position, on, only)
        with self._turn:
            if key not in self._assessments:
                found = log.disruptions(self.engine, upto=key[0])
                chosen = [one for one in found if not only or one.id == only]
                same_day = [one for (_, day, alone), one in self._assessments.items() if day == on and alone == only]
                known = next((one for one in reversed(same_day) if one.impact), same_day[-1] if same_day else None)
                self._assessments[key] = assess(self.chain, chosen, on, self.method, known)
                if len(self._assessments) > _KEPT:
                    self._assessments.popitem(last=False)
                for old in list(self._assessments)[:-_READY]:
                    if self._assessments[old].impact:
                        self._assessments[old] = dataclasses.replace(self._assessments[old], impact=None)
            self._assessments.move_to_end(key)
            return self._assessments[key]

    def worst_day(self) -> date | None:
        """The worst day of all that the log holds."""
        position = self.position
        with self._turn:
            if self._worst is None or self._worst[0] != position:
                found = log.disruptions(self.engine, upto=position)
                self._worst = (position, worst_day(self.chain, found, self.method))
            return self._worst[1]


def _resolved(current: Disruption, end: date | None, today: date, duration_weeks: float) -> Disruption:
    if current.state not in COUNTED:
        fault = f"a {current.state} disruption cannot be resolved"
        raise Faults([Fault("", "state", fault, "it does not count in any score; nothing needs to be done")])
    if end is None:
        end = today if current.in_force(today, duration_weeks) else current.end
        if end is None:
            fault = f"it was no longer in force on {today}"
            raise Faults([Fault("", "end", fault, "give the last day of the disruption, such as 2021-04-25")])
    return dataclasses.replace(current, state="resolved", end=end)


def _new(turn: Turn, records: Sequence[Disruption]) -> list[Disruption]:
    """The records that a log does not hold.

    Raises:
        Faults: ids that stand for something else.
    """
    named: dict[str, Disruption] = {}
    new, faults = [], []
    for one in dict.fromkeys(records):
        known = bool(one.id) and turn.standing(one.id) is not None
        if known and not turn.holds(one, one.id):
            fault, mend = f"{one.id} is in the log with other content", "leave the id empty for a new record"
            faults.append(Fault(one.title, "id", fault, mend))
        elif one.id and one.id in named:
            fault, mend = f"{one.id} stands for two different records", "leave the id empty for a new record"
            faults.append(Fault(one.title, "id", fault, mend))
        elif not known and not turn.holds(one):
            new.append(one)
        named[one.id] = one
    if faults:
        raise Faults(faults)
    return new
