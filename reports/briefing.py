"""What a report says, in parts, before anybody decides how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True)
class Heading:
    """Begins a section (level 2) or a part of one (level 3); the title of the report is level 1."""

    words: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Some sentences in a row."""

    words: str


@dataclass(frozen=True)
class Bullets:
    """A list without an order."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A drawing with what it shows in words, for whoever does not see it.

    ``svg`` is complete in itself; ``words`` say what is to be seen, ``caption`` what it is.
    """

    name: str
    caption: str
    words: str
    svg: str


@dataclass(frozen=True)
class Column:
    """A column of a table: its name in files, its label on paper, what it means, and how its figures are written.

    ``digits`` after the point of a number; None for text, dates and whole counts as they are. A column in ``%`` holds
    shares: 0.15 is written 15 %. ``between`` names the two columns that hold its low and its high reading, which stand
    in one cell with it on paper (``reports.paper``); ``signed`` is a change, written with its sign.
    """

    name: str
    label: str
    meaning: str
    unit: str = ""
    digits: int | None = None
    between: tuple[str, str] | None = None
    signed: bool = False


Cell: TypeAlias = str | int | float | date | None


@dataclass(frozen=True)
class Table:
    """Rows of cells under columns; a cell that is None is not known. ``note`` is said below it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


Part: TypeAlias = Heading | Paragraph | Bullets | Figure | Table


@dataclass(frozen=True)
class Briefing:
    """A report: what is said, in order, and what it was made from.

    ``name`` begins the names of its files, ``headline`` says the whole in a sentence or two, ``provenance`` are labels
    with values: chain, method, position of the log, licences.
    """

    name: str
    title: str
    on: date
    headline: str
    parts: tuple[Part, ...]
    provenance: tuple[tuple[str, str], ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables in order.

        Examples:
            >>> Briefing("2020-W17", "Week 17", date(2020, 4, 26), "Calm.", (Heading("New"),), ()).tables
            ()
        """
        return tuple(part for part in self.parts if isinstance(part, Table))
