"""How the command line speaks: results, progress, and faults in words instead of tracebacks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from graphs.errors import Faults

console = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 100)
errors = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


@contextmanager
def in_words() -> Iterator[None]:
    """Faults in words on the error stream, and an exit code, instead of a traceback."""
    try:
        yield
    except Faults as found:
        for fault in found.faults:
            errors.print(str(fault), style="red")
        raise typer.Exit(2) from None
    except ValidationError as error:
        for one in error.errors():
            name = "_".join(str(part) for part in one["loc"]).upper()
            errors.print(f"TRACKER_{name}: {one['msg']}; see the settings in the README", style="red")
        raise typer.Exit(2) from None
    except SQLAlchemyError as error:
        mend = "set TRACKER_DATABASE_URL to a file in a folder that you may write to"
        errors.print(f"The database cannot be used: {getattr(error, 'orig', None) or error}; {mend}", style="red")
        raise typer.Exit(1) from None
    except OSError as error:
        errors.print(f"{error.filename or 'a file'}: {error.strerror}", style="red")
        raise typer.Exit(1) from None


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Say what is under way, for as long as it takes."""
    if not console.is_terminal:
        console.print(f"{what} …")
        yield
        return
    with console.status(f"{what} …"):
        yield


def fail(message: str) -> NoReturn:
    """Say what is wrong and end with exit code 2."""
    errors.print(message.encode("utf-8", "replace").decode(), style="red")
    raise typer.Exit(2)
