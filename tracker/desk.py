"""The desk: where the log meets the value chain, and questions about a date are answered."""

from __future__ import annotations

import bisect
import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa

from graphs.assessment import Assessment, assess
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.programmes import SHIPPED, programmes
from graphs.valuechain import ValueChain
from graphs.worst_day import worst_day
from tracker import log, record
from tracker.chains.store import opened
from tracker.database import open_database
from tracker.forms.duplicates import LEAST, Likeness, Prepared, Sketch, similar
from tracker.log import Turn, Writer
from tracker.proposals import Proposals
from tracker.settings import Settings
from tracker.structure import Structure
from tracker.timeline import Timeline

_RECORD = "embedded record"
"""Who stands in the log for what came with the program."""
_GONE = frozenset({"withdrawn", "merged"})
"""States of records that nobody need be pointed to."""
P = ParamSpec("P")
T = TypeVar("T")
_KEPT = 32
"""Assessments kept in memory: a log position and a date determine each."""
_READY = 4
"""The newest of them can be gone on from; that takes some megabytes each."""


@dataclasses.dataclass(frozen=True)
class Preview:
    """What a disruption would do if it were logged: by itself, and to the day on which it begins."""

    alone: Assessment
    before: Assessment
    after: Assessment


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
        self.chain: ValueChain = opened(settings.chain, settings.chains, settings.ecosystems)
        self.programmes = programmes(settings.programmes or SHIPPED)
        self.engine: sa.Engine = open_database(settings.database_url)
        log.catch_up(self.engine)
        self.writer = Writer(self.engine)
        self._assessments: OrderedDict[tuple[int, date, str], Assessment] = OrderedDict()
        self._worst: tuple[int, date | None] | None = None
        self._standing: dict[str, Disruption] = {}
        self._numbers: list[int] = []
        self._seen = 0
        self._prepared, self._waiting = Prepared(), list[Disruption]()
        self._turn = threading.Lock()
        self._reading = threading.RLock()
        self.timeline = Timeline(self.engine, self.chain, self.method, self._as_it_stands)
        self.structure = Structure(self.engine, self.chain, self.timeline.quiet)
        self.proposals = Proposals(self.engine, self._as_it_stands)

    def close(self) -> None:
        """Finish what is being written and close the database."""
        self.timeline.close()
        self.structure.close()
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
            return 0 if turn.position else len(log.append(turn, records, who=_RECORD, at=at))

        return self.writer.write(first)

    def seed_proposals(self, at: datetime) -> int:
        """Add what the embedded record proposes, to a new log and to an older one; number of records written.

        Only what the log never held, about disruptions that came with the embedded record.
        """
        found = [one.record for one in record.proposed(record.embedded([]))]

        def add(turn: Turn) -> int:
            turn.expect([name for one in found for name in (one.id, *one.about)])
            came = {
                name
                for one in found
                for name in one.about
                if (kept := turn.standing(name)) and kept.reporter == _RECORD
            }
            new = [one for one in found if turn.standing(one.id) is None and came.issuperset(one.about)]
            return len(log.append(turn, new, who=_RECORD, at=at)) if new else 0

        return self.writer.write(add)

    def write(self, verb: Callable[Concatenate[Turn, P], T], *given: P.args, **named: P.kwargs) -> T:
        """Change the log by a verb of ``keeping``; what it returns, once it is on disk.

        Raises:
            Exception: whatever the verb raises; then nothing is written.
        """
        done = self.writer.write(lambda turn: verb(turn, *given, **named))
        self.timeline.wake()
        return done

    @property
    def duration_weeks(self) -> float:
        """For how long a disruption without an end is taken to be in force."""
        return max(self.method.duration_weeks)

    def assess(self, on: date, only: str = "", position: int | None = None) -> Assessment:
        """The assessment of a date.

        Args:
            only: id of the one disruption to assess, as if it were alone.
            position: of the log; the newest if left out.
        """
        with self._turn:
            key = (self._newest(position), on, only)
            if key not in self._assessments:
                found = self._held(key[0])
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

    def preview(self, disruption: Disruption) -> Preview:
        """What a disruption would do if it were logged and counted; nothing is written or kept."""
        assert disruption.start is not None  # its constructor saw to it
        one, on = dataclasses.replace(disruption, id="", state="reported", merged_into=""), disruption.start
        before = self.assess(on)
        after = assess(self.chain, [*before.disruptions, one], on, self.method, before)
        return Preview(assess(self.chain, [one], on, self.method), before, after)

    def suppose(self, supposed: Sequence[Disruption], on: date, with_record: bool) -> tuple[Assessment, Assessment]:
        """A date without and with disruptions that nobody logged; nothing is written or kept.

        Args:
            with_record: whether what is in force by the log counts too, on both sides.
        """
        before = self.assess(on) if with_record else assess(self.chain, [], on, self.method)
        return before, assess(self.chain, [*before.disruptions, *supposed], on, self.method, before)

    def alike(self, sketches: Sequence[Sketch | Disruption], most: int = 4, least: int = LEAST) -> list[list[Likeness]]:
        """The records on the log that are most like each sketch; answered also while a date is being assessed.

        Args:
            most: of each.
            least: the lowest score that is of interest.
        """
        with self._reading:
            self._newest(None)
            if self._waiting:
                self._prepared, self._waiting = self._prepared.extended(self._waiting), []
            prepared = self._prepared
        found = (similar(one, prepared, 4 * most, least) for one in sketches)  # four times: some are gone
        return [[one for one in alike if one.record.state not in _GONE][:most] for alike in found]

    def worst_day(self) -> date | None:
        """The worst day of all that the log holds."""
        with self._turn:
            position = self._newest(None)
            if self._worst is None or self._worst[0] != position:
                self._worst = (position, worst_day(self.chain, self._held(position), self.method))
            return self._worst[1]

    def disruptions(self) -> list[Disruption]:
        """Every disruption as it stands, in the order in which they were first logged; also while one is assessed."""
        return self._as_it_stands()[1]

    def _as_it_stands(self) -> tuple[int, list[Disruption]]:
        with self._reading:
            newest = self._newest(None)
            return newest, self._held(newest)

    def _newest(self, position: int | None) -> int:
        """Number of the newest entry about a disruption, up to a position: comments change no score."""
        with self._reading:
            while entries := log.since(self.engine, self._seen):
                for one in entries:
                    if one.kind == "disruption":
                        self._numbers.append(one.number)
                        self._standing[one.record_id] = Disruption.from_dict(one.after)
                        self._waiting.append(self._standing[one.record_id])
                self._seen = entries[-1].number
            if position is None:
                return self._numbers[-1] if self._numbers else 0
            place = bisect.bisect_right(self._numbers, position)
            return self._numbers[place - 1] if place else 0

    def _held(self, newest: int) -> list[Disruption]:
        with self._reading:
            if newest == (self._numbers[-1] if self._numbers else 0):
                return list(self._standing.values())
        return log.disruptions(self.engine, upto=newest)
