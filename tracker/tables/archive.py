"""A workbook that anybody may have made, read by a child process that can hurt nobody."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

from graphs.errors import Fault, Faults
from tracker.tables import workbook
from tracker.tables.workbook import MOST_ENTRY_BYTES, MOST_INFLATED_BYTES, MOST_TEXT

MOST_ENTRIES = 2_000
MOST_RATIO = 100
"""Unpacked to packed, of a part over ``LARGE_BYTES``; cells with addresses reach about 20, a bomb 1,000."""
LARGE_BYTES = 5_000_000
WALL_SECONDS = 60.0
_ENTRY = b"PK\x01\x02"
"""How every entry of the list of contents begins."""
_STRANGE = {
    "content.xml": "is an OpenDocument table",
    "xl/workbook.bin": "is a binary workbook (.xlsb)",
    "word/document.xml": "is a text document",
    "ppt/presentation.xml": "is a presentation",
}
_LOCKED, _STORED = 0x1, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MOST_OUTPUT = 8 * MOST_TEXT
"""A letter takes at most six bytes of JSON, twelve outside the basic plane."""


def rows_of_workbook(name: str, content: bytes, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a workbook that are not blank, with their numbers, each cell as text.

    Its list of contents is checked here; the rest is done by a child process with little memory, time and files,
    no environment and no descriptors of ours.

    Raises:
        Faults: one, that says why the workbook cannot be read.
    """
    _check_contents(name, content)
    command = [sys.executable, "-I", str(Path(workbook.__file__)), sheet]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    late = threading.Event()
    with subprocess.Popen(command, env={}, stdin=pipe, stdout=pipe, stderr=nowhere) as child:
        clock = threading.Timer(WALL_SECONDS, _stop, (child, late))
        feeder = threading.Thread(target=_feed, args=(child, content), daemon=True)
        clock.start()
        feeder.start()
        try:
            ended = yield from _said(name, child)
        finally:
            clock.cancel()
            child.kill()
            feeder.join()
    if not ended:
        raise Faults([_killed(name, child.returncode, late.is_set())])


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _feed(child: subprocess.Popen[bytes], content: bytes) -> None:
    """Hand the workbook over; a child that has already refused it reads no more."""
    assert child.stdin is not None
    with suppress(OSError, ValueError), child.stdin:
        child.stdin.write(content)


def _said(name: str, child: subprocess.Popen[bytes]) -> Generator[tuple[int, list[str]], None, bool]:
    """What the child reads, row by row; whether it came to an end of its own."""
    assert child.stdout is not None
    letters = 0
    while line := child.stdout.readline(_MOST_OUTPUT):
        letters += len(line)
        if letters > _MOST_OUTPUT:
            return False
        try:
            kind, *what = json.loads(line)
        except ValueError:
            return False  # it was stopped in the middle of a line
        if kind == "rows":
            yield from what[0]
        elif kind == "refused":
            raise Faults([Fault(where or name, "", fault, mend) for where, fault, mend in what[0]])
        else:
            return kind == "end"
    return False


def _killed(name: str, code: int, late: bool) -> Fault:
    """Why a child that did not end by itself was stopped."""
    if late or code == -getattr(signal, "SIGXCPU", 0):
        return Fault(name, "", "takes too long to read", "split the file, or save it as CSV")
    return Fault(name, "", "takes more memory to read than a table may", "split the file, or save it as CSV")


def _check_contents(name: str, content: bytes) -> None:
    """Refuse what the list of contents already shows: bombs, locks, and files of another kind.

    Raises:
        Faults: one, that says what it is.
    """
    if content.count(_ENTRY) > MOST_ENTRIES:
        raise _refused(name, f"holds more than {MOST_ENTRIES:,} files", "save it again as XLSX")
    try:
        infos = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except Exception:  # a stranger's bytes may break the list in any way
        raise _refused(name, "is a damaged workbook", "open it and save it again as XLSX") from None
    names = {info.filename.replace("\\", "/").lower() for info in infos}
    for entry, fault in _STRANGE.items():
        if entry in names:
            raise _refused(name, fault, "save it as XLSX or CSV")
    if "xl/workbook.xml" not in names:
        raise _refused(name, "is an archive without a workbook", "give the XLSX or CSV file itself")
    if any(info.flag_bits & _LOCKED for info in infos):
        raise _refused(name, "is locked with a password", "save it without a password")
    if any(info.compress_type not in _STORED for info in infos):
        raise _refused(name, "is packed in a way that workbooks are not", "save it again as XLSX")
    sizes = [info.file_size for info in infos]
    if sum(sizes) > MOST_INFLATED_BYTES or max(sizes) > MOST_ENTRY_BYTES:
        fault = f"unpacks to {sum(sizes):,} bytes, more than the {MOST_INFLATED_BYTES:,}"
        fault += f" (or {MOST_ENTRY_BYTES:,} a part) that a table may take"
        raise _refused(name, fault, "split the file, or save it as CSV")
    if any(info.file_size > max(LARGE_BYTES, MOST_RATIO * info.compress_size) for info in infos):
        fault = f"holds a part that unpacks to more than {MOST_RATIO} times its size, as no table does"
        raise _refused(name, fault, "save it again as XLSX, or as CSV")


def _refused(name: str, fault: str, mend: str) -> Faults:
    return Faults([Fault(name, "", fault, mend)])
