"""What the tests of hooks share: a receiver that can be down, slow, or of bad manners."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass(frozen=True)
class Message:
    """What came: its headers in lower case, and its body."""

    headers: dict[str, str]
    body: bytes


class Receiver:
    """A real server on this machine; ``answers`` are the next statuses, then 204."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answers: list[int] = []
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self.up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?desk=1"

    def up(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = receiver.answers.pop(0) if receiver.answers else 204
                if 200 <= status < 300:
                    receiver.messages.append(Message(headers, body))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", receiver.url)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that is up."""
    one = Receiver()
    yield one
    one.down()
