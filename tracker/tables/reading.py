"""Files of strangers become tables, or faults: what the bytes are decides, not the name."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator

from graphs.errors import Fault, Faults
from tracker.tables.archive import rows_of_workbook
from tracker.tables.table import Table, is_error, tabulate
from tracker.tables.workbook import ERROR, MOST_LETTERS

MOST_BYTES = 20_000_000
_SEPARATORS = (",", ";", "\t")
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of the old office begin; a workbook with a password hides in one too."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read(name: str, content: bytes, progress: Callable[[int], None] | None = None, kind: str = "") -> Table:
    """Read a CSV file or an XLSX workbook that anybody may have made.

    CSV: UTF-8, UTF-16 with its mark, or windows-1252 (then a remark says so); separated by commas, semicolons or
    tabs. XLSX: the sheet that is named like ``kind``, else the first; read in a process of its own under limits
    (see ``tracker.tables.archive``). Numbers and dates become the text that a form takes. Blank rows count, but are
    left out. An apostrophe that keeps a text from being computed is taken off.

    Args:
        name: as the file is called, for the faults.
        progress: called now and then with the number of rows that are read.
        kind: the name of the sheet to prefer, such as ``disruption``.

    Raises:
        Faults: every fault with the address of its cell; or why the file as a whole cannot be read.

    Examples:
        >>> table = read("list.csv", b"title;origin\\nStrike;FR\\n\\n'=1;DE\\n")
        >>> table.columns, [(row.number, row.cells) for row in table.rows]
        (('title', 'origin'), [(2, ('Strike', 'FR')), (4, ('=1', 'DE'))])
        >>> read("list.csv", b"title,origin\\n#REF!,FR\\n")
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: row 2, cell A2, title: shows the error #REF!; mend the formula, or write the value
    """
    if len(content) > MOST_BYTES:
        raise refused(name, f"has {len(content):,} bytes, more than {MOST_BYTES:,}", "split the file")
    if content.startswith(_OLD):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise refused(name, "is locked with a password", "save it without a password")
        raise refused(name, "is an old workbook (.xls)", "save it as XLSX or CSV")
    if content.startswith(b"PK"):
        return tabulate(rows_of_workbook(name, content, kind), progress=progress)
    if name.lower().endswith((".xlsx", ".xlsm")):
        raise refused(name, "is no workbook, whatever its name says", "save it again as XLSX")
    text, remarks = _decode(name, content)
    return tabulate(_rows(name, text), remarks, progress)


def refused(name: str, fault: str, mend: str) -> Faults:
    """The one fault of a file that cannot be read at all."""
    return Faults([Fault(name, "", fault, mend)])


def _decode(name: str, content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of the bytes, and what had to be assumed; bytes that are no letters stay for the cell to be named."""
    if content.startswith(_UTF16):
        try:
            return content.decode("utf-16"), ()
        except UnicodeDecodeError:
            raise refused(name, "breaks off inside a letter of UTF-16", "save it as “CSV UTF-8”") from None
    if b"\0" in content:
        raise refused(name, "is no text and no workbook", "save the table as XLSX, or as “CSV UTF-8”")
    with_marks = content.decode("utf-8-sig", errors="surrogateescape")
    strange = [letter for letter in set(with_marks) if ord(letter) > 127]
    if not strange or not any("\udc80" <= letter <= "\udcff" for letter in strange):
        return with_marks, ()
    if not all("\udc80" <= letter <= "\udcff" for letter in strange):
        return with_marks, ()  # partly UTF-8: the cells with broken letters are named
    try:
        text = content.decode("windows-1252")
    except UnicodeDecodeError:
        return with_marks, ()
    return text, (f"{name} is no UTF-8 and was read as windows-1252: check letters with accents",)


def _rows(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers; errors marked as in a workbook."""
    csv.field_size_limit(10 * MOST_LETTERS)
    first = re.match(r"sep=(.)\r?\n", text)  # a hint to spreadsheets, which they do not show
    if first:
        text = text[first.end() :]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=first[1] if first else _separator(text))
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error:
            fault = f"has a cell of more than {10 * MOST_LETTERS:,} letters, or a quote that is not closed"
            raise Faults([Fault(f"row {number}", "", fault, "shorten the cell or close the quote")]) from None
        if cells is None:
            return
        if cells:
            yield number, [ERROR + cell if is_error(cell) else cell for cell in cells]


def _separator(text: str) -> str:
    """The separator that stands most often in the first row, outside quotes."""
    head = re.sub(r'"[^"]*"', "", text[:MOST_LETTERS]).partition("\n")[0]
    return max(_SEPARATORS, key=head.count)
