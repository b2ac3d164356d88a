"""A value chain as one page: a single file that opens offline, from a hundred groups down to every industry.

pyvis is known here and nowhere else. It is the builder of the network and brings vis-network, which is read
from pyvis's own installed files; its template is not used, because it runs titles and node names as HTML.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyvis
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pyvis.network import Network

from graphs.atlas import Atlas
from graphs.atlas.days import Day
from graphs.atlas.packed import packed
from graphs.atlas.views import View
from graphs.classification import country_name
from graphs.levels import percent

TEMPLATES = Path(__file__).parent / "templates"
VIS_NETWORK = Path(pyvis.__file__).parent / "templates/lib/vis-9.1.2/vis-network.min.js"
SCRIPTS = (
    *("model", "state", "looks", "frame", "links", "chart", "parts", "panel", "causes", "controls", "wave", "table"),
    *("pen", "picture", "exchange", "files", "start"),
)
"""The page's own scripts, in the order in which they build on one another."""
OPTIONS: Mapping[str, Any] = {  # pyvis drops every blank inside the options: keep values without any
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "nodes": {"fixed": True, "borderWidth": 1, "chosen": False},
    "edges": {"smooth": False, "chosen": False, "arrows": {"to": {"scaleFactor": 0.5}}},
    "interaction": {"dragNodes": False, "selectable": False, "zoomSpeed": 0.6, "keyboard": False},
}


@dataclass(frozen=True)
class Sheet:
    """One date of the page, with the sentence that says what is to be seen on it."""

    day: Day
    lead: str


def graph_page(found: Atlas, sheets: Sequence[Sheet], notes: Sequence[str], address: str = "") -> str:
    """One self-contained HTML page which shows a value chain and what happens to it.

    It opens with ecosystems by parts of the world, in the order of the value chain; each opens into its industries,
    countries and strongest partners. Radius of a mark: in proportion to output^(1/3), but for a least and a largest.
    Colour, border and the figure beside it: share of output lost over the horizon or in one week, or the score, or the
    change between two dates. Links: the backbone, and the disrupted ones.

    Args:
        found: what can be looked at.
        sheets: the dates, at least one; the first is shown first. No text is read as HTML.
        notes: short lines at the foot.
        address: where a server has this page for other dates, by ``?on=`` and ``&with=``; none in a file to be mailed.

    Returns:
        The page. It asks no network for anything, and its content security policy admits only its own scripts, by
        their SHA-256.

    References:
        vis-network, the library that draws: https://visjs.github.io/vis-network/docs/network/.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.atlas import atlas
        >>> from graphs.atlas.days import day_of
        >>> from graphs.method import Method
        >>> found = atlas(sources.toy())
        >>> day = day_of(found, assess(sources.toy(), [], date(2021, 3, 1), Method()))
        >>> page = graph_page(found, [Sheet(day, "Nothing happens & nothing is lost.")], ["An estimate."])
        >>> "happens &amp; nothing" in page
        True
    """
    data = packed(found, [sheet.day for sheet in sheets])
    for one, sheet in zip(data["days"], sheets, strict=True):
        one["lead"] = sheet.lead
    data["network"] = _network(found.views[0])
    first = sheets[0]
    context = {
        "title": f"Europe's value chains on {first.day.on.day} {first.day.on:%B %Y}",
        "lead": first.lead,
        "notes": notes,
        "address": address,
        "on": first.day.on,
        "with_day": sheets[1].day.on if len(sheets) > 1 else "",
        "horizon": first.day.horizon_weeks,
        "tables": _tables(found, first.day),
        "data": _json(data),
    }
    page = _render(context)
    return page.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate could not be written to a file


def _network(view: View) -> dict[str, Any]:
    """The network of the first view, built with pyvis; vis-network sees whole numbers as ids and no text at all."""
    net = Network(directed=True)
    net.nodes = [
        {"id": item, "x": x, "y": y}
        for item, x, y in zip(view.items.tolist(), view.x.tolist(), view.y.tolist(), strict=True)
    ]
    net.set_options(json.dumps(OPTIONS))
    nodes, _, _, _, _, options = net.get_network_data()
    return {"nodes": nodes, "options": json.loads(options)}


def _tables(found: Atlas, day: Day) -> list[dict[str, Any]]:
    """What stands in the file for those who have no script: the losses and scores of ecosystems and countries."""
    tables = []
    output, inside = found.chain.output, found.chain.in_eu
    lost = output[:, None] * day.loss_share
    groups, countries = found.groups.shares * inside[:, None], found.members["countries"].toarray()
    for level, heading, names, members in (
        ("ecosystem", "Ecosystem (EU27)", found.groups.columns, groups),
        ("country", "Country", found.countries, countries),
    ):
        rows = []
        for name, made, shares in zip(names, output @ members, (members.T @ lost), strict=True):
            if made > 0:
                told = day.told.get((level, name))
                label = country_name(str(name)) if level == "country" else name
                rows.append({"name": label, "loss": shares / made, "told": told})
        rows.sort(key=lambda row: -row["loss"][1])
        tables.append({"heading": heading, "rows": rows})
    return tables


def _json(data: object) -> Markup:
    """Data as JSON in ASCII which cannot end or open anything in HTML."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e"))


def _render(context: Mapping[str, Any]) -> str:
    """Fill the template; the scripts go in as they are, each admitted by its hash."""
    library = VIS_NETWORK.read_text("utf-8")
    own = "\n".join((TEMPLATES / "page" / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    scripts = [library.rpartition("//# sourceMappingURL=")[0] or library, f'"use strict";\n(() => {{\n{own}\n}})();\n']
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    return environment.get_template("page.html").render(
        context,
        css=Markup((TEMPLATES / "page.css").read_text("utf-8")),
        scripts=[Markup(script) for script in scripts],
        hashes=" ".join(_source_hash(script) for script in scripts),
    )


def _source_hash(script: str) -> str:
    """The source expression by which a content security policy admits this inline script."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
