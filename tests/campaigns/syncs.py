"""A child that writes to a log and tells each acknowledgement (a) and commit (c) beside what ``syncs.c`` tells.

python3 tests/campaigns/syncs.py URL THREADS WRITES [SYNCHRONOUS]
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from graphs.disruption import Disruption
from tracker import database, keeping
from tracker.keeping import Change
from tracker.log import Writer
from tracker.permissions import local

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
prepare = database._prepare


def main(url: str, threads: int, writes: int, synchronous: str = "") -> None:
    """Write; with ``synchronous`` as a log that is not ours would."""

    def weaker(connection: Any, record: Any) -> None:
        prepare(connection, record)
        connection.execute(f"PRAGMA synchronous={synchronous}").close()

    if synchronous:
        database._prepare = weaker
    writer = Writer(database.open_database(url))
    told = os.open(os.environ["SYNCS"], os.O_WRONLY | os.O_APPEND | os.O_TRUNC)
    sa.event.listen(writer.engine, "commit", lambda _: os.write(told, b"c"))

    def run(thread: int) -> None:
        change = Change(local(f"writer {thread}"), AT)
        for number in range(writes):
            strike = Disruption(f"Strike {thread}.{number}", ("DE",), date(2021, 3, 1))
            writer.write(lambda turn, strike=strike: keeping.log_one(turn, strike, change))
            os.write(told, b"a")

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(threads)))
    os._exit(0)  # closing the log would sync it once more


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
