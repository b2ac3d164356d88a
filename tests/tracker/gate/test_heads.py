"""The head of a request has a bound, which a server in earnest keeps."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tracker.gate.heads import MOST_BYTES, Bounded


async def size(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def port() -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/", size, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, http=Bounded, log_level="critical"))
    running = threading.Thread(target=server.run, args=([listening],))
    running.start()
    ends = time.monotonic() + 20
    while not server.started and time.monotonic() < ends:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    running.join()
    listening.close()


def test_an_endless_head_is_broken_off_and_a_large_body_is_not(port: int) -> None:
    body = b"x" * (4 * MOST_BYTES)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as talk:
        for _ in range(2):  # the second on the same connection
            talk.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            answer = b""
            while not answer.endswith(b"%d" % len(body)):
                piece = talk.recv(65_536)
                assert piece, answer
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as talk:
        talk.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * (MOST_BYTES + 1))
        assert talk.recv(65_536).startswith(b"HTTP/1.1 400")
