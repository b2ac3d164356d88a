"""Tables as a spreadsheet shows them: named columns, rows with their numbers, cells of text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A row with its number as a spreadsheet counts: row 1 holds the names, so data begins at 2."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Names of columns, and rows; a row may have fewer or more cells than there are columns."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def where(self, row: Row, column: str) -> str:
        """The place of a cell in words.

        Examples:
            >>> strike = Row(3, ("R1", "Strike"))
            >>> Table(("id", "title"), (strike,)).where(strike, "title")
            'row 3, cell B3'
        """
        number, letters = self.columns.index(column) + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"row {row.number}, cell {letters}{row.number}"
