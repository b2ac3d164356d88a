"""Cells of a report: checked before anything is written, and said as people read them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from xml.etree import ElementTree

from graphs.errors import Fault, Faults
from reports.briefing import Briefing, Cell, Column, Figure, Heading, Table

UNKNOWN = "–"
"""Stands where a figure is not known."""
_BREAKS = re.compile(r"[ \t\r\n\v\f\x1c-\x1f\x85\u2028\u2029]+")


def checked(briefing: Briefing) -> Briefing:
    """The report as it is, if every part of it can be written.

    Raises:
        Faults: rows with more or fewer cells than columns, numbers that are none, cells of another kind, two tables or
            two columns of a table with one name; a part of a section before any section; a figure that is no SVG or
            does not say what is to be seen.

    Examples:
        >>> table = Table("t", "T", (Column("n", "N", "a number"),), ((float("nan"),),))
        >>> checked(Briefing("r", "R", date(2020, 4, 26), "", (table,), ()))
        Traceback (most recent call last):
        graphs.errors.Faults: t, row 1, n: nan is no number; leave what is not known empty
    """
    faults = [*_headings(briefing), *(fault for table in briefing.tables for fault in _faults(table))]
    faults += [fault for part in briefing.parts if isinstance(part, Figure) for fault in _drawing(part)]
    names = [table.name for table in briefing.tables]
    faults += [
        Fault(briefing.name, name, "is the name of more than one table", "give each its own")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if faults:
        raise Faults(faults)
    return briefing


def said(cell: Cell, column: Column) -> str:
    r"""A cell as people read it, without the unit except for shares; the digits are those of the column.

    Examples:
        >>> loss, share = Column("loss_meur", "Loss", "", "million €", 1), Column("share", "Share", "", "%", 0)
        >>> said(-1234.56, loss), said(0.15, share), said(None, loss)
        ('−1,234.6', '15\xa0%', '–')
        >>> said(date(2020, 4, 26), loss), said(2014, Column("year", "Year", ""))
        ('2020-04-26', '2014')
    """
    if cell is None:
        return UNKNOWN
    if isinstance(cell, str):
        return one_line(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, date):
        return cell.isoformat()
    value = 100 * cell if column.unit == "%" else cell
    if column.digits is not None:
        text = f"{value:,.{column.digits}f}"
        text = text.lstrip("-") if not float(text.replace(",", "")) else text  # no minus before nought
    else:
        text = f"{value:.12g}" if isinstance(value, float) else str(value)
    text = text.replace("-", "−", 1) if text.startswith("-") else text
    return f"{text}\N{NO-BREAK SPACE}%" if column.unit == "%" else text


def head(column: Column) -> str:
    """The label of a column with its unit; that of shares stands in every cell.

    Examples:
        >>> head(Column("loss_meur", "Loss", "", "million €", 1)), head(Column("share", "Share", "", "%"))
        ('Loss (million €)', 'Share')
    """
    return f"{one_line(column.label)} ({one_line(column.unit)})" if column.unit not in ("", "%") else column.label


def figures(table: Table, place: int) -> bool:
    """Whether a column holds numbers, which are set under each other.

    Examples:
        >>> figures(Table("t", "T", (Column("n", "N", ""),), ((1,), (None,))), 0)
        True
    """
    kinds = {type(row[place]) for row in table.rows if row[place] is not None}
    return bool(kinds) and kinds <= {int, float}


def one_line(text: str) -> str:
    r"""A text without breaks of lines, tabs and runs of blanks; no-break spaces stay.

    Examples:
        >>> one_line("  a\tb \n c ")
        'a b c'
    """
    return _BREAKS.sub(" ", text).strip(" ")


def _headings(briefing: Briefing) -> Iterator[Fault]:
    least = 2
    for part in briefing.parts:
        if isinstance(part, Heading):
            if not (2 <= part.level <= 3 and part.level <= least):
                yield Fault(briefing.name, part.words, f"has no place at level {part.level}", "begin a section first")
            least = 3


def _drawing(figure: Figure) -> Iterator[Fault]:
    if not one_line(figure.words):
        yield Fault(figure.name, "words", "are empty", "say what is to be seen, for whoever does not see it")
    try:
        names = [element.tag.rpartition("}")[2] for element in ElementTree.fromstring(figure.svg).iter()]
    except ElementTree.ParseError:
        names = [""]
    if names[0] != "svg":
        yield Fault(figure.name, "svg", "is no drawing", "give a complete SVG")
    if "image" in names:
        yield Fault(figure.name, "svg", "holds a picture from elsewhere", "draw it with lines, areas and text")


def _faults(table: Table) -> list[Fault]:
    names = [column.name for column in table.columns]
    faults = [
        Fault(table.name, name, "is the name of more than one column", "give each its own")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if not names:
        faults.append(Fault(table.name, "columns", "there are none", "give the table a column"))
    for number, row in enumerate(table.rows, start=1):
        where = f"{table.name}, row {number}"
        if len(row) != len(names):
            faults.append(Fault(where, "cells", f"{len(row)} for {len(names)} columns", "give one for each column"))
            continue
        for name, cell in zip(names, row, strict=True):
            if isinstance(cell, float) and not math.isfinite(cell):
                faults.append(Fault(where, name, f"{cell} is no number", "leave what is not known empty"))
            elif isinstance(cell, datetime) or not (cell is None or isinstance(cell, (str, int, float, date))):
                kind = type(cell).__name__
                faults.append(Fault(where, name, f"{kind} cannot stand in a cell", "give text, a number or a date"))
    return faults
