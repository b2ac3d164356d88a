"""Kill -9 under concurrent writers and an importer, again and again: what was acknowledged must be there.

    python3 tests/campaigns/kill.py --database sqlite --rounds 200
    python3 tests/campaigns/kill.py --database postgresql --rounds 200

In each round a child writes with eight threads and imports 200 records at a time with a ninth; after each write has
returned, what was written goes to a file. At a random moment the child is killed; in a third of the rounds on
PostgreSQL so is every process of the server. Then the log is opened again and held against the file.

A process that is killed leaves its writes to the operating system, so this cannot tell a log that waits for the disk
from one that does not: ``tests/tracker/test_syncs.py`` counts that.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from place import Files, Server, place

from graphs.disruption import Disruption
from tracker import keeping, log
from tracker.conversation import Comment
from tracker.database import entries, open_database
from tracker.keeping import Change
from tracker.log import Standing, Writer
from tracker.permissions import local

THREADS, TOGETHER, ROUNDS_A_LOG = 8, 200, 5
AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)


def main() -> None:
    """Run the rounds; the figures, or the first loss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), required=True)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    draw, sums, begin = random.Random(asked.seed), Counter[str](), time.monotonic()
    with place(asked.database) as found:
        url, acknowledged = "", {}
        for number in range(1, asked.rounds + 1):
            if number % ROUNDS_A_LOG == 1:
                url, acknowledged = found.fresh(), {}
            sums.update(run_round(found, url, acknowledged, number, draw))
            if number % 10 == 0 or number == asked.rounds:
                told = ", ".join(f"{count:,} {what}" for what, count in sums.items())
                print(f"{number} rounds, {time.monotonic() - begin:.0f} s: {told}", flush=True)
    print("nothing was lost")


def run_round(
    found: Files | Server, url: str, acknowledged: dict[int, str], number: int, draw: random.Random
) -> Counter[str]:
    """One round: write, kill, open again, hold what is there against what was acknowledged.

    Args:
        acknowledged: by number of entry, in this log so far; grows.
    """
    told = found.folder / f"acknowledged{number}"
    told.touch()
    child = os.fork()
    if child == 0:
        work(url, told, number)
    if draw.random() < 0.9:
        _wait_for_first(told)
    time.sleep(draw.uniform(0, 0.9))
    server_too = found.mortal and draw.random() < 1 / 3
    if server_too:
        found.kill()
        time.sleep(draw.uniform(0, 0.05))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found.start()
    new = _read(told)
    told.unlink()
    assert not acknowledged.keys() & new.keys(), "a number was given twice"
    acknowledged |= new
    imported = check(url, acknowledged)
    return Counter(
        {
            "single writes acknowledged": len(new.keys() - imported),
            "imported records acknowledged": len(new.keys() & imported),
            "kills of the server": int(server_too),
        }
    )


def check(url: str, acknowledged: dict[int, str]) -> set[int]:
    """Open the log again: all is there, nothing by halves, and it goes on; the numbers of what was imported."""
    writer = Writer(open_database(url))
    with writer.engine.connect() as connection:
        rows = connection.execute(sa.select(entries)).all()
    kept = {row.number: _line(row.record_id, row.after) for row in rows}
    sizes = set(Counter(row.why for row in rows if row.why).values())
    lost = [number for number, line in acknowledged.items() if kept.get(number) != line]
    assert not lost, f"{len(lost)} acknowledged writes are lost or altered, first {min(lost)}"
    assert sizes <= {TOGETHER}, f"half an import: {sizes}"
    assert sorted(kept) == list(range(1, len(kept) + 1)), "a number is missing"
    assert log.catch_up(writer.engine) == 0, "the derived tables are behind"
    assert log.verify(writer.engine) == [], "a seal does not fit"
    assert log.astray(writer.engine) == [], "a record is not what the log says"
    strike = Disruption(f"It goes on after {len(kept)}", ("DE",), date(2021, 3, 1))
    one = writer.write(lambda turn: keeping.log_one(turn, strike, Change(local("Ana"), AT)))
    assert one.version == len(kept) + 1
    acknowledged[one.version] = _line(one.id, one.body)
    writer.close()
    return {row.number for row in rows if row.why}


def work(url: str, told: Path, number: int) -> None:
    """The child: writes until it is killed."""
    try:
        writer = Writer(open_database(url))
        file = os.open(told, os.O_WRONLY | os.O_APPEND)
        threads = [threading.Thread(target=_log, args=(writer, file, f"{number}.{one}")) for one in range(THREADS)]
        threads.append(threading.Thread(target=_import, args=(writer, file, number)))
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    finally:
        os._exit(1)


def _log(writer: Writer, file: int, name: str) -> None:
    change, draw, count = Change(local(f"writer {name}"), AT), random.Random(name), 0
    last: Standing | None = None
    while True:
        count += 1
        record = Disruption(f"Strike {name}.{count}", ("DE",), date(2021, 3, 1), description="The plant stands. " * 10)
        kind = draw.choice(("log", "log", "amend", "comment", "undo")) if last else "log"
        known = last.id if last else ""
        if kind == "log":
            last = _write(writer, file, lambda turn, *given: [keeping.log_one(turn, *given)], record, change)[0]
        elif kind == "amend":
            given = replace(record, id=known)
            last = _write(writer, file, lambda turn, *given: [keeping.amend(turn, *given)], given, change)[0]
        elif kind == "comment":
            comment = Comment(known, f"Comment {name}.{count}")
            _write(writer, file, lambda turn, *given: [keeping.log_one(turn, *given)], comment, change)
        else:
            _write(writer, file, lambda turn, *given: [keeping.undo(turn, *given)], known, change)
            last = None


def _import(writer: Writer, file: int, number: int) -> None:
    count, draw = 0, random.Random(number)
    while True:
        count += 1
        time.sleep(draw.uniform(0, 0.6))
        change = Change(local("importer"), AT, why=f"import {number}.{count}")
        records = [
            Disruption(f"Flood {number}.{count}.{row}", ("FR",), date(2021, 4, 1), note="as in the file")
            for row in range(TOGETHER)
        ]
        _write(writer, file, lambda turn, *given: keeping.import_records(turn, *given).new, records, change)


def _write(writer: Writer, file: int, verb: Callable[..., Sequence[Standing]], *given: Any) -> Sequence[Standing]:
    """Write, and only then acknowledge."""
    try:
        done = writer.write(lambda turn: verb(turn, *given))
    except sa.exc.DBAPIError:  # the server was killed: nothing is acknowledged
        threading.Event().wait()
    except BaseException as error:
        os.write(file, f"0 {error!r}\n".encode())
        raise
    os.write(file, "".join(f"{one.version} {_line(one.id, one.body)}\n" for one in done).encode())
    return done


def _line(record_id: str, body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return f"{record_id} {hashlib.sha256(text.encode()).hexdigest()}"


def _wait_for_first(told: Path) -> None:
    begin = time.monotonic()
    while not told.stat().st_size:
        assert time.monotonic() - begin < 60, "no write was acknowledged within a minute"
        time.sleep(0.005)


def _read(told: Path) -> dict[int, str]:
    lines = told.read_text().split("\n")
    assert lines.pop() == "", "an acknowledgement was cut in two"
    found = dict(line.split(" ", 1) for line in lines)
    assert "0" not in found, f"a writer failed: {found['0']}"
    return {int(number): line for number, line in found.items()}


if __name__ == "__main__":
    sys.exit(main())
