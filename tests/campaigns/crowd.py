"""Many write at once: nobody is turned away, and of those who edit one record from one version one succeeds.

    python3 tests/campaigns/crowd.py --database sqlite                      64 threads × 1,000 edits
    python3 tests/campaigns/crowd.py --database sqlite --processes 8        8 processes × 8 threads
    python3 tests/campaigns/crowd.py --database postgresql --processes 8

Each writer amends a record of its own, one edit after the other, and says from which version it goes. Then 50 clients
amend one record, all from the same version, again and again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from place import place

from graphs.disruption import Disruption
from tracker import keeping, log
from tracker.database import entries, open_database
from tracker.keeping import Change, Changed
from tracker.log import Writer
from tracker.permissions import local

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
STRIKE = Disruption("Strike", ("DE",), date(2021, 3, 1), description="The plant stands. " * 10)
WRITERS, CLIENTS, VERSIONS = 64, 50, 20


def main() -> None:
    """Run both; the figures, or whoever was turned away."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), required=True)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--edits", type=int, default=1_000)
    asked = parser.parse_args()
    with place(asked.database) as found:
        url, begin = found.fresh(), time.monotonic()
        children = [_child(url, found.folder, number, asked) for number in range(asked.processes)]
        failed = [child for child in children if os.waitpid(child, 0)[1]]
        took = time.monotonic() - begin
        told = [json.loads(path.read_text()) for path in found.folder.glob("told*")]
        wrong = Counter(one for part in told for one in part["wrong"])
        waits = sorted(wait for part in told for wait in part["waits"])
        ends = sorted(part["took"] for part in told)
        assert not failed, "a process failed"
        assert not wrong, f"turned away: {wrong}"
        _check(url, WRITERS * asked.edits)
        print(
            f"{asked.processes} processes, {WRITERS} writers × {asked.edits:,} edits: {len(waits) / took:,.0f} edits/s"
        )
        print(f"a wait was {_part(waits, 0.5)}, 99 of 100 {_part(waits, 0.99)}, the longest {waits[-1] * 1e3:,.0f} ms")
        print(
            f"the first process was done after {ends[0]:.1f} s, the last after {ends[-1]:.1f} s; nobody was turned away"
        )
        print(f"{CLIENTS} clients on one record: {contest(found.fresh(), CLIENTS, VERSIONS)}")


def contest(url: str, clients: int, versions: int) -> str:
    """All amend one record from the version that they read: one succeeds, the others hear who was quicker and how."""
    writer = Writer(open_database(url))
    standing = writer.write(lambda turn: keeping.log_one(turn, STRIKE, Change(local("Ana"), AT)))
    with ThreadPoolExecutor(clients) as pool:
        for version in range(versions):
            start, read = threading.Barrier(clients), standing

            def edit(client: int, version: int = version, start: threading.Barrier = start, read=read) -> object:
                given = replace(STRIKE, id=read.id, note=f"{version} by {client}")
                start.wait()
                try:
                    change = Change(local(f"client {client}"), AT, expected=read.version)
                    return writer.write(lambda turn: keeping.amend(turn, given, change))
                except Changed as changed:
                    return changed

            answers = list(pool.map(edit, range(clients)))
            [standing] = [one for one in answers if not isinstance(one, Changed)]
            for one in (one for one in answers if isinstance(one, Changed)):
                assert one.standing == standing, "the others are shown how it stands"
                [entry] = one.entries
                assert str(one) == f"{standing.id} was changed by {standing.author} in the meantime"
                assert entry.changes()["note"][1] == standing.body["note"], "and what was changed"
    assert log.position(writer.engine) == versions + 1
    assert log.verify(writer.engine) == log.astray(writer.engine) == []
    writer.close()
    return f"{versions} versions, one success each, {versions * (clients - 1):,} told who and what"


def _child(url: str, folder: Path, number: int, asked: argparse.Namespace) -> int:
    child = os.fork()
    if child:
        return child
    try:
        told = _edit(url, number, WRITERS // asked.processes, asked.edits)
        (folder / f"told{number}").write_text(json.dumps(told))
        os._exit(0)
    finally:
        os._exit(1)


def _edit(url: str, number: int, threads: int, edits: int) -> dict[str, object]:
    writer, wrong, waits = Writer(open_database(url)), [], []

    def run(thread: int) -> None:
        try:
            who = local(f"{number}.{thread}")
            record = replace(STRIKE, title=f"Strike {who.name}")
            standing = writer.write(lambda turn: keeping.log_one(turn, record, Change(who, AT)))
            for edit in range(edits):
                given = replace(record, id=standing.id, note=f"edit {edit}")
                change = Change(who, AT, expected=standing.version)
                begin = time.monotonic()
                standing = writer.write(lambda turn, given=given, change=change: keeping.amend(turn, given, change))
                waits.append(time.monotonic() - begin)
        except BaseException as error:
            wrong.append(f"{type(error).__name__}: {error}"[:300])

    begin = time.monotonic()
    running = [threading.Thread(target=run, args=(thread,)) for thread in range(threads)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    writer.close()
    return {"wrong": wrong, "waits": waits, "took": time.monotonic() - begin}


def _check(url: str, edits: int) -> None:
    engine = open_database(url)
    with engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(entries).where(entries.c.action == "amend")
        assert connection.scalar(query) == edits
    assert log.verify(engine) == log.astray(engine) == []
    engine.dispose()


def _part(waits: list[float], share: float) -> str:
    return f"{waits[int(share * (len(waits) - 1))] * 1e3:,.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
