"""How charts say a figure, a day and a name: the same in the drawing, its reading and its description."""

from __future__ import annotations

import re
from datetime import date

_NOT_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def words_of(text: object) -> str:
    r"""A text as XML can carry it: characters that it has no place for become a sign for them.

    Examples:
        >>> words_of("a\x00b"), words_of("<b>")
        ('a�b', '<b>')
    """
    return _NOT_OF_XML.sub("\N{REPLACEMENT CHARACTER}", str(text))


def short(text: object, most: int) -> str:
    """A text on one line, cut to so many characters; the whole stands in the table beside the chart.

    Examples:
        >>> short("Proximity, social economy", 12)
        'Proximity, …'
    """
    line = " ".join(words_of(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def points(score: float) -> str:
    """A score with one digit.

    Examples:
        >>> points(62.04)
        '62.0'
    """
    return f"{float(score):.1f}"


def day(on: date) -> str:
    """A day as pages write it.

    Examples:
        >>> day(date(2020, 4, 26))
        '26 Apr 2020'
    """
    return f"{on.day} {on:%b %Y}"
