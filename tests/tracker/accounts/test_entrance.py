"""Coming in: passwords, sessions and keys, and what somebody who guesses is told; on both databases."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from pathlib import Path

import limits.storage.memory
import pytest
import sqlalchemy as sa

from graphs.errors import Faults
from tracker.accounts import invitations, keys, passwords, people, sessions
from tracker.accounts.attempts import FAILURES, TooMany
from tracker.accounts.entrance import Entrance
from tracker.accounts.passwords import Busy, Gate
from tracker.accounts.people import Account
from tracker.accounts.tables import PEOPLE
from tracker.database import writing
from tracker.permissions import ALLIANCE

Join = Callable[..., Account]
PASSWORD = "four words and a half"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Turn the clock of the window of failures forward."""

    def turn(seconds: float) -> None:
        now = time.time() + seconds
        monkeypatch.setattr(limits.storage.memory.time, "time", lambda: now)

    return turn


def log_in(entrance: Entrance, at: datetime, name: str = "Ana", password: str = PASSWORD, address: str = "a") -> str:
    return entrance.log_in(name, password, address, "browser", at)


@pytest.mark.parametrize("name", ["Ana", "ana@cluster.eu", " ANA ", "Ana@Cluster.EU"])
def test_name_or_email_lead_in(entrance: Entrance, join: Join, at: datetime, name: str) -> None:
    ana = join("Ana", "expert", "N1")
    actor = sessions.actor(entrance.engine, log_in(entrance, at, name), at)
    assert actor
    assert (actor.name, actor.account, actor.roles, actor.through) == ("Ana", ana.id, {"N1": "expert"}, "session")


def test_somebody_who_guesses_learns_nothing(entrance: Entrance, join: Join, at: datetime) -> None:
    join("Root", "administrator", ALLIANCE)
    join("Ana")
    people.disable(entrance.engine, join("Ben").id, at)
    said = set()
    for name, password in (
        ("Ana", "wrong password"),
        ("Nobody", PASSWORD),
        ("Ben", PASSWORD),
        ("", ""),
        ("\ud800", ""),
    ):
        with pytest.raises(Faults) as found:
            log_in(entrance, at, name, password)
        said.add(str(found.value))
    assert len(said) == 1


def test_an_unknown_name_takes_the_same_work(entrance: Entrance, join: Join, at: datetime) -> None:
    """Counted, not timed: the same number of comparisons, of hashes of the same cost."""
    join("Ana")
    compared = []
    real = entrance.gate._hasher.verify

    def counted(password: bytes, kept: str) -> bool:
        compared.append(kept.rpartition("$")[0].rpartition("$")[0])
        return real(password, kept)

    entrance.gate._hasher.verify = counted  # type: ignore[method-assign, assignment]
    for name in ("Ana", "Nobody"):
        with pytest.raises(Faults):
            log_in(entrance, at, name, "wrong password")
    assert len(compared) == 2
    assert compared[0] == compared[1]
    assert compared[0].startswith("$argon2id$")


def test_ten_failures_in_five_minutes_for_one_account(
    entrance: Entrance, join: Join, at: datetime, later: Callable[[float], None]
) -> None:
    join("Ana")
    for number in range(FAILURES):
        with pytest.raises(Faults):
            log_in(entrance, at, ("Ana", "ana@cluster.eu")[number % 2], "wrong password", f"address {number}")
    with pytest.raises(TooMany):
        log_in(entrance, at, "Ana", PASSWORD, "another address")
    later(301)
    assert log_in(entrance, at)


def test_ten_failures_in_five_minutes_from_one_address(entrance: Entrance, join: Join, at: datetime) -> None:
    join("Ana")
    for number in range(FAILURES):
        with pytest.raises(Faults):
            log_in(entrance, at, f"name {number}", "wrong password", "one address")
    with pytest.raises(TooMany):
        log_in(entrance, at, "Ana", PASSWORD, "one address")
    assert log_in(entrance, at, "Ana", PASSWORD, "another address")


def test_who_succeeds_does_not_count(entrance: Entrance, join: Join, at: datetime) -> None:
    join("Ana")
    for _ in range(FAILURES + 2):
        assert log_in(entrance, at)


def test_not_even_at_the_same_time_are_there_more_failures(entrance: Entrance, join: Join, at: datetime) -> None:
    join("Ana")
    told: list[str] = []
    start = threading.Barrier(30)

    def guess() -> None:
        start.wait()
        for _ in range(4):
            try:
                log_in(entrance, at, "Ana", "wrong password")
            except Exception as error:
                told.append(type(error).__name__)

    threads = [threading.Thread(target=guess) for _ in range(30)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(told) <= {"Faults", "TooMany", "Busy"}
    assert told.count("Faults") <= FAILURES
    for _ in range(FAILURES - told.count("Faults")):
        with pytest.raises(Faults):
            log_in(entrance, at, "Ana", "wrong password")
    with pytest.raises(TooMany):
        log_in(entrance, at)


def test_a_password_costs_what_rfc_9106_asks_for() -> None:
    assert Gate().hash("a long pass phrase").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


class SlowHasher:
    """Counts how many compare at the same time."""

    def __init__(self) -> None:
        self.now, self.most, self.lock, self.go = 0, 0, threading.Lock(), threading.Event()

    def hash(self, password: bytes) -> str:
        return "kept"

    def verify(self, password: bytes, kept: str) -> bool:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go.wait(60)
        with self.lock:
            self.now -= 1
        return True


@pytest.fixture
def slow() -> Iterator[tuple[Gate, SlowHasher]]:
    gate, hasher = Gate(waiting=3), SlowHasher()
    gate._hasher = hasher  # type: ignore[assignment]
    yield gate, hasher
    hasher.go.set()


def test_two_are_compared_at_a_time_some_wait_the_rest_come_back(slow: tuple[Gate, SlowHasher]) -> None:
    gate, hasher = slow
    told: list[str] = []

    def come() -> None:
        try:
            told.append(str(gate.fits("password", "kept")))
        except Busy:
            told.append("Busy")

    threads = [threading.Thread(target=come) for _ in range(12)]
    for one in threads:
        one.start()
    deadline = time.monotonic() + 60
    while (told.count("Busy") < 7 or hasher.now < 2) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (hasher.now, hasher.most) == (2, 2)
    hasher.go.set()
    for one in threads:
        one.join()
    assert hasher.most == 2
    assert sorted(told) == ["Busy"] * 7 + ["True"] * 5
    assert gate.fits("password", "kept"), "and the places are free again"


def test_who_waits_too_long_is_told_to_come_back() -> None:
    gate, hasher = Gate(patience_seconds=0.05), SlowHasher()
    gate._hasher = hasher  # type: ignore[assignment]
    threads = [threading.Thread(target=gate.fits, args=("password", "kept")) for _ in range(2)]
    for one in threads:
        one.start()
    while hasher.now < 2:
        time.sleep(0.01)
    with pytest.raises(Busy):
        gate.fits("password", "kept")
    hasher.go.set()
    for one in threads:
        one.join()


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", "is empty"),
        ("x", "has 1 character;"),
        ("elevenchars", "has 11 characters"),
        ("x" * 1001, "has 1001 characters"),
        ("aaaaaaaaaaaa", "easily guessed"),
        ("ana.maria@cluster.eu", "easily guessed"),
        ("Ana Maria Ana Maria", "easily guessed"),
        ("anamaria2026", "easily guessed"),
    ],
)
def test_what_is_no_password(password: str, fault: str) -> None:
    found = passwords.faults(password, password, "Ana Maria", "ana.maria@cluster.eu")
    assert any(fault in f"{one.fault};" for one in found)


@pytest.mark.parametrize("password", ["twelve chars", "ünïcödé ßtraße", "a" * 11 + "bcd", "correct horse battery"])
def test_no_kind_of_character_is_demanded(password: str) -> None:
    assert passwords.faults(password, password, "Ana Maria", "ana.maria@cluster.eu") == []


def test_a_changed_password_ends_the_other_sessions(entrance: Entrance, join: Join, at: datetime) -> None:
    ana, ben = join("Ana"), join("Ben")
    mine, other, bens = (log_in(entrance, at, name) for name in ("Ana", "Ana", "Ben"))
    with pytest.raises(Faults) as found:
        entrance.change_password(ana, "wrong", "short", "other", "a", mine)
    assert [one.field for one in found.value.faults] == ["old", "password", "again"]
    assert sessions.actor(entrance.engine, other, at), "nothing is half done"
    entrance.change_password(ana, PASSWORD, "quite another pass", "quite another pass", "a", mine)
    assert sessions.actor(entrance.engine, mine, at)
    assert sessions.actor(entrance.engine, other, at) is None
    assert sessions.actor(entrance.engine, bens, at), f"those of {ben.name} stay"
    with pytest.raises(Faults):
        log_in(entrance, at)
    assert log_in(entrance, at, password="quite another pass")


def test_a_session_is_not_taken_over_but_replaced(entrance: Entrance, join: Join, at: datetime) -> None:
    """Whoever planted a token in a browser must not be logged in by its login."""
    join("Ana")
    before = log_in(entrance, at)
    for planted in (before, "planted"):
        after = entrance.log_in("Ana", PASSWORD, "a", "browser", at, held=planted)
        assert after != planted
        assert sessions.actor(entrance.engine, planted, at) is None
        assert sessions.actor(entrance.engine, after, at)


def test_sessions_end_by_idleness_and_by_age(entrance: Entrance, join: Join, at: datetime) -> None:
    join("Ana")
    token, second = log_in(entrance, at), timedelta(seconds=1)
    assert sessions.actor(entrance.engine, token, at + sessions.IDLE - second)
    assert sessions.actor(entrance.engine, token, at + 2 * sessions.IDLE - 2 * second), "being used keeps it alive"
    now = at
    while (now := now + timedelta(hours=6)) < at + sessions.LONGEST:
        fresh = sessions.actor(entrance.engine, token, now)
        if now > at + 2 * sessions.IDLE:
            assert fresh
    assert sessions.actor(entrance.engine, token, at + sessions.LONGEST) is None
    other = log_in(entrance, at)
    assert sessions.actor(entrance.engine, other, at + sessions.IDLE) is None


def test_who_only_reads_does_not_wait_for_who_writes(entrance: Entrance, join: Join, at: datetime) -> None:
    ana, engine = join(), entrance.engine
    token = sessions.begin(engine, ana.id, "a browser", at)
    key = keys.make(engine, ana.id, "a program", ["read"], 9, at)
    later = at + timedelta(minutes=5)
    with ThreadPoolExecutor(2) as pool:
        with writing(engine):
            found = [pool.submit(of, engine, one, later) for of, one in ((sessions.actor, token), (keys.actor, key))]
            done, _ = wait(found, 5)
        assert len(done) == 2
    assert [one.result().name for one in found] == ["Ana", "Ana"]
    [before] = sessions.listed(engine, ana.id, later)
    sessions.actor(engine, token, later)
    [after] = sessions.listed(engine, ana.id, later)
    assert before.seen_at < after.seen_at, "it is noted the next time"


def test_sessions_are_listed_and_ended_by_their_owner_only(entrance: Entrance, join: Join, at: datetime) -> None:
    ana, ben = join("Ana"), join("Ben")
    token, bens = log_in(entrance, at), log_in(entrance, at, "Ben")
    [one] = sessions.listed(entrance.engine, ana.id, at)
    assert one.id == sessions.session_id(entrance.engine, token)
    assert token not in str(one)
    sessions.end_one(entrance.engine, ben.id, one.id)
    assert sessions.actor(entrance.engine, token, at)
    sessions.end_one(entrance.engine, ana.id, one.id)
    assert sessions.actor(entrance.engine, token, at) is None
    sessions.end(entrance.engine, bens)
    assert sessions.listed(entrance.engine, ben.id, at) == []


def test_a_key_acts_for_its_owner_within_its_scopes(entrance: Entrance, join: Join, at: datetime) -> None:
    ana, engine = join("Ana", "coordinator", "N1"), entrance.engine
    key = keys.make(engine, ana.id, " a  laptop ", ["write", "read"], 30, at)
    [kept] = keys.listed(engine, ana.id, at)
    assert (kept.label, kept.scopes, kept.used_on) == ("a laptop", ("read", "write"), None)
    assert key.startswith(kept.prefix)
    assert len(kept.prefix) == 11
    actor = keys.actor(engine, key, at + timedelta(days=2))
    assert actor
    assert (actor.name, actor.roles, actor.through) == ("Ana", {"N1": "coordinator"}, "key")
    assert actor.scopes == {"read", "write"}
    assert keys.listed(engine, ana.id, at)[0].used_on == "2026-03-04"
    assert keys.actor(engine, key, at + timedelta(days=30)) is None, "it expires"
    assert keys.actor(engine, key[:-1], at) is None
    keys.revoke(engine, join("Ben").id, kept.id, at)
    assert keys.actor(engine, key, at), "nobody else revokes it"
    keys.revoke(engine, ana.id, kept.id, at)
    assert keys.actor(engine, key, at) is None
    assert keys.listed(engine, ana.id, at) == []


@pytest.mark.parametrize(
    ("label", "scopes", "days", "fields"),
    [
        ("", [], 0, ["label", "scopes", "days"]),
        ("x", ["read", "everything"], 367, ["scopes", "days"]),
    ],
)
def test_what_is_no_key(
    engine: sa.Engine, join: Join, at: datetime, label: str, scopes: list[str], days: int, fields: list[str]
) -> None:
    with pytest.raises(Faults) as found:
        keys.make(engine, join("Ana").id, label, scopes, days, at)
    assert [one.field for one in found.value.faults] == fields


def test_nothing_in_the_database_opens_anything(entrance: Entrance, join: Join, at: datetime, tmp_path: Path) -> None:
    """No password, token or key stands in it, searched in every cell and, on SQLite, in every byte of the files."""
    engine, ana = entrance.engine, join("Ana")
    secrets = {
        "password": PASSWORD,
        "session": log_in(entrance, at),
        "key": keys.make(engine, ana.id, "laptop", ["read"], 30, at),
        "invitation": invitations.invite(engine, "b@cluster.eu", "N1", "expert", "Cora", at),
        "first": invitations.first_administrator(engine, at) or "",
    }
    secrets["csrf"] = sessions.csrf(secrets["session"])
    assert all(len(one) > 20 for one in secrets.values())
    with engine.connect() as connection:
        cells = str([connection.execute(sa.select(table)).all() for table in PEOPLE])
    assert "ana@cluster.eu" in cells, "the search finds what is there"
    assert [name for name, one in secrets.items() if one in cells] == []
    files = [path.read_bytes() for path in tmp_path.glob("log.sqlite*")]
    if files:
        assert any(b"ana@cluster.eu" in one for one in files)
        assert [name for name, one in secrets.items() if any(one.encode() in file for file in files)] == []
