"""Requests that are sent again: the same answer, never a second record, whatever broke in between."""

import contextlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import anyio
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx2 import Response

from graphs.disruption import Disruption
from graphs.errors import Faults
from tracker import log, repeating
from tracker.database import answers
from tracker.desk import Desk
from tracker.log import Answer, Asked, Turn, Writer, append
from tracker.log import answers as kept

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
STRIKE = {"title": "Strike", "origin": "DE", "start": "2021-03-01"}
Problem = Callable[[Response, int], dict[str, Any]]


def work(title: str) -> Callable[[Turn], Answer]:
    """Logs one disruption."""

    def logged(turn: Turn) -> Answer:
        [one] = append(turn, [Disruption(title, ("DE",), date(2021, 3, 1))], who="Ana", at=AT)
        return Answer(201, {"ETag": str(one.version)}, one.body)

    return logged


def ask(writer: Writer, key: str, title: str = "Strike", at: datetime = AT, account: str = "U1") -> Answer:
    asked = Asked(account, key, title)
    return writer.write(lambda turn: repeating.once(turn, asked, at, work(title)))


def rows(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(answers)) or 0


def test_the_same_key_gets_the_same_answer(writer: Writer) -> None:
    first = ask(writer, "a")
    assert ask(writer, "a") == first
    assert ask(writer, "b").body["id"] == "D2"
    assert ask(writer, "a", account="U2").body["id"] == "D3", "a key is one's own"
    assert log.position(writer.engine) == 3


def test_another_request_under_a_key_is_refused(writer: Writer) -> None:
    ask(writer, "a")
    with pytest.raises(Faults, match="Idempotency-Key: came with another request before"):
        ask(writer, "a", "Flood")
    assert log.position(writer.engine) == 1


def test_a_key_is_known_for_a_day(writer: Writer) -> None:
    ask(writer, "a")
    ask(writer, "b", at=AT + timedelta(hours=1))
    assert ask(writer, "a", at=AT + kept.KEPT - timedelta(milliseconds=1)).body["id"] == "D1"
    assert rows(writer.engine) == 2
    assert ask(writer, "a", "Flood", at=AT + kept.KEPT).body["id"] == "D3"
    assert rows(writer.engine) == 2, "the old one is gone"
    assert ask(writer, "b", at=AT + kept.KEPT).body["id"] == "D2"


def test_what_fails_is_not_kept(writer: Writer) -> None:
    def fails(turn: Turn) -> Answer:
        work("Strike")(turn)
        raise Faults([])

    with pytest.raises(Faults):
        writer.write(lambda turn: repeating.once(turn, Asked("U1", "a", "x"), AT, fails))
    assert (log.position(writer.engine), rows(writer.engine)) == (0, 0)
    assert ask(writer, "a", "mended").body["id"] == "D1"


def test_what_fails_after_the_answer_was_put_is_forgotten_with_it(writer: Writer) -> None:
    def fails(turn: Turn) -> Answer:
        repeating.once(turn, Asked("U1", "a", "Strike"), AT, work("Strike"))
        raise Faults([])

    with pytest.raises(Faults):
        writer.write(fails)
    assert (log.position(writer.engine), rows(writer.engine)) == (0, 0)


@pytest.mark.parametrize("fails", ["answers", "entries"])
def test_a_record_and_its_answer_are_kept_together_or_not_at_all(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """The database gives up between the one and the other."""

    def give_up(*_: Any) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        if fails == "answers":
            patch.setattr(kept.Answers, "keep", give_up)
        else:
            patch.setattr(Turn, "keep", lambda turn: (turn.answers.keep(), give_up()))
        with pytest.raises(OSError, match="no space"):
            ask(writer, "a")
    assert (log.position(writer.engine), rows(writer.engine)) == (0, 0)
    assert ask(writer, "a").body["id"] == "D1"


def test_many_at_once_each_three_times(writer: Writer) -> None:
    """Also within one group that shares a transaction."""
    with ThreadPoolExecutor(24) as pool:
        given = list(pool.map(lambda number: ask(writer, str(number % 100), f"Strike {number % 100}"), range(300)))
    for number in range(100):
        first, *others = given[number::100]
        assert others == [first, first]
    assert log.position(writer.engine) == 100
    assert rows(writer.engine) == 100
    assert log.verify(writer.engine) == []


# Through the API.


def sent_but_not_heard(app: Any, path: str, body: dict[str, Any], key: str) -> None:
    """A POST whose connection breaks before its answer has left."""

    async def connection() -> None:
        parts = [{"type": "http.request", "body": json.dumps(body, separators=(",", ":")).encode(), "more_body": False}]

        async def receive() -> Any:
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            raise ConnectionResetError("nobody listens")

        headers = {"host": "localhost", "content-type": "application/json", "idempotency-key": key}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 1),
        }
        with contextlib.suppress(ConnectionResetError):
            await app(scope, receive, send)

    anyio.run(connection)


def test_hundreds_of_posts_each_sent_three_times(either_desk: Desk, app_of: Callable[..., Any]) -> None:
    """Every third answer is lost on its way; each request is sent until three times are over, all at once."""
    app = app_of(either_desk)
    program = TestClient(app, base_url="http://localhost")
    wanted = 120

    def send(number: int) -> tuple[int, str | None]:
        which = number % wanted
        body, key = STRIKE | {"title": f"Strike {which}"}, f"request-{which}"
        if number % 9 < 3:
            sent_but_not_heard(app, "/api/v1/disruptions", body, key)
            return which, None
        answer = program.post("/api/v1/disruptions", json=body, headers={"idempotency-key": key})
        assert answer.status_code == 201, answer.text
        return which, answer.headers["location"] + answer.headers["etag"] + answer.text

    with ThreadPoolExecutor(16) as pool:
        heard = list(pool.map(send, range(3 * wanted)))
    for which in range(wanted):
        assert len({text for number, text in heard if number == which and text}) == 1
    titles = [one["title"] for one in program.get("/api/v1/disruptions").json()["disruptions"]]
    assert sorted(titles) == sorted(f"Strike {which}" for which in range(wanted))
    assert either_desk.position == wanted


def test_another_desk_on_the_same_log_knows_the_key(either_desk: Desk, app_of: Callable[..., Any]) -> None:
    """As after a crash: what was answered stands in the database, not in memory."""
    again = {"idempotency-key": "a"}
    first = TestClient(app_of(either_desk), base_url="http://localhost")
    answer = first.post("/api/v1/disruptions", json=STRIKE, headers=again)
    url = either_desk.engine.url.render_as_string(hide_password=False)
    other = Desk(either_desk.settings.model_copy(update={"database_url": url}))
    program = TestClient(app_of(other), base_url="http://localhost")
    found = program.post("/api/v1/disruptions", json=STRIKE, headers=again)
    assert (found.status_code, found.json(), found.headers["etag"]) == (201, answer.json(), '"1"')
    other.close()


ADDRESSES: list[tuple[str, dict[str, Any]]] = [
    ("disruptions", STRIKE | {"title": "Flood"}),
    ("clusters", {"name": "Chips of Silesia"}),
    ("records/D1/comments", {"text": "Yes"}),
    ("records/D1/evidence", {"quote": "Yes"}),
    ("records/D1/verify", {"who": "Ben"}),
    ("records/D1/resolve", {"end": "2021-03-09"}),
    ("disruptions/D1/resolve", {"end": "2021-03-09"}),
    ("records/D1/assign", {"assigned_to": "Ben"}),
    ("records/D1/withdraw", {}),
    ("records/D1/undo", {}),
]


@pytest.mark.parametrize(("address", "body"), ADDRESSES)
def test_everything_that_is_posted_may_come_again(
    client: TestClient, desk: Desk, read_problem: Problem, address: str, body: dict[str, Any]
) -> None:
    client.post("/api/v1/disruptions", json=STRIKE | {"who": "Ana"})
    again = {"idempotency-key": "a"}
    first = client.post(f"/api/v1/{address}", json=body, headers=again)
    assert first.status_code in (200, 201), first.text
    second = client.post(f"/api/v1/{address}", json=body, headers=again)
    assert (second.status_code, second.json(), second.headers) == (first.status_code, first.json(), first.headers)
    assert desk.position == 2
    found = read_problem(client.post(f"/api/v1/{address}", json=body | {"why": "?"}, headers=again), 422)
    assert [one["field"] for one in found["faults"]] == ["Idempotency-Key"]


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "ü", "a\x7f"])
def test_a_key_that_is_none_is_told(client: TestClient, read_problem: Problem, key: str) -> None:
    answer = client.post("/api/v1/disruptions", json=STRIKE, headers={b"idempotency-key": key.encode("latin-1")})
    found = read_problem(answer, 422)
    assert [one["field"] for one in found["faults"]] == ["Idempotency-Key"]
