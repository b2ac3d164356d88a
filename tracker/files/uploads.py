"""Files on their way in: read and checked beside the pages, looked at by whoever sent them, then written."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from graphs.errors import Fault, Faults, Unknown
from tracker import keeping, tables
from tracker.desk import Desk
from tracker.files import importing
from tracker.files.importing import Preview, Source
from tracker.keeping import Change, Refused, Taken

State = Literal["reading", "ready", "writing", "done", "failed"]
_KEPT = timedelta(minutes=30)
_MOST = 24
"""Files that wait at once; one more is refused until one is done with."""
_MOST_OF_ONE = 3
"""Files of one sender; the oldest that is not being written gives way, never that of somebody else."""
_LOG = logging.getLogger(__name__)


@dataclass
class Upload:
    """One file of one person, and how far it is."""

    name: str
    kind: str
    sender: tuple[str, str]
    at: datetime
    state: State = "reading"
    done: int = 0
    of: int = 0
    preview: Preview | None = None
    faults: tuple[Fault, ...] = ()
    taken: Taken | None = None


class Uploads:
    """The files on their way in, in memory: two are read at once, each is known by a token that nobody can guess.

    Nothing of a file is in the log before its sender has seen what would happen and said so.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._files: dict[str, Upload] = {}
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="upload")

    def begin(self, name: str, content: bytes, kind: str, sender: tuple[str, str], at: datetime) -> str:
        """Begin to read a file; the token by which it is asked for.

        Raises:
            Faults: if too many files are on their way.
        """
        token, upload = secrets.token_urlsafe(24), Upload(name, kind, sender, at)
        with self._lock:
            alive = {key: one for key, one in self._files.items() if one.state == "writing" or at - one.at < _KEPT}
            own = [key for key, one in alive.items() if one.sender == sender and one.state != "writing"]
            for key in own[: 1 - _MOST_OF_ONE]:
                del alive[key]
            if len(alive) >= _MOST:
                raise Faults([Fault("", "file", f"{_MOST} files are on their way", "try again in some minutes")])
            self._files = alive | {token: upload}
        self._workers.submit(self._guarded, upload, lambda: self._read(token, upload, content))
        return token

    def find(self, token: str, sender: tuple[str, str]) -> Upload:
        """A file by its token.

        Raises:
            Unknown: if there is none of this sender, or no longer.
        """
        upload = self._files.get(token)
        if upload is None or upload.sender != sender:
            raise Unknown(token)
        return upload

    def write(self, upload: Upload, change: Change, amend: bool, partial: bool) -> None:
        """Begin to write what is good; with ``partial`` also if other rows have faults.

        Raises:
            Faults: a file that is not ready, or has faults that nobody said to leave out.
        """
        with self._lock:
            if upload.state != "ready" or upload.preview is None:
                raise Faults([Fault("", "file", "is not ready to be written", "wait until it was checked")])
            if upload.preview.faults and not partial:
                mend = "mend them, or have the good rows written alone"
                raise Faults([Fault("", "file", f"{len(upload.preview.of('faulty'))} rows have faults", mend)])
            upload.state = "writing"
        self._workers.submit(self._guarded, upload, lambda: self._write(upload, change, amend))

    def close(self) -> None:
        """Finish what is under way."""
        self._workers.shutdown()

    def _read(self, token: str, upload: Upload, content: bytes) -> None:
        if token not in self._files:
            return  # it gave way before its turn came

        def told(done: int, of: int) -> None:
            upload.done, upload.of = done, of

        table = tables.read(upload.name, content, kind=upload.kind)
        source = Source(upload.name, table, kind=upload.kind)
        found = importing.previews(self._desk.engine, [source], self._desk.industries, progress=told)
        upload.preview, upload.state = found[0], "ready"

    def _write(self, upload: Upload, change: Change, amend: bool) -> None:
        assert upload.preview is not None
        statuses = ("new", "amended") if amend else ("new",)
        records = [one.record for one in upload.preview.rows if one.record and one.status in statuses]
        upload.taken = self._desk.write(keeping.import_records, records, change, amend)
        upload.state = "done"

    def _guarded(self, upload: Upload, work: Callable[[], None]) -> None:
        try:
            work()
        except Faults as found:
            upload.faults, upload.state = found.faults, "failed"
        except Refused as refused:
            fault = Fault("", "file", refused.refusal.text, "ask somebody who may")
            upload.faults, upload.state = (fault,), "failed"
        except Exception:
            fault = Fault("", "file", "could not be taken in: a fault of this program", "tell who looks after it")
            _LOG.exception("%r could not be taken in", upload.name)
            upload.faults, upload.state = (fault,), "failed"
