"""The database: SQLite in a file or PostgreSQL, how its tables come to be, and whose turn it is to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from graphs.errors import Fault, Faults

try:  # a SQLite past the write-ahead-log reset fault of 3.7.0–3.51.2, where a wheel of it exists
    import pysqlite3 as sqlite
except ImportError:  # pragma: no cover - depends on the platform
    import sqlite3 as sqlite

try:
    import fcntl
except ImportError:  # pragma: no cover - depends on the platform
    fcntl = None  # type: ignore[assignment]

metadata = sa.MetaData()

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("record_id", sa.String, nullable=False, index=True),
    sa.Column("before", sa.JSON(none_as_null=True)),
    sa.Column("after", sa.JSON, nullable=False),
    sa.Column("previous_hash", sa.String, nullable=False, unique=True),
    sa.Column("hash", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False, server_default="disruption"),
    sa.Column("why", sa.String, nullable=False, server_default=""),
    sa.Column("association", sa.String, nullable=False, server_default=""),
    sa.Index("ix_entries_at", "at"),
    sqlite_autoincrement=True,
)
"""The log: all that is kept. The two tables below follow from it."""

fingerprints = sa.Table(
    "fingerprints",
    metadata,
    sa.Column("content", sa.String, primary_key=True),
    sa.Column("record_id", sa.String, primary_key=True),
)
"""By which the very same words are found again, whatever has become of the record since."""

records = sa.Table(
    "records",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", sa.String, nullable=False, unique=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, unique=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("day", sa.String, nullable=False),
    sa.Column("last_day", sa.String),
    sa.Column("reporter", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("association", sa.String, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Index("ix_records_kind_day", "kind", "day", "number"),
)
"""Each record as it stands, for pages and search: ``number`` is that of its first entry, ``version`` that of its
newest."""

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("account", sa.String, primary_key=True),
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("request", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False, index=True),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("headers", sa.JSON, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
)
"""What programs were answered under a key of their own: the same request again gets the same answer, for a day."""

AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError)
"""What is raised where the database cannot do its work: it is gone, its disk is full, its file may not be written."""

_WRITING = {"writing": True}
_TURN = 7_301_001
"""Number of PostgreSQL's advisory lock that stands for the turn to write."""


def open_database(url: str) -> sa.Engine:
    """The database at ``url``, brought to the newest schema; made if there is none.

    Every commit is on disk before it is acknowledged: SQLite with write-ahead log and synchronous FULL, PostgreSQL
    with synchronous_commit on.

    Raises:
        Faults: a kind of database that is not known, or whose driver is not installed.

    Examples:
        >>> import tempfile
        >>> engine = open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite")
        >>> {"entries", "accounts"} <= set(sa.inspect(engine).get_table_names())
        True
        >>> engine.dispose()
    """
    engine = _engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that may write: it waits for its turn before it reads, so that what it reads stays true.

    Examples:
        >>> import tempfile
        >>> engine = open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite")
        >>> with writing(engine) as connection:
        ...     connection.scalar(sa.select(sa.func.count()).select_from(entries))
        0
        >>> engine.dispose()
    """
    if engine.dialect.name == "sqlite":
        with _turn(engine), engine.connect().execution_options(**_WRITING) as connection, connection.begin():
            yield connection
        return
    # Under READ COMMITTED each statement sees what was committed before it, and the first waits for the lock.
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection, connection.begin():
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
        yield connection


def note(engine: sa.Engine, statement: sa.Executable) -> bool:
    """Write what may as well be written later, if nobody else has the turn; whether it was written.

    Who only reads must not wait until a large file is written, or fail on a disk that is full.

    Examples:
        >>> import tempfile
        >>> engine = open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite")
        >>> with writing(engine):
        ...     note(engine, fingerprints.delete())
        False
        >>> note(engine, fingerprints.delete())
        True
        >>> engine.dispose()
    """
    try:
        if engine.dialect.name == "sqlite":
            with (
                _turn(engine, wait=False),
                engine.connect().execution_options(**_WRITING) as connection,
                connection.begin(),
            ):
                connection.execute(statement)
            return True
        with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection, connection.begin():
            free = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_TURN))))
            if free:
                connection.execute(statement)
            return free
    except (OSError, *AWAY):
        return False


@contextmanager
def _turn(engine: sa.Engine, wait: bool = True) -> Iterator[None]:
    """The turn among all that write to one file of SQLite.

    SQLite itself has them try again after longer and longer naps, in which whoever is awake takes turn after turn; some
    wait for seconds, and in the end hear that the database is locked. Here they queue for a lock on a file beside it.
    """
    path = engine.url.database or ""
    if fcntl is None or path in ("", ":memory:") or path.startswith("file:") or not Path(path).parent.is_dir():
        yield  # without a folder there is no database either, and SQLite says so
        return
    with open(f"{path}-turn", "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def stamp(at: datetime) -> str:
    """A time as every table keeps it: UTC to the millisecond, of one width, so that it sorts as text.

    Examples:
        >>> stamp(datetime(2021, 3, 1, 8, 30, tzinfo=UTC))
        '2021-03-01T08:30:00.000+00:00'
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _engine(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(parsed, module=sqlite, connect_args={"timeout": 30})
        sa.event.listen(engine, "connect", _prepare)
        sa.event.listen(engine, "begin", _begin)
        return engine
    if parsed.get_backend_name() != "postgresql":
        mend = "give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        raise Faults([Fault("", "TRACKER_DATABASE_URL", f"{parsed.drivername} is no database for the log", mend)])
    durable = "-c synchronous_commit=on -c timezone=UTC"
    try:
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            isolation_level="REPEATABLE READ",  # all queries of one reading see the same log
            connect_args={"options": durable, "connect_timeout": 10, "application_name": "tracker"},
            pool_pre_ping=True,
        )
    except ModuleNotFoundError:
        mend = 'python3 -m pip install -e ".[postgres]"'
        raise Faults([Fault("", "TRACKER_DATABASE_URL", "the driver of PostgreSQL is not installed", mend)]) from None


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin says, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    waits = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if waits else "BEGIN")
