"""The log: only ever added to, sealed, all or none, and the same after a restart."""

import dataclasses
import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from graphs.disruption import Disruption
from tracker import log
from tracker.database import entries, open_database
from tracker.log import Turn, Writer

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
STRIKE = Disruption("Strike", ("DE",), date(2021, 3, 1))
FLOOD = Disruption(
    "Flood ü 洪水", ("FR",), date(2021, 4, 1), effect="supply", severity_likely=0.1, sources=("https://a.eu",)
)
DROUGHT = Disruption("Drought", ("DE21",), date(2021, 5, 1), end=date(2021, 6, 1), ecosystems=("Agri-food",))


def add(writer: Writer, *records: Disruption, who: str = "Ana", action: str = "log", at: datetime = AT) -> list[Any]:
    return [one.record for one in writer.write(lambda turn: log.append(turn, records, who=who, action=action, at=at))]


def all_rows(engine: sa.Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(entries).order_by(entries.c.number)).mappings()]


def forge(engine: sa.Engine, *statements: str) -> None:
    """Alter the log as somebody with the database in hand could: without the triggers."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE entries DISABLE TRIGGER ALL")
            for statement in statements:
                changed = connection.exec_driver_sql(statement.replace("%", "%%")).rowcount
                assert changed >= 1, "the forgery must change something"
            connection.exec_driver_sql("ALTER TABLE entries ENABLE TRIGGER ALL")
        return
    with engine.connect() as connection:
        triggers = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entries'"
        ).all()
        assert len(triggers) >= 2
        for name, _ in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount >= 1, "the forgery must change something"
        for _, sql in triggers:
            connection.exec_driver_sql(sql)
        connection.commit()


def test_an_entry_says_who_did_what_when_and_what_it_was_before(writer: Writer, engine: sa.Engine) -> None:
    [first] = add(writer, STRIKE)
    closed = dataclasses.replace(first, state="resolved", end=date(2021, 3, 9))
    add(writer, closed, who="Ben", action="resolve", at=AT + timedelta(days=8))

    one, two = log.history(engine, "D1")
    assert (one.number, one.who, one.action, one.record_id) == (1, "Ana", "log", "D1")
    assert (two.number, two.who, two.action, two.record_id) == (2, "Ben", "resolve", "D1")
    assert (one.at, two.at) == ("2021-03-01T08:30:00.000+00:00", "2021-03-09T08:30:00.000+00:00")
    assert (one.before, one.after) == (None, first.to_dict())
    assert (two.before, two.after) == (first.to_dict(), closed.to_dict())
    assert two.changes() == {"state": ("reported", "resolved"), "end": (None, "2021-03-09")}
    assert one.changes()["title"] == (None, "Strike")
    assert "end" not in one.changes(), "what is not said is no change"


def test_times_are_kept_in_utc(writer: Writer, engine: sa.Engine) -> None:
    brussels = datetime(2021, 3, 1, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    add(writer, STRIKE, at=brussels)
    assert log.history(engine, "D1")[0].at == "2021-03-01T08:30:00.123+00:00"


@pytest.mark.parametrize(
    ("who", "kept"),
    [
        ("  Ana,\n electronics\tcluster ", "Ana, electronics cluster"),
        ("x" * 300, "x" * 200),
        ("Ana\ud800", "Ana?"),
        ("<b>Ana</b>", "<b>Ana</b>"),
    ],
)
def test_a_name_is_one_line_of_text(writer: Writer, engine: sa.Engine, who: str, kept: str) -> None:
    add(writer, STRIKE, who=who)
    assert log.history(engine, "D1")[0].who == kept
    assert log.verify(engine) == []


def test_the_current_state_is_the_last_version_in_order_of_first_logging(writer: Writer, engine: sa.Engine) -> None:
    strike, flood = add(writer, STRIKE, FLOOD)
    longer = dataclasses.replace(strike, end=date(2021, 4, 4))
    [_, drought] = add(writer, longer, DROUGHT)
    assert log.disruptions(engine) == [longer, flood, drought]
    assert log.disruption(engine, "D1") == longer
    assert log.position(engine) == 4


def test_the_state_as_of_an_older_position(writer: Writer, engine: sa.Engine) -> None:
    strike, flood = add(writer, STRIKE, FLOOD)
    longer = dataclasses.replace(strike, end=date(2021, 4, 4))
    add(writer, longer)
    assert log.disruptions(engine, upto=0) == []
    assert log.disruptions(engine, upto=1) == [strike]
    assert log.disruptions(engine, upto=2) == [strike, flood]
    assert log.disruptions(engine, upto=3) == log.disruptions(engine) == [longer, flood]


def test_history_is_complete_and_of_one_record_only(writer: Writer, engine: sa.Engine) -> None:
    strike, _ = add(writer, STRIKE, FLOOD)
    versions = [dataclasses.replace(strike, note=f"note {number}") for number in range(20)]
    for one in versions:
        add(writer, one, action="edit")
    history = log.history(engine, "D1")
    assert [entry.after["note"] for entry in history] == ["", *(one.note for one in versions)]
    assert [entry.before for entry in history[1:]] == [entry.after for entry in history[:-1]]
    assert [entry.number for entry in history] == [1, *range(3, 23)]
    assert log.history(engine, "D9") == []


def test_an_unknown_record_is_a_key_error(writer: Writer, engine: sa.Engine) -> None:
    add(writer, STRIKE)
    with pytest.raises(KeyError, match="D2"):
        log.disruption(engine, "D2")


def test_a_failing_record_in_the_middle_writes_nothing(writer: Writer, engine: sa.Engine) -> None:
    add(writer, STRIKE)
    before = all_rows(engine)

    class Broken(Disruption):
        def to_dict(self) -> dict[str, Any]:
            raise RuntimeError("broken")

    broken = Broken("Broken", ("DE",), date(2021, 3, 1))
    with pytest.raises(RuntimeError, match="broken"):
        add(writer, FLOOD, DROUGHT, broken, FLOOD)
    assert all_rows(engine) == before
    assert log.verify(engine) == []
    assert [one.id for one in add(writer, FLOOD)] == ["D2"], "the log goes on as if nothing had been tried"


def test_a_database_that_fails_in_the_middle_writes_nothing(writer: Writer, engine: sa.Engine) -> None:
    add(writer, STRIKE)
    before = all_rows(engine)
    statements = {
        "sqlite": ["CREATE TRIGGER stop BEFORE INSERT ON entries WHEN NEW.number > 3 "
                   "BEGIN SELECT RAISE(ABORT, 'disk full'); END"],
        "postgresql": ["CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS "
                       "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$",
                       "CREATE TRIGGER stop BEFORE INSERT ON entries FOR EACH ROW WHEN (NEW.number > 3) "
                       "EXECUTE FUNCTION stop()"],
    }  # fmt: skip
    with engine.begin() as connection:
        for one in statements[engine.dialect.name]:
            connection.exec_driver_sql(one)
    with pytest.raises(sa.exc.DBAPIError, match="disk full"):
        add(writer, FLOOD, DROUGHT, STRIKE)
    assert all_rows(engine) == before
    assert log.astray(engine) == []


def test_ids_are_unique_when_many_write_at_once(writer: Writer, engine: sa.Engine) -> None:
    threads, each, start = 8, 20, threading.Barrier(8)

    def write(name: int) -> list[str]:
        start.wait()
        records = [dataclasses.replace(STRIKE, title=f"Strike {name}-{number}") for number in range(each)]
        return [add(writer, record, who=str(name))[0].id for record in records]

    with ThreadPoolExecutor(threads) as pool:
        ids = [one for found in pool.map(write, range(threads)) for one in found]
    assert len(set(ids)) == threads * each
    rows = all_rows(engine)
    assert [row["number"] for row in rows] == list(range(1, threads * each + 1))
    assert [row["previous_hash"] for row in rows] == ["", *(row["hash"] for row in rows[:-1])]
    assert log.verify(engine) == []
    assert sorted(one.title for one in log.disruptions(engine)) == sorted(
        f"Strike {name}-{number}" for name in range(threads) for number in range(each)
    )


def test_what_is_cancelled_before_its_turn_holds_nobody_up(writer: Writer) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def hold(turn: Turn) -> bool:
        begun.set()
        return goes_on.wait(10)

    first = writer.begin(hold)
    assert begun.wait(10)
    assert writer.begin(lambda turn: 1).cancel()
    goes_on.set()
    assert first.result(10)
    assert writer.begin(lambda turn: 2).result(10) == 2


def test_an_id_given_by_the_log_is_never_one_that_somebody_gave(writer: Writer, engine: sa.Engine) -> None:
    """Somebody logs "D2" as the first entry; the second entry must not become a new version of it."""
    own = dataclasses.replace(STRIKE, id="D2")
    add(writer, own)
    [flood] = add(writer, FLOOD)
    assert flood.id != "D2"
    assert log.disruption(engine, "D2") == own
    assert len(log.disruptions(engine)) == 2


def test_the_log_is_the_same_when_opened_again(database_url: str, writer: Writer, engine: sa.Engine) -> None:
    records = add(writer, STRIKE, FLOOD, DROUGHT)
    rows = all_rows(engine)
    writer.close()
    again = Writer(open_database(database_url))
    assert log.disruptions(again.engine) == records
    assert all_rows(again.engine) == rows
    assert log.verify(again.engine) == []
    assert [one.id for one in add(again, STRIKE)] == ["D4"]
    again.close()


def test_the_seal_is_sha_256_over_the_entry_and_the_seal_before(writer: Writer, engine: sa.Engine) -> None:
    """Written out here once more, so that a change of the code cannot unseal the logs that exist."""
    add(writer, STRIKE, FLOOD)
    previous = ""
    for row in all_rows(engine):
        seal = row.pop("hash")
        assert row["previous_hash"] == previous
        assert [row.pop(name) for name in ("kind", "why", "association")] == ["disruption", "", ""]
        text = json.dumps(row, sort_keys=True, ensure_ascii=False)
        assert seal == hashlib.sha256(text.encode("utf-8")).hexdigest()
        previous = seal
    assert len(previous) == 64


def test_an_unaltered_log_verifies(writer: Writer, engine: sa.Engine) -> None:
    assert log.verify(engine) == []
    add(writer, STRIKE, FLOOD, DROUGHT)
    add(writer, dataclasses.replace(STRIKE, id="D1", note="new"))
    assert log.verify(engine) == []


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'comment'",
        "why = 'no reason'",
        "association = 'N1'",
        "at = '2020-01-01T00:00:00.000+00:00'",
        "who = 'Eve'",
        "action = 'verify'",
        "record_id = 'D9'",
        "before = '{}'",
        'after = \'{"title": "Nothing happened"}\'',
        "hash = 'aa'",
        "previous_hash = 'aa'",
    ],
)
def test_an_altered_entry_is_found(writer: Writer, engine: sa.Engine, change: str) -> None:
    add(writer, STRIKE, FLOOD, DROUGHT)
    forge(engine, f"UPDATE entries SET {change} WHERE number = 2")
    assert 2 in log.verify(engine)
    assert 1 not in log.verify(engine)


def test_a_removed_entry_is_found(writer: Writer, engine: sa.Engine) -> None:
    add(writer, STRIKE, FLOOD, DROUGHT)
    forge(engine, "DELETE FROM entries WHERE number = 2")
    assert log.verify(engine) == [3]


def test_an_entry_that_was_altered_and_sealed_again_is_found_by_the_next(writer: Writer, engine: sa.Engine) -> None:
    add(writer, STRIKE, FLOOD, DROUGHT)
    row = all_rows(engine)[1] | {"who": "Eve"}
    for name in ("hash", "kind", "why", "association"):
        del row[name]
    seal = hashlib.sha256(json.dumps(row, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    forge(engine, f"UPDATE entries SET who = 'Eve', hash = '{seal}' WHERE number = 2")
    assert log.verify(engine) == [3]


def test_entries_that_changed_places_are_found(writer: Writer, engine: sa.Engine) -> None:
    add(writer, STRIKE, FLOOD, DROUGHT)
    forge(
        engine,
        "UPDATE entries SET number = 9 WHERE number = 2",
        "UPDATE entries SET number = 2 WHERE number = 3",
        "UPDATE entries SET number = 3 WHERE number = 9",
    )
    assert log.verify(engine) == [2, 3]
