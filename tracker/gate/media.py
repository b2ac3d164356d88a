"""The forms in which an answer may be asked for, and which of them a program takes first."""

from __future__ import annotations

import functools

MEDIA = {
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "sdmx-csv": "application/vnd.sdmx.data+csv",
}
"""By the word for ``format=``, its type in the headers Accept and Content-Type."""

_LONGEST = 1_000
"""Letters of a header that are read; those of browsers have some two hundred."""


def taken(accept: str) -> tuple[str, ...]:
    """The forms that a header Accept names, each once, the dearest first; what it says of any other type, or after a
    thousand letters, does not matter here.

    References:
        RFC 9110, section 12.5.1.

    Examples:
        >>> taken("text/csv;q=0.5, application/vnd.sdmx.data+csv;version=2.0.0")
        ('sdmx-csv', 'csv')
        >>> taken("*/*"), taken("text/csv;q=0")
        ((), ())
    """
    return _taken(accept[:_LONGEST])


@functools.lru_cache(maxsize=1_024)
def _taken(accept: str) -> tuple[str, ...]:
    words = {kind: word for word, kind in MEDIA.items()}
    found = []
    for place, one in enumerate(accept.lower().split(",")):
        kind, *parts = (part.strip() for part in one.split(";"))
        weight = next((_weight(part[2:]) for part in parts if part.startswith("q=")), 1.0)
        if kind in words and weight > 0:
            found.append((-weight, place, words[kind]))
    return tuple(dict.fromkeys(word for *_, word in sorted(found)))


def _weight(text: str) -> float:
    """A weight from 0 to 1; what is none counts as nothing said."""
    try:
        weight = float(text)
    except ValueError:
        return 1.0
    return weight if 0.0 <= weight <= 1.0 else 1.0
