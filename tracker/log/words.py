"""Words as the log finds them: the same on every database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from graphs.classification import country_name

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 60
"""Letters of a word that count; longer ones are cut, in the record as in the question."""
_LONGEST_TAG = 500
_PLACES = ("origin", "felt", "country", "places")
TAGGED = (
    "about",
    "assigned_to",
    "association",
    "country",
    "ecosystems",
    "felt",
    "industries",
    "merged_into",
    "origin",
    "places",
    "stages",
    "theme",
    "transitions",
)
"""Fields that can be asked for by value, each as a word of its own that nobody types."""


def words(text: str) -> list[str]:
    """Words without case, accents and signs, in ASCII letters.

    Databases disagree on what a letter is, so every other one is written as its number: ``u`` and six digits.

    Examples:
        >>> words("Škoda: no CHIPS (C26), 洪水")
        ['skoda', 'no', 'chips', 'c26', 'u006d2au006c34']
    """
    if text.isascii():  # most texts are, and this is the quick way to the same words
        return [word[:_LONGEST] for word in _WORD.findall(text.lower())]
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    found = _WORD.findall(plain.casefold())
    return ["".join(one if one.isascii() else f"u{ord(one):06x}" for one in word)[:_LONGEST] for word in found]


def tag(field: str, value: str) -> str:
    """The word that stands for a value of a field.

    Examples:
        >>> tag("ecosystems", "Aerospace & defence")
        'isecosystemsaerospacedefence'
    """
    return f"is{field.replace('_', '')}{''.join(words(value))}"[:_LONGEST_TAG]


def searchable(record_id: str, body: Mapping[str, Any]) -> str:
    """All words of a record, names of its countries among them, and its tags."""
    found = [*words(record_id)]
    for name, value in body.items():
        parts = [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []
        for part in parts:
            found += words(part)
            if name in _PLACES:
                found += words(country_name(part))
            if name in TAGGED and part:
                found.append(tag(name, part))
    return " ".join(dict.fromkeys(found))
