"""What the API answers in a second: kept answers beside the same routes without keeping, 32 clients on loopback.

The server runs in a process of its own, the clients in this one, with nothing between them but the socket. Each row is
the time of one request; the bar is the rate that is asked for. The processor's time of the server for one request,
beside it, depends least on what else the machine does.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from measure import Row

CLIENTS = 32
SECONDS, SECONDS_OF_THE_PLAIN_WAY = 4.0, 3.0
SCORES = "/api/v1/scores?level=ecosystem&on=2020-04-26"
LIST = "/api/v1/records?kind=disruption&limit=50"
SERVER = """
import sys
from datetime import UTC, date, datetime
import uvicorn
from tracker.gate import kept
from tracker.app import create_app
from tracker.desk import Desk
from tracker.gate.heads import Bounded
from tracker.settings import Settings

if sys.argv[2] == "plain":
    kept._may_be_kept = lambda scope: False
desk = Desk(Settings(database_url=f"sqlite:///{sys.argv[1]}/log.sqlite"))
desk.seed(datetime(2021, 3, 1, tzinfo=UTC))
desk.assess(date(2020, 4, 26))
http = {"ours": Bounded}.get(sys.argv[5], sys.argv[5])
uvicorn.run(create_app(desk), port=int(sys.argv[3]), log_level="warning", loop=sys.argv[4], http=http)
"""


@dataclass(frozen=True)
class Rate:
    """What 32 clients got."""

    per_second: float
    p99_s: float
    size: int
    server_s: float
    """Time of the processor that the server took for one."""


def rows() -> Iterator[Row]:
    """Scores and a list of 50, kept and as 304, beside the plain way."""
    for name, loop, http in (("uvloop and ours", "uvloop", "ours"), ("asyncio and h11", "asyncio", "h11")):
        with tempfile.TemporaryDirectory() as folder:
            kept, plain = _Server(folder, "kept", 8731, loop, http), _Server(folder, "plain", 8732, loop, http)
            try:
                yield from _compared(kept, plain, name)
            finally:
                kept.stop()
                plain.stop()


def _compared(kept: _Server, plain: _Server, how: str) -> Iterator[Row]:
    for what, address, bar in (("scores", SCORES, 5_000), ("a list of 50", LIST, 1_500)):
        body, etag = kept.get(address)
        assert body == plain.get(address)[0], "both ways tell the same"
        own, other = kept.rate(address), plain.rate(address, SECONDS_OF_THE_PLAIN_WAY)
        same = kept.rate(address, etag=etag)
        for name, one in ((what, own), (f"{what}, 304", same)):
            note = f"{one.per_second:,.0f}/s (asked: {bar:,}), {1e6 * one.server_s:.0f} µs of processor, {one.size:,} B"
            yield Row(f"{how}: {name}", 1 / one.per_second, bar=1 / bar, note=note)
            yield Row(f"{how}: {name}, slowest 1 in 100", one.p99_s, bar=0.02)
        note = f"{other.per_second:,.0f}/s there, p99 {1000 * other.p99_s:.0f} ms"
        yield Row(f"{how}: {what}", 1 / own.per_second, "without keeping", 1 / other.per_second, note=note)


class _Server:
    """A server in a process of its own."""

    def __init__(self, folder: str, way: str, port: int, loop: str, http: str) -> None:
        self.port = port
        self._process = subprocess.Popen([sys.executable, "-c", SERVER, folder, way, str(port), loop, http])
        for _ in range(600):
            try:
                self.get("/api/v1/records?limit=1")
            except OSError:
                assert self._process.poll() is None
                time.sleep(0.2)
            else:
                return
        raise TimeoutError("the server does not answer")

    def get(self, address: str) -> tuple[bytes, str]:
        """The body of an answer and its tag."""
        with urlopen(Request(f"http://127.0.0.1:{self.port}{address}"), timeout=120) as answer:
            return answer.read(), answer.headers.get("ETag", "")

    def rate(self, address: str, seconds: float = SECONDS, etag: str = "") -> Rate:
        """What so many clients get in so many seconds, each asking again as soon as it has its answer."""
        return asyncio.run(self._rate(address, seconds, etag))

    async def _rate(self, address: str, seconds: float, etag: str) -> Rate:
        known = f"If-None-Match: {etag}\r\n" if etag else ""
        asked = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{known}\r\n".encode()
        used_before = self._processor_s()
        loop, waits, begin = asyncio.get_running_loop(), list[float](), time.perf_counter()
        made = (loop.create_connection(lambda: _Client(asked, waits), "127.0.0.1", self.port) for _ in range(CLIENTS))
        clients = [client for _, client in await asyncio.gather(*made)]
        await asyncio.sleep(seconds)
        took = time.perf_counter() - begin
        for client in clients:
            assert client.transport is not None
            client.transport.close()
        assert {client.status for client in clients} == {304 if etag else 200}
        used = self._processor_s() - used_before
        return Rate(len(waits) / took, sorted(waits)[int(0.99 * len(waits))], clients[0].size, used / len(waits))

    def _processor_s(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


class _Client(asyncio.Protocol):
    """One connection that asks the same again and again, and reads no more of an answer than where it ends."""

    def __init__(self, asked: bytes, waits: list[float]) -> None:
        self.asked, self.waits = asked, waits
        self.transport: asyncio.Transport | None = None
        self.status, self.size, self._left, self._begin = 0, 0, -1, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        if self._left < 0:
            head, _, rest = data.partition(b"\r\n\r\n")
            self.status = int(head[9:12])
            place = head.find(b"content-length: ")
            self.size = int(head[place + 16 : head.find(b"\r", place) % (len(head) + 1)]) if place > 0 else 0
            self._left, data = self.size, rest
        self._left -= len(data)
        if self._left == 0:
            self.waits.append(time.perf_counter() - self._begin)
            self._ask()

    def _ask(self) -> None:
        self._left, self._begin = -1, time.perf_counter()
        assert self.transport is not None
        self.transport.write(self.asked)
