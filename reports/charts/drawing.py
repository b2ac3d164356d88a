"""What all charts share: colours by role, widths, and how a chart becomes an SVG text that is safe in a page.

altair says what is drawn and vl-convert draws it, in this process and without a network. Colours are roles, known in
the drawing by their light value; in the text each becomes a class, for which the page's style sheet (``charts.css``)
has the colours of either theme, while the attribute that stays serves whoever opens the file by itself.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import altair as alt
import vl_convert

from graphs.levels import COLOURS
from reports.charts.words import short, words_of

WIDE, NARROW = 640, 340
"""Units across: a column of a page, and a phone. Read at their own size, all text is 12 pixels or more."""
ROLES: Mapping[str, str] = {
    "ink": "#1b2733", "muted": "#5b6b7a", "line": "#d5dde5", "paper": "#ffffff", "accent": "#0b5cad", "loss": "#c2410c",
    **{f"level{step}": colour for step, colour in enumerate(COLOURS)},
    "over0": "#1b2734", "over1": "#1b2735", "over2": "#1b2736", "over3": "#1b2737",
    "over4": "#fffffe", "over5": "#fffffd", "blue0": "#e3eef9", "blue1": "#c3daf0", "blue2": "#8fbde3",
    "blue3": "#2f75b7", "blue4": "#1c5a9c", "blue5": "#082f63", "upon0": "#1b2738", "upon1": "#1b2739",
    "upon2": "#1b273a", "upon3": "#fffffc", "upon4": "#fffffb", "upon5": "#fffffa",
}  # fmt: skip
"""Light colour of each role; no two are the same. ``over0`` is text over ``level0``, ``upon0`` over ``blue0``."""
FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif"
_CLASSES = {None: "chart", False: "chart wide", True: "chart narrow"}
_ROLE_OF = {colour: role for role, colour in ROLES.items()}
_SVG = "{http://www.w3.org/2000/svg}"
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-\d+)?")
_DRAWN = frozenset({"d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "viewBox", "points"})
_KEPT = frozenset(
    "d transform x y x1 x2 y1 y2 dx dy cx cy r width height fill stroke stroke-width stroke-dasharray "
    "stroke-linecap stroke-linejoin stroke-miterlimit opacity fill-opacity stroke-opacity text-anchor font-size "
    "font-weight viewBox".split()
)
"""Attributes that draw; what else the renderer writes (ids, classes, styles, roles) stays out of the page."""


def size(narrow: bool) -> tuple[int, int]:
    """Width of a chart and size of its text, in its own units.

    Examples:
        >>> size(narrow=True)
        (340, 12)
    """
    return (NARROW, 12) if narrow else (WIDE, 14)


def rows(values: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    """Rows that are drawn, as they are."""
    return alt.InlineData(values=list(values))


def words_beside(at: alt.Chart, late: bool, away: float, lower: float = 0, bold: bool = True) -> alt.Chart:
    """The column ``words`` beside a point of a chart, before it where that is ``late``; no line behind cuts them."""
    return at.mark_text(
        align="right" if late else "left",
        dx=-away if late else away,
        dy=lower,
        fontWeight="bold" if bold else "normal",
        fill=ROLES["ink" if bold else "muted"],
        stroke=ROLES["paper"],
        strokeWidth=4,
    ).encode(alt.Text("words:N"))


def svg(
    chart: alt.TopLevelMixin,
    title: str,
    reading: str,
    narrow: bool | None = None,
    room: Mapping[str, int] | None = None,
) -> str:
    """A chart as SVG text: one ``<svg>`` without script, style, id or link, which grows and shrinks with its place.

    Args:
        title: what the chart shows, for whoever cannot see it, and for ``alone``.
        reading: what is to be seen in it, in words.
        narrow: whether it is the drawing for a phone or that for a wide place, of which a page shows one; None if there
            is one for both.
        room: units kept free around what is drawn, for words that stand there; else the axes decide.

    Examples:
        >>> import pandas as pd
        >>> bars = alt.Chart(pd.DataFrame({"name": ["<b>"], "share": [1.0]})).mark_bar().encode(x="name:N", y="share:Q")
        >>> text = svg(bars, "Shares", "One bar.")
        >>> text[:25], "&lt;b&gt;" in text, "<b>" in text
        ('<svg xmlns="http://www.w3', True, False)
    """
    spec = _with_look(
        chart.to_dict(validate=False), size(narrow is not False)[1], room
    )  # tests validate each kind of chart
    # No address is allowed, so that nothing is ever fetched, whatever a specification may come to say.
    drawing = ElementTree.fromstring(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    _bare(drawing)
    for name in ("width", "height"):
        del drawing.attrib[name]
    drawing.attrib = {
        "xmlns": _SVG[1:-1],
        "class": _CLASSES[narrow],
        "role": "img",
        "font-family": FONT,
        **drawing.attrib,
    }
    for place, (name, words) in enumerate((("title", title), ("desc", reading))):
        element = ElementTree.Element(name)
        element.text = words_of(words)
        drawing.insert(place, element)
    return ElementTree.tostring(drawing, encoding="unicode")


def alone(chart: str, notes: str) -> str:
    """A chart of ``svg`` as a file of its own: under its title, with a line on where its figures come from.

    Examples:
        >>> import pandas as pd
        >>> bars = alt.Chart(pd.DataFrame({"share": [1.0]})).mark_bar().encode(x="share:Q")
        >>> "An estimate.</text>" in alone(svg(bars, "Shares", "One bar."), "An estimate.")
        True
    """
    drawing = ElementTree.fromstring(chart)
    for element in drawing.iter():
        element.tag = element.tag.removeprefix(_SVG)
    left, top, width, height = map(float, drawing.attrib["viewBox"].split())
    letters = int(width / 8.5)
    head = textwrap.wrap(drawing.findtext("title", ""), letters)
    foot = textwrap.wrap(words_of(notes), int(letters * 1.15))
    above, below = 22 * len(head) + 10, 17 * len(foot) + 10
    ground = {"x": f"{left:g}", "y": f"{top - above:g}", "width": f"{width:g}", "height": f"{height + above + below:g}"}
    drawing.attrib = {
        "xmlns": _SVG[1:-1],
        "viewBox": f"{left:g} {top - above:g} {width:g} {height + above + below:g}",
        "width": f"{width:g}",
        "height": f"{height + above + below:g}",
        "role": "img",
        "font-family": FONT,
    }
    drawing.insert(2, ElementTree.Element("rect", ground | {"fill": ROLES["paper"]}))
    look = {"x": f"{left + 6:g}", "fill": ROLES["ink"]}
    for number, line in enumerate(head):
        _line(drawing, line, look | {"y": f"{top - above + 22 * (number + 1):g}", "font-size": "16"})
    for number, line in enumerate(foot):
        at = f"{top + height + 17 * (number + 1):g}"
        _line(drawing, line, look | {"y": at, "font-size": "12", "fill": ROLES["muted"]})
    return ElementTree.tostring(drawing, encoding="unicode")


def printed(chart: str) -> str:
    """A chart of ``svg`` for reports: on white paper, with a size of its own and its light colours, whatever is around.

    Examples:
        >>> import pandas as pd
        >>> bars = alt.Chart(pd.DataFrame({"share": [1.0]})).mark_bar().encode(x="share:Q")
        >>> text = printed(svg(bars, "Shares", "One bar."))
        >>> 'fill="#ffffff"' in text, "class=" in text
        (True, False)
    """
    drawing = ElementTree.fromstring(chart)
    for element in drawing.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.attrib.pop("class", None)
    left, top, width, height = drawing.attrib["viewBox"].split()
    drawing.attrib = {"xmlns": _SVG[1:-1], "width": width, "height": height, **drawing.attrib}
    ground = {"x": left, "y": top, "width": width, "height": height, "fill": ROLES["paper"]}
    drawing.insert(2, ElementTree.Element("rect", ground))
    return ElementTree.tostring(drawing, encoding="unicode")


def empty(title: str, words: str, narrow: bool = False) -> str:
    """A chart of nothing, which says so.

    Examples:
        >>> "Nothing is on record.</text>" in empty("Scores", "Nothing is on record.")
        True
    """
    across, _ = size(narrow)
    said = alt.Chart(rows([{"words": short(words, across // 8)}])).mark_text(fill=ROLES["muted"])
    return svg(said.encode(text="words:N").properties(width=across, height=80), title, words, narrow)


def _with_look(spec: dict[str, Any], text_size: int, room: Mapping[str, int] | None) -> dict[str, Any]:
    axis = {
        "labelColor": ROLES["muted"],
        "gridColor": ROLES["line"],
        "tickColor": ROLES["line"],
        "domain": False,
        "labelFontSize": text_size,
    }
    look = {
        "aria": False,
        "font": FONT,
        "background": "transparent",
        "view": {"stroke": None, "continuousWidth": 300},
        "axis": axis,
        "text": {"fontSize": text_size, "fill": ROLES["ink"]},
    }
    if room:
        return {**spec, "config": look, "autosize": {"type": "none"}, "padding": dict(room)}
    return {**spec, "config": look, "autosize": {"type": "fit", "contains": "padding"}, "padding": 4}


def _bare(drawing: ElementTree.Element) -> None:
    """Leave nothing but what draws, name the colours by their roles, and shorten the numbers."""
    for parent in list(drawing.iter()):
        for child in list(parent):
            empty = child.tag == f"{_SVG}g" and not len(child)
            if child.attrib.get("display") == "none" or child.attrib.get("class") == "background" or empty:
                parent.remove(child)
    for element in drawing.iter():
        element.tag = element.tag.removeprefix(_SVG)
        named = [
            f"{way}-{_ROLE_OF[element.attrib[way]]}"
            for way in ("fill", "stroke")
            if element.attrib.get(way) in _ROLE_OF
        ]
        element.attrib = {
            name: _LONG_NUMBER.sub(lambda found: f"{float(found[0]):.1f}", value) if name in _DRAWN else value
            for name, value in element.attrib.items()
            if name in _KEPT and value != "transparent" and (name, value) != ("opacity", "1")
        }
        if element.tag == "text" and "stroke" in element.attrib:  # a rim, so that lines behind it do not cut it
            element.attrib |= {"paint-order": "stroke", "stroke-linejoin": "round"}
        if named:
            element.attrib["class"] = " ".join(named)


def _line(drawing: ElementTree.Element, words: str, look: Mapping[str, str]) -> None:
    ElementTree.SubElement(drawing, "text", dict(look)).text = words
