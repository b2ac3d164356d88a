"""Words, dates, shares and numbers as people write them, read into the values of a field of a record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from graphs import classification
from graphs.content import (
    EARLIEST,
    LATEST,
    Address,
    Content,
    Country,
    Day,
    Industry,
    Number,
    Place,
    Region,
    Share,
    Word,
)
from graphs.errors import Fault, Faults
from graphs.record import MOST_VALUES, Field

_BETWEEN_ADDRESSES = r";(?=\s|https?://|$)"
"""An address may hold a ; itself."""


def strange(asked: Iterable[tuple[str, str | None, tuple[str, ...]]]) -> list[Fault]:
    """Faults of filters that are none of their words: name, value and words of each; None is not asked for.

    Examples:
        >>> [str(one) for one in strange([("state", "verfied", ("draft", "verified")), ("kind", None, ("action",))])]
        ["state: 'verfied' is not one of the words for this; choose from: draft, verified"]
    """
    return [
        Fault("", name, fault, mend)
        for name, value, words in asked
        if value is not None
        for fault, mend in Word(words).wrong(value)
    ]


def read_value(field: Field, value: Any, faults: list[Fault]) -> Any:
    """The value in the type of its field; None, and a fault more, where it has none.

    Examples:
        >>> from graphs.disruption import Disruption
        >>> fields, faults = {field.name: field for field in Disruption.fields()}, []
        >>> read_value(fields["origin"], "Taiwan; de", faults), read_value(fields["severity_low"], "40 %", faults)
        (('TW', 'DE'), 0.4)
    """
    if field.many:
        return _list(field, value, faults)
    if isinstance(field.content, Day):
        return _date(field.name, value, faults)
    if isinstance(field.content, Share):
        return _share(field.name, value, faults)
    if isinstance(field.content, Number):
        return _number(field.name, value, field.content, faults)
    if not isinstance(value, str):
        faults.append(Fault("", field.name, f"{value!r} is not text", "write text"))
        return None
    return _text(field.content, value.strip())


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


def moment(name: str, value: str) -> datetime:
    """A moment with its zone (ISO 8601), in UTC. A + that an address turned into a space is one again.

    Raises:
        Faults: if it is none, or lies before 1990 or after 2100.

    Examples:
        >>> moment("updated_after", "2021-03-01T08:30:00 01:00").isoformat()
        '2021-03-01T07:30:00+00:00'
    """
    mend = "write it as 2021-03-01T08:30:00Z, with its zone"
    try:
        found = datetime.fromisoformat(re.sub(r" (?=\d\d:?\d\d$)", "+", value.strip()))
    except ValueError:
        raise Faults([Fault("", name, f"{value[:60]!r} is no moment", mend)]) from None
    if found.tzinfo is None:
        raise Faults([Fault("", name, f"{value[:60]!r} does not say its zone", mend)])
    if not EARLIEST < found.date() < LATEST:  # a zone moves it by a day at most
        raise Faults([Fault("", name, f"{value[:60]!r} is out of range", f"give one from {EARLIEST} to {LATEST}")])
    return found.astimezone(UTC)


def is_empty(value: Any) -> bool:
    """Whether nothing was written.

    Examples:
        >>> is_empty(" "), is_empty([]), is_empty(0)
        (True, True, False)
    """
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], ())


def short(text: str) -> str:
    """What was written, cut so that a fault can say it back.

    Examples:
        >>> short("soon")
        "'soon'"
    """
    return repr(text if len(text) <= 60 else text[:57] + "…")


def _list(field: Field, value: Any, faults: list[Fault]) -> tuple[str, ...] | None:
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, (list, tuple)) or not all(isinstance(one, str) for one in written):
        faults.append(Fault("", field.name, f"{value!r} is not a list of texts", "write texts separated by ;"))
        return None
    separator = _BETWEEN_ADDRESSES if isinstance(field.content, Address) else ";"
    words = [part.strip() for one in written for part in re.split(separator, one) if part.strip()]
    if len(words) > MOST_VALUES:
        faults.append(Fault("", field.name, "holds too many values", f"give at most {MOST_VALUES}"))
        return None
    return tuple(dict.fromkeys(_text(field.content, word) for word in words))


def _text(content: Content, text: str) -> str:
    """The code or the word that is meant, whatever its case and spaces; else what was written."""
    if isinstance(content, (Place, Region)):
        return classification.place(text) or text
    if isinstance(content, Country):
        return classification.country(text) or text
    if isinstance(content, Industry):
        return text.upper() if classification.divisions(text) else text
    if isinstance(content, Word):
        spelled = {" ".join(word.split()).casefold(): word for word in content.words}
        return spelled.get(" ".join(text.split()).casefold(), text)
    return text


def _date(name: str, value: Any, faults: list[Fault]) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = str(value).strip()
    dotted = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    try:
        return date(*(int(dotted[part]) for part in (3, 2, 1))) if dotted else date.fromisoformat(text)
    except ValueError:
        faults.append(Fault("", name, f"{short(text)} is no date", "write 2021-03-23"))
        return None


def _share(name: str, value: Any, faults: list[Fault]) -> float | None:
    text = str(value).strip().replace(",", ".")
    percent = text.endswith("%")
    number = re.fullmatch(r"-?\d{1,9}(\.\d{1,25})?(e-?\d{1,3})?", text.rstrip("% "), re.IGNORECASE)
    if not number or isinstance(value, bool):
        faults.append(Fault("", name, f"{short(text)} is no share", "write 40 % or 0.4"))
        return None
    share = float(number[0]) / (100 if percent else 1)
    if isinstance(value, str) and not percent and share == 1:
        faults.append(Fault("", name, f"{short(text)} may be 1 % or the whole", "write 1 % or 100 %"))
        return None
    if not 0 <= share <= 1:
        meaning = "" if percent else f" (that is {100 * share:.6g} %)"
        faults.append(Fault("", name, f"{short(text)}{meaning} is outside 0–100 %", "write 40 % or 0.4"))
        return None
    return share


def _number(name: str, value: Any, content: Number, faults: list[Fault]) -> float | None:
    """A number in digits; 1,200 may be a thousand or a little more than one, so it is refused."""
    text = str(value).strip()
    pattern = r"\d{1,9}(\.0)?" if content.whole else r"\d{1,9}(\.\d{1,25}|,\d{1,2})?(e[+-]?\d{1,3})?"
    if isinstance(value, bool) or not re.fullmatch(pattern, text, re.IGNORECASE | re.ASCII):
        fault = f"{short(text)} is no {'whole ' if content.whole else ''}number"
        faults.append(Fault("", name, fault, f"write it in digits: {'1200' if content.whole else '2.5'}"))
        return None
    number = float(text.replace(",", "."))
    return int(number) if content.whole else number
