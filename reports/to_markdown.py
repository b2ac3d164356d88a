"""A briefing as Markdown: words stay words, tables are tables, figures are told."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reports.briefing import Briefing, Bullets, Figure, Heading, Paragraph, Part, Table
from reports.cells import checked, figures, head, one_line, said

_MEANS = re.compile(r"[\\`*_\[\]<>|~$^&]")
_AT_THE_START = re.compile(r"^(?:(\d{1,9})([.)])|([#+=:-]))")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")


def to_markdown(briefing: Briefing) -> str:
    r"""Write a report as Markdown (CommonMark with GitHub's tables), one line a paragraph.

    What a sign of a text would mean in Markdown or HTML is taken from it by a stroke before it. Addresses stay as they
    are.

    Raises:
        Faults: a part that cannot be written, see ``reports.cells.checked``.

    References:
        GitHub Flavored Markdown Spec 0.29: https://github.github.com/gfm/.

    Examples:
        >>> from datetime import date
        >>> calm = Briefing("w", "Week *17*", date(2020, 4, 26), "Calm.", (Heading("New"),), (("Method", "2"),))
        >>> print(to_markdown(calm))
        # Week \*17\*
        <BLANKLINE>
        Calm.
        <BLANKLINE>
        ## New
        <BLANKLINE>
        ## What this report was made from
        <BLANKLINE>
        - Method: 2
        <BLANKLINE>
    """
    blocks = [f"# {_inline(briefing.title)}", _block(briefing.headline)]
    blocks += [_part(part) for part in checked(briefing).parts]
    blocks += ["## What this report was made from", _list(f"{label}: {value}" for label, value in briefing.provenance)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _part(part: Part) -> str:
    match part:
        case Heading():
            return f"{'#' * part.level} {_inline(part.words)}"
        case Paragraph():
            return _block(part.words)
        case Bullets():
            return _list(part.items)
        case Figure():
            return f"**Figure: {_inline(part.caption)}**\n\n{_block(part.words)}"
        case Table():
            return _table(part)


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {_block(item)}" for item in items)


def _table(table: Table) -> str:
    rules = ["---:" if figures(table, place) else "---" for place in range(len(table.columns))]
    rows = [[_inline(said(cell, one)) for cell, one in zip(row, table.columns, strict=True)] for row in table.rows]
    lines = [[_inline(head(column)) for column in table.columns], rules, *rows]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    told = ["None."] if not rows else []
    told += [_block(table.note)] if table.note else []
    return "\n\n".join([f"**{_inline(table.title)}**", text, *told])


def _block(text: str) -> str:
    """A text that begins a line: there some signs more begin a heading, a list or a line."""
    return _AT_THE_START.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", _inline(text))


def _inline(text: str) -> str:
    return _MEANS.sub(r"\\\g<0>", _UNSEEN.sub("□", one_line(text)))
