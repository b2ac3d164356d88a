"""A table of text in which every cell has its address, as in a spreadsheet, and what any table must fulfil."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graphs.errors import Fault, Faults
from graphs.spreadsheet import LIVE
from tracker.tables.workbook import ERROR, MOST_COLUMNS, MOST_FAULTS, MOST_LETTERS, MOST_ROWS, letters

_ERRORS = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|GETTING_DATA)", re.I)
_LIVE = re.compile(rf"'*(?:{LIVE}|{ERROR}|{_ERRORS.pattern}\Z)", re.I)
"""Text that a spreadsheet would compute, or that looks like a mark of ours, behind any number of apostrophes."""


@dataclass(frozen=True)
class Row:
    """A row with one cell a column, and its number as a spreadsheet counts: blank rows too, the names in row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The names of the columns, and the rows below them that are not blank.

    Examples:
        >>> table = Table(("title", "origin"), (Row(2, ("Strike", "FR")),))
        >>> table.where(table.rows[0], "origin")
        'row 2, cell B2'
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()
    """What the reader had to assume, for people to check."""

    def where(self, row: Row, column: str) -> str:
        """The address of a cell, as a ``Fault`` says it.

        Raises:
            ValueError: if no column has this name.
        """
        return address(row.number, self.columns.index(column))


def address(number: int, place: int) -> str:
    """Where a cell stands: the number of its row, and the place of its column from 0.

    Examples:
        >>> address(3, 1), address(3, 26)
        ('row 3, cell B3', 'row 3, cell AA3')
    """
    return f"row {number}, cell {letters(place)}{number}"


def tabulate(
    rows: Iterable[tuple[int, list[str]]],
    remarks: tuple[str, ...] = (),
    progress: Callable[[int], None] | None = None,
) -> Table:
    """Make a table of numbered rows of text, the first of which holds the names.

    Args:
        progress: called with the number of rows that are done.

    Raises:
        Faults: names that are missing or double, cells that are too long, show an error or have no name above them.

    Examples:
        >>> tabulate([(1, ["title", "Title"])])
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: row 1, cell B1, Title: stands more than once; keep one of the columns
    """
    faults: list[Fault] = []
    columns: tuple[str, ...] | None = None
    found = []
    for number, cells in rows:
        if not any(plain(cell).strip() for cell in cells):
            continue
        if number > MOST_ROWS + 1:
            faults.append(Fault(f"row {number}", "", f"more than {MOST_ROWS:,} rows", "split the file"))
            break
        if len(cells) > MOST_COLUMNS and any(cell.strip() for cell in cells[MOST_COLUMNS:]):
            mend = "keep the columns that the template has"
            faults.append(Fault(address(number, MOST_COLUMNS), "", f"more than {MOST_COLUMNS} columns", mend))
            break
        if columns is None:
            columns = _columns(number, cells, faults)
            continue
        faults += _faults_of_cells(number, cells, columns)
        padded = (*(plain(cell) for cell in cells[: len(columns)]), *[""] * (len(columns) - len(cells)))
        found.append(Row(number, padded))
        if progress is not None and len(found) % 500 == 0:
            progress(len(found))
        if len(faults) > MOST_FAULTS:
            del faults[MOST_FAULTS:]
            faults.append(Fault(f"row {number}", "", "has faults, too many to list them all", "mend the others first"))
            break
    if columns is None and not faults:
        faults.append(Fault("row 1", "", "the table is empty", "write the names of the columns in the first row"))
    if faults:
        raise Faults(faults)
    return Table(columns or (), tuple(found), remarks)


def _columns(number: int, cells: list[str], faults: list[Fault]) -> tuple[str, ...]:
    names = [plain(cell).strip() for cell in cells[:MOST_COLUMNS]]
    while names and not names[-1]:
        names.pop()
    if number > 1:
        faults.append(Fault("row 1", "", "is blank", "write the names of the columns in the first row"))
    seen = set()
    for place, name in enumerate(names):
        faults += _faults_of_cell(number, place, cells[place], "")
        if name and name.casefold() in seen:
            fault = "stands more than once"
            faults.append(Fault(address(number, place), shorten(name), fault, "keep one of the columns"))
        seen.add(name.casefold())
    return tuple(names)


def _faults_of_cells(number: int, cells: list[str], columns: tuple[str, ...]) -> list[Fault]:
    faults = []
    for place, cell in enumerate(cells):
        name = columns[place] if place < len(columns) else ""
        faults += _faults_of_cell(number, place, cell, name)
        if not name and cell.strip():
            mend = "name the column in the first row, or quote cells that hold the separator"
            faults.append(Fault(address(number, place), "", "stands below no name", mend))
    return faults


def _faults_of_cell(number: int, place: int, cell: str, name: str) -> list[Fault]:
    if cell.startswith(ERROR):
        fault = f"shows the error {shorten(cell[len(ERROR) :])}"
        return [Fault(address(number, place), name, fault, "mend the formula, or write the value")]
    if len(cell) > MOST_LETTERS:
        fault = f"has {len(cell):,} letters"
        return [Fault(address(number, place), name, fault, f"shorten it to {MOST_LETTERS:,}")]
    if any("\ud800" <= one <= "\udfff" for one in cell) if not cell.isascii() else "\0" in cell:
        mend = "save the file as “CSV UTF-8”"
        return [Fault(address(number, place), name, "holds bytes that are no letters of UTF-8", mend)]
    return []


def shorten(text: str) -> str:
    """A text that is not longer than a fault can show."""
    return text if len(text) <= 60 else text[:57] + "…"


def neutral(text: str) -> str:
    """A text that no spreadsheet computes: an apostrophe before what it would. ``plain`` undoes it exactly.

    Examples:
        >>> neutral("=1+1"), neutral("'tis"), neutral("'=1+1"), neutral("a=b")
        ("'=1+1", "'tis", "''=1+1", 'a=b')
    """
    return f"'{text}" if _LIVE.match(text) else text


def plain(text: str) -> str:
    """What was meant before an apostrophe made it safe.

    Examples:
        >>> plain("'=1+1"), plain("'tis"), plain(neutral("'-5")), plain("-5")
        ('=1+1', "'tis", "'-5", '-5')
    """
    return text[1:] if text.startswith("'") and _LIVE.match(text) else text


def is_error(text: str) -> bool:
    """Whether a spreadsheet wrote this for a formula that failed.

    Examples:
        >>> is_error("#REF!"), is_error("#1")
        (True, False)
    """
    return _ERRORS.fullmatch(text) is not None
