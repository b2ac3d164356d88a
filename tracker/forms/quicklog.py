"""Many lines typed or pasted during a call become as many disruptions, to be corrected in a table and saved together.

One line a disruption. Bullets, numbers, check boxes and times (``08:41``) at its beginning are taken off; who says it
(``Ana (Cluster X):``) goes to the note. Blank lines, and comments that begin with ``#`` or ``//``, are skipped. It is

* free text: ``No chips from Taiwan, car plants down 40 % since 1 March 2021``; fields are suggested from its words;
* parts between bars, the title first, the others in any order:
  ``No chips | Taiwan | C26 | 40 % | since 2021-03-01 | supply``. A part is a place, industries, an ecosystem, a stage,
  an effect, a share or range, ``since``/``until`` a date, a web address, or ``name=value``;
* text with ``name=value``: ``No chips origin=Taiwan; severity=40 %; start=2021-03-01``. A value ends at the next name.
  Names are the fields of a disruption; also place, industry, ecosystem, stage, severity, since, until, source.

What is written goes before what is suggested. Nothing is lost: a part that cannot be read is a fault and stands in the
description; a line with faults keeps its text as the title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from graphs import classification, disruption
from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from tracker import intake
from tracker.forms.suggestion import Suggestion, suggest
from tracker.values import day

MOST_LINES = 500
MOST_LETTERS = 1_000
USED = 70
"""The lowest score of a suggestion that is filled in; a wrong value costs more than an empty one."""
_TITLE = 300
_LISTS = frozenset(field.name for field in Disruption.fields() if field.many)
_NAMES = {name: name for name in intake.FIELDS if name not in ("id", "state", "merged_into", "assigned_to")} | {
    "place": "origin", "places": "origin", "country": "origin", "industry": "industries", "nace": "industries",
    "ecosystem": "ecosystems", "stage": "stages", "severity": "severity_likely", "since": "start", "from": "start",
    "until": "end", "source": "sources", "link": "sources", "action": "actions_required",
}  # fmt: skip
_NAMED = re.compile(rf"(?<![\w/?&.])({'|'.join(sorted(_NAMES, key=len, reverse=True))})\s?=(?!=)\s*", re.IGNORECASE)
_FRONT = re.compile(
    r"\s*(?:[-*+•–—▪◦‣·>]+(?=\s|$)|\(?\d{1,3}[.)](?=\s|$)|\(?[a-z]\)(?=\s|$)|\[[ xX]?\](?=\s|$)"
    r"|\[?\(?(?:[01]?\d|2[0-3])[:.][0-5]\d(?::[0-5]\d)?\s?(?:h|Uhr|am|pm)?[\])]?(?:\s?[-–:])?(?=\s|$))\s*"
)
_SPEAKER = re.compile(r"([A-ZÀ-Þ][^\W\d_]*(?:[ '’-][A-ZÀ-Þ][^\W\d_.]*\.?){0,3})\s?(\([^()|:=]{1,80}\))?\s?:\s+(?=\S)")
_SHARE = re.compile(r"[\d.,]+\s?%")
_RANGE = re.compile(r"(\d[\d.,]*)\s?%?\s?(?:-|–|to)\s?(\d[\d.,]*)\s?%")
_SINCE = re.compile(r"(?:since|from|start(?:ed|s)?|seit|ab|depuis|dal)\b[:\s]*(.+)", re.IGNORECASE)
_UNTIL = re.compile(r"(?:until|till|to|end(?:ed|s)?|bis|jusqu['’]?(?:au|à)|fino al)\b[:\s]*(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class QuickLine:
    """One line of a quick log as a row of the table in which it is corrected."""

    number: int
    """As an editor counts the lines, from 1."""
    raw: str
    values: dict[str, Any]
    """For ``intake.read``."""
    suggestions: tuple[Suggestion, ...]
    """Those whose values were filled in, with their reasons."""
    faults: tuple[Fault, ...]


def parse(text: str, industries: Collection[str], today: date) -> list[QuickLine]:
    """Read the lines of a quick log.

    Args:
        industries: codes of the value chain at hand.
        today: the day of the call; the start where none is said.

    Raises:
        Faults: more than ``MOST_LINES`` lines. What is wrong with a line stands in the line.

    Examples:
        >>> said = "08:41 Ana (Cluster X): no chips from Taiwan\\n\\n- Strike | FR | H49 | 40 % | since 2021-03-01"
        >>> first, second = parse(said, ["C26", "H49"], date(2021, 3, 24))
        >>> first.values["title"], first.values["origin"], first.values["note"]
        ('no chips from Taiwan', ['TW'], 'said by Ana (Cluster X)')
        >>> second.number, second.values["severity_likely"], second.values["start"], second.faults
        (3, '40 %', '2021-03-01', ())
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [(number, line) for number, line in enumerate(lines, start=1) if not _skipped(line)]
    if len(kept) > MOST_LINES:
        fault = f"has {len(kept):,} lines"
        raise Faults([Fault("", "text", fault, f"paste at most {MOST_LINES} at a time")])
    return [_line(number, raw, industries, today) for number, raw in kept]


def _skipped(line: str) -> bool:
    return not _bare(line) or line.lstrip().startswith(("#", "//"))


def _bare(line: str) -> str:
    """The line without bullets, numbers and times; empty if nothing else stands in it."""
    text = _clean(line)
    while True:
        front = _FRONT.match(text)
        if not front or not front[0]:
            return text.strip()
        text = text[front.end() :]


def _clean(text: str) -> str:
    """Without what no record may hold: control characters are read as spaces."""
    return "".join(" " if unicodedata.category(one) in ("Cc", "Cs") else one for one in text)


def _line(number: int, raw: str, industries: Collection[str], today: date) -> QuickLine:
    where, text = f"line {number}", _bare(raw)
    if len(raw) > MOST_LETTERS:
        fault = Fault(where, "title", f"has {len(raw):,} letters", f"write at most {MOST_LETTERS:,} in a line")
        return QuickLine(number, raw, _entitled({}, text), (), (fault,))
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    text = _speaker(text, values)
    title = _written(text, values, faults, industries, today)
    used = _fill(title, values, industries, today)
    values = _entitled(values, title)
    faults += _faults(values, used, industries)
    return QuickLine(number, raw, values, tuple(used), tuple(one.at(where) for one in faults))


def _speaker(text: str, values: dict[str, Any]) -> str:
    """The line without who says it; a word that names a place or an industry is no speaker."""
    found = _SPEAKER.match(text)
    if not found or found[1].casefold() in _NAMES:
        return text
    name, cluster = found[1], found[2]
    if not cluster and (suggest(name) or len(name) < 2):
        return text
    values["note"] = f"said by {name}{f' {cluster}' if cluster else ''}"
    return text[found.end() :]


def _written(text: str, values: dict[str, Any], faults: list[Fault], industries: Collection[str], today: date) -> str:
    """Put what is written as parts or names into ``values``; the rest is the title."""
    parts = [part.strip() for part in text.split("|")]
    title = ""
    for at, part in enumerate(parts):
        rest = _named(part, values, faults)
        if not rest:
            continue
        if not title and at == 0:
            title = rest
        elif not _part(rest, values, industries, today):
            mend = "write a place, an industry, a share, since or until a date, or name=value"
            faults.append(Fault("", "", f"the part {rest[:60]!r} cannot be read", mend))
            values["description"] = "; ".join(one for one in (values.get("description", ""), rest) if one)
    return str(values.pop("title", "")) or title or text


def _named(part: str, values: dict[str, Any], faults: list[Fault]) -> str:
    """Take ``name=value`` out of a part; what stands before the first name is returned."""
    found = list(_NAMED.finditer(part))
    if not found:
        return part
    ends = [one.start() for one in found[1:]] + [len(part)]
    for one, end in zip(found, ends, strict=True):
        value = part[one.end() : end].strip().strip(";,").strip()
        name = _NAMES[one[1].casefold()]
        if name in values and name != "note":
            faults.append(Fault("", name, f"stands twice: {values[name]} and {value}"[:200], "keep one"))
        elif value:
            _put(name, value, values)
    return part[: found[0].start()].strip().strip(";,").strip()


def _put(name: str, value: str, values: dict[str, Any]) -> None:
    span = _RANGE.fullmatch(value) if name == "severity_likely" else None
    if span:
        values["severity_low"], values["severity_high"] = f"{span[1]} %", f"{span[2]} %"
    elif name == "note" and "note" in values:
        values[name] = f"{values[name]}; {value}"
    else:
        # Names of ecosystems hold commas, addresses too.
        comma = name not in ("ecosystems", "sources")
        values[name] = re.split(r"\s*[;,]\s*" if comma else r"\s*;\s*", value) if name in _LISTS else value


def _part(text: str, values: dict[str, Any], industries: Collection[str], today: date) -> bool:
    """Read a part without a name by its shape; False if it says nothing that is known, or says it again."""
    found = _shape(text)
    if not found:
        # In words: French car makers, end of March.
        taken: dict[str, list[str]] = {}
        for one in suggest(text, today, industries):
            if one.score >= USED and one.field not in ("cause", *values):
                taken.setdefault(one.field, []).append(one.value)
        values |= {name: value if name in _LISTS else value[0] for name, value in taken.items()}
        return bool(taken)
    name, value = found
    if name in values or ("severity_low" in values and name == "severity_likely"):
        return False
    _put(name, value, values)
    return True


def _shape(text: str) -> tuple[str, str] | None:
    """The field that a part is of, by its shape, and its value."""
    words = [word for word in re.split(r"\s*[;,/]\s*", text) if word]
    folded = " ".join(text.split()).casefold()
    if _SHARE.fullmatch(text) or _RANGE.fullmatch(text):
        return "severity_likely", text
    if words and all(classification.place(word) for word in words):
        return "origin", ";".join(words)
    if words and all(classification.divisions(word) for word in words):
        return "industries", ";".join(words).upper()
    for name, known in (
        ("effect", disruption.EFFECTS),
        ("ecosystems", classification.ECOSYSTEMS),
        ("stages", classification.STAGES),
        ("actions_required", disruption.ACTIONS),
    ):
        match = next((word for word in known if word.casefold() == folded), None)
        if match:
            return name, match
    if re.fullmatch(r"https?://\S+", text):
        return "sources", text
    for name, pattern in (("start", _SINCE), ("end", _UNTIL), ("start", re.compile("(.+)"))):
        given = pattern.fullmatch(text)
        if given and _is_day(given[1]):
            return name, day(name, given[1]).isoformat()
    return None


def _is_day(text: str) -> bool:
    try:
        day("start", text)
    except Faults:
        return False
    return True


def _fill(title: str, values: dict[str, Any], industries: Collection[str], today: date) -> list[Suggestion]:
    """Fill in what is not written from the words of the title; returns what was filled in."""
    used: list[Suggestion] = []
    for one in suggest(title, today, industries):
        said = one.field in values and not any(other.field == one.field for other in used)
        part = one.field.startswith("severity") and "severity_low" in values
        if said or part or one.score < USED:
            continue
        if one.field in _LISTS:
            values.setdefault(one.field, []).append(one.value)
        else:
            values[one.field] = one.value
        used.append(one)
    if "start" not in values:
        values["start"] = today.isoformat()
        used.append(Suggestion("start", today.isoformat(), 50, "no date is said: the day of the call"))
    return used


def _entitled(values: dict[str, Any], title: str) -> dict[str, Any]:
    """With the title first; of one that is too long the whole stands in the description."""
    if len(title) <= _TITLE:
        return {"title": title} | values
    whole = "; ".join(one for one in (title, str(values.get("description", ""))) if one)
    return {"title": title[: _TITLE - 1] + "…"} | values | {"description": whole}


def _faults(values: dict[str, Any], used: list[Suggestion], industries: Collection[str]) -> list[Fault]:
    """What the record still lacks; a suggestion that makes it faulty is taken back."""
    found = _read(values, industries)
    wrong = {fault.field for fault in found} & {one.field for one in used}
    if not wrong:
        return found
    for name in wrong:
        values.pop(name)
    used[:] = [one for one in used if one.field not in wrong]
    return _read(values, industries)


def _read(values: dict[str, Any], industries: Collection[str]) -> list[Fault]:
    try:
        intake.read(values, industries)
    except Faults as found:
        return list(found.faults)
    return []
