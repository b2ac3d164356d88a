"""A report as one HTML page: no script, no outside file, styles inline as mail programs need them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.briefing import Briefing, Bullets, Figure, Heading, Paragraph, Part, Table
from reports.paper import Paper, on_paper

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_WIDE = 3
"""A table of more columns is told row by row on a phone."""
_WIDTH = re.compile(r'^<svg [^>]*?\bwidth="([0-9.]+)"')
_COLUMN, _LARGER = 712, 1.35
"""Width of the text, and how much larger than drawn a figure may be."""


def to_html(briefing: Briefing, for_mail: bool = False, links: Sequence[tuple[str, str]] = ()) -> str:
    """Render a report.

    Args:
        for_mail: figures are pictures that the mail carries by the names of ``content_id``, for mail programs show no
            SVG; else they are drawn in the page itself.
        links: words with addresses that stand above it where it is read at a desk, such as its other forms.

    Examples:
        >>> from datetime import date
        >>> report = Briefing("2020-W17", "Week 17", date(2020, 4, 26), "<b>", (Paragraph("Calm."),), ())
        >>> page = to_html(report)
        >>> page.startswith("<!doctype html>"), "&lt;b&gt;" in page, "<script" in page
        (True, True, False)
    """
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["linked"] = linked
    parts = [(_kind(part), part, on_paper(part) if isinstance(part, Table) else None) for part in briefing.parts]
    return environment.get_template("report.html").render(
        briefing=briefing,
        parts=parts,
        wide=_wide,
        across=_across,
        pictures={part.name: content_id(briefing, part) for part in briefing.parts if isinstance(part, Figure)},
        for_mail=for_mail,
        links=links,
    )


def content_id(briefing: Briefing, figure: Figure) -> str:
    """The name by which a mail carries the picture of a figure: its ``Content-ID`` without the angle brackets.

    Examples:
        >>> from datetime import date
        >>> content_id(Briefing("2020-W17", "", date(2020, 4, 26), "", (), ()), Figure("map", "", "", ""))
        'map.2020-W17@report'
    """
    return f"{figure.name}.{briefing.name}@report"


def linked(words: str) -> Markup:
    """Words in which each web address is a link.

    Examples:
        >>> print(linked("<b> https://a.eu/?b&c"))  # doctest: +ELLIPSIS
        &lt;b&gt; <a href="https://a.eu/?b&amp;c" rel="noreferrer" class="a" style="...">https://a.eu/?b&amp;c</a>
    """
    place, parts = 0, list[Markup]()
    for found in _ADDRESS.finditer(words):
        address = escape(found[0])
        link = Markup('<a href="{0}" rel="noreferrer" class="a" style="color:#0b5cad;overflow-wrap:anywhere">{0}</a>')
        parts += [escape(words[place : found.start()]), link.format(address)]
        place = found.end()
    return Markup("").join([*parts, escape(words[place:])])


def _kind(part: Part) -> str:
    kinds = {Heading: "heading", Paragraph: "paragraph", Bullets: "bullets", Figure: "figure", Table: "table"}
    return kinds[type(part)]


def _wide(paper: Paper) -> bool:
    return len(paper.heads) > _WIDE


def _across(figure: Figure) -> int:
    """Up to which width a figure is shown: a small drawing is not blown up."""
    found = _WIDTH.search(figure.svg)
    return min(_COLUMN, round(_LARGER * float(found[1]))) if found else _COLUMN
