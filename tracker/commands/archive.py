"""The commands that look after the log itself: backup, restore, move, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from tracker import log
from tracker.commands.opening import at_desk, now
from tracker.database import open_database
from tracker.files import backup, moving
from tracker.settings import Settings
from tracker.terminal import check_writable, console, counting, fail, in_words, progress

app = typer.Typer()


@app.command("backup")
def make_backup(
    file: Annotated[Path, typer.Argument(help="File to write, such as log.backup.gz.")],
) -> None:
    """Write all that must not be lost to one file, while others go on working."""
    with in_words():
        settings = Settings()
        check_writable(file, _file_of(settings))
        engine = open_database(settings.database_url)
        try:
            with counting("Writing the rows") as told:
                made = backup.make(engine, file, now(), told)
        finally:
            engine.dispose()
        console.print(f"{file}: {_said(made.contents.rows)}. Only you may read it; keep a copy on another machine.")
        if made.broken:
            numbers = ", ".join(map(str, made.broken[:20]))
            fail(f"The seal does not fit at entry {numbers}: the log was altered, and this backup cannot be restored.")


@app.command("restore")
def restore_backup(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="File that backup wrote.")],
) -> None:
    """Fill an empty database from a backup: all of it, or nothing."""
    with in_words():
        settings = Settings()
        with counting("Checking the backup") as told:
            backup.check(file, told)
        engine = open_database(settings.database_url)
        try:
            with counting("Filling the database") as told:
                contents = backup.restore(file, engine, told)
        finally:
            engine.dispose()
        console.print(f"Restored as of {contents.made_at}: {_said(contents.rows)}. Every seal fits.")


@app.command()
def move(
    to: Annotated[
        str, typer.Option(help="Empty database to move to: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    ],
) -> None:
    """Copy the log and the accounts to another database, while others go on working; again, to bring what is new."""
    with in_words():
        settings = Settings()
        given = Settings(database_url=to)
        source = open_database(settings.database_url)
        try:
            target = open_database(given.database_url)
            try:
                with counting("Copying the entries") as told:
                    moved = moving.move(source, target, told)
            finally:
                target.dispose()
        finally:
            source.dispose()
        place = moving.named(sa.make_url(to))
        console.print(f"{place} holds {_said(moved.rows)}; {moved.new_entries:,} entries were new to it.")
        console.print("Every row was compared on both sides. Now stop the server, run this command once more to bring")
        console.print("what was written meanwhile, set TRACKER_DATABASE_URL to the address given with --to, and start.")


@app.command()
def verify(
    mend: Annotated[bool, typer.Option("--mend", help="Derive anew what follows from the log.")] = False,
) -> None:
    """Check the seals of the log (nothing altered, inserted or removed), and whether the lists are in step with it."""
    with at_desk() as desk:
        with progress("Checking the seals"):
            broken = log.verify(desk.engine)
        if broken:
            fail(f"The seal does not fit at entry {', '.join(map(str, broken))}: the log was altered")
        console.print(f"{desk.position} entries, every seal fits.")
        if mend:
            with progress("Deriving the current state of every record"):
                console.print(f"Derived anew from {log.mend(desk.engine):,} entries.")
        with progress("Comparing the current state with the log"):
            astray = log.astray(desk.engine)
        if astray:
            some = ", ".join(astray[:20])
            fail(
                f"Out of step with the log: {len(astray):,} records ({some}); mend it: python3 -m tracker verify --mend"
            )
        console.print("The current state of every record is what the log says.")


def _said(rows: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in rows.items() if number) or "nothing"


def _file_of(settings: Settings) -> Path | None:
    url = sa.make_url(settings.database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None
