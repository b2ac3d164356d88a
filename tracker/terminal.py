"""How the command line speaks: results, progress, and faults in words instead of tracebacks."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import SQLAlchemyError

from graphs.errors import Fault, Faults

for stream in (sys.stdout, sys.stderr):
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # an ellipsis is no reason to fail on a terminal without it
_TABLES = ("nodes.csv", "flows.csv", "meta.json")

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
            errors.print(
                f"TRACKER_{name}: {one['msg'].removeprefix('Value error, ')}; see the settings in the README",
                style="red",
            )
        raise typer.Exit(2) from None
    except SQLAlchemyError as error:
        mend = "set TRACKER_DATABASE_URL to a file in a folder that you may write to"
        errors.print(f"The database cannot be used: {getattr(error, 'orig', None) or error}; {mend}", style="red")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        errors.print("Stopped.")
        raise typer.Exit(130) from None
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


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Say how far something is, given what is done and of how many: a bar on a terminal, else a line at every tenth.

    Both with the time left, judged by what was done since it was first told.
    """
    if console.is_terminal:
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=None)
            yield lambda done, of: bar.update(task, completed=done, total=of)
        return
    told, first = [0], list[tuple[int, float]]()

    def tell(done: int, of: int) -> None:
        if not first:
            first.append((done, time.monotonic()))
        if of and done * 10 // of > told[-1]:
            told.append(done * 10 // of)
            console.print(f"{what}: {done:,} of {of:,}{_left(done, of, *first[0])}")

    console.print(f"{what} …")
    yield tell


def _left(done: int, of: int, first: int, begin: float) -> str:
    """How much longer it takes at the pace since ``begin``, in words; nothing where there is no pace yet."""
    if not first < done < of:
        return ""
    seconds = (time.monotonic() - begin) / (done - first) * (of - done)
    if seconds < 100:
        return f", about {seconds:.0f} s left"
    return f", about {seconds / 60:.0f} min left" if seconds < 6000 else f", about {seconds / 3600:.1f} h left"


def check_writable(out: Path, *read: Path | None) -> None:
    """Find before the work what would go wrong after it.

    Args:
        read: files, and folders with a chain, that the work reads: none of them is overwritten.

    Raises:
        Faults: a name that is a folder, that is read, or that lies where no file can be written.
    """
    mend = "give the name of a file, such as out/result.csv"
    inputs = {path.resolve() for one in read if one for path in (one, *(one / name for name in _TABLES))}
    folder = next(one for one in out.absolute().parents if one.exists())
    if not out.name or out.is_dir():
        fault = f"{str(out)!r} is a folder"
    elif out.exists() and not out.is_file():
        fault = f"{out} is no ordinary file"
    elif out.resolve() in inputs:
        fault = f"{out} is read by this very command"
    elif not folder.is_dir():
        fault = f"{folder} is a file, so nothing can be written into it"
    elif not os.access(folder, os.W_OK):
        fault = f"you may not write to {folder}"
    else:
        return
    raise Faults([Fault("", "out", fault, mend)])


@contextmanager
def written(out: Path) -> Iterator[Path]:
    """A file to write to, which becomes ``out`` when all went well; else ``out`` stays as it was."""
    out.parent.mkdir(parents=True, exist_ok=True)
    whole = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        yield whole
        whole.replace(out)
    finally:
        whole.unlink(missing_ok=True)


def fail(message: str) -> NoReturn:
    """Say what is wrong and end with exit code 2."""
    errors.print(message.encode("utf-8", "replace").decode(), style="red")
    raise typer.Exit(2)
