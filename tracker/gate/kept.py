"""Answers of the API kept as bytes until the log or the day changes, and known again by their tag."""

from __future__ import annotations

import dataclasses
import functools
import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from datetime import date
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.gate.door import VISITOR, Visitor
from tracker.gate.media import taken
from tracker.gate.together import Together
from tracker.kinds import KINDS
from tracker.permissions import allowed

_FIGURES = "scores(/structure)?|metrics|chain|(supply-)?paths|series"
_LISTS = "changes|feed\\.atom|" + "|".join(kind.plural for kind in KINDS.values())
PATHS = re.compile(rf"/api/v1/({_FIGURES}|records(/[^/]+(/proposals)?)?|disruptions/[^/]+|reports/[^/]+|{_LISTS})")
"""What follows from the log, the day and the question alone, whoever asks that may read at all."""
MOST_BYTES = 64_000_000
"""Of all that is kept; what was not asked for longest goes first."""
_MOST_BYTES_OF_ONE = 8_000_000
_LONGEST_QUESTION = 1_000
_LEAST_BYTES_PACKED = 1_000
_AROUND = 2_000
"""Bytes that an answer takes besides its body: its question and its headers."""
_SENT = ((b"cache-control", b"private, no-cache"), (b"vary", b"Accept, Accept-Encoding"))
"""Others may keep an answer for whom they asked, and ask by its tag whether it still holds."""
Pair = tuple[bytes, bytes]
Asked = tuple[str, bytes, tuple[str, ...], bool]
"""Path, query, the forms that the headers ask for, and whether they take gzip."""


@dataclasses.dataclass(frozen=True)
class Kept:
    """An answer on its way: ``etag`` differs as soon as one of the bytes does."""

    etag: str
    headers: tuple[Pair, ...]
    body: bytes
    versioned: bool = False
    """Whether the tag is the version of a record, by which it can be changed too; else it is one of the bytes."""


class Shelf:
    """Answers at one position of the log and on one day, in so many bytes.

    Examples:
        >>> shelf = Shelf(most_bytes=5_000)
        >>> for name in ("a", "b", "c"):
        ...     shelf.put((7, date(2021, 3, 1)), (name, b"", (), False), Kept(name, (), b""))
        >>> [shelf.find((7, date(2021, 3, 1)), (name, b"", (), False)) is None for name in ("a", "b", "c")]
        [True, False, False]
        >>> shelf.find((8, date(2021, 3, 1)), ("c", b"", (), False)) is None
        True
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._bytes = most_bytes, 0
        self._at: tuple[int, date] | None = None
        self._answers: OrderedDict[Asked, Kept] = OrderedDict()

    def find(self, at: tuple[int, date], asked: Asked) -> Kept | None:
        """The answer that holds there and then; None if it is not kept."""
        found = self._answers.get(asked) if at == self._at else None
        if found is not None:
            self._answers.move_to_end(asked)
        return found

    def put(self, at: tuple[int, date], asked: Asked, one: Kept) -> None:
        """Keep an answer; what was kept for an earlier position or day is forgotten."""
        if self._at is None or at > self._at:
            self._at, self._bytes = at, 0
            self._answers.clear()
        if at != self._at or len(one.body) > _MOST_BYTES_OF_ONE:
            return
        old = self._answers.pop(asked, None)
        self._answers[asked] = one
        self._bytes += _size(one) - (_size(old) if old else 0)
        while self._bytes > self._most:
            self._bytes -= _size(self._answers.popitem(last=False)[1])


class Keeper:
    """Sends what is kept before anything is computed, read from the log, or made into text.

    The guard stands before it and says who asks. Of every request it learns the position of the log, so an answer is
    never older than what was written before it was asked for.

    Args:
        position: the position of the log; may block.
        today: the day that a question without one is about.
    """

    def __init__(self, app: ASGIApp, position: Callable[[], int], today: Callable[[], date]) -> None:
        self.app, self.today = app, today
        self.shelf = Shelf()
        self._position = Together(functools.partial(_for_all, position))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is kept, or what the application answers, and keep that."""
        if scope["type"] != "http" or not _may_be_kept(scope):
            await self.app(scope, receive, send)
            return
        visitor: Visitor = scope.get(VISITOR, Visitor(None))
        if allowed(visitor.actor, "read") is not None:
            await self.app(scope, receive, send)  # which says why not
            return
        headers = Headers(scope=scope)
        at = await self._position.ask(None), self.today()
        asked = scope["path"], _normal(scope["query_string"]), taken(headers.get("accept", ""))
        packs = _takes_gzip(headers.get("accept-encoding", ""))
        found = self.shelf.find(at, (*asked, packs)) or (packs and self.shelf.find(at, (*asked, False))) or None
        if found is None:
            found = await self._answered(scope, receive, send)
            if found is None:
                return
            self.shelf.put(at, (*asked, False), found)
        if packs and _may_be_packed(found):
            found = await run_in_threadpool(_packed, found)
            self.shelf.put(at, (*asked, True), found)
        await _send(found, headers.get("if-none-match"), send)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> Kept | None:
        """The answer of the application as it can be kept; None if it cannot and was sent on."""
        start: Message = {}
        body = bytearray()

        async def kept(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] == 200:
                start = message
            elif start:
                body.extend(message.get("body", b""))
            else:
                await send(message)

        whole = [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]
        await self.app({**scope, "headers": whole}, receive, kept)
        return _as_kept(start["headers"], bytes(body)) if start else None


def holds(etag: str, known: str | None) -> bool:
    """Whether a program that knows some tags has what this one stands for.

    Examples:
        >>> [holds('"81"', known) for known in ('"80", W/"81"', "*", '"8"', None)]
        [True, True, False, False]
    """
    tags = [one.strip().removeprefix("W/") for one in known.split(",")] if known else ()
    return etag in tags or "*" in tags


def _may_be_kept(scope: Scope) -> bool:
    short = len(scope["query_string"]) <= _LONGEST_QUESTION
    return scope["method"] == "GET" and short and PATHS.fullmatch(scope["path"]) is not None


def _for_all(position: Callable[[], int], asked: Collection[None]) -> Mapping[None, int]:
    return {None: position()}


@functools.lru_cache(maxsize=4_096)
def _normal(query: bytes) -> bytes:
    """The same question in one order of its parameters, whatever the order in which they came."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode(sorted(pairs, key=lambda pair: pair[0])).encode()


def _as_kept(headers: list[Pair], body: bytes) -> Kept:
    """With the tag that the route gave, such as the version of a record, or else one of its bytes."""
    own = [value.decode() for name, value in headers if name == b"etag"]
    etag = own[0] if own else f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    others = [pair for pair in headers if pair[0] not in (b"etag", b"cache-control", b"vary")]
    return Kept(etag, (*others, (b"etag", etag.encode()), *_SENT), body, versioned=bool(own))


def _takes_gzip(accepted: str) -> bool:
    return "gzip" in accepted and not re.search(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)", accepted)


def _may_be_packed(one: Kept) -> bool:
    """What is small is not worth it; and other bytes need another tag, which is not the version any more."""
    packed = (b"content-encoding", b"gzip") in one.headers
    return len(one.body) >= _LEAST_BYTES_PACKED and not (packed or one.versioned)


def _packed(one: Kept) -> Kept:
    """The same answer in fewer bytes. It holds no secret of a session that its length could tell."""
    body = gzip.compress(one.body, mtime=0)
    others = [pair for pair in one.headers if pair[0] not in (b"etag", b"content-length")]
    etag = f'{one.etag[:-1]}-gzip"'
    sent = (b"content-length", str(len(body)).encode()), (b"content-encoding", b"gzip"), (b"etag", etag.encode())
    return dataclasses.replace(one, etag=etag, headers=(*others, *sent), body=body)


async def _send(one: Kept, known: str | None, send: Send) -> None:
    if known is not None and holds(one.etag, known):
        told = [pair for pair in one.headers if pair[0] in (b"etag", b"cache-control", b"vary")]
        await send({"type": "http.response.start", "status": 304, "headers": told})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": list(one.headers)})
    await send({"type": "http.response.body", "body": one.body})


def _size(one: Kept) -> int:
    return len(one.body) + _AROUND
