"""The register goes along in a backup and in a move, with how far each hook is; what was tried stays behind."""

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from tracker.accounts import people
from tracker.database import open_database, writing
from tracker.files import backup, moving
from tracker.hooks import register
from tracker.hooks.tables import deliveries, hooks, leases
from tracker.permissions import Actor

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)


def quiet(done: int, of: int) -> None: ...


def test_a_backup_and_a_move_bring_the_hooks(engine: sa.Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        ana = people.add(connection, "Ana", "ana@cluster.eu", None, {"N1": "expert"}, AT)
        one, secret = register.add(connection, "https://erp.example.eu/", 7, Actor("Ana", ana.id, ana.roles), AT)
        row = {"hook_id": one.id, "entry": 7, "attempt": 1, "at": one.made_at, "took_ms": 3, "status": 204, "fault": ""}
        connection.execute(deliveries.insert(), row)
        connection.execute(leases.insert().values(name="hooks", holder="x", until=one.made_at))
    restored, moved = (open_database(f"sqlite:///{tmp_path}/{name}.sqlite") for name in ("restored", "moved"))
    backup.make(engine, tmp_path / "backup", AT, quiet)
    backup.restore(tmp_path / "backup", restored, quiet)
    moving.move(engine, moved, quiet)
    for there in (restored, moved):
        assert register.listed(there) == [one]
        assert register.attempts(there, one.id) == []
        with there.connect() as connection:
            assert connection.scalar(sa.select(hooks.c.secret)) == secret
            assert connection.scalar(sa.select(sa.func.count()).select_from(leases)) == 0
        there.dispose()
