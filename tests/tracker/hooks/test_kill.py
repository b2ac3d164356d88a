"""A receiver that is down for a while and a server that is killed in between: nothing is missed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

import tracker
from graphs.classification import DATA

HOME = Path(tracker.__file__).parents[1]
SERVER = """
from tracker.hooks import sending
sending.LEASE_S = 2.0  # else one waits a quarter of a minute for that of whoever was killed
import uvicorn
from tracker.app import create_app
from tracker.desk import Desk
from tracker.settings import Settings
desk = Desk(Settings())
uvicorn.run(create_app(desk), port=desk.settings.port, log_level="warning")
desk.close()
"""


def until(said: Callable[[], Any], what: str) -> None:
    ends = time.monotonic() + 60
    while not said():
        assert time.monotonic() < ends, what
        time.sleep(0.05)


class Server:
    """A server as it runs in earnest, which can be killed."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = {
            "TRACKER_DATABASE_URL": f"sqlite:///{self.folder}/log.sqlite",
            "TRACKER_CHAIN": str(DATA / "toy"),
            "TRACKER_PORT": str(self.port),
            "TRACKER_HOOKS_TO": "127.0.0.1",
            "PYTHONPATH": str(HOME),
        }
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVER], env={**os.environ, **settings}, stdout=said, stderr=said
            )
        until(self.is_up, (self.folder / "said").read_text())

    def is_up(self) -> bool:
        try:
            return self.ask("GET", "changes?after=0&limit=1").status_code == 200
        except httpx2.TransportError:
            return False

    def ask(self, verb: str, address: str, **body: Any) -> httpx2.Response:
        url = f"http://localhost:{self.port}/api/v1/{address}"
        return httpx2.request(verb, url, json=body or None, timeout=10)

    def log(self, title: str) -> None:
        answer = self.ask("POST", "disruptions", title=title, origin="DE", start="2021-03-01")
        assert answer.status_code == 201, answer.text

    def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.fixture
def server(tmp_path: Path, new_log: Callable[[Path], str]) -> Any:
    new_log(tmp_path)
    one = Server(tmp_path)
    yield one
    if one.process is not None:
        one.process.kill()
        one.process.wait()


def test_a_receiver_that_is_down_and_a_server_that_is_killed_miss_nothing(server: Server, receiver: Any) -> None:
    server.start()
    made = server.ask("POST", "hooks", url=receiver.url).json()
    for number in range(5):
        server.log(f"Before {number}")
    until(lambda: len(receiver.messages) >= 5, "the first do not arrive")
    receiver.down()
    for number in range(5):
        server.log(f"While it is down {number}")
    until(lambda: server.ask("GET", f"hooks/{made['id']}").json()["failures"] >= 1, "nothing was tried")
    assert server.end(signal.SIGKILL) == -signal.SIGKILL
    server.start()
    server.log("After the kill")
    receiver.up()
    until(lambda: server.ask("GET", f"hooks/{made['id']}").json()["waiting"] == 0, "the rest does not arrive")
    told = [json.loads(one.body)["data"]["number"] for one in receiver.messages]
    assert list(dict.fromkeys(told)) == list(range(1, 12)), "all, in order"
    assert told == sorted(told)
    names: dict[str, int] = {}
    for one, number in zip(receiver.messages, told, strict=True):
        Webhook(made["secret"]).verify(one.body, one.headers)
        assert names.setdefault(one.headers["webhook-id"], number) == number, "who got it twice can know"
    assert len(names) == 11
    assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM), "it ends by itself"
