"""Hooks: entries told to a receiver on this machine, what arrived written down together or after each one."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from measure import Row

from graphs.disruption import Disruption
from tracker import log
from tracker.api import answer
from tracker.database import open_database, writing
from tracker.hooks import register, sending
from tracker.hooks.sending import Sender
from tracker.log import Writer
from tracker.permissions import LOCAL

ENTRIES = 1_000
AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)


def rows() -> Iterator[Row]:
    """The same entries twice; what came is compared before a row is given."""
    own_s, own = _told(sending._TOGETHER)
    other_s, other = _told(1)
    assert own == other == list(range(1, ENTRIES + 1))
    note = f"{ENTRIES / own_s:,.0f} messages a second, one after another"
    yield Row(f"{ENTRIES:,} entries to one hook", own_s, "written down after each one", other_s, 1.0, note)


def _told(together: int) -> tuple[float, list[int]]:
    """Seconds until the last arrived and was written down, and the numbers that came."""
    came: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["content-length"])))["data"]["number"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept, sending._TOGETHER = sending._TOGETHER, together
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(open_database(f"sqlite:///{folder}/log.sqlite"))
        strikes = [Disruption(f"Strike {place}", ("DE",), date(2021, 3, 1)) for place in range(ENTRIES)]
        writer.write(lambda turn: log.append(turn, strikes, who="Ana", at=AT))
        with writing(writer.engine) as connection:
            hook, _ = register.add(connection, f"http://127.0.0.1:{server.server_port}/", 0, LOCAL, AT)
        sender = Sender(writer.engine, {"127.0.0.1"}, lambda: datetime.now(UTC), answer.entry)
        begin = time.perf_counter()
        sender.start()
        while register.hook(writer.engine, hook.id).position < ENTRIES:
            time.sleep(0.02)
        took = time.perf_counter() - begin
        sender.close()
        writer.close()
    server.shutdown()
    server.server_close()
    sending._TOGETHER = kept
    return took, came
