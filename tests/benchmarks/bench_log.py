"""The log: durable writes of 32 clients beside a session for each request, and 100,000 entries opened and searched."""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from measure import Row, seconds

from graphs.disruption import Disruption
from tracker import keeping, log
from tracker.database import fingerprints, open_database, records
from tracker.keeping import Change
from tracker.log import Question, Turn, Writer
from tracker.permissions import local

sys.path.insert(0, str(Path(__file__).parents[1] / "campaigns"))

CLIENTS, WRITES, MANY, PART = 32, 4_096, 100_000, 5_000
AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
PLACES = ("DE", "FR", "CZ", "PT", "LT")


def rows() -> Iterator[Row]:
    """One after the other; results are compared before a row is given."""
    place = importlib.import_module("place").place
    for database, least in (("sqlite", 1_000), ("postgresql", 400)):
        with place(database) as found:
            yield from _writes(database, found.fresh(), found.fresh(), least)
    with tempfile.TemporaryDirectory() as folder:
        yield from _many(f"sqlite:///{folder}/log.sqlite")


def _writes(database: str, own_url: str, other_url: str, least: int) -> Iterator[Row]:
    writer, engine = Writer(open_database(own_url)), open_database(other_url)

    def together(record: Disruption, change: Change) -> None:
        writer.write(lambda turn: keeping.log_one(turn, record, change))

    def alone(record: Disruption, change: Change) -> None:
        options = {"writing": True} if database == "sqlite" else {"isolation_level": "READ COMMITTED"}
        with engine.connect().execution_options(**options) as connection, connection.begin():
            if database == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")
            turn = Turn(connection)
            keeping.log_one(turn, record, change)
            turn.keep()

    _crowd(together, CLIENTS)
    own, waits = _crowd(together, WRITES)
    _crowd(alone, CLIENTS)
    other, their_waits = _crowd(alone, WRITES // 4)
    assert log.verify(writer.engine) == log.verify(engine) == log.astray(engine) == []
    told = {one.title for one in log.disruptions(writer.engine)}
    assert len(told) == CLIENTS + WRITES
    assert {one.title for one in log.disruptions(engine)} <= told
    writer.close()
    engine.dispose()
    what = f"{database}, {CLIENTS} clients"
    p99, their_p99 = (sorted(one)[int(0.99 * len(one))] for one in (waits, their_waits))
    note = f"{WRITES / own:,.0f} writes/s"
    yield Row(f"{what}: 1,000 writes with entry", own * 1_000 / WRITES, bar=1_000 / least, note=note)
    note = f"{WRITES / 4 / other:,.0f} writes/s there"
    yield Row(f"{what}: one write", own / WRITES, "a session for each request", other * 4 / WRITES, note=note)
    yield Row(f"{what}: wait of 99 in 100", p99, bar=0.05, note=f"there {their_p99:.3g} s")


def _crowd(write: Callable[[Disruption, Change], None], count: int) -> tuple[float, list[float]]:
    each = count // CLIENTS

    def client(name: int) -> list[float]:
        waits, change = [], Change(local(f"client {name}"), AT)
        for number in range(each):
            record = _record(f"{'Strike' if each > 1 else 'First'} {name} {number}", number)
            begin = time.perf_counter()
            write(record, change)
            waits.append(time.perf_counter() - begin)
        return waits

    begin = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        waits = [one for found in pool.map(client, range(CLIENTS)) for one in found]
    return time.perf_counter() - begin, waits


def _record(title: str, number: int) -> Disruption:
    return Disruption(
        title,
        (PLACES[number % 5],),
        date(2021, 3, 1) + timedelta(number % 300),
        description="The plant stands still since this morning; suppliers wait. " * 4,
        industries=("C26", "C29"),
        ecosystems=("Mobility-Transport-Automotive",),
        sources=(f"https://example.eu/{number}",),
    )


def _many(url: str) -> Iterator[Row]:
    writer = Writer(open_database(url))
    for start in range(0, MANY, PART):
        part = [_record(f"Strike {number} at plant p{number % 977}", number) for number in range(start, start + PART)]
        writer.write(lambda turn, part=part: log.append(turn, part, who="Ana", at=AT))
    writer.close()
    what = f"{MANY:,} entries"
    yield Row(f"{what}: open", seconds(lambda: _open(url).dispose()), bar=1.0)
    engine = _open(url)
    yield Row(f"{what}: verify every seal", seconds(lambda: _sound(log.verify(engine)), 1), bar=30.0)
    asked = {"a page of the list": Question(), "a page by word and country": Question(text="p97 germany"),
             "a page in force on a day": Question(on=date(2021, 6, 1), duration_weeks=4)}  # fmt: skip
    for name, question in asked.items():
        total = log.search(engine, question).total
        assert total == (MANY if name == "a page of the list" else total) > 0
        yield Row(f"{MANY:,} records: {name}", seconds(lambda q=question: log.search(engine, q)), bar=0.5,
                  note=f"{total:,} found")  # fmt: skip
    with engine.begin() as connection:
        connection.execute(records.delete())
        connection.execute(fingerprints.delete())
    begin = time.perf_counter()
    assert log.catch_up(engine) == MANY
    yield Row(f"{what}: derive the records anew", time.perf_counter() - begin, bar=120.0)
    engine.dispose()


def _open(url: str) -> sa.Engine:
    engine = open_database(url)
    log.catch_up(engine)
    return engine


def _sound(broken: list[Any]) -> None:
    assert not broken
