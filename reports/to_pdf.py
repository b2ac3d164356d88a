"""A briefing as a PDF that can be read by ear: tagged, by the rules of PDF/UA-1, which the compiler itself holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import typst

from reports.briefing import Briefing, Bullets, Figure, Heading, Paragraph, Part, Table
from reports.cells import checked, one_line
from reports.paper import on_paper

_FONTS = ("Libertinus Serif", "DejaVu Sans Mono", "New Computer Modern", "New Computer Modern Math")
"""All come with the typst package; those of the machine are left alone, so that every machine writes the same bytes."""
_SHOWN_ANYWAY = re.compile(r"[\x20-\x7e\xa0-\u017f\u0391-\u03a1\u03a3-\u03ce\u0410-\u044f–—‘’“”…€−≥≤·→]")
_MISSING = "□"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ue000-\uf8ff\U000f0000-\U0010ffff\ufffe\uffff]")
"""Controls and letters that mean nothing outside one house; none has a shape."""
_MARK = "\ufeff"
"""Has no width and comes along when text is copied; PDF/UA forbids it, as the compiler says of some texts only."""
_DRAWN_WIDTH = re.compile(r'^<svg [^>]*?\bwidth="([0-9.]+)"')
_FULL_WIDTH = 560.0
"""Units of a drawing across the width of the text."""
_PORTRAIT_LETTERS, _LANDSCAPE_LETTERS = 96, 146
"""Letters of 9 points, the gaps between columns among them, across a page of A4."""
_SIZE, _LEAST_UPRIGHT, _LEAST = 9.0, 7.5, 6.0
"""Points of the type of a table, and what it is not made smaller than, upright and across."""
_GAP = 1.7
"""Letters of room beside each column."""
_LONGEST_WORD, _LONGEST_FIGURE = 20, 32
"""Letters; a longer one is parted."""
_LINES, _TALL = 4, 600
"""Lines of a cell upright, and letters of a cell that may go over from one page to the next."""
_BOLD = 1.15
"""Width of a letter of a head in those of a cell."""


def to_pdf(briefing: Briefing) -> bytes:
    """Write a report as PDF/UA-1; the same report gives the same bytes, on any machine and at any time.

    Words are data of the document and never markup. A table that is too wide for a page lies on a page of its own,
    across, and if need be in smaller type; its head stands on each page it goes over. A letter for which the fonts have
    no shape (Chinese, emoji) is shown as a square, and the report says so at its end.

    Raises:
        Faults: a part that cannot be written, see ``reports.cells.checked``.

    References:
        ISO 14289-1:2014 (PDF/UA-1). The fonts are Libertinus Serif and DejaVu Sans Mono, under free licences.

    Examples:
        >>> from datetime import date
        >>> calm = Briefing("2020-W17", "Week 17", date(2020, 4, 26), "Calm.", (Heading("New"),), ())
        >>> to_pdf(calm)[:8], to_pdf(calm) == to_pdf(calm)
        (b'%PDF-1.7', True)
    """
    content = _content(checked(briefing))
    missing = _without_a_shape(set(json.dumps(content, ensure_ascii=False)))
    if missing:
        content = _replaced(content, str.maketrans(dict.fromkeys(missing, _MISSING)))
    content["missing"] = bool(missing)
    day = datetime(briefing.on.year, briefing.on.month, briefing.on.day, tzinfo=UTC)
    return _compiled(_template(), json.dumps(content), max(0, int(day.timestamp())))


def _template() -> bytes:
    return (resources.files("reports") / "templates" / "briefing.typ").read_bytes()


def _compiled(source: bytes, content: str, at: int) -> bytes:
    return typst.compile(
        source,
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        sys_inputs={"briefing": content},
        timestamp=at,
    )


def _content(briefing: Briefing) -> dict[str, Any]:
    return {
        "title": _shown(briefing.title),
        "author": "Value-chain disruption tracker",
        "keywords": [_shown(briefing.name)],
        "on": {"year": briefing.on.year, "month": briefing.on.month, "day": briefing.on.day},
        "headline": _shown(briefing.headline),
        "fonts": _FONTS,
        "runs": list(_runs([_part(part) for part in briefing.parts])),
        "provenance": [[_shown(label), _shown(value)] for label, value in briefing.provenance],
    }


def _runs(parts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Parts that lie on pages of one form; the headings just before a wide table go with it."""
    run: list[dict[str, Any]] = []
    for part in parts:
        if part["is"] == "table" and part["wide"]:
            last = next((place for place in range(len(run), 0, -1) if run[place - 1]["is"] != "heading"), 0)
            if run[:last]:
                yield {"wide": False, "parts": run[:last]}
            yield {"wide": True, "parts": [*run[last:], part]}
            run = []
        else:
            run.append(part)
    if run:
        yield {"wide": False, "parts": run}


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Heading():
            return {"is": "heading", "words": _shown(part.words), "level": part.level - 1}
        case Paragraph():
            return {"is": "paragraph", "words": _shown(part.words)}
        case Bullets():
            return {"is": "bullets", "items": [_shown(item) for item in part.items]}
        case Figure():
            return {
                "is": "figure",
                "caption": _shown(part.caption),
                "words": _shown(part.words),
                "svg": part.svg,
                "share": _share_of(part.svg),
            }
        case Table():
            return _table(part)


def _share_of(svg: str) -> float:
    """Share of the page's width that a drawing takes: a small one is not blown up to posters."""
    found = _DRAWN_WIDTH.search(svg)
    return min(1.0, float(found[1]) / _FULL_WIDTH) if found else 1.0


def _table(table: Table) -> dict[str, Any]:
    paper = on_paper(table)
    cells = [[_shown(cell.whole) for cell in row] for row in paper.rows]
    names = [_shown(one.words) for one in paper.heads]
    numbers = [one.number for one in paper.heads]
    least = [_least(name, [row[place] for row in cells], numbers[place]) for place, name in enumerate(names)]
    longest = [_GAP + max(len(name), *(len(row[place]) for row in cells), 0) for place, name in enumerate(names)]
    wanted = _wanted(least, cells)
    # Across the page where the words of a row do not stand beside each other upright, or most of them on many lines.
    squeezed = zip(_shares(least, wanted, _PORTRAIT_LETTERS), wanted, strict=True)
    wide = sum(least) > _PORTRAIT_LETTERS * _SIZE / _LEAST_UPRIGHT or any(want > _LINES * one for one, want in squeezed)
    most = _LANDSCAPE_LETTERS if wide else _PORTRAIT_LETTERS
    size = max(_LEAST, min(_SIZE, _SIZE * most / sum(least)))
    room = most * _SIZE / size
    return {
        "is": "table",
        "title": _shown(table.title),
        "note": _shown(table.note),
        "head": names,
        "rows": cells,
        "figures": numbers,
        "wide": wide,
        "size": size,
        "widths": [0] * len(names) if sum(longest) <= room else _shares(least, wanted, room),
        "tall": any(len(cell) > _TALL for row in cells for cell in row),
    }


def _least(name: str, texts: list[str], number: bool) -> float:
    """Letters that a column cannot do without: its longest word, and a whole figure with its range."""
    words = texts if number else [word for text in texts for word in text.split(" ")]
    bold = [_BOLD * min(_LONGEST_WORD, len(word)) for word in name.split(" ")]
    return _GAP + max([min(_LONGEST_FIGURE if number else _LONGEST_WORD, len(word)) for word in words] + bold)


def _wanted(least: list[float], rows: list[list[str]]) -> list[float]:
    """Letters that nine of ten texts of a column would like."""
    lengths = [sorted(len(row[place]) for row in rows) for place in range(len(least))]
    return [
        max(need, _GAP + (row[int(0.9 * (len(row) - 1))] if row else 0))
        for need, row in zip(least, lengths, strict=True)
    ]


def _shares(least: list[float], wanted: list[float], room: float) -> list[float]:
    """Letters of each column: what it needs, and of the rest what it would like, the less the more it would."""
    widths, rest = list(least), room - sum(least)
    waiting = {place for place, want in enumerate(wanted) if want > least[place]}
    while waiting and rest > 0:
        # A text four times as long wraps to twice the lines: its column is twice, not four times, as wide.
        more = {place: (wanted[place] - least[place]) ** 0.5 for place in waiting}
        step = rest / sum(more.values())
        content = {place for place in waiting if least[place] + step * more[place] >= wanted[place]}
        for place in content or waiting:
            widths[place] = min(wanted[place], least[place] + step * more[place])
        rest -= sum(wanted[place] - least[place] for place in content)
        waiting = waiting - content if content else set()
    return [round(width, 2) for width in widths]


def _shown(text: str) -> str:
    """On one line, without what cannot be seen."""
    plain = one_line(text).replace(_MARK, "")
    return _UNSEEN.sub(_MISSING, plain).encode("utf-8", "replace").decode("utf-8")


def _without_a_shape(letters: Iterable[str]) -> set[str]:
    """Letters that no font of the package shows: the compiler is asked, half of them at a time."""
    asked = sorted(letter for letter in letters if not _SHOWN_ANYWAY.match(letter))
    return set(_refused(asked)) if asked else set()


def _refused(letters: list[str]) -> list[str]:
    content = {"fonts": _FONTS, "letters": letters}
    try:
        _compiled(_PROBE, json.dumps(content), 0)
    except typst.TypstError:
        if len(letters) == 1:
            return letters
        half = len(letters) // 2
        return _refused(letters[:half]) + _refused(letters[half:])
    return []


_PROBE = b"""#let given = json(bytes(sys.inputs.briefing))
#set document(title: "Letters")
#set text(font: given.fonts)
#for letter in given.letters { par(letter) }
"""


def _replaced(content: Any, table: dict[int, str]) -> Any:
    if isinstance(content, str):
        return content.translate(table)
    if isinstance(content, dict):
        return {name: _replaced(value, table) for name, value in content.items()}
    if isinstance(content, list):
        return [_replaced(value, table) for value in content]
    return content
