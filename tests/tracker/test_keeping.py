"""Keeping records: who may, who was quicker, and what a change leaves behind; the same on each kind of database."""

import dataclasses
import threading
from concurrent.futures import Future
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from graphs.disruption import Disruption
from graphs.errors import Faults, Unknown
from graphs.organisation import Cluster
from graphs.recommendation import Practice
from tracker import judging, keeping, log
from tracker.conversation import Comment, Evidence, Session
from tracker.keeping import Change, Changed, Refused
from tracker.log import Turn, Writer
from tracker.permissions import Actor, local

AT = datetime(2021, 3, 5, 8, 30, tzinfo=UTC)
STRIKE = Disruption("Strike", ("DE",), date(2021, 3, 1), sources=("https://a.eu",))
FLOOD = Disruption("Flood", ("FR",), date(2021, 3, 2), sources=("https://b.eu",))
ANA, BEN = local("Ana"), local("Ben")
EVA = Actor("Eva", "U1", {"N2": "expert"})
CORA = Actor("Cora", "U2", {"N2": "coordinator"})
VIC = Actor("Vic", "U3", {"N2": "viewer"})
ZOE = Actor("Zoë", "U4", {"N3": "expert"})


def do(writer: Writer, verb: Any, *given: Any, **named: Any) -> Any:
    return writer.write(lambda turn: verb(turn, *given, **named))


def by(actor: Actor, expected: int | None = None, why: str = "") -> Change:
    return Change(actor, AT, why, expected)


@pytest.fixture(autouse=True)
def sound(engine: sa.Engine) -> Any:
    """Whatever a test does, the log stays whole."""
    yield
    assert log.verify(engine) == []
    assert log.astray(engine) == []


def test_what_is_logged_belongs_to_an_association_of_who_logs(writer: Writer) -> None:
    assert do(writer, keeping.log_one, STRIKE, by(EVA)).association == "N2"
    assert do(writer, keeping.log_one, FLOOD, by(ANA)).association == ""
    both = Actor("Max", "U5", {"N2": "expert", "N3": "coordinator"})
    assert do(writer, keeping.log_one, Practice("Masks"), by(both)).association == "N3", "where the role is highest"


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        (keeping.amend, (dataclasses.replace(STRIKE, id="D1", note="new"),)),
        (keeping.review, ("D1", "verify")),
        (keeping.review, ("D1", "reject")),
        (keeping.review, ("D1", "resolve")),
        (keeping.assign, ("D1", "Ben")),
        (keeping.withdraw, ("D1",)),
        (keeping.merge, ("D1", "D2")),
        (keeping.undo, ("D1",)),
        (keeping.restore, ("D1", 1)),
    ],
)
@pytest.mark.parametrize("actor", [VIC, ZOE, Actor("Nobody")])
def test_whoever_may_not_writes_nothing(writer: Writer, engine: sa.Engine, verb: Any, given: Any, actor: Actor) -> None:
    for record in (STRIKE, FLOOD):
        do(writer, keeping.log_one, record, by(EVA))
    with pytest.raises(Refused, match="may"):
        do(writer, verb, *given, by(actor, why="Because"))
    assert log.position(engine) == 2


@pytest.mark.parametrize("record", [STRIKE, Practice("Masks"), Comment("D1", "Yes"), Session("Textiles")])
def test_a_viewer_logs_nothing(writer: Writer, engine: sa.Engine, record: Any) -> None:
    do(writer, keeping.log_one, FLOOD, by(EVA))
    with pytest.raises(Refused):
        do(writer, keeping.log_one, record, by(VIC))
    assert log.position(engine) == 1


def test_whether_somebody_may_is_decided_when_it_is_written(writer: Writer) -> None:
    """All three were asked for while Cora's record stood; by the last turn what it says is Eva's own word."""
    do(writer, keeping.log_one, STRIKE, by(CORA))
    held, begun = threading.Event(), threading.Event()

    def hold(_: Turn) -> None:
        begun.set()
        held.wait(10)

    waits = writer.begin(hold)
    begun.wait(10)
    first = writer.begin(lambda turn: keeping.review(turn, "D1", "verify", by(EVA)))
    second = writer.begin(lambda turn: keeping.amend(turn, dataclasses.replace(STRIKE, id="D1", note="x"), by(EVA)))
    third = writer.begin(lambda turn: keeping.review(turn, "D1", "verify", by(EVA)))
    held.set()
    waits.result(10)
    assert first.result(10).body["state"] == "verified"
    assert second.result(10).body["state"] == "reported", "what is amended is verified again"
    with pytest.raises(Refused, match="You reported or wrote this, so somebody else verifies it"):
        third.result(10)


def test_a_second_person_verifies(writer: Writer) -> None:
    do(writer, keeping.log_one, STRIKE, by(ANA))
    with pytest.raises(Refused, match="You reported or wrote this, so somebody else verifies it"):
        do(writer, keeping.review, "D1", "verify", by(ANA))
    with pytest.raises(Faults, match="a second person verifies: say who you are"):
        do(writer, keeping.review, "D1", "verify", by(local(" ")))
    verified = do(writer, keeping.review, "D1", "verify", by(BEN))
    assert (verified.body["state"], verified.author, verified.reporter) == ("verified", "Ana", "Ana")
    amended = do(writer, keeping.amend, dataclasses.replace(STRIKE, id="D1", note="more"), by(BEN))
    assert (amended.body["state"], amended.author, amended.reporter) == ("reported", "Ben", "Ana")
    for actor in (ANA, BEN):
        with pytest.raises(Refused):
            do(writer, keeping.review, "D1", "verify", by(actor))
    assert do(writer, keeping.review, "D1", "verify", by(local("Cora"))).body["state"] == "verified"


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        (keeping.amend, (dataclasses.replace(STRIKE, id="D1", note="mine"),)),
        (keeping.review, ("D1", "resolve")),
        (keeping.assign, ("D1", "Zoë")),
        (keeping.withdraw, ("D1",)),
        (keeping.merge, ("D1", "D2")),
        (keeping.undo, ("D1",)),
        (keeping.restore, ("D1", 1)),
    ],
)
def test_who_was_slower_hears_who_changed_what(writer: Writer, engine: sa.Engine, verb: Any, given: Any) -> None:
    for record in (STRIKE, FLOOD):
        do(writer, keeping.log_one, record, by(ANA))
    do(writer, keeping.amend, dataclasses.replace(STRIKE, id="D1", note="theirs"), by(BEN, expected=1))
    do(writer, keeping.assign, "D1", "Cora", by(local("Cora")))
    with pytest.raises(Changed, match="D1 was changed by Ben, Cora in the meantime") as found:
        do(writer, verb, *given, by(ANA, expected=1))
    assert [(one.who, one.changes()) for one in found.value.entries] == [
        ("Ben", {"note": ("", "theirs")}),
        ("Cora", {"assigned_to": ("", "Cora")}),
    ]
    assert found.value.standing.version == 4 == log.position(engine)


def test_a_version_that_stands_is_no_conflict(writer: Writer) -> None:
    standing = do(writer, keeping.log_one, STRIKE, by(ANA))
    for note in ("a", "b", "b"):
        given = dataclasses.replace(STRIKE, id="D1", note=note)
        standing = do(writer, keeping.amend, given, by(ANA, expected=standing.version))
    assert standing.version == 3, "what changes nothing is not written"


def test_an_amendment_keeps_the_kind(writer: Writer, engine: sa.Engine) -> None:
    do(writer, keeping.log_one, STRIKE, by(ANA))
    with pytest.raises(Faults, match="id: D1 is a disruption; give the id of a practice"):
        do(writer, keeping.amend, Practice("Masks", id="D1"), by(ANA))
    assert log.position(engine) == 1


def test_undone_twice_it_is_redone(writer: Writer, engine: sa.Engine) -> None:
    do(writer, keeping.log_one, STRIKE, by(ANA))
    changed = do(writer, keeping.amend, dataclasses.replace(STRIKE, id="D1", note="new"), by(ANA))
    assert do(writer, keeping.undo, "D1", by(ANA)).body["note"] == ""
    assert do(writer, keeping.undo, "D1", by(ANA)).body == changed.body
    assert [one.action for one in log.history(engine, "D1")] == ["log", "amend", "undo", "undo"]


def test_what_was_only_logged_is_withdrawn_and_comes_back(writer: Writer) -> None:
    logged = do(writer, keeping.log_one, STRIKE, by(ANA))
    assert do(writer, keeping.undo, "D1", by(ANA)).body["state"] == "withdrawn"
    assert do(writer, keeping.undo, "D1", by(ANA)).body == logged.body


def test_only_ones_own_change_is_undone_by_an_expert(writer: Writer) -> None:
    do(writer, keeping.log_one, STRIKE, by(EVA))
    do(writer, keeping.amend, dataclasses.replace(STRIKE, id="D1", note="new"), by(CORA))
    with pytest.raises(Refused):
        do(writer, keeping.undo, "D1", by(EVA))
    assert do(writer, keeping.undo, "D1", by(CORA)).body["note"] == ""


def test_whoever_reported_it_does_not_bring_a_verification_back(writer: Writer, engine: sa.Engine) -> None:
    do(writer, keeping.log_one, STRIKE, by(CORA))
    verified = do(writer, keeping.review, "D1", "verify", by(EVA))
    do(writer, keeping.review, "D1", "reject", by(EVA, why="Not so"))
    for verb, given in ((keeping.undo, ()), (keeping.restore, (verified.version,))):
        with pytest.raises(Refused, match="You reported or wrote this, so somebody else verifies it"):
            do(writer, verb, "D1", *given, by(CORA))
    assert log.position(engine) == 3
    assert do(writer, keeping.undo, "D1", by(EVA)).body["state"] == "verified", "who rejected it may think again"
    do(writer, keeping.amend, dataclasses.replace(STRIKE, id="D1", note="new"), by(CORA))
    assert do(writer, keeping.undo, "D1", by(CORA)).body == verified.body, "those very words were verified"


def test_an_older_version_is_restored(writer: Writer, engine: sa.Engine) -> None:
    logged = do(writer, keeping.log_one, STRIKE, by(ANA))
    do(writer, keeping.amend, dataclasses.replace(STRIKE, id="D1", note="new"), by(ANA))
    do(writer, keeping.withdraw, "D1", by(ANA))
    with pytest.raises(Faults, match="a withdrawn record cannot be amended; restore it first"):
        do(writer, keeping.amend, dataclasses.replace(STRIKE, id="D1", note="newer"), by(ANA))
    assert do(writer, keeping.restore, "D1", 1, by(BEN)).body == logged.body
    assert do(writer, keeping.restore, "D1", 1, by(BEN)).version == 4, "it stands already: nothing is written"
    assert do(writer, keeping.restore, "D1", 3, by(BEN)).body["state"] == "withdrawn"
    for version in (0, 9, -1, 2**70):
        with pytest.raises(Faults, match=f"D1 has no version {version}; choose one of its history"):
            do(writer, keeping.restore, "D1", version, by(BEN))
    assert log.position(engine) == 5


def test_a_version_of_another_record_is_not_restored(writer: Writer) -> None:
    for record in (STRIKE, FLOOD):
        do(writer, keeping.log_one, record, by(ANA))
    with pytest.raises(Faults, match="D1 has no version 2"):
        do(writer, keeping.restore, "D1", 2, by(ANA))


def test_a_duplicate_goes_into_the_other_with_its_sources(writer: Writer, engine: sa.Engine) -> None:
    for record in (STRIKE, FLOOD):
        do(writer, keeping.log_one, record, by(ANA))
    gone = do(writer, keeping.merge, "D2", "D1", by(BEN, why=" the same "))
    assert (gone.body["state"], gone.body["merged_into"], gone.author) == ("merged", "D1", "Ana")
    assert log.disruption(engine, "D1").sources == ("https://a.eu", "https://b.eu")
    assert [one.why for one in log.since(engine, 2)] == ["the same", "the same"]
    assert do(writer, keeping.undo, "D2", by(BEN)).body["state"] == "reported", "and can come back"
    for into in ("D9", "", "D2"):
        with pytest.raises(Faults):
            do(writer, keeping.merge, "D2", into, by(BEN))


@pytest.mark.parametrize(
    "record", [Comment("D9", "Yes"), Evidence("D9", quote="Yes"), Practice("Masks", about=("D9",))]
)
def test_what_a_record_speaks_of_must_be_there(writer: Writer, engine: sa.Engine, record: Any) -> None:
    do(writer, keeping.log_one, STRIKE, by(ANA))
    with pytest.raises(Faults, match="there is no record 'D9'; give the id of a record"):
        do(writer, keeping.log_one, record, by(ANA))
    there = dataclasses.replace(record, about="D1" if isinstance(record.about, str) else ("D1",))
    logged = do(writer, keeping.log_one, there, by(ANA))
    with pytest.raises(Faults, match="there is no record 'D9'"):
        do(writer, keeping.amend, dataclasses.replace(record, id=logged.id), by(ANA))
    with pytest.raises(Faults, match="there is no record 'D9'"):
        do(writer, keeping.import_records, [dataclasses.replace(record, id=logged.id)], by(ANA), amend=True)
    assert log.position(engine) == 2


@pytest.mark.parametrize("record", [Comment("D1", "Yes"), Evidence("D1", quote="Yes")])
def test_what_is_said_stays_on_a_page(writer: Writer, engine: sa.Engine, record: Any) -> None:
    """About itself, each other or a comment it would be shown nowhere."""
    do(writer, keeping.log_one, STRIKE, by(ANA))
    logged = do(writer, keeping.log_one, record, by(ANA))
    lost = dataclasses.replace(record, about=logged.id)
    with pytest.raises(Faults, match=f"{logged.id} is a .*; give the id of the record that it is about"):
        do(writer, keeping.log_one, lost, by(ANA))
    with pytest.raises(Faults, match=f"{logged.id} is a "):
        do(writer, keeping.amend, dataclasses.replace(lost, id=logged.id), by(ANA))
    circle = [dataclasses.replace(record, id=one, about=other) for one, other in (("X1", "X2"), ("X2", "X1"))]
    with pytest.raises(Faults, match=r"X2 is a .*\n.*X1 is a "):
        do(writer, keeping.import_records, circle, by(ANA))
    assert log.position(engine) == 2


def test_what_is_merged_never_comes_back_to_itself(writer: Writer, engine: sa.Engine) -> None:
    for record in (STRIKE, FLOOD):
        do(writer, keeping.log_one, record, by(ANA))
    merged = do(writer, keeping.merge, "D1", "D2", by(BEN)).version
    do(writer, keeping.undo, "D1", by(BEN))
    do(writer, keeping.merge, "D2", "D1", by(BEN))
    position = log.position(engine)
    with pytest.raises(Faults, match="merged_into: leads back to D1; merge into a record that stands"):
        do(writer, keeping.restore, "D1", merged, by(BEN))
    assert log.position(engine) == position


def test_undo_makes_no_circle_either(writer: Writer, engine: sa.Engine) -> None:
    for record in (STRIKE, dataclasses.replace(STRIKE, title="Strike in the port")):
        do(writer, keeping.log_one, record, by(ANA))
    do(writer, keeping.merge, "D1", "D2", by(BEN))
    do(writer, keeping.restore, "D1", 1, by(BEN))
    do(writer, keeping.merge, "D2", "D1", by(BEN))
    with pytest.raises(Faults, match="leads back to D1"):
        do(writer, keeping.undo, "D1", by(BEN))
    assert log.disruption(engine, "D1").state == "reported"


def test_a_file_merges_nothing_in_a_circle_or_into_nothing(writer: Writer, engine: sa.Engine) -> None:
    circle = [
        dataclasses.replace(STRIKE, id=one, state="merged", merged_into=into)
        for one, into in (("X1", "X2"), ("X2", "X1"))
    ]
    with pytest.raises(Faults, match="leads back to X1"):
        do(writer, keeping.import_records, circle, by(BEN))
    with pytest.raises(Faults, match="merged_into: there is no record 'X2'; give the id of the other record"):
        do(writer, keeping.import_records, circle[:1], by(BEN))
    assert log.position(engine) == 0


def test_records_of_one_file_may_speak_of_each_other(writer: Writer) -> None:
    file = [Session("Textiles", about=("X1",)), dataclasses.replace(STRIKE, id="X1")]
    assert [one.kind for one in do(writer, keeping.import_records, file, by(ANA)).new] == ["session", "disruption"]


def test_a_file_is_sorted_into_new_amended_and_known(writer: Writer, engine: sa.Engine) -> None:
    own = dataclasses.replace(STRIKE, id="X1")
    do(writer, keeping.log_one, own, by(ANA))
    do(writer, keeping.log_one, Cluster("Chips of Silesia"), by(ANA))
    file = [FLOOD, dataclasses.replace(own, note="new"), STRIKE, Cluster("Chips of Silesia"), FLOOD]
    found = do(writer, judging.sort, file)
    assert (found.new, found.amended, found.known) == ((FLOOD,), (file[1],), (STRIKE, file[3]))
    with pytest.raises(Faults, match="X1 is in the log with other content; leave the id empty"):
        do(writer, keeping.import_records, file, by(ANA))
    assert log.position(engine) == 2
    taken = do(writer, keeping.import_records, file, by(ANA), amend=True)
    assert ([one.id for one in taken.new], [one.id for one in taken.amended], taken.known) == (["D3"], ["X1"], 2)
    again = do(writer, keeping.import_records, file, by(ANA), amend=True)
    assert (again.new, again.amended, again.known) == ((), (), 4)
    assert log.position(engine) == 4


def test_an_id_of_another_kind_is_named(writer: Writer) -> None:
    do(writer, keeping.log_one, STRIKE, by(ANA))
    with pytest.raises(Faults, match="D1 is a disruption; leave the id empty for a new record"):
        do(writer, keeping.import_records, [Practice("Masks", id="D1")], by(ANA), amend=True)


@pytest.mark.parametrize("state", ["verified", "rejected", "withdrawn"])
def test_only_a_coordinator_imports_what_was_reviewed_elsewhere(writer: Writer, engine: sa.Engine, state: str) -> None:
    record = dataclasses.replace(STRIKE, state=state)
    with pytest.raises(Refused, match="import records that were reviewed elsewhere"):
        do(writer, keeping.import_records, [FLOOD, record], by(EVA))
    assert log.position(engine) == 0
    assert do(writer, keeping.import_records, [FLOOD, record], by(CORA)).new[1].body["state"] == state


def test_a_file_amends_only_what_its_sender_may_amend(writer: Writer, engine: sa.Engine) -> None:
    do(writer, keeping.log_one, dataclasses.replace(STRIKE, id="X1"), by(ZOE))
    with pytest.raises(Refused):
        do(writer, keeping.import_records, [FLOOD, dataclasses.replace(FLOOD, id="X1")], by(EVA), amend=True)
    assert log.position(engine) == 1, "nor is the rest taken"


def test_a_file_brings_nothing_back_that_its_sender_may_not_restore(writer: Writer, engine: sa.Engine) -> None:
    do(writer, keeping.log_one, STRIKE, by(EVA))
    do(writer, keeping.withdraw, "D1", by(CORA))
    changed = dataclasses.replace(STRIKE, id="D1", note="new")
    with pytest.raises(Refused, match="Only a coordinator may restore this"):
        do(writer, keeping.import_records, [changed], by(EVA), amend=True)
    assert log.position(engine) == 2
    assert do(writer, keeping.import_records, [changed], by(CORA), amend=True).amended[0].body["state"] == "reported"


def test_a_state_of_a_review_takes_somebody_who_may_import_it(writer: Writer, engine: sa.Engine) -> None:
    do(writer, keeping.log_one, STRIKE, by(EVA))
    over = dataclasses.replace(STRIKE, id="D1", state="resolved", end=date(2021, 4, 1))
    with pytest.raises(Refused, match="Only a coordinator may import records that were reviewed elsewhere"):
        do(writer, keeping.import_records, [over], by(EVA), amend=True)
    assert do(writer, keeping.import_records, [over], by(CORA), amend=True).amended[0].body["state"] == "resolved"


@pytest.mark.parametrize("state", ["verified", "rejected", "resolved"])
def test_a_new_record_is_not_reviewed_yet(writer: Writer, engine: sa.Engine, state: str) -> None:
    reviewed = dataclasses.replace(STRIKE, state=state, end=date(2021, 4, 1))
    for verb, given in ((keeping.log_one, reviewed), (keeping.log_together, {"line 1": reviewed})):
        with pytest.raises(Faults, match=f"a new record is not {state}; log it as draft or reported: others review it"):
            do(writer, verb, given, by(CORA))
    assert log.position(engine) == 0


def test_a_file_verifies_nothing_that_the_log_knows(writer: Writer, engine: sa.Engine) -> None:
    do(writer, keeping.log_one, STRIKE, by(EVA))
    do(writer, keeping.review, "D1", "verify", by(CORA))
    changed = dataclasses.replace(STRIKE, id="D1", note="new", state="verified")
    assert do(writer, keeping.import_records, [changed], by(CORA), amend=True).amended[0].body["state"] == "reported"
    again = do(writer, keeping.import_records, [changed], by(CORA), amend=True)
    assert (again.new, again.amended, again.known) == ((), (), 1), "the same file twice changes nothing"
    assert log.position(engine) == 3


@pytest.mark.parametrize("record", [dataclasses.replace(FLOOD, id="D1"), Practice("Masks", id="D1")])
def test_a_new_record_is_never_written_over_another(writer: Writer, engine: sa.Engine, record: Any) -> None:
    do(writer, keeping.log_one, STRIKE, by(EVA))
    with pytest.raises(Faults, match="id: D1 stands for another record; leave the id empty"):
        do(writer, keeping.log, [record], by(ZOE))
    with pytest.raises(Faults, match="line 3, id: D1 stands for another record; leave the id empty"):
        do(writer, keeping.log_together, {"line 3": record}, by(ZOE))
    twice = [dataclasses.replace(one, id="X1") for one in (STRIKE, FLOOD)]
    with pytest.raises(Faults, match="X1, id: X1 stands for another record"):
        do(writer, keeping.log, twice, by(ZOE))
    assert log.position(engine) == 1


@pytest.mark.parametrize("verb", [keeping.withdraw, keeping.undo])
@pytest.mark.parametrize("name", ["D9", "", "D1\0", "D1\ud800", "x" * 10_000])
def test_what_is_not_there_is_unknown(writer: Writer, verb: Any, name: str) -> None:
    do(writer, keeping.log_one, STRIKE, by(ANA))
    with pytest.raises(Unknown):
        do(writer, verb, name, by(ANA))


def together(writer: Writer, *works: Any) -> list[Future[Any]]:
    """All in one transaction: they gather while the first holds the turn."""
    held, begun = threading.Event(), threading.Event()

    def hold(_: Turn) -> None:
        begun.set()
        held.wait(10)

    first = writer.begin(hold)
    begun.wait(10)
    done = [writer.begin(work) for work in works]
    held.set()
    first.result(10)
    return done


def test_one_that_fails_in_a_group_forgets_only_itself(writer: Writer, engine: sa.Engine) -> None:
    def half(turn: Turn) -> None:
        keeping.log_one(turn, FLOOD, by(ANA))
        keeping.log_one(turn, STRIKE, by(ANA))

    works = [
        lambda turn: keeping.log_one(turn, STRIKE, by(ANA)),
        half,
        lambda turn: keeping.log_one(turn, FLOOD, by(BEN)),
        lambda turn: keeping.amend(turn, dataclasses.replace(STRIKE, id="D1", note="new"), by(BEN, expected=1)),
        lambda turn: keeping.amend(turn, dataclasses.replace(STRIKE, id="D1", note="newer"), by(ANA, expected=1)),
    ]
    one, two, three, four, five = together(writer, *works)
    assert (one.result(10).id, three.result(10).id, four.result(10).version) == ("D1", "D2", 3)
    with pytest.raises(Faults, match="the very same disruption is already in the log"):
        two.result(10)
    with pytest.raises(Changed, match="D1 was changed by Ben in the meantime"):
        five.result(10)
    assert [entry.who for entry in log.since(engine, 0)] == ["Ana", "Ben", "Ben"]


def test_what_the_database_refuses_harms_nobody_else(writer: Writer, engine: sa.Engine) -> None:
    """Nothing that a record may hold is refused; should it ever be, the others are written all the same."""

    def doubled(turn: Turn) -> Any:
        keeping.log_one(turn, Practice("Masks"), by(ANA))
        turn._written.append(turn._written[-1])
        return "never"

    works = [
        lambda turn: keeping.log_one(turn, STRIKE, by(ANA)),
        doubled,
        lambda turn: keeping.log_one(turn, FLOOD, by(BEN)),
    ]
    one, two, three = together(writer, *works)
    with pytest.raises(sa.exc.IntegrityError):
        two.result(10)
    assert (one.result(10).id, three.result(10).id) == ("D1", "D2")
    assert log.position(engine) == 2


@pytest.mark.parametrize("word", ["a\0b", "a\ud800", "x" * 100_000, "洪水 ü", "'; DROP TABLE entries; --"])
def test_any_name_and_reason_is_kept(writer: Writer, engine: sa.Engine, word: str) -> None:
    do(writer, keeping.log_one, STRIKE, by(Actor(word, roles={"": "coordinator"}), why=word))
    do(writer, keeping.assign, "D1", "Ben", by(ANA, why=word))
    [first, second] = log.history(engine, "D1")
    kept = word.replace("\0", "?").replace("\ud800", "?")
    assert (first.who, first.why, second.why) == (kept[:200], kept, kept)


def test_whoever_ever_wrote_words_of_it_does_not_judge_it(writer: Writer) -> None:
    """Cora undoes and redoes what Ben amended: the words are still Ben's."""
    ben, cora, dee = (Actor(name, name, {"N2": "coordinator"}) for name in ("Ben", "Cora", "Dee"))
    do(writer, keeping.log_one, STRIKE, by(EVA))
    do(writer, keeping.amend, dataclasses.replace(STRIKE, id="D1", note="new"), by(ben))
    for _ in range(2):
        do(writer, keeping.undo, "D1", by(cora))
    with pytest.raises(Refused, match="You reported or wrote this, so somebody else verifies it"):
        do(writer, keeping.review, "D1", "verify", by(ben))
    assert do(writer, keeping.review, "D1", "verify", by(dee)).body["state"] == "verified"


def test_what_is_closed_is_given_to_nobody(writer: Writer) -> None:
    do(writer, keeping.log_one, STRIKE, by(EVA))
    do(writer, keeping.withdraw, "D1", by(CORA))
    with pytest.raises(Faults, match="a withdrawn record cannot be given to somebody; restore it first"):
        do(writer, keeping.assign, "D1", "Ben", by(CORA))
