"""Tables for people: CSV and workbooks in which nothing is computed and every column is described."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Format
from xlsxwriter.worksheet import Worksheet

from graphs.errors import Fault, Faults
from graphs.fields import fields as public_fields
from tracker.tables.table import address, neutral, plain
from tracker.tables.workbook import ERROR, MOST_ROWS, text

CREATED = datetime(2000, 1, 1)
"""Stands in every workbook, so that the same table gives the same bytes."""
MOST_LETTERS_OF_A_CELL = 32_767
MOST_ROWS_OF_A_SHEET = 1_048_575
"""Below the row of names."""
_MOST_LETTERS_OF_A_CHOICE = 255
_MOST_EXACT = 1e15
_FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets count earlier days in different ways."""
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_DAY, _MOMENT, _SHARE = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "0.0%"


@dataclass(frozen=True)
class Field:
    """A column: its name, and what people need to fill it in or to read it."""

    name: str
    meaning: str = ""
    unit: str = ""
    range: str = ""
    words: tuple[str, ...] = ()
    """The vocabulary, if only some words may stand here."""
    many: bool = False
    """Whether a cell may hold several of them, separated by ``;``."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: rows of text, numbers, dates, truths, lists of text, or ``None`` for what is unknown."""

    name: str
    fields: tuple[Field, ...]
    rows: Iterable[Sequence[Any]]


def described(names: Iterable[str]) -> tuple[Field, ...]:
    """Columns with what the table of public fields says of them; nothing where it does not know them.

    Examples:
        >>> described(["loss_meur", "nobody"])[0].unit
        'million EUR'
    """
    table = public_fields()
    known = {str(name): (row.meaning, row.unit, row.range) for name, row in table.iterrows()}
    return tuple(Field(name, *known.get(name, ())) for name in names)


def to_csv(fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write a CSV file in UTF-8 with its mark, for programs and spreadsheets alike.

    A text that a spreadsheet would compute gets an apostrophe, which ``read`` takes off again. Lists are joined by
    ``;``; the number 1 in a column of shares is ``100 %``, since a lone 1 might be 1 %.

    Raises:
        Faults: a number that is no number.

    Examples:
        >>> to_csv([Field("title"), Field("share", unit="share")], [["=1+1", 1.0], ["a, b", 0.25]]).decode("utf-8-sig")
        'title,share\\r\\n\\'=1+1,100 %\\r\\n"a, b",0.25\\r\\n'
    """
    whole = io.StringIO(newline="")
    writer = csv.writer(whole, lineterminator="\r\n")
    writer.writerow([neutral(field.name) for field in fields])
    for number, row in enumerate(rows, start=2):
        values = [_single(value, number, place) for place, value in enumerate(row)]
        writer.writerow([_text(field, value) for field, value in zip(fields, values, strict=True)])
    return whole.getvalue().encode("utf-8-sig")


def to_xlsx(sheets: Sequence[Sheet], notes: Sequence[str] = ()) -> bytes:
    """Write a workbook: the sheets, and a last one that describes every column.

    Text stays text (no formula, no link), dates and numbers keep their type; a number that needs more than the 16
    digits of a workbook is written as text. The same tables give the same bytes.

    Args:
        notes: sentences that stand above the descriptions.

    Raises:
        Faults: a text that is longer than a cell can hold, more rows than a sheet has, a number that is no number.

    Examples:
        >>> from tracker.tables import read
        >>> book = to_xlsx([Sheet("people", (Field("name"), Field("born")), [["=Ada", date(1990, 12, 10)]])])
        >>> [row.cells for row in read("people.xlsx", book).rows]
        [('=Ada', '1990-12-10')]
    """
    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, _OPTIONS)
    book.set_properties({"created": CREATED})
    look = {form: book.add_format({"num_format": form}) for form in (_DAY, _MOMENT, _SHARE)}
    head = book.add_format({"bold": True, "bottom": 1})
    try:
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, head, look)
        _write_notes(book.add_worksheet("notes"), sheets, notes, head)
    finally:
        book.close()
    return whole.getvalue()


def template(kind: str, fields: Sequence[Field], example: Sequence[Any]) -> bytes:
    """An empty workbook to fill in: names, choices, and on the sheet of notes what each column means, with an example.

    A choice of few words can be picked from a list; where several words may stand, others are not refused.

    Args:
        kind: what one row is, such as ``disruption``; the sheet is called so.
        example: one value a field; it stands on the sheet of notes only, so that nobody logs it.

    Examples:
        >>> from tracker.tables import read
        >>> fields = (Field("title", "What happened"), Field("state", words=("draft", "reported")))
        >>> table = read("template.xlsx", template("disruption", fields, ["Strike", "reported"]), kind="disruption")
        >>> table.columns, table.rows
        (('title', 'state'), ())
    """
    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, _OPTIONS)
    book.set_properties({"created": CREATED})
    look = {form: book.add_format({"num_format": form}) for form in (_DAY, _MOMENT, _SHARE)}
    head = book.add_format({"bold": True, "bottom": 1})
    sheet = book.add_worksheet(kind)
    _write_sheet(sheet, Sheet(kind, tuple(fields), ()), head, look)
    for place, field in enumerate(fields):
        _offer(sheet, place, field)
    texts = [plain(_text(field, _single(value, 1, 0))) for field, value in zip(fields, example, strict=True)]
    notes = [f"Write one {kind} a row on the sheet “{kind}”, below the names of the columns."]
    _write_notes(
        book.add_worksheet("notes"), [Sheet(kind, tuple(fields), ())], notes, head, [plain(one) for one in texts]
    )
    book.close()
    return whole.getvalue()


def _write_sheet(sheet: Worksheet, table: Sheet, head: Format, look: dict[str, Format]) -> None:
    sheet.freeze_panes(1, 0)
    for place, field in enumerate(table.fields):
        sheet.set_column(place, place, max(12, min(40, len(field.name) + 4)))
        sheet.write_string(0, place, _as_string(field.name), head)
    last = 0
    for last, row in enumerate(table.rows, start=1):
        if last > MOST_ROWS_OF_A_SHEET:
            fault = f"more than the {MOST_ROWS_OF_A_SHEET:,} rows of a sheet"
            raise Faults([Fault(table.name, "", fault, "export as CSV or JSON")])
        for place, (field, value) in enumerate(zip(table.fields, row, strict=True)):
            _write(sheet, last, place, field, value, look)
    if table.fields:
        sheet.autofilter(0, 0, last, len(table.fields) - 1)


def _write(sheet: Worksheet, row: int, place: int, field: Field, value: Any, look: dict[str, Format]) -> None:
    value = _single(value, row + 1, place)
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, (int, float)) and abs(value) < _MOST_EXACT and float(f"{value:.16G}") == value:
        sheet.write_number(row, place, value, look[_SHARE] if field.unit == "share" else None)
    elif isinstance(value, datetime) and value.tzinfo is None and value.date() >= _FIRST_DAY and not value.microsecond:
        sheet.write_datetime(row, place, value, look[_MOMENT])
    elif isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DAY:
        sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), look[_DAY])
    else:
        shown = _as_string(value if isinstance(value, str) else text(value))
        if len(shown) > MOST_LETTERS_OF_A_CELL:
            fault = f"has {len(shown):,} letters, more than the {MOST_LETTERS_OF_A_CELL:,} of a cell of a workbook"
            raise Faults([Fault(address(row + 1, place), field.name, fault, "export as CSV or JSON")])
        if "\ufffe" in shown or "\uffff" in shown:
            fault = "holds a character (U+FFFE or U+FFFF) that a workbook cannot hold"
            raise Faults([Fault(address(row + 1, place), field.name, fault, "export as CSV or JSON")])
        sheet.write_string(row, place, shown)


def _as_string(value: str) -> str:
    """A text of a workbook is never computed; one more apostrophe only where reading would take one off."""
    return f"'{value}" if plain(value) != value or value.startswith(ERROR) else value


def _single(value: Any, number: int, place: int) -> Any:
    """A list as one text; anything else as it is.

    Raises:
        Faults: a number that is no number.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise Faults([Fault(address(number, place), "", f"{value} is no number", "leave unknown values empty")])
    return "; ".join(value) if isinstance(value, (list, tuple)) else value


def _text(field: Field, value: Any) -> str:
    """A value as text that nothing computes."""
    if value is None:
        return ""
    if isinstance(value, str):
        return neutral(value)
    if field.unit == "share" and value == 1 and not isinstance(value, bool):
        return "100 %"
    return text(value)


def _write_notes(
    sheet: Worksheet, tables: Sequence[Sheet], notes: Sequence[str], head: Format, example: Sequence[str] = ()
) -> None:
    """Sentences, and below them every column with its meaning."""
    for place, width in enumerate((16, 22, 60, 24, 22, 60, 40)):
        sheet.set_column(place, place, width)
    for row, note in enumerate(notes):
        sheet.write_string(row, 0, note)
    row = len(notes) + bool(notes)
    for place, name in enumerate(
        ("sheet", "column", "meaning", "unit", "range", "words", *["example"] * bool(example))
    ):
        sheet.write_string(row, place, name, head)
    for table in tables:
        for place, field in enumerate(table.fields):
            row += 1
            words = f"{'; '.join(field.words)}{' (several, separated by ;)' if field.many else ''}"
            values = (
                table.name,
                field.name,
                field.meaning,
                field.unit,
                field.range,
                words,
                *example[place : place + 1],
            )
            for column, value in enumerate(values):
                sheet.write_string(row, column, value)


def _offer(sheet: Worksheet, place: int, field: Field) -> None:
    """Let people pick a word, where the list is short enough to stand in a cell's rule."""
    choices = list(field.words)
    if not choices or any("," in word for word in choices) or len(",".join(choices)) > _MOST_LETTERS_OF_A_CHOICE:
        return
    rule = {
        "validate": "list",
        "source": choices,
        "error_title": field.name,
        "error_message": f"Choose from the list, or leave the cell empty. {field.meaning}"[:255],
        "show_error": not field.many,
    }
    sheet.data_validation(1, place, MOST_ROWS, place, rule)
