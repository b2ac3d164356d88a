"""Any sequence of what people do, on SQLite and on PostgreSQL at once, answered as a plain model answers.

A few runs in the test suite; ``LOG_RUNS=1000 python3 -m pytest tests/tracker/test_log_stateful.py`` for a campaign.
"""

import dataclasses
import functools
import itertools
import os
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import model
import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from model import Said

from graphs.disruption import Disruption
from graphs.errors import Faults, Unknown
from graphs.organisation import Cluster
from graphs.recommendation import Practice
from graphs.record import Record
from tracker import keeping, log
from tracker.conversation import Comment
from tracker.database import entries, open_database
from tracker.keeping import Change, Changed, Refused
from tracker.log import Question, Standing, Turn, Writer
from tracker.permissions import Actor, local

BEGIN = datetime(2021, 3, 5, 8, 30, tzinfo=UTC)
ACTORS = st.sampled_from(
    (
        local("Ana"),
        local("Ana"),
        local("Ben"),
        Actor("Eva", "U1", {"N2": "expert"}),
        Actor("Cora", "U2", {"N2": "coordinator"}),
        Actor("Vic", "U3", {"N2": "viewer"}),
    )
)
PLACE = st.integers(0, 12)
"""Which of the records that there are; beyond the last, one that there is not."""
EXPECTED = st.sampled_from((None, None, None, 0, 1))
"""Any version, the newest, or the one before the newest."""
WHY = st.sampled_from(("", " ", "Because  of ü"))
DAYS = st.sampled_from((None, date(2021, 2, 27), date(2021, 3, 2), date(2021, 3, 9)))
NAMES = st.sampled_from(("", "", "", "D2", "D3", "X1", "P2"))
DISRUPTIONS = st.builds(
    Disruption,
    st.sampled_from(("Strike", "Flood in Škoda", "Storm 洪水")),
    st.sampled_from((("DE",), ("FR", "CZ"))),
    st.sampled_from((date(2021, 3, 1), date(2020, 12, 24))),
    NAMES,
    ecosystems=st.sampled_from(((), ("Health",), ("Aerospace & defence", "Health"))),
    sources=st.sampled_from(((), ("https://a.eu/1",), ("https://a.eu/1", "https://b.eu/?q=ü"))),
    state=st.sampled_from(("reported", "reported", "reported", "draft", "verified")),
)
RECORDS = DISRUPTIONS | st.one_of(
    st.builds(Practice, st.sampled_from(("Masks", "Shared stocks")), id=NAMES),
    st.builds(Cluster, st.sampled_from(("Chips of Silesia", "Masks")), id=NAMES),
    st.builds(Comment, st.sampled_from(("D1", "D2", "X1", "D9")), st.sampled_from(("Yes", "No")), id=NAMES),
)
TEXTS = st.sampled_from(("", "str", "SKODA", "洪", "flood skoda", "germ", '"', "NEAR(", "a* &|!", "health", "d1", "\0"))


class Pair(RuleBasedStateMachine):
    """Two databases and the model."""

    fresh: Callable[[], list[str]]

    @initialize()
    def begin(self) -> None:
        self.urls = type(self).fresh()
        self.writers = [Writer(open_database(url)) for url in self.urls]
        self.model = model.Log()
        self.now = BEGIN
        self.sound = True

    def teardown(self) -> None:
        if not hasattr(self, "writers"):
            return
        try:
            if self.sound:
                self.hold_against_the_model()
        finally:
            for writer in self.writers:
                writer.close()

    def hold_against_the_model(self) -> None:
        kept = []
        for writer in self.writers:
            assert log.verify(writer.engine) == []
            assert log.astray(writer.engine) == []
            with writer.engine.connect() as connection:
                rows = connection.execute(sa.select(entries).order_by(entries.c.number)).mappings()
                kept.append([dict(row) for row in rows])
        assert kept[0] == kept[1], "the same entries with the same seals"
        assert [{name: row[name] for name in one} for row, one in zip(kept[0], self.model.entries, strict=True)] == (
            self.model.entries
        )

    def id_of(self, place: int) -> str:
        names = [*self.model.held, "D99"]
        return names[min(place, len(names) - 1)]

    def version(self, record_id: str, expected: int | None) -> int | None:
        held = self.model.held.get(record_id)
        if expected is None or held is None:
            return None
        mine = [one["number"] for one in self.model.entries if one["record_id"] == record_id]
        return mine[max(-1 - expected, -len(mine))]

    def both(self, work: Callable[[Turn], Any], meant: Callable[[model.Log], Any]) -> None:
        """Do it on both databases and in the model: three times the same answer."""
        self.sound = False
        answers = [answer(functools.partial(writer.write, work)) for writer in self.writers]
        assert answers[0] == answers[1]
        tried = self.model.copy()
        try:
            expected: Any = plain(meant(tried))
            self.model = tried
        except Said as said:
            expected = said.name
        assert (answers[0][0] if isinstance(answers[0], Wrong) else answers[0]) == expected
        self.sound = True

    def change(self, actor: Actor, why: str = "", expected: int | None = None) -> Change:
        self.now += timedelta(minutes=7)
        return Change(actor, self.now, why, expected)

    @rule(record=RECORDS, actor=ACTORS, why=WHY)
    def logs(self, record: Record, actor: Actor, why: str) -> None:
        change = self.change(actor, why)
        self.both(lambda turn: keeping.log_one(turn, record, change), lambda to: to.log_one(record, actor, why))

    @rule(record=RECORDS, place=PLACE, actor=ACTORS, expected=EXPECTED, end=DAYS)
    def amends(self, record: Record, place: int, actor: Actor, expected: int | None, end: date | None) -> None:
        given = dataclasses.replace(record, id=self.id_of(place))
        if isinstance(given, Disruption) and end and end > date(2021, 3, 1):
            given = dataclasses.replace(given, end=end)
        version = self.version(given.id, expected)
        change = self.change(actor, expected=version)
        self.both(lambda turn: keeping.amend(turn, given, change), lambda to: to.amend(given, actor, version))

    @rule(place=PLACE, action=st.sampled_from(tuple(model.STEPS)), actor=ACTORS, why=WHY, end=DAYS, expected=EXPECTED)
    def reviews(self, place: int, action: str, actor: Actor, why: str, end: date | None, expected: int | None) -> None:
        name = self.id_of(place)
        version = self.version(name, expected)
        change = self.change(actor, why, version)
        self.both(
            lambda turn: keeping.review(turn, name, action, change, end, model.WEEKS),
            lambda to: to.review(name, action, actor, why, end, version, self.now.date()),
        )

    @rule(place=PLACE, to=st.sampled_from(("", "Ben", "Zoë")), actor=ACTORS, expected=EXPECTED)
    def assigns(self, place: int, to: str, actor: Actor, expected: int | None) -> None:
        name = self.id_of(place)
        version = self.version(name, expected)
        change = self.change(actor, expected=version)
        self.both(lambda turn: keeping.assign(turn, name, to, change), lambda log: log.assign(name, to, actor, version))

    @rule(place=PLACE, actor=ACTORS, expected=EXPECTED)
    def withdraws(self, place: int, actor: Actor, expected: int | None) -> None:
        name = self.id_of(place)
        version = self.version(name, expected)
        change = self.change(actor, expected=version)
        self.both(lambda turn: keeping.withdraw(turn, name, change), lambda to: to.withdraw(name, actor, version))

    @rule(place=PLACE, into=PLACE, actor=ACTORS, expected=EXPECTED)
    def merges(self, place: int, into: int, actor: Actor, expected: int | None) -> None:
        name, other = self.id_of(place), self.id_of(into)
        version = self.version(name, expected)
        change = self.change(actor, expected=version)
        self.both(
            lambda turn: keeping.merge(turn, name, other, change), lambda to: to.merge(name, other, actor, version)
        )

    @rule(place=PLACE, actor=ACTORS, expected=EXPECTED)
    def undoes(self, place: int, actor: Actor, expected: int | None) -> None:
        name = self.id_of(place)
        version = self.version(name, expected)
        change = self.change(actor, expected=version)
        self.both(lambda turn: keeping.undo(turn, name, change), lambda to: to.undo(name, actor, version))

    @rule(place=PLACE, back=st.integers(0, 4), actor=ACTORS, expected=EXPECTED)
    def restores(self, place: int, back: int, actor: Actor, expected: int | None) -> None:
        name = self.id_of(place)
        mine = [one["number"] for one in self.model.entries if one["record_id"] == name]
        number = ([*mine, 99, 1])[-1 - back] if len(mine) + 2 > back else 2**40
        version = self.version(name, expected)
        change = self.change(actor, expected=version)
        self.both(
            lambda turn: keeping.restore(turn, name, number, change),
            lambda to: to.restore(name, number, actor, version),
        )

    @rule(records=st.lists(RECORDS, max_size=6), actor=ACTORS, amend=st.booleans(), again=st.booleans())
    def imports(self, records: list[Record], actor: Actor, amend: bool, again: bool) -> None:
        for _ in range(1 + again):
            change = self.change(actor)
            self.both(
                lambda turn, change=change: keeping.import_records(turn, records, change, amend),
                lambda to: to.take_in(records, actor, amend),
            )

    @rule(record=DISRUPTIONS)
    def fails_after_it_has_written(self, record: Disruption) -> None:
        change = self.change(local("Ana"))

        def work(turn: Turn) -> None:
            log.append(turn, [dataclasses.replace(record, id="")], who="Ana", at=change.at)
            raise Unknown("on purpose")

        def meant(_: model.Log) -> None:
            raise Said("Unknown")

        self.both(work, meant)

    @rule(
        kind=st.sampled_from((None, "disruption", "disruption", "comment")),
        text=TEXTS,
        states=st.sampled_from(((), (), ("reported", "draft"))),
        tags=st.sampled_from(((), (), (("ecosystems", "Health"),), (("origin", "DE"),))),
        on=st.sampled_from((None, None, date(2021, 3, 5), date(2021, 1, 21))),
        most=st.sampled_from((1, 2, 50)),
    )
    def searches(self, kind: Any, text: str, states: Any, tags: Any, on: date | None, most: int) -> None:
        asked = Question(kind, text, states, tags, on, model.WEEKS)
        for writer in self.writers:
            ids, cursor = [], ""
            while True:
                page = log.search(writer.engine, asked, cursor, most)
                ids += [one.id for one in page.standing]
                cursor = page.cursor
                if not cursor:
                    break
            assert ids == self.model.search(kind, text, states, tags, on)
            assert page.total == len(ids)

    @rule(back=st.integers(-1, 10))
    def reads_what_was(self, back: int) -> None:
        upto = len(self.model.entries) - back
        for writer in self.writers:
            found = [one.to_dict() for one in log.disruptions(writer.engine, upto)]
            assert found == self.model.disruptions(upto)
            since = log.since(writer.engine, upto, 3)
            assert [one.number for one in since] == [*range(max(upto, 0) + 1, len(self.model.entries) + 1)][:3]

    @rule(place=PLACE)
    def reads_a_history(self, place: int) -> None:
        name = self.id_of(place)
        meant = [one for one in self.model.entries if one["record_id"] == name]
        for writer in self.writers:
            found = [dataclasses.asdict(one) for one in log.history(writer.engine, name)]
            assert [{key: one[key] for key in like} for one, like in zip(found, meant, strict=True)] == meant

    @rule()
    def closes_and_opens(self) -> None:
        for writer in self.writers:
            writer.close()
        self.writers = [Writer(open_database(url)) for url in self.urls]

    @invariant()
    def stands_as_in_the_model(self) -> None:
        if not hasattr(self, "writers"):
            return
        for writer in self.writers:
            kinds = ("disruption", "practice", "cluster", "comment")
            found = [one for kind in kinds for one in log.every(writer.engine, kind)]
            assert {one.id: plain(one) for one in found} == {one.id: plain(one) for one in self.model.held.values()}
            assert log.position(writer.engine) == len(self.model.entries)


class Wrong(tuple[str, str]):
    """The name of an error and its words."""


def answer(work: Callable[[], Any]) -> Any:
    try:
        return plain(work())
    except (Faults, Refused, Changed, Unknown) as error:
        return Wrong((type(error).__name__, str(error)))


def plain(found: Any) -> Any:
    """A standing, or several, without their class."""
    if isinstance(found, (Standing, model.Held)):
        return tuple(getattr(found, one.name) for one in dataclasses.fields(model.Held))
    if isinstance(found, keeping.Taken):
        return [[plain(one) for one in found.new], [plain(one) for one in found.amended], found.known]
    if isinstance(found, (list, tuple)):
        return [plain(one) for one in found]
    return found


def test_both_databases_answer_as_the_model(
    postgresql: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    numbers = itertools.count()
    first = tmp_path / "first.sqlite"
    open_database(f"sqlite:///{first}").dispose()

    @contextmanager
    def server() -> Any:
        with psycopg.connect(postgresql.format("postgres"), autocommit=True) as connection:
            yield connection

    with server() as connection:
        connection.execute("CREATE DATABASE first")
    open_database(postgresql.format("first")).dispose()

    def fresh() -> list[str]:
        number = next(numbers)
        shutil.copy(first, tmp_path / f"log{number}.sqlite")
        with server() as connection:
            if number:
                connection.execute(f"DROP DATABASE stateful{number - 1} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE stateful{number} TEMPLATE first STRATEGY file_copy")
        return [f"sqlite:///{tmp_path}/log{number}.sqlite", postgresql.format(f"stateful{number}")]

    Pair.fresh = staticmethod(fresh)
    runs = int(os.environ.get("LOG_RUNS", "6"))
    run_state_machine_as_test(
        Pair,
        settings=settings(
            max_examples=runs,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
