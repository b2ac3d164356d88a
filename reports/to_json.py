"""A report as plain values for programs: its parts in order, tables with their columns described."""

from __future__ import annotations

from datetime import date
from typing import Any

from reports.briefing import Briefing, Bullets, Cell, Figure, Heading, Paragraph, Part
from reports.cells import checked


def to_json(briefing: Briefing) -> dict[str, Any]:
    """What JSON can carry: days as 2020-04-26, shares as numbers up to 1, None where something is not known.

    Raises:
        Faults: a part that cannot be written, see ``reports.cells.checked``.

    Examples:
        >>> calm = Briefing("2020-W17", "Week 17", date(2020, 4, 26), "Calm.", (Paragraph("None."),), (("Log", "7"),))
        >>> to_json(calm)["parts"], to_json(calm)["provenance"]
        ([{'part': 'paragraph', 'words': 'None.'}], {'Log': '7'})
    """
    return {
        "name": briefing.name,
        "title": briefing.title,
        "on": briefing.on.isoformat(),
        "headline": briefing.headline,
        "parts": [_part(part) for part in checked(briefing).parts],
        "provenance": dict(briefing.provenance),
    }


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Heading():
            return {"part": "heading", "words": part.words, "level": part.level}
        case Paragraph():
            return {"part": "paragraph", "words": part.words}
        case Bullets():
            return {"part": "bullets", "items": list(part.items)}
        case Figure():
            told = {"part": "figure", "name": part.name, "caption": part.caption, "words": part.words}
            return {**told, "svg": part.svg}
    columns = [
        {"name": one.name, "label": one.label, "meaning": one.meaning, "unit": "share" if one.unit == "%" else one.unit}
        for one in part.columns
    ]
    names = [one.name for one in part.columns]
    rows = [dict(zip(names, map(_cell, row), strict=True)) for row in part.rows]
    told = {"part": "table", "name": part.name, "title": part.title, "note": part.note}
    return {**told, "columns": columns, "rows": rows}


def _cell(cell: Cell) -> str | int | float | None:
    return cell.isoformat() if isinstance(cell, date) else cell
