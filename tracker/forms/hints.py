"""While somebody types: what the words suggest for fields that do not say it yet, and what is known to compare by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from graphs.classification import country_name
from graphs.content import Share
from graphs.disruption import Disruption
from tracker.forms.duplicates import Sketch
from tracker.forms.suggestion import MOST_LETTERS, Suggestion, suggest
from tracker.forms.vocabulary import label_of
from tracker.values import read_value

LIKELY = 70
"""From here a suggestion is taken along with the others; what is below is to be looked at one by one."""
NAMES = {
    "origin": "Where",
    "felt": "Felt in",
    "industries": "Industry",
    "ecosystems": "Ecosystem",
    "stages": "Stage",
    "effect": "Effect",
    "severity_likely": "Lost, likely",
    "start": "First day",
    "end": "Last day",
    "cause": "Why",
}
"""What the form calls the fields that are suggested."""
_FIELDS = {field.name: field for field in Disruption.fields()}
_LONGEST_TITLE = 300


def hints(typed: Mapping[str, str], today: date, industries: Collection[str]) -> list[Suggestion]:
    """What title and description suggest for fields that do not say it yet, the surest of each field first.

    A field that holds one value is left alone once it has one; the start is not, as long as it is the day of today
    that the form began with.

    Args:
        typed: the fields of the form as text, lists joined by semicolons.
        today: the day on which it is typed.
        industries: codes of the value chain.

    Examples:
        >>> typed = {"title": "No chips from Taiwan since 1 March", "start": "2021-03-24"}
        >>> [(one.field, one.value) for one in hints(typed, date(2021, 3, 24), ["C26"])]  # doctest: +ELLIPSIS
        [('industries', 'C26'), ('ecosystems', 'Electronics'), ('origin', 'TW'), ('effect', 'supply'), ('start', ...)]
        >>> found = hints(typed | {"origin": "Taiwan", "industries": "c26"}, date(2021, 3, 24), ["C26"])
        >>> [one.field for one in found]
        ['ecosystems', 'effect', 'start']
    """
    words = f"{typed.get('title', '')}\n{typed.get('description', '')}"[:MOST_LETTERS]
    found = [one for one in suggest(words, today, industries) if not _stands(one, typed, today)]
    return [_in_percent(one) for one in found]


def taken(typed: Mapping[str, str], suggestion: Suggestion) -> dict[str, str]:
    """The fields with a suggestion written into them.

    Examples:
        >>> taken({"origin": "Taiwan"}, Suggestion("origin", "KR", 90, ""))["origin"]
        'Taiwan; KR'
    """
    name, before = suggestion.field, typed.get(suggestion.field, "").strip().strip(";")
    if _FIELDS[name].many and before:
        return {**typed, name: f"{before}; {suggestion.value}"}
    return {**typed, name: suggestion.value}


def shown(suggestion: Suggestion) -> str:
    """A suggested value in words: a place with its name, an industry with its label.

    Examples:
        >>> shown(Suggestion("origin", "TW", 90, "")), shown(Suggestion("effect", "supply", 90, ""))
        ('Taiwan (TW)', 'supply')
    """
    name, value = suggestion.field, suggestion.value
    if name in ("origin", "felt"):
        place = country_name(value)
        return place if place == value else f"{place} ({value})"
    if name == "industries":
        label = label_of(name, value)
        return label if value in label else f"{label} ({value})"
    return value


def sketch(typed: Mapping[str, str]) -> Sketch:
    """What is known so far, for comparison with what is on record; what cannot be read yet is left out."""
    return Sketch(
        title=typed.get("title", "")[:_LONGEST_TITLE],  # a longer one is refused, and slow to compare
        **{name: _read(typed, name) or () for name in ("origin", "felt", "industries", "ecosystems")},
        start=_read(typed, "start"),
        end=_read(typed, "end"),
    )


def _stands(one: Suggestion, typed: Mapping[str, str], today: date) -> bool:
    """Whether the field says it already, or says something else that was chosen."""
    before = _read(typed, one.field)
    field = _FIELDS[one.field]
    if field.many:
        return one.value in (before or ())
    if one.field == "start" and before == today:
        return one.value == today.isoformat()
    if isinstance(field.content, Share):
        return any(typed.get(name, "").strip() for name in ("severity_low", "severity_likely", "severity_high"))
    return bool(typed.get(one.field, "").strip())


def _in_percent(one: Suggestion) -> Suggestion:
    if not isinstance(_FIELDS[one.field].content, Share):
        return one
    return replace(one, value=f"{100 * float(one.value):g} %")


def _read(typed: Mapping[str, str], name: str) -> Any:
    value = typed.get(name, "")
    return read_value(_FIELDS[name], value, []) if value.strip() else None
