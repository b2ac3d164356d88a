"""A table as it is read: every cell in words, and a range in one cell with its figure."""

from __future__ import annotations

from dataclasses import dataclass

from reports.briefing import Cell, Column, Table
from reports.cells import UNKNOWN, figures, head, said

_PER_CENT = "\N{NO-BREAK SPACE}%"


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

    @property
    def whole(self) -> str:
        """Figure and range on one line.

        Examples:
            >>> Words("64.3", "45.6–69.3").whole, Words("Italy").whole
            ('64.3 (45.6–69.3)', 'Italy')
        """
        return f"{self.words} ({self.between})" if self.between else self.words


@dataclass(frozen=True)
class Paper:
    """A table on paper: its heads, and rows with a cell under each."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Words, ...], ...]


def on_paper(table: Table) -> Paper:
    r"""A table in words, its columns of low and high readings folded into those they belong to.

    Examples:
        >>> likely = Column("loss_share", "Output lost", "", "%", 1, between=("loss_low_share", "loss_high_share"))
        >>> ends = (Column("loss_low_share", "Low", "", "%", 1), Column("loss_high_share", "High", "", "%", 1))
        >>> paper = on_paper(Table("losses", "Losses", (likely, *ends), ((0.131, 0.1, 0.186),)))
        >>> paper.heads[0].words, paper.rows
        ('Output lost', ((Words(words='13.1\xa0%', between='10.0–18.6\xa0%'),),))
    """
    places = {column.name: place for place, column in enumerate(table.columns)}
    folded = {name for column in table.columns for name in column.between or ()}
    shown = [column for column in table.columns if column.name not in folded]
    heads = tuple(Head(head(one), one.meaning, figures(table, places[one.name])) for one in shown)
    rows = tuple(tuple(_cell(row, one, places) for one in shown) for row in table.rows)
    return Paper(heads, rows)


def _cell(row: tuple[Cell, ...], column: Column, places: dict[str, int]) -> Words:
    words = _signed(row[places[column.name]], column)
    if column.between is None:
        return Words(words)
    low, high = (_signed(row[places[name]], column) for name in column.between)
    if UNKNOWN in (words, low, high):
        return Words(words)
    return Words(words, "" if low == words == high else said_between(low, high, column))


def _signed(cell: Cell, column: Column) -> str:
    """A cell in words, an increase with its sign."""
    words = said(cell, column)
    grows = (
        column.signed and isinstance(cell, int | float) and cell > 0 and any(digit in words for digit in "123456789")
    )
    return f"+{words}" if grows else words


def said_between(low: str, high: str, column: Column) -> str:
    r"""Two readings as a range, which says a per cent sign once.

    Examples:
        >>> share, change = Column("a", "A", "", "%"), Column("b", "B", "", "points", signed=True)
        >>> said_between("7.8\xa0%", "15\xa0%", share), said_between("−1.0", "+2.0", change)
        ('7.8–15\xa0%', '−1.0 to +2.0')
    """
    between = " to " if column.signed else "–"
    return f"{low.removesuffix(_PER_CENT)}{between}{high}"
