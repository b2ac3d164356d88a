"""People from the command line, for who administers the machine: it asks for no login."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlalchemy import Engine

from tracker.accounts import invitations, people
from tracker.accounts.people import Account
from tracker.commands.opening import now
from tracker.database import open_database
from tracker.settings import Settings
from tracker.terminal import console, fail, in_words

app = typer.Typer(help="Invite people, list them, give roles, lock out.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name or e-mail of the account.")]
Association = Annotated[str, typer.Option(help="Id of the association; the alliance itself if left out.")]


@app.command()
def invite(
    email: Annotated[str, typer.Argument(help="Who is invited.")],
    role: Annotated[str, typer.Option(help="viewer, expert, coordinator or administrator.")] = "expert",
    association: Association = "",
) -> None:
    """Print a link that works once; give it to the one you invite."""
    with _people() as engine:
        token = invitations.invite(engine, email, association, role, "command line", now())
        console.print(f"{email} is invited; the link works once, within seven days:", soft_wrap=True)
        console.print(link(Settings(), token), soft_wrap=True)


@app.command("list")
def list_people() -> None:
    """Everybody with roles, and who is invited."""
    with _people() as engine:
        for one in people.everybody(engine):
            console.print(f"{one.name} <{one.email}>: {_roles(one)}{' (disabled)' if one.disabled else ''}")
        for invited in invitations.waiting(engine, now()):
            console.print(f"invited: <{invited.email}>: {invited.role} of {invited.association or 'the alliance'}")


@app.command()
def role(
    name: Name,
    role: Annotated[str, typer.Argument(help="viewer, expert, coordinator, administrator, or none.")],
    association: Association = "",
) -> None:
    """Give a role, or take it with none."""
    with _people() as engine:
        given = people.set_role(engine, _named(engine, name).id, association, "" if role == "none" else role)
        console.print(f"{given.name}: {_roles(given)}")


@app.command()
def disable(name: Name) -> None:
    """Lock somebody out at once; the name stays in the log."""
    with _people() as engine:
        console.print(f"{people.disable(engine, _named(engine, name).id, now()).name} is locked out.")


@app.command()
def enable(name: Name) -> None:
    """Let somebody in again."""
    with _people() as engine:
        console.print(f"{people.enable(engine, _named(engine, name).id).name} may log in again.")


def link(settings: Settings, token: str) -> str:
    """The address under which an invitation is accepted."""
    return f"{settings.url.rstrip('/') or f'http://localhost:{settings.port}'}/invitations/{token}"


@contextmanager
def _people() -> Iterator[Engine]:
    with in_words():
        engine = open_database(Settings().database_url)
        try:
            yield engine
        finally:
            engine.dispose()


def _named(engine: Engine, name: str) -> Account:
    found = people.find(engine, name)
    if found is None:
        fail(f"{name}: there is no such account; see python3 -m tracker people list")
    return found[0]


def _roles(account: Account) -> str:
    listed = [f"{role} of {association or 'the alliance'}" for association, role in account.roles.items()]
    return ", ".join(listed) or "no role"
