"""Accounts and invitations: names stay, links work once, somebody always administers; on both databases."""

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import tracker
from graphs.errors import Faults, Unknown
from tracker.accounts import invitations, keys, people, sessions
from tracker.accounts.entrance import Entrance
from tracker.accounts.people import Account
from tracker.accounts.tables import PEOPLE
from tracker.database import writing
from tracker.permissions import ALLIANCE

Join = Callable[..., Account]


def fields(found: pytest.ExceptionInfo[Faults]) -> list[str]:
    return [one.field for one in found.value.faults]


def test_who_accepts_has_the_role_of_the_invitation(engine: sa.Engine, join: Join) -> None:
    ana = join("Ana", "expert", "N1")
    assert people.account(engine, ana.id) == ana
    assert (ana.name, ana.email, ana.roles, ana.disabled) == ("Ana", "ana@cluster.eu", {"N1": "expert"}, False)
    assert [one.name for one in people.everybody(engine)] == ["Ana"]


@pytest.mark.parametrize("name", ["ANA", " ana ", "Ａｎａ"])
def test_a_name_that_looks_the_same_is_taken(
    engine: sa.Engine, entrance: Entrance, join: Join, at: datetime, name: str
) -> None:
    join("Ana")
    token = invitations.invite(engine, "other@cluster.eu", "N1", "expert", "Cora", at)
    with pytest.raises(Faults) as found:
        entrance.accept(token, name, "", "four words and a half", "four words and a half", at)
    assert fields(found) == ["name"]


def test_the_name_of_a_disabled_account_is_never_given_again(
    engine: sa.Engine, entrance: Entrance, join: Join, at: datetime
) -> None:
    join("Root", "administrator", ALLIANCE)
    people.disable(engine, join("Ana").id, at)
    token = invitations.invite(engine, "new@cluster.eu", "N1", "expert", "Cora", at)
    with pytest.raises(Faults, match="taken"):
        entrance.accept(token, "Ana", "", "four words and a half", "four words and a half", at)


@pytest.mark.parametrize("name", ["", "x", "a@b.eu", "embedded record", "Command Line", "a\x00b", "x" * 81])
def test_what_is_no_name(engine: sa.Engine, entrance: Entrance, at: datetime, name: str) -> None:
    token = invitations.invite(engine, "a@cluster.eu", "N1", "expert", "Cora", at)
    with pytest.raises(Faults) as found:
        entrance.accept(token, name, "", "short", "other", at)
    assert fields(found) == ["name", "password", "again"], "every fault at once"
    assert invitations.read(engine, token, at), "and the invitation stays open"


@pytest.mark.parametrize("email", ["", "ana", "ana@", "@cluster.eu", "a b@cluster.eu", "a@b", "a@b..eu", "a@b.eu\n"])
def test_what_is_no_email(engine: sa.Engine, at: datetime, email: str) -> None:
    if email.strip() != email:
        assert not people.is_email(email)
        return
    with pytest.raises(Faults) as found:
        invitations.invite(engine, email, "N1", "emperor", "Cora", at)
    assert fields(found) == ["email", "role"]


def test_an_email_has_one_account_whatever_its_case(engine: sa.Engine, join: Join, at: datetime) -> None:
    join("Ana")
    with pytest.raises(Faults, match="has an account already"):
        invitations.invite(engine, "ANA@Cluster.EU", "N1", "expert", "Cora", at)


def test_an_invitation_works_once(engine: sa.Engine, entrance: Entrance, at: datetime) -> None:
    token = invitations.invite(engine, "a@cluster.eu", "N1", "expert", "Cora", at)
    words = ("four words and a half", "four words and a half")
    entrance.accept(token, "Ana", "", *words, at)
    with pytest.raises(Unknown):
        entrance.accept(token, "Ben", "", *words, at)
    with pytest.raises(Faults, match="was used"):
        invitations.accept(engine, token, "Ben", "", "hash", at)
    assert len(people.everybody(engine)) == 1


def test_of_many_who_use_it_at_the_same_time_one_succeeds(engine: sa.Engine, at: datetime) -> None:
    token = invitations.first_administrator(engine, at)
    assert token
    start, done, told = threading.Barrier(6), [], set()

    def use(number: int) -> None:
        start.wait()
        try:
            done.append(invitations.accept(engine, token, f"Ana {number}", f"a{number}@cluster.eu", "hash", at).name)
        except Faults as found:
            told.add(found.faults[0].field)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(done), told) == (1, {"invitation"})
    assert [one.name for one in people.everybody(engine)] == done


@pytest.mark.parametrize("wrong", ["withdrawn", "expired", "never made", "replaced"])
def test_a_closed_invitation_does_not_say_why(engine: sa.Engine, at: datetime, wrong: str) -> None:
    token = invitations.invite(engine, "a@cluster.eu", "N1", "expert", "Cora", at)
    later = at
    if wrong == "withdrawn":
        invitations.withdraw(engine, invitations.waiting(engine, at)[0].id)
    if wrong == "expired":
        later = at + invitations.LASTS
        assert invitations.read(engine, token, later - timedelta(seconds=1))
    if wrong == "never made":
        token = "x" * 43
    if wrong == "replaced":
        invitations.invite(engine, "A@cluster.eu", "N1", "viewer", "Cora", at)
    with pytest.raises(Unknown):
        invitations.read(engine, token, later)


def test_the_first_administrator_has_one_link_at_a_time(engine: sa.Engine, entrance: Entrance, at: datetime) -> None:
    first, second = (invitations.first_administrator(engine, at) for _ in range(2))
    assert first
    assert second
    with pytest.raises(Unknown):
        invitations.read(engine, first, at)
    root = entrance.accept(second, "Root", "root@alliance.eu", "four words and a half", "four words and a half", at)
    assert root.roles == {ALLIANCE: "administrator"}
    assert invitations.first_administrator(engine, at) is None


def test_somebody_always_administers(engine: sa.Engine, join: Join, at: datetime) -> None:
    root, other = join("Root", "administrator", ALLIANCE), join("Otto", "administrator", "N1")
    for attempt in (
        lambda: people.set_role(engine, root.id, ALLIANCE, "coordinator"),
        lambda: people.set_role(engine, root.id, ALLIANCE, ""),
        lambda: people.disable(engine, root.id, at),
    ):
        with pytest.raises(Faults, match="the only administrator"):
            attempt()
    people.set_role(engine, other.id, ALLIANCE, "administrator")
    assert people.disable(engine, root.id, at).disabled


def test_two_administrators_cannot_both_leave_at_the_same_time(engine: sa.Engine, join: Join) -> None:
    both = [join(name, "administrator", ALLIANCE) for name in ("Root", "Otto")]
    start, refused = threading.Barrier(2), []

    def leave(one: Account) -> None:
        start.wait()
        try:
            people.set_role(engine, one.id, ALLIANCE, "")
        except Faults:
            refused.append(one.name)

    threads = [threading.Thread(target=leave, args=(one,)) for one in both]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(refused) == 1
    with engine.connect() as connection:
        assert len(people.administrators(connection)) == 1


def test_a_role_is_given_changed_and_taken(engine: sa.Engine, join: Join) -> None:
    ana = join("Ana", "viewer", "N1")
    assert people.set_role(engine, ana.id, "N2", "coordinator").roles == {"N1": "viewer", "N2": "coordinator"}
    assert people.set_role(engine, ana.id, "N1", "expert").roles == {"N1": "expert", "N2": "coordinator"}
    assert people.set_role(engine, ana.id, "N1", "").roles == {"N2": "coordinator"}
    with pytest.raises(Faults, match="is no role"):
        people.set_role(engine, ana.id, "N1", "emperor")
    with pytest.raises(Unknown):
        people.set_role(engine, "U0", "N1", "expert")


def test_who_is_disabled_is_out_at_once_and_keys_stay_dead(engine: sa.Engine, join: Join, at: datetime) -> None:
    ana = join("Ana")
    token, key = sessions.begin(engine, ana.id, "browser", at), keys.make(engine, ana.id, "laptop", ["read"], 30, at)
    assert sessions.actor(engine, token, at)
    assert keys.actor(engine, key, at)
    people.disable(engine, ana.id, at)
    assert sessions.actor(engine, token, at) is None
    assert keys.actor(engine, key, at) is None
    assert not people.enable(engine, ana.id).disabled
    assert sessions.actor(engine, token, at) is None
    assert keys.actor(engine, key, at) is None


def test_an_older_version_that_would_forget_people_is_refused(engine: sa.Engine, join: Join) -> None:
    def go(step: Callable[[Config, str], None], version: str) -> None:
        with writing(engine) as connection:
            config = Config()
            config.set_main_option("script_location", str(Path(tracker.__file__).parent / "migrations"))
            config.attributes["connection"] = connection
            step(config, version)

    go(command.downgrade, "0002")
    assert not set(sa.inspect(engine).get_table_names()) & {table.name for table in PEOPLE}
    go(command.upgrade, "head")
    ana = join("Ana")
    with pytest.raises(RuntimeError, match="there are accounts"):
        go(command.downgrade, "0002")
    assert people.everybody(engine) == [ana]


def test_no_database_is_asked_for_a_nul(engine: sa.Engine) -> None:
    with pytest.raises(Unknown):
        people.account(engine, "\0")
    assert people.find(engine, "Ana\0") is None


@pytest.mark.parametrize(
    ("name", "taken"),
    [("\u0410na", False), ("An\u03b1", False), ("Άννα (Chips)", True), ("Анна Müller-Łuk", True), ("洪 Ana", True)],
)
def test_no_name_is_written_in_two_alphabets(
    engine: sa.Engine, entrance: Entrance, at: datetime, name: str, taken: bool
) -> None:
    """It would look like that of somebody else in the history of a record."""
    token = invitations.invite(engine, "a@cluster.eu", "N1", "expert", "Cora", at)
    with contextlib.nullcontext() if taken else pytest.raises(Faults, match="a word in two alphabets"):
        entrance.accept(token, name, "", "four words and a half", "four words and a half", at)
    assert [one.name for one in people.everybody(engine)] == ([name] if taken else [])
