"""The one way in: words from a form, a CSV row, JSON or the command line become a ``Disruption``."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from graphs import classification, disruption
from graphs.disruption import Disruption
from graphs.errors import Fault, Faults

FIELDS = tuple(field.name for field in dataclasses.fields(Disruption))
LISTS = ("origin", "felt", "ecosystems", "industries", "stages", "actions_required", "sources")
DATES = ("start", "end")
SEVERITIES = ("severity_low", "severity_likely", "severity_high")
_WORDS = {
    "ecosystems": classification.ECOSYSTEMS,
    "stages": classification.STAGES,
    "actions_required": disruption.ACTIONS,
    "effect": disruption.EFFECTS,
    "horizon": disruption.HORIZONS,
    "confidence": disruption.CONFIDENCES,
    "source_kind": disruption.SOURCE_KINDS,
    "state": disruption.STATES,
}
MOST_ROWS = 10_000
MOST_LETTERS = 100_000
"""Longest cell of a CSV file."""
_ID = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""Ids stand in addresses; a digit keeps them apart from the names of pages."""


def read(values: Mapping[str, Any], industries: Collection[str]) -> Disruption:
    """Make a record of what was written, as leniently as is safe.

    Lists may be lists or text separated by ``;``; countries codes or names; severities ``0.4`` or ``40 %``; dates
    ``2021-03-23`` or ``23.3.2021``; case and spaces do not matter; empty means unknown.

    Args:
        industries: codes of the value chain; an industry that covers none of them is refused.

    Raises:
        Faults: every fault at once.

    Examples:
        >>> given = {"title": "No chips", "origin": "Taiwan", "start": "1.3.2021", "severity_likely": "40 %"}
        >>> record = read(given, ["C26"])
        >>> record.origin, record.severity_likely, record.start.isoformat()
        (('TW',), 0.4, '2021-03-01')
        >>> read(given | {"severity_likely": "140 %", "end": "soon"}, ["C26"])
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: severity_likely: '140 %' is outside 0–100 %; write 40 % or 0.4
        end: 'soon' is no date; write 2021-03-23
    """
    faults: list[Fault] = []
    known: dict[str, Any] = {}
    for name, value in values.items():
        if not name and _empty(value):
            continue  # an empty column of a spreadsheet
        if name not in FIELDS:
            near = classification.closest(name, FIELDS)
            mend = f"did you mean {' or '.join(near)}?" if near else f"the fields are {', '.join(FIELDS)}"
            faults.append(Fault("", name, "is not a field of a disruption", mend))
        elif not _empty(value):
            known[name] = _value(name, value, faults)
    if known.get("id") and not _ID.fullmatch(known["id"]):
        mend = "leave it empty, or use letters, digits, point, dash and underscore with a digit among them: R81"
        faults.append(Fault("", "id", f"{_short(known['id'])} cannot stand in an address", mend))
    faults += _unknown_industries(known.get("industries") or (), industries)
    try:
        record = Disruption(**({"title": ""} | {name: value for name, value in known.items() if value is not None}))
    except Faults as found:
        said = {fault.field for fault in faults}
        raise Faults([*faults, *(fault for fault in found.faults if fault.field not in said)]) from None
    if faults:
        raise Faults(faults)
    return record


def read_csv(text: str, industries: Collection[str]) -> list[Disruption]:
    """Make records of a CSV file with the names of the fields in its first row.

    Raises:
        Faults: every fault of every row at once, with the number of the row.

    Examples:
        >>> read_csv("title,origin,start\\nStrike,FR,2021-03-01\\n,Narnia,2021-03-01\\n", [])
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: row 3, title: is empty; say what happened in a few words
        row 3, origin: 'Narnia' is no known country or region; write an ISO code (DE), a NUTS code (DE21), EU or WORLD
    """
    lines = text.removeprefix("\ufeff")
    head = lines.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    rows = _rows(lines, separator)
    columns = [column.strip().lower() for column in next(rows, (1, []))[1]]
    faults = _faults_of_columns(columns)
    if faults:
        raise Faults(faults)
    records = []
    for count, (number, row) in enumerate((one for one in rows if any(cell.strip() for cell in one[1])), start=1):
        if count > MOST_ROWS:
            faults.append(Fault(f"row {number}", "", f"more than {MOST_ROWS:,} rows", "split the file"))
            break
        if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
            mend = f"quote cells that hold a {separator}"
            faults.append(Fault(f"row {number}", "", "has more cells than the first row", mend))
            continue
        try:
            records.append(read(dict(zip(columns, row, strict=False)), industries))
        except Faults as found:
            faults += [fault.at(f"row {number}") for fault in found.faults]
    if faults:
        raise Faults(faults)
    return records


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV text with their numbers as a spreadsheet counts them.

    Raises:
        Faults: a cell that is longer than any field may be.
    """
    csv.field_size_limit(MOST_LETTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error:
            fault = f"has a cell of more than {MOST_LETTERS:,} characters, or a quote that is not closed"
            raise Faults([Fault(f"row {number}", "", fault, "shorten the cell or close the quote")]) from None
        if row is None:
            return
        yield number, row


def _faults_of_columns(columns: list[str]) -> list[Fault]:
    faults = [
        Fault("row 1", name, "the column is missing", "give it a column")
        for name in ("start", "title")
        if name not in columns
    ]
    for name in dict.fromkeys(columns):
        if name and name not in FIELDS:
            mend = f"the fields are {', '.join(FIELDS)}"
            faults.append(Fault("row 1", name, "is not a field of a disruption", mend))
        elif name and columns.count(name) > 1:
            faults.append(Fault("row 1", name, "stands more than once", "keep one of the columns"))
    return faults


def day(name: str, value: Any) -> date:
    """A single date, in the same words as in a record.

    Raises:
        Faults: if it is no date.

    Examples:
        >>> day("end", "25.4.2021").isoformat()
        '2021-04-25'
    """
    faults: list[Fault] = []
    found = _date(name, value, faults)
    if found is None:
        raise Faults(faults)
    return found


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], ())


def _value(name: str, value: Any, faults: list[Fault]) -> Any:
    """The value in the type of its field; None, and a fault, where it has none."""
    if name in LISTS:
        return _list(name, value, faults)
    if name in DATES:
        return _date(name, value, faults)
    if name in SEVERITIES:
        return _share(name, value, faults)
    if not isinstance(value, str):
        faults.append(Fault("", name, f"{value!r} is not text", "write text"))
        return None
    return _word(name, value.strip())


def _list(name: str, value: Any, faults: list[Fault]) -> tuple[str, ...] | None:
    parts = value.split(";") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) for part in parts):
        faults.append(Fault("", name, f"{value!r} is not a list of texts", "write texts separated by ;"))
        return None
    words = [part.strip() for part in parts if part.strip()]
    if len(words) > disruption.MOST_VALUES:
        faults.append(Fault("", name, "holds too many values", f"give at most {disruption.MOST_VALUES}"))
        return None
    if name in ("origin", "felt"):
        words = [classification.place(word) or word for word in words]
    elif name == "industries":
        words = [word.upper() if classification.divisions(word) else word for word in words]
    return tuple(dict.fromkeys(_word(name, word) for word in words))


def _date(name: str, value: Any, faults: list[Fault]) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = str(value).strip()
    dotted = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    try:
        return date(*(int(dotted[part]) for part in (3, 2, 1))) if dotted else date.fromisoformat(text)
    except ValueError:
        faults.append(Fault("", name, f"{_short(text)} is no date", "write 2021-03-23"))
        return None


def _share(name: str, value: Any, faults: list[Fault]) -> float | None:
    text = str(value).strip().replace(",", ".")
    percent = text.endswith("%")
    number = re.fullmatch(r"-?\d{1,9}(\.\d{1,17})?(e-?\d{1,3})?", text.rstrip("% "), re.IGNORECASE)
    if not number or isinstance(value, bool):
        faults.append(Fault("", name, f"{_short(text)} is no share", "write 40 % or 0.4"))
        return None
    share = float(number[0]) / (100 if percent else 1)
    if isinstance(value, str) and not percent and share == 1:
        faults.append(Fault("", name, f"{_short(text)} may be 1 % or the whole", "write 1 % or 100 %"))
        return None
    if not 0 <= share <= 1:
        meaning = "" if percent else f" (that is {100 * share:.6g} %)"
        faults.append(Fault("", name, f"{_short(text)}{meaning} is outside 0–100 %", "write 40 % or 0.4"))
        return None
    return share


def _word(name: str, text: str) -> str:
    """The word of the vocabulary that is meant, if only case and spaces differ."""
    spelled = {" ".join(word.split()).casefold(): word for word in _WORDS.get(name, ())}
    return spelled.get(" ".join(text.split()).casefold(), text)


def _unknown_industries(codes: Collection[str], industries: Collection[str]) -> list[Fault]:
    return [
        Fault(
            "", "industries", f"{_short(code)} is no industry of this value chain", "write NACE codes: C26, C10-C12, H"
        )
        for code in codes
        if industries and not any(classification.coverage([code], industry) for industry in industries)
    ]


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")
