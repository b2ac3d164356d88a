"""A table as it is read: every cell in words, and a range in one cell with its figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.briefing import Cell, Column, Table

NOT_KNOWN = "–"


@dataclass(frozen=True)
class Head:
    """The head of a column on paper: its label with its unit, what it means, and whether it holds figures."""

    words: str
    meaning: str
    number: bool


@dataclass(frozen=True)
class Words:
    """What stands in a cell; ``between`` is the range of a figure, empty if it has none."""

    words: str
    between: str = ""


@dataclass(frozen=True)
class Paper:
    """A table on paper: its heads, and rows with a cell under each."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Words, ...], ...]


def on_paper(table: Table) -> Paper:
    """A table in words, its columns of low and high readings folded into those they belong to.

    Examples:
        >>> likely = Column("loss_share", "Output lost", "", "%", 1, between=("loss_low_share", "loss_high_share"))
        >>> ends = (Column("loss_low_share", "Low", "", "%", 1), Column("loss_high_share", "High", "", "%", 1))
        >>> paper = on_paper(Table("losses", "Losses", (likely, *ends), ((0.131, 0.1, 0.186),)))
        >>> paper.heads[0].words, paper.rows
        ('Output lost, %', ((Words(words='13.1', between='10.0–18.6'),),))
    """
    places = {column.name: place for place, column in enumerate(table.columns)}
    folded = {name for column in table.columns for name in column.between or ()}
    shown = [column for column in table.columns if column.name not in folded]
    heads = tuple(Head(_head(one), one.meaning, _holds_numbers(table, places[one.name])) for one in shown)
    rows = tuple(tuple(_cell(row, one, places) for one in shown) for row in table.rows)
    return Paper(heads, rows)


def written(cell: Cell, column: Column) -> str:
    """A cell in words; its unit stands in the head of the column.

    Examples:
        >>> share, change = Column("a", "A", "", "%", 1), Column("b", "B", "", "points", 1, signed=True)
        >>> written(0.1514, share), written(-0.04, change), written(2.0, change), written(None, share)
        ('15.1', '0.0', '+2.0', '–')
        >>> written(date(2020, 4, 26), Column("on", "On", "")), written(12345, Column("n", "Number", ""))
        ('26 Apr 2020', '12,345')
    """
    if cell is None:
        return NOT_KNOWN
    if isinstance(cell, date):
        return f"{cell.day} {cell:%b %Y}"
    if isinstance(cell, str):
        return cell
    value = 100 * cell if column.unit == "%" else cell
    digits = column.digits if column.digits is not None else 0
    value = round(value, digits) + 0.0  # no −0
    return f"{value:{'+' if column.signed and value else ''},.{digits}f}".replace("-", "−")


def _head(column: Column) -> str:
    return f"{column.label}, {column.unit}" if column.unit else column.label


def _holds_numbers(table: Table, place: int) -> bool:
    cells = [row[place] for row in table.rows if row[place] is not None]
    return bool(cells) and all(isinstance(cell, int | float) for cell in cells)


def _cell(row: tuple[Cell, ...], column: Column, places: dict[str, int]) -> Words:
    words = written(row[places[column.name]], column)
    if column.between is None:
        return Words(words)
    low, high = (written(row[places[name]], column) for name in column.between)
    if NOT_KNOWN in (low, high):
        return Words(words)
    return Words(words, low if low == high else f"{low}{' to ' if column.signed else '–'}{high}")
