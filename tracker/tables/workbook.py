"""A workbook of strangers as rows of text: run by itself in a limited child process, so it imports nothing of ours."""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

try:
    import resource
except ImportError:  # this platform has no such limits; the parent's clock still holds
    LIMITED = False
else:
    LIMITED = True

MOST_ROWS = 10_000
"""Rows of data; the row of names comes on top."""
MOST_COLUMNS = 200
MOST_LETTERS = 100_000
"""Longest cell."""
MOST_TEXT = 50_000_000
"""Letters of all cells together: a text that is written once in a workbook may stand in every cell."""
MOST_ENTRY_BYTES = 100_000_000
MOST_INFLATED_BYTES = 200_000_000
MOST_TREE_BYTES = 10_000_000
"""A part that is read as a tree takes many times its size."""
MOST_FAULTS = 1_000
MEMORY_BYTES = 2**30
CPU_SECONDS = 20
OPEN_FILES = 16
ERROR = "\ufdd0"
"""Stands before the text of a cell that shows an error: a character no text has."""

_NEEDED = ("[content_types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_TEXTS = "xl/sharedstrings.xml"
_USED = (_TEXTS, "xl/styles.xml")
_MOST_CELLS = (MOST_ROWS + 1) * MOST_COLUMNS
_TOO_MANY = ("", f"more than {_MOST_CELLS:,} cells", "split the file")
_TOO_LONG = ("", f"the table holds more than {MOST_TEXT:,} letters", "split the file")
_UNMERGE = "unmerge them and give each row its own value"
_TOO_WIDE = (f"more than {MOST_COLUMNS} columns", "keep the columns that the template has")
_CHUNK = 1 << 16
_BATCH = 500
# Each of these stops at the next tag, so that no markup makes the search slow.
_CELL = re.compile(rb"<(?:\w+:)?c\b([^<>]*)>")
_ADDRESS = re.compile(rb'\br=["\']([A-Z]{1,3})([0-9]{1,7})["\']')
_STYLE = re.compile(rb'\bs=["\']([0-9]+)["\']')
_SHOWS_ERROR = re.compile(rb'\bt=["\']e["\']')
_SHARED = re.compile(rb't=["\']s["\'][^<>]*>\s*<(?:\w+:)?v>([0-9]{1,8})<')
_TAG = re.compile(rb"<[^<>]*>")
_ONE = re.compile(rb"\s*(?:<(?:\w+:)?f\b[^<>]*>(?:[^<>]*</(?:\w+:)?f>)?\s*)?<(?:\w+:)?v>1<")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


class Refused(Exception):
    """Why the workbook cannot be read: where, fault and mend, one or many."""

    def __init__(self, *faults: tuple[str, str, str]) -> None:
        self.faults = faults
        super().__init__(faults)


def rows(content: bytes, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a workbook that are not blank, numbered as in the spreadsheet, each cell as text.

    The reader gets a small archive that holds only what was inflated and counted here, so it cannot be led to
    another size or another sheet than the ones that were checked.

    Args:
        sheet: the name of the sheet to prefer; without it the first that is not hidden.

    Raises:
        Refused: a workbook that is damaged, or larger than it may be.
    """
    parts = _Parts(content)
    path, place = _sheet(parts, sheet)
    markup = parts.inflate(path, MOST_ENTRY_BYTES)
    _check_text(markup, parts.kept.get(_TEXTS, b""))
    seen = _look(markup, _percent(parts.kept.get("xl/styles.xml", b"")))
    if seen.errors:  # the reader leaves errors out; as text it shows them
        markup = _CELL.sub(lambda cell: _SHOWS_ERROR.sub(b't="str"', cell[0]), markup)
    parts.kept[path] = markup
    book = CalamineWorkbook.from_filelike(parts.archive())
    found = book.get_sheet_by_index(place)
    _check_size(found.total_height, found.total_width)
    merged = [
        (f"row {top + 1}, cells {letters(left)}{top + 1}:{letters(right)}{bottom + 1}", "are merged", _UNMERGE)
        for (top, left), (bottom, right) in found.merged_cell_ranges or ()
    ]
    if merged:
        raise Refused(*merged[:MOST_FAULTS])
    total = 0
    for number, row in enumerate(found.to_python(skip_empty_area=False), start=1):
        cells = [text(value) for value in row]
        for at in seen.wholes.get(number, ()):
            cells[at] = "100 %"
        for at in seen.errors.get(number, ()):
            cells[at] = ERROR + cells[at]
        while cells and not cells[-1]:
            cells.pop()
        total += sum(map(len, cells))
        if total > MOST_TEXT:
            raise Refused(_TOO_LONG)
        if cells:
            yield number, cells


def text(value: Any) -> str:
    """A cell as it is written in a form: ISO dates, plain decimals with a point, whole numbers without one.

    Examples:
        >>> text(3.0), text(0.4), text(0.00001), text(date(2021, 3, 1)), text(True)
        ('3', '0.4', '0.00001', '2021-03-01', 'TRUE')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    plain = format(Decimal(repr(value)), "f")
    return plain if len(plain) <= 20 else repr(value)


def letters(place: int) -> str:
    """The letters of a column, counted from 0.

    Examples:
        >>> letters(0), letters(25), letters(26), letters(701), letters(702)
        ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


class _Parts:
    """The parts of the archive, inflated one by one and counted."""

    def __init__(self, content: bytes) -> None:
        self._file = zipfile.ZipFile(io.BytesIO(content))
        self._infos = {info.filename.replace("\\", "/").lower(): info for info in self._file.infolist()}
        self._bytes = 0
        self.kept: dict[str, bytes] = {}
        for name in (*_NEEDED, *(one for one in _USED if one in self._infos)):
            self.kept[name] = self.inflate(name, MOST_ENTRY_BYTES if name == _TEXTS else MOST_TREE_BYTES)

    def inflate(self, name: str, most: int) -> bytes:
        """A part, as long as it is no larger than it may be."""
        if name not in self._infos:
            raise Refused(("", "is no XLSX workbook", "save it as XLSX or CSV"))
        whole = io.BytesIO()
        with self._file.open(self._infos[name]) as stream:
            while chunk := stream.read(_CHUNK):
                self._bytes += len(chunk)
                whole.write(chunk)
                if whole.tell() > most or self._bytes > MOST_INFLATED_BYTES:
                    raise Refused(("", f"{name} unpacks to more than it may", "split the file, or save it as CSV"))
        content = whole.getvalue()
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
            raise Refused(("", f"{name} defines words of its own, as no workbook does", "save it again as XLSX"))
        return content

    def archive(self) -> io.BytesIO:
        """What was kept, as an archive without compression, under the names that the reader looks for."""
        names = {"[content_types].xml": "[Content_Types].xml", _TEXTS: "xl/sharedStrings.xml"}
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as file:
            for name, content in self.kept.items():
                info = self._infos[name]
                file.writestr(names.get(name, info.filename.replace("\\", "/")), content)
        self.kept.clear()
        whole.seek(0)
        return whole


def _sheet(parts: _Parts, wanted: str) -> tuple[str, int]:
    """The path of the sheet in the archive, and its place among the sheets."""
    relations = ElementTree.fromstring(parts.kept["xl/_rels/workbook.xml.rels"])
    paths = {one.get("Id"): one.get("Target", "") for one in relations if one.get("Type", "").endswith("/worksheet")}
    book = ElementTree.fromstring(parts.kept["xl/workbook.xml"])
    sheets = []
    for place, one in enumerate(one for one in book.iter() if one.tag.rpartition("}")[2] == "sheet"):
        target = paths.get(one.get(_RELATION, one.get(_STRICT_RELATION)))
        if target is not None:
            path = target[1:] if target.startswith("/") else f"xl/{target}"
            sheets.append((one.get("name", "").strip().casefold(), one.get("state", "visible"), path.lower(), place))
    names = {wanted.casefold(), f"{wanted.casefold()}s"}
    named = [one for one in sheets if wanted and one[0] in names]
    seen = [one for one in sheets if one[1] == "visible"]
    if not named and not seen:
        raise Refused(("", "has no sheet to read", "put the table on the first sheet"))
    *_, path, place = (named or seen)[0]
    return path, place


@dataclass(frozen=True)
class _Seen:
    """Cells that the reader would not tell from others: the columns from 0 by the row from 1."""

    errors: dict[int, list[int]]
    wholes: dict[int, list[int]]
    """The number 1 in a format of percent."""


def _look(markup: bytes, percent: set[bytes]) -> _Seen:
    """Look at every cell that is not empty before a table is made that reaches to the farthest.

    Args:
        percent: the styles that show a number as a percentage.

    Raises:
        Refused: too many cells, or one that is too far.
    """
    places = {letters(place).encode(): place for place in range(MOST_COLUMNS)}
    seen = _Seen({}, {})
    if markup.count(b"<c ") > _MOST_CELLS:  # the quick count, for the usual way to write a cell
        raise Refused(_TOO_MANY)
    for count, cell in enumerate(_CELL.finditer(markup)):
        if count > _MOST_CELLS:
            raise Refused(_TOO_MANY)
        attributes = cell[1]
        if attributes.endswith(b"/"):
            continue
        error, found = _SHOWS_ERROR.search(attributes), _ADDRESS.search(attributes)
        if not found:
            if error:
                raise Refused(("", "shows an error in a cell without an address", "save it again as XLSX"))
            continue
        row, place = int(found[2]), places.get(found[1])
        _check_size(row, 0)
        if place is None:
            raise Refused((f"row {row}, cell {found[1].decode()}{row}", *_TOO_WIDE))
        if error:
            seen.errors.setdefault(row, []).append(place)
        elif (
            percent and (style := _STYLE.search(attributes)) and style[1] in percent and _ONE.match(markup, cell.end())
        ):
            seen.wholes.setdefault(row, []).append(place)
    return seen


def _check_text(markup: bytes, texts: bytes) -> None:
    """Refuse long texts that stand once in the workbook and are shown in very many cells."""
    shown = [int(place) for place in _SHARED.findall(markup)]
    if len(texts) * len(shown) <= MOST_TEXT:
        return
    lengths = [len(_TAG.sub(b"", one)) for one in re.split(rb"</(?:\w+:)?si>", texts)]
    if sum(lengths[place] for place in shown if place < len(lengths)) > 4 * MOST_TEXT:  # a letter has up to 4 bytes
        raise Refused(_TOO_LONG)


def _check_size(height: int, width: int) -> None:
    if height > MOST_ROWS + 1:
        raise Refused((f"row {height}", f"more than {MOST_ROWS:,} rows", "split the file"))
    if width > MOST_COLUMNS:
        raise Refused((f"column {letters(width - 1)}", *_TOO_WIDE))


def _percent(styles: bytes) -> set[bytes]:
    """The numbers of the styles that show a percentage."""
    if not styles:
        return set()
    named = {one.tag.rpartition("}")[2]: one for one in ElementTree.fromstring(styles)}
    forms = {"9", "10"} | {
        one.get("numFmtId", "") for one in named.get("numFmts", ()) if "%" in one.get("formatCode", "")
    }
    return {str(place).encode() for place, one in enumerate(named.get("cellXfs", ())) if one.get("numFmtId") in forms}


def _limit() -> None:
    """Give up, for good, what reading a workbook does not need."""
    if not LIMITED:
        return
    for name, most in (
        ("RLIMIT_AS", MEMORY_BYTES),
        ("RLIMIT_CPU", CPU_SECONDS),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", OPEN_FILES),
        ("RLIMIT_CORE", 0),
    ):
        with suppress(AttributeError, ValueError, OSError):  # a platform without this limit
            _, hard = resource.getrlimit(getattr(resource, name))
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            above = hard if name == "RLIMIT_CPU" else least  # at the hard limit of time no signal tells why
            resource.setrlimit(getattr(resource, name), (least, above))


def _say(kind: str, *what: Any) -> None:
    sys.stdout.write(json.dumps([kind, *what]) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read a workbook from the input; write its rows to the output, one JSON list a line, and ``end`` at last."""
    _limit()
    batch: list[tuple[int, list[str]]] = []
    try:
        for row in rows(sys.stdin.buffer.read(), sys.argv[1]):
            batch.append(row)
            if len(batch) == _BATCH:
                _say("rows", batch)
                batch = []
        _say("rows", batch)
        _say("end")
    except Refused as found:
        _say("refused", found.faults)
    except MemoryError:
        _say("memory")
    except (CalamineError, ElementTree.ParseError, zipfile.BadZipFile, zlib.error, ValueError, LookupError,
            NotImplementedError, RuntimeError, EOFError, OSError, ArithmeticError):  # fmt: skip
        fault = "is damaged: it does not hold what a workbook holds"
        _say("refused", [("", fault, "open it and save it again as XLSX")])


if __name__ == "__main__":
    main()
