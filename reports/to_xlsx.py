"""A briefing as a workbook: a sheet a table, figures as figures, and nothing that is computed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.workbook import Format, Workbook
from xlsxwriter.worksheet import Worksheet

from graphs.errors import Fault, Faults
from reports.briefing import Briefing, Bullets, Cell, Column, Figure, Heading, Paragraph, Table
from reports.cells import checked, head, one_line, said

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FRONT, _NOTES = "Report", "Notes"
_MOST_LETTERS, _MOST_ROWS, _MOST_LETTERS_OF_A_NAME = 32_767, 1_048_575, 31
"""Of a cell, below the head of a sheet, and of the name of a sheet."""
_MOST_EXACT = 10**15
"""Whole numbers from here on need more digits than a workbook keeps."""
_FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets count earlier days in different ways."""
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_WIDTHS = (8, 60)
"""Letters, at the least and at the most, of a column."""


def to_xlsx(briefing: Briefing) -> bytes:
    """Write a report as a workbook; the same report gives the same bytes.

    The first sheet says the report with its contents, each table has a sheet of its own with the units in its head, and
    the last, "Notes", has the meaning of every column and what the report was made from. Numbers, days and shares keep
    their type; text stays text, never a formula or a link.

    Raises:
        Faults: a part that cannot be written, see ``reports.cells.checked``; more rows or letters than a sheet holds.

    Examples:
        >>> from openpyxl import load_workbook
        >>> table = Table("new", "New", (Column("title", "Title", ""),), (("=1+1",),))
        >>> book = load_workbook(io.BytesIO(to_xlsx(Briefing("w", "Week", date(2020, 4, 26), "Calm.", (table,), ()))))
        >>> book.sheetnames, book["New"]["A2"].value, book["New"]["A2"].data_type
        (['Report', 'New', 'Notes'], '=1+1', 's')
    """
    faults = list(_too_much(checked(briefing)))
    if faults:
        raise Faults(faults)
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, _OPTIONS) as book:
        day = datetime(briefing.on.year, briefing.on.month, briefing.on.day)
        book.set_properties(
            {"created": day, "title": _text(briefing.title), "author": "Value-chain disruption tracker"}
        )
        look, sheets = _Look.of(book), _names(briefing.tables)
        _front(book.add_worksheet(_FRONT), briefing, sheets, look)
        for name, table in zip(sheets, briefing.tables, strict=True):
            _sheet(book.add_worksheet(name), table, book)
        _notes(book.add_worksheet(_NOTES), briefing, sheets, look)
    return whole.getvalue()


@dataclass(frozen=True)
class _Look:
    """How cells look that hold no figures."""

    title: Format
    strong: Format
    running: Format
    link: Format

    @classmethod
    def of(cls, book: Workbook) -> _Look:
        running = {"text_wrap": True, "valign": "top"}
        return cls(
            book.add_format({"bold": True, "font_size": 16, **running}),
            book.add_format({"bold": True, "bottom": 1, **running}),
            book.add_format(running),
            book.add_format({"font_color": "#0b5cad", "underline": 1, **running}),
        )


def _too_much(briefing: Briefing) -> Iterator[Fault]:
    for table in briefing.tables:
        if len(table.rows) > _MOST_ROWS:
            yield Fault(table.name, "rows", f"more than the {_MOST_ROWS:,} of a sheet", "write the report as CSV")
        for number, row in enumerate(table.rows, start=1):
            for column, cell in zip(table.columns, row, strict=True):
                if isinstance(cell, str) and len(cell) > _MOST_LETTERS:
                    fault = f"has {len(cell):,} letters, more than the {_MOST_LETTERS:,} of a cell"
                    yield Fault(f"{table.name}, row {number}", column.name, fault, "write the report as CSV")


def _names(tables: Sequence[Table]) -> list[str]:
    """Names of sheets: short, without signs that mean something, no two alike."""
    taken, names = {_FRONT.casefold(), _NOTES.casefold(), "history"}, []
    for table in tables:
        plain = _NOT_IN_A_NAME.sub(" ", _text(table.title or table.name))
        plain = " ".join(plain.split()).strip("'") or "Table"
        if len(plain) > _MOST_LETTERS_OF_A_NAME:  # not in the middle of a word, where there is more than one
            plain = plain[: _MOST_LETTERS_OF_A_NAME + 1].rpartition(" ")[0] or plain
        name, number = plain[:_MOST_LETTERS_OF_A_NAME].strip(" '"), 1
        while name.casefold() in taken:
            number += 1
            end = f" {number}"
            name = plain[: _MOST_LETTERS_OF_A_NAME - len(end)].strip(" '") + end
        taken.add(name.casefold())
        names.append(name)
    return names


def _front(sheet: Worksheet, briefing: Briefing, sheets: Sequence[str], look: _Look) -> None:
    """The report in words, a cell a sentence, with links to the sheets of its tables."""
    sheet.set_column(0, 0, 110)
    sheet.hide_gridlines(2)
    lines: list[tuple[str, Format]] = [
        (briefing.title, look.title),
        (briefing.headline, look.running),
        (
            f"As of {briefing.on.isoformat()}. Every table has a sheet; “{_NOTES}” says what its columns mean.",
            look.running,
        ),
    ]
    links, tables = dict[int, str](), iter(sheets)
    for part in briefing.parts:
        match part:
            case Heading():
                lines.append((part.words, look.strong))
            case Paragraph():
                lines.append((part.words, look.running))
            case Bullets():
                lines += [(f"• {item}", look.running) for item in part.items]
            case Figure():
                lines.append((f"{part.caption}: {part.words}", look.running))
            case Table():
                links[len(lines)] = next(tables)
                lines.append((f"Table: {part.title}", look.link))
    links[len(lines)] = _NOTES
    lines.append((_NOTES, look.link))
    for row, (text, form) in enumerate(lines):
        shown = _text(text)[:_MOST_LETTERS]
        if row in links:
            place = links[row].replace("'", "''")
            sheet.write_url(row, 0, f"internal:'{place}'!A1", form, shown)
        else:
            sheet.write_string(row, 0, shown, form)
            sheet.set_row(row, (24 if form is look.title else 15) * (1 + len(shown) // 110))


def _sheet(sheet: Worksheet, table: Table, book: Workbook) -> None:
    strong = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    forms = [book.add_format({"num_format": _form(column), "valign": "top"}) for column in table.columns]
    days = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    texts = book.add_format({"text_wrap": True, "valign": "top"})
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, _text(head(column)), strong)
        longest = max((len(said(row[place], column)) for row in table.rows), default=0)
        sheet.set_column(place, place, min(max(_WIDTHS[0], longest + 3, len(head(column)) // 2 + 3), _WIDTHS[1]))
    for number, row in enumerate(table.rows, start=1):
        for place, cell in enumerate(row):
            _write(sheet, number, place, cell, forms[place], days, texts)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _form(column: Column) -> str:
    """How figures of a column are shown; a whole count as it is."""
    if column.digits is None:
        return "0.##########%" if column.unit == "%" else "General"
    after = f".{'0' * column.digits}" if column.digits else ""
    form = f"0{after}%" if column.unit == "%" else f"#,##0{after}"
    return f"+{form};-{form};{form}" if column.signed else form


def _write(sheet: Worksheet, row: int, place: int, cell: Cell, form: Format, days: Format, texts: Format) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, place, cell)
    elif isinstance(cell, float) or (isinstance(cell, int) and abs(cell) < _MOST_EXACT):
        sheet.write_number(row, place, cell, form)
    elif isinstance(cell, date) and cell >= _FIRST_DAY:
        sheet.write_datetime(row, place, datetime(cell.year, cell.month, cell.day), days)
    else:
        sheet.write_string(row, place, _text(str(cell)), texts)


def _notes(sheet: Worksheet, briefing: Briefing, sheets: Sequence[str], look: _Look) -> None:
    """What every column means, what stands below the tables, and what the report was made from."""
    for place, width in enumerate((28, 28, 28, 16, 80)):
        sheet.set_column(place, place, width)
    rows: list[tuple[tuple[str, ...], Format]] = [
        (("Sheet", "Column", "Name in files", "Unit", "Meaning"), look.strong)
    ]
    for name, table in zip(sheets, briefing.tables, strict=True):
        rows += [((name, one.label, one.name, one.unit, one.meaning), look.running) for one in table.columns]
    noted = [(name, table.note) for name, table in zip(sheets, briefing.tables, strict=True) if table.note]
    rows += [((), look.running), (("About a sheet", "Note"), look.strong)] if noted else []
    rows += [(note, look.running) for note in noted]
    rows += [((), look.running), (("What this report was made from", ""), look.strong)]
    rows += [(entry, look.running) for entry in briefing.provenance]
    for row, (cells, form) in enumerate(rows):
        for place, cell in enumerate(cells):
            if len(cells) == 2 and place == 1 and form is look.running:
                sheet.merge_range(row, 1, row, 4, "", form)
                sheet.set_row(row, 15 * (1 + len(cell) // 140))
            sheet.write_string(row, place, _text(cell)[:_MOST_LETTERS], form)
    sheet.freeze_panes(1, 0)


def _text(text: str) -> str:
    """On one line, without what a workbook cannot hold."""
    return _NOT_IN_XML.sub("□", one_line(text))
