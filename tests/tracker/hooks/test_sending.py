"""Every entry arrives, in order and signed; whoever is down is tried again; of two who could send one does."""

import base64
import hashlib
import hmac
import itertools
import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from graphs.disruption import Disruption
from tracker import log
from tracker.accounts import people
from tracker.api import answer
from tracker.database import open_database, writing
from tracker.hooks import register, sending
from tracker.hooks.register import Hook
from tracker.hooks.sending import Sender
from tracker.hooks.tables import deliveries, hooks, leases
from tracker.log import Writer
from tracker.permissions import LOCAL, Actor

OWN = frozenset({"127.0.0.1"})
AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)


def write(writer: Writer, number: int = 1) -> None:
    for place in range(number):
        record = Disruption(f"Strike ü {place}", ("DE",), date(2021, 3, 1))
        writer.write(lambda turn, one=record: log.append(turn, [one], who="Ana", at=AT))


def hook(engine: sa.Engine, url: str, actor: Actor = LOCAL, after: int = 0) -> tuple[Hook, str]:
    with writing(engine) as connection:
        return register.add(connection, url, after, actor, AT)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_EVERY_S", 0.02)
    monkeypatch.setattr(sending, "_FIRST_PAUSE_S", 0.05)


@pytest.fixture
def begin(engine: sa.Engine) -> Iterator[Callable[..., Sender]]:
    """Begins one who sends."""
    begun: list[Sender] = []

    def make(at: sa.Engine = engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Sender:
        one = Sender(at, OWN, clock, answer.entry)
        begun.append(one)
        one.start()
        return one

    yield make
    for one in begun:
        one.close()


def until(said: Callable[[], Any]) -> None:
    ends = time.monotonic() + 30
    while not said():
        assert time.monotonic() < ends, "it does not come"
        time.sleep(0.01)


def arrived(engine: sa.Engine, one: Hook) -> int:
    return register.hook(engine, one.id).position


def numbers(receiver: Any) -> list[int]:
    return [json.loads(one.body)["data"]["number"] for one in receiver.messages]


def test_every_entry_arrives_once_in_order_and_signed(
    writer: Writer, engine: sa.Engine, receiver: Any, begin: Callable[..., Sender]
) -> None:
    write(writer, 3)
    one, secret = hook(engine, receiver.url, after=1)
    begin()
    until(lambda: arrived(engine, one) == 3)
    write(writer, 2)
    until(lambda: arrived(engine, one) == 5)
    assert numbers(receiver) == [2, 3, 4, 5]
    entries = {entry.number: entry for entry in log.since(engine, 0)}
    for message in receiver.messages:
        told = json.loads(message.body)
        entry = entries[told["data"]["number"]]
        assert told == {"type": "disruption.log", "timestamp": entry.at, "data": answer.entry(entry)}
        assert message.headers["content-type"] == "application/json"
        assert message.headers["host"] == f"127.0.0.1:{receiver.port}"
        # Independently of the sender, from the words of the description alone:
        name, seconds = message.headers["webhook-id"], message.headers["webhook-timestamp"]
        key = base64.b64decode(secret.split("_")[1])
        seal = hmac.new(key, b".".join([name.encode(), seconds.encode(), message.body]), hashlib.sha256).digest()
        assert message.headers["webhook-signature"] == "v1," + base64.b64encode(seal).decode()
        assert Webhook(secret).verify(message.body, message.headers) == told
        assert abs(int(seconds) - time.time()) < 60
    assert len({message.headers["webhook-id"] for message in receiver.messages}) == 4
    tried = register.attempts(engine, one.id)
    assert [(row.entry, row.attempt, row.status, row.fault) for row in tried] == [(n, 1, 204, "") for n in (5, 4, 3, 2)]


def test_whoever_is_down_is_tried_again_after_longer_and_longer_and_misses_nothing(
    writer: Writer, engine: sa.Engine, receiver: Any, begin: Callable[..., Sender]
) -> None:
    receiver.down()
    one, _ = hook(engine, receiver.url)
    begin()
    write(writer, 3)
    until(lambda: register.hook(engine, one.id).failures >= 4)
    receiver.answers = [500, 302, 204, 429]
    receiver.up()
    until(lambda: arrived(engine, one) == 3)
    assert numbers(receiver) == [1, 2, 3], "and nothing before what did not arrive"
    tried = register.attempts(engine, one.id, most=100)[::-1]
    first = [row for row in tried if row.entry == 1]
    assert [row.attempt for row in first] == list(range(1, len(first) + 1))
    assert {row.fault for row in first[:4]} == {"nobody listens there"}
    assert {row.status for row in first[:4]} == {None}
    assert [(row.status, row.fault) for row in first[-3:]] == [
        (500, "refused"),
        (302, "redirects are not followed"),
        (204, ""),
    ]
    assert [(row.attempt, row.status) for row in tried if row.entry == 2] == [(1, 429), (2, 204)]
    times = [datetime.fromisoformat(row.at) for row in first]
    pauses = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)]
    for place, pause in enumerate(pauses):
        assert pause >= 0.05 * 2**place - 0.002, "at least twice as long each time"
    assert (register.hook(engine, one.id).failures, len({*numbers(receiver)})) == (0, 3)


def test_a_pause_never_grows_beyond_a_quarter_of_an_hour(
    writer: Writer, engine: sa.Engine, receiver: Any, begin: Callable[..., Sender]
) -> None:
    receiver.down()
    one, _ = hook(engine, receiver.url)
    with writing(engine) as connection:
        connection.execute(hooks.update().values(failures=5_000))
    begin(clock=lambda: AT)
    write(writer)
    until(lambda: register.hook(engine, one.id).failures == 5_001)
    assert datetime.fromisoformat(register.hook(engine, one.id).next_at) == AT + timedelta(minutes=15)


def test_one_who_is_down_does_not_hold_up_the_others(
    writer: Writer, engine: sa.Engine, receiver: Any, begin: Callable[..., Sender]
) -> None:
    bad, _ = hook(engine, "http://127.0.0.1:1/")
    good, _ = hook(engine, receiver.url)
    write(writer, 3)
    begin()
    until(lambda: arrived(engine, good) == 3)
    assert numbers(receiver) == [1, 2, 3]
    assert arrived(engine, bad) == 0


def test_of_two_processes_one_sends_and_the_other_goes_on_when_it_has_gone(
    writer: Writer, database_url: str, engine: sa.Engine, receiver: Any, begin: Callable[..., Sender]
) -> None:
    one, _ = hook(engine, receiver.url)
    other = open_database(database_url)
    first, second = begin(), begin(other)
    for number in range(1, 21):
        write(writer)
        until(lambda number=number: arrived(engine, one) == number)
    assert numbers(receiver) == list(range(1, 21)), "nothing twice"
    with engine.connect() as connection:
        holder = connection.scalar(sa.select(leases.c.holder))
    gone, left = (first, second) if first._me == holder else (second, first)
    gone.close()
    write(writer)
    until(lambda: arrived(engine, one) == 21)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(leases.c.holder)) == left._me
    assert numbers(receiver) == list(range(1, 22))
    left.close()
    other.dispose()


def test_the_lease_of_one_who_was_killed_ends(
    writer: Writer, engine: sa.Engine, receiver: Any, begin: Callable[..., Sender]
) -> None:
    one, _ = hook(engine, receiver.url)
    write(writer)
    now = [datetime(2026, 3, 1, tzinfo=UTC)]
    until_then = (now[0] + timedelta(seconds=sending.LEASE_S)).isoformat(timespec="milliseconds")
    with writing(engine) as connection:
        connection.execute(leases.insert().values(name="hooks", holder="killed", until=until_then))
    begin(clock=lambda: now[0])
    time.sleep(0.2)
    assert receiver.messages == []
    now[0] += timedelta(seconds=sending.LEASE_S)
    until(lambda: arrived(engine, one) == 1)


def test_who_may_no_longer_read_is_not_told(
    writer: Writer, engine: sa.Engine, receiver: Any, begin: Callable[..., Sender]
) -> None:
    with writing(engine) as connection:
        account = people.add(connection, "Ana", "ana@cluster.eu", None, {"N1": "expert"}, AT)
        people.add(connection, "Root", "root@cluster.eu", None, {"": "administrator"}, AT)
    one, _ = hook(engine, receiver.url, Actor("Ana", account.id, {"N1": "expert"}))
    begin()
    write(writer)
    until(lambda: arrived(engine, one) == 1)
    give = people.set_role
    for stop, go_on in (
        (lambda: give(engine, account.id, "N1", "viewer"), lambda: give(engine, account.id, "N1", "expert")),
        (lambda: people.disable(engine, account.id, AT), lambda: people.enable(engine, account.id)),
    ):
        before = len(receiver.messages)
        stop()
        write(writer)
        time.sleep(0.2)
        assert len(receiver.messages) == before
        go_on()
        until(lambda before=before: len(receiver.messages) == before + 1)


def test_a_host_that_may_no_longer_be_told_is_not(
    writer: Writer, engine: sa.Engine, receiver: Any, begin: Callable[..., Sender]
) -> None:
    one, _ = hook(engine, receiver.url.replace("127.0.0.1", "localhost"))
    begin()
    write(writer)
    until(lambda: register.hook(engine, one.id).failures)
    assert receiver.messages == []
    assert register.attempts(engine, one.id)[0].fault == "is not encrypted"


def test_what_is_cut_at_the_end_is_sent_again_and_does_not_count(
    writer: Writer, engine: sa.Engine, begin: Callable[..., Sender]
) -> None:
    """A receiver that accepts and says nothing: the end does not wait for it."""
    server = socket.create_server(("127.0.0.1", 0))
    one, _ = hook(engine, f"http://127.0.0.1:{server.getsockname()[1]}/")
    write(writer)
    sender = begin()
    talk, _ = server.accept()
    talk.recv(10)
    start = time.monotonic()
    sender.close()
    assert time.monotonic() - start < 8
    assert (register.hook(engine, one.id).failures, register.attempts(engine, one.id)) == (0, [])
    talk.close()
    server.close()


def test_the_newest_attempts_stay(
    writer: Writer, engine: sa.Engine, receiver: Any, begin: Callable[..., Sender], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_KEPT", 5)
    one, _ = hook(engine, receiver.url)
    write(writer, 12)
    begin()
    until(lambda: arrived(engine, one) == 12)
    kept = register.attempts(engine, one.id)
    assert [row.entry for row in kept] == [12, 11, 10, 9, 8]
    assert register.attempts(engine, one.id, kept[1].number) == kept[2:]
    register.delete(engine, one.id)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(deliveries)) == 0
    write(writer)
    time.sleep(0.1)
    assert len(receiver.messages) == 12


def test_what_arrived_and_was_not_written_down_comes_again_under_the_same_id(
    writer: Writer, engine: sa.Engine, receiver: Any, monkeypatch: pytest.MonkeyPatch, begin: Callable[..., Sender]
) -> None:
    """As if the server were killed between the two."""
    monkeypatch.setattr(sending, "_AWAY_S", 0.05)
    write_down, lost = Sender._write_down, [1, 2]

    def killed(*given: Any) -> None:
        if lost:
            lost.pop()
            raise OSError
        write_down(*given)

    monkeypatch.setattr(Sender, "_write_down", killed)
    one, secret = hook(engine, receiver.url)
    write(writer, 3)
    begin()
    until(lambda: arrived(engine, one) == 3)
    assert numbers(receiver) == [1, 2, 3] * 3
    assert len({message.headers["webhook-id"] for message in receiver.messages}) == 3
    for message in receiver.messages:
        Webhook(secret).verify(message.body, message.headers)


def test_a_fault_of_ours_ends_nothing(
    writer: Writer, engine: sa.Engine, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_AWAY_S", 0.05)
    told: list[int] = []

    def tell(entry: log.Entry) -> dict[str, Any]:
        told.append(entry.number)
        return answer.entry(entry) if len(told) > 2 else 1 / 0  # type: ignore[return-value]

    one, _ = hook(engine, receiver.url)
    write(writer)
    sender = Sender(engine, OWN, lambda: datetime.now(UTC), tell)
    sender.start()
    until(lambda: arrived(engine, one) == 1)
    sender.close()
    assert told == [1, 1, 1]
