"""A large file from the network: it goes on where it broke off, and is whole or not there."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from graphs.errors import Faults
from tracker.chains.download import fetch

CONTENT = hashlib.sha256(b"seed").digest() * 100_000
NEWER = CONTENT[::-1]


@dataclass
class Shelf:
    """What the server holds, and how it behaves."""

    content: bytes = CONTENT
    tag: str = '"one"'
    breaks_after: list[int] = field(default_factory=list)
    status: int = 200
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def address(shelf: Shelf) -> Iterator[str]:
    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            shelf.asked.append(wanted)
            if shelf.status != 200:
                self.send_error(shelf.status)
                return
            begin = 0
            if wanted and self.headers.get("If-Range") == shelf.tag:
                begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(shelf.content):
                self.send_error(416)
                return
            rest = shelf.content[begin:]
            self.send_response(206 if begin else 200)
            self.send_header("Content-Length", str(len(rest)))
            self.send_header("ETag", shelf.tag)
            self.end_headers()
            self.wfile.write(rest[: shelf.breaks_after.pop(0)] if shelf.breaks_after else rest)

        def log_message(self, *_: object) -> None:
            """No noise."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/table_2022.zip"
    server.shutdown()
    server.server_close()


def test_the_file_comes_whole_and_once(shelf: Shelf, address: str, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    file = fetch(address, tmp_path, lambda done, of: told.append((done, of)))
    assert file.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert (tmp_path / "table_2022.zip.sha256").read_text().split()[0] == hashlib.sha256(CONTENT).hexdigest()
    assert fetch(address, tmp_path) == file
    assert len(shelf.asked) == 1, "what is there is not asked for again"
    assert {one.name for one in tmp_path.iterdir()} == {"table_2022.zip", "table_2022.zip.sha256"}


def test_it_goes_on_where_it_broke_off(shelf: Shelf, address: str, tmp_path: Path) -> None:
    shelf.breaks_after = [1_000_000, 1_500_000]
    assert fetch(address, tmp_path).read_bytes() == CONTENT
    assert shelf.asked[0] == ""
    assert all(one.startswith("bytes=") for one in shelf.asked[1:])


def test_a_second_run_goes_on_as_well(shelf: Shelf, address: str, tmp_path: Path) -> None:
    shelf.breaks_after = [400_000] * 4
    with pytest.raises(Faults, match="goes on where it broke off"):
        fetch(address, tmp_path)
    assert not (tmp_path / "table_2022.zip").exists()
    assert fetch(address, tmp_path).read_bytes() == CONTENT
    assert shelf.asked[-1].startswith("bytes=")


def test_another_file_meanwhile_begins_anew(shelf: Shelf, address: str, tmp_path: Path) -> None:
    shelf.breaks_after = [400_000] * 4
    with pytest.raises(Faults):
        fetch(address, tmp_path)
    shelf.content, shelf.tag = NEWER, '"two"'
    assert fetch(address, tmp_path).read_bytes() == NEWER


def test_a_file_that_was_damaged_here_is_fetched_again(shelf: Shelf, address: str, tmp_path: Path) -> None:
    file = fetch(address, tmp_path)
    file.write_bytes(b"damaged")
    assert fetch(address, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404, 500])
def test_what_the_server_refuses_is_said(shelf: Shelf, address: str, tmp_path: Path, status: int) -> None:
    shelf.status = status
    with pytest.raises(Faults, match=str(status)):
        fetch(address, tmp_path)
    assert not list(tmp_path.glob("*.zip"))


def test_no_network_is_said(tmp_path: Path) -> None:
    with pytest.raises(Faults, match="cannot be fetched"):
        fetch("http://127.0.0.1:9/table.zip", tmp_path)
