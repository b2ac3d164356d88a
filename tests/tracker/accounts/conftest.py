"""What the tests of people share: an entrance on each kind of database, and how somebody joins."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tracker.accounts import invitations, passwords
from tracker.accounts.entrance import Entrance
from tracker.accounts.people import Account

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
PASSWORD = "four words and a half"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords at a small cost: what they cost in earnest is tested once."""
    monkeypatch.setattr(passwords, "TIMES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def entrance(engine: sa.Engine, cheap: None) -> Entrance:
    return Entrance(engine)


@pytest.fixture
def join(engine: sa.Engine, entrance: Entrance) -> Callable[..., Account]:
    """Somebody is invited and accepts."""

    def joined(name: str = "Ana", role: str = "expert", association: str = "N1", password: str = PASSWORD) -> Account:
        email = f"{name.lower()}@cluster.eu"
        token = invitations.invite(engine, email, association, role, "Cora", AT)
        return entrance.accept(token, name, "", password, password, AT)

    return joined
