"""The one way in: words from a form, a CSV row, JSON or the command line become a ``Disruption``."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Collection, Mapping
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
        if name not in FIELDS:
            near = classification.closest(name, FIELDS)
            mend = f"did you mean {' or '.join(near)}?" if near else f"the fields are {', '.join(FIELDS)}"
            faults.append(Fault("", name, "is not a field of a disruption", mend))
        elif not _empty(value):
            known[name] = _value(name, value, faults)
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
    reader = csv.DictReader(io.StringIO(lines, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    columns = [column.strip() for column in reader.fieldnames or []]
    missing = {"title", "start"} - set(columns)
    faults = [Fault("row 1", name, "the column is missing", "give it a column") for name in sorted(missing)]
    faults += [
        Fault("row 1", name or "(empty)", "is not a field of a disruption", f"the fields are {', '.join(FIELDS)}")
        for name in columns
        if name not in FIELDS
    ]
    if faults:
        raise Faults(faults)
    records = []
    for number, row in enumerate(reader, start=2):
        if number > MOST_ROWS + 1:
            faults.append(Fault(f"row {number}", "", f"more than {MOST_ROWS:,} rows", "split the file"))
            break
        if None in row:
            faults.append(Fault(f"row {number}", "", "has more cells than the first row", "quote cells with commas"))
            continue
        try:
            records.append(read({name.strip(): value for name, value in row.items() if name}, industries))
        except Faults as found:
            faults += [fault.at(f"row {number}") for fault in found.faults]
    if faults:
        raise Faults(faults)
    return records


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
    if not 0 <= share <= 1:
        written = text if percent else f"{text} (that is {100 * share:.6g} %)"
        faults.append(Fault("", name, f"{_short(written)} is outside 0–100 %", "write 40 % or 0.4"))
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
