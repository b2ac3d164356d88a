"""The database: where entries are kept, and how its tables come to be."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

try:  # a SQLite past the write-ahead-log reset fault of 3.7.0–3.51.2, where a wheel of it exists
    import pysqlite3 as sqlite
except ImportError:  # pragma: no cover - depends on the platform
    import sqlite3 as sqlite

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
    sqlite_autoincrement=True,
)

WRITING = {"writing": True}
"""Execution options of a connection that will write: it waits for its turn before it reads."""


def open_database(url: str) -> sa.Engine:
    """The database at ``url``, brought to the newest schema; made if there is none.

    Every commit is on disk before it is acknowledged (write-ahead log, synchronous FULL).

    Examples:
        >>> import tempfile
        >>> engine = open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite")
        >>> sa.inspect(engine).get_table_names()
        ['alembic_version', 'entries']
        >>> engine.dispose()
    """
    driver: ModuleType = sqlite
    engine = sa.create_engine(url, module=driver, connect_args={"timeout": 30})
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return engine


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin says, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
