"""A table in a file, or alone in a zip, as a stream of bytes that was checked to be whole."""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from graphs.errors import Fault, Faults

_MOST_BYTES = 4 << 30
"""Unpacked; the largest published table has half a gigabyte."""


@contextlib.contextmanager
def the_table(file: Path) -> Iterator[IO[bytes]]:
    """The one CSV table of a file or of a zip.

    Raises:
        Faults: no such file, an archive that was cut off or damaged, no table in it or several, too large.

    Examples:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "cut.zip"
        >>> _ = file.write_bytes(b"PK")
        >>> with the_table(file) as stream:
        ...     stream.read()
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: cut.zip, file: the archive is damaged or was cut off; download it again
    """
    if not file.is_file():
        raise Faults([Fault(file.name, "file", "is missing", "give a file of the bulk download")])
    if file.suffix.lower() != ".zip":
        with file.open("rb") as stream:
            yield stream
        return
    try:
        with zipfile.ZipFile(file) as archive, archive.open(_only_table(archive, file.name)) as stream:
            yield stream
    except (zipfile.BadZipFile, zlib.error, EOFError):
        mend = "download it again"
        raise Faults([Fault(file.name, "file", "the archive is damaged or was cut off", mend)]) from None


def _only_table(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    tables = [one for one in archive.infolist() if one.filename.lower().endswith(".csv")]
    if len(tables) != 1:
        fault = f"holds {len(tables) or 'no'} CSV tables"
        raise Faults([Fault(name, "file", fault, "give the archive as it was published, with one")])
    if tables[0].file_size > _MOST_BYTES:
        raise Faults([Fault(name, "file", "unpacks to more than 4 GB", "give one year of the table")])
    return tables[0]
