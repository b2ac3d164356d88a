"""A value chain as one page: industries by countries in a fixed grid, in a single file that opens offline.

pyvis is known here and nowhere else. It is the builder of the network and brings vis-network, which is read
from pyvis's own installed files; its template is not used, because it runs titles and node names as HTML.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

import networkx as nx
import pyvis
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pyvis.network import Network

from graphs.errors import Fault, Faults
from graphs.levels import HIT_LEVEL, LEVELS, level

TEMPLATES = Path(__file__).parent / "templates"
VIS_NETWORK = Path(pyvis.__file__).parent / "templates/lib/vis-9.1.2/vis-network.min.js"
TABLE_ROWS = 50
TEXTS = ("label", "country", "industry")
LISTS = ("disruptions", "reasons")
LOSSES = ("loss_share", "loss_low_share", "loss_high_share", "loss_meur")
SCORES = ("score", "score_low", "score_high")
NUMBERS = ("x", "y", "output_meur", *LOSSES)
FLOWS = ("flow_meur", "cut_share")
OPTIONS: Mapping[str, Any] = {  # pyvis drops every blank inside the options: keep values without any
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "nodes": {"fixed": True, "borderWidth": 1, "chosen": False},
    "edges": {"smooth": False, "chosen": False, "arrows": {"to": {"scaleFactor": 0.7}}},
    "interaction": {"dragNodes": False, "selectable": False, "zoomSpeed": 0.6},
}


def graph_page(
    graph: nx.DiGraph[Any],
    *,
    title: str,
    lead: str,
    notes: Sequence[str],
    columns: Sequence[tuple[float, str, str]],
    rows: Sequence[tuple[float, str, str]],
) -> str:
    """One self-contained HTML page which shows the value chain as an interactive grid.

    A node is a place in the chain; an edge goes from the supplier to the buyer. Radius of a node:
    r = 5 + 15 (output / largest output)^(1/3) pixels at scale 1, 2.5 without output; a directly hit node is a diamond
    of 1.2 r, at least 16. Width of a link: min(8, 1 + 1.6 log10(1 + flow / 10)). Colour: share of output lost, with
    breaks at 0, 0.1, 1, 5 and 20 %. A link of a place with itself is counted, not drawn.

    Args:
        graph: nodes with ``label, country, industry`` (text); ``x, y`` (pixels at scale 1); ``output_meur`` (million
            euro, ≥ 0); ``loss_share, loss_low_share, loss_high_share`` (0–1 of output); ``loss_meur``; ``score,
            score_low, score_high`` (0–100, or None outside the EU); ``disruptions, reasons`` (lists of text). Edges
            with ``flow_meur`` and ``cut_share`` (0–1; above 0 the link is disrupted).
        title: heading and title of the page. Neither this nor any other text is read as HTML.
        lead: the headline, one sentence below the title.
        notes: short lines at the foot.
        columns: position, short code and full label of each industry, from upstream to downstream.
        rows: position, short code and full label of each country.

    Returns:
        The page, about 1.6 MB for 1,452 nodes and 2,500 links. It asks no network for anything, and its content
        security policy admits only its own scripts, by their SHA-256.

    Raises:
        Faults: attributes are missing or are not finite numbers; all of them at once.

    References:
        vis-network, the library that draws: https://visjs.github.io/vis-network/docs/network/.

    Examples:
        >>> chain = nx.DiGraph()
        >>> chain.add_node("DE_C29", label="Motor vehicles (Germany)", country="DE", industry="C29", x=0, y=0,
        ...                output_meur=367000, loss_share=0.05, loss_low_share=0.03, loss_high_share=0.08,
        ...                loss_meur=18350, score=62, score_low=55, score_high=70, disruptions=[], reasons=["Chips"])
        >>> page = graph_page(chain, title="Chips & cars", lead="Cars lose 5 %.", notes=["An estimate."],
        ...                   columns=[(0, "C29", "Motor vehicles")], rows=[(0, "DE", "Germany")])
        >>> "Chips &amp; cars</h1>" in page
        True
    """
    _refuse_faults(graph)
    places = [_place(key, node) for key, node in graph.nodes(data=True)]
    links, own_links = _links(graph)
    hardest = sorted((p for p in places if p["loss_meur"] > 0), key=lambda p: -float(p["loss_meur"]))
    names = {code: label for _, code, label in rows}
    data = {
        **_network(graph, places, links),
        "columns": [{"at": float(x), "code": code, "label": label} for x, code, label in columns],
        "rows": [{"at": float(y), "code": code, "label": label} for y, code, label in rows],
        "hit_level": HIT_LEVEL,
    }
    context = {
        "title": title,
        "lead": lead,
        "notes": notes,
        "places": places,
        "countries": sorted({(names.get(p["country"], p["country"]), p["country"]) for p in places}),
        "hardest": hardest[:TABLE_ROWS],
        "legend": _legend(places, links, own_links),
        "data": _json(data),
    }
    page = _render(context, drawn=bool(places))
    return page.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate could not be written to a file


def _refuse_faults(graph: nx.DiGraph[Any]) -> None:
    """Raise every attribute which is missing or not what it should be, all at once."""
    faults: list[Fault] = []
    for key, node in graph.nodes(data=True):
        faults += _faults(f"node {key}", node, (*TEXTS, *LISTS), NUMBERS, SCORES)
    for supplier, buyer, link in graph.edges(data=True):
        faults += _faults(f"link {supplier} to {buyer}", link, (), FLOWS, ())
    if faults:
        raise Faults(faults)


def _faults(
    where: str, found: Mapping[str, Any], words: Sequence[str], numbers: Sequence[str], open_numbers: Sequence[str]
) -> Iterator[Fault]:
    """What is wrong with the attributes of one node or link; an open number may be None, but not missing."""
    for name in (*words, *numbers, *open_numbers):
        value = found.get(name)
        if value is None:
            if name not in open_numbers or name not in found:
                yield Fault(where, name, "is missing", "set this attribute")
        elif name in LISTS and isinstance(value, str):
            yield Fault(where, name, "is one text", "give a list of texts")
        elif name not in words and not (isinstance(value, Real) and math.isfinite(value)):
            yield Fault(where, name, f"{value!r} is not a finite number", "give a finite number")


def _place(key: object, node: Mapping[str, Any]) -> dict[str, Any]:
    """What the page says about one node, in words and in plain Python numbers."""
    place: dict[str, Any] = {"key": str(key)}
    place |= {name: str(node[name]) for name in TEXTS}
    place |= {name: [str(text) for text in node[name]] for name in LISTS}
    place |= {name: None if node[name] is None else round(float(node[name]), 1) for name in SCORES}
    place["output"] = million(node["output_meur"])
    place["loss"] = percent(node["loss_share"])
    place["loss_range"] = f"{percent(node['loss_low_share'])} to {percent(node['loss_high_share'])}"
    place["loss_meur"] = float(node["loss_meur"])
    place["loss_million"] = million(node["loss_meur"])
    place["level"] = level(node["loss_share"])
    return place


def percent(share: float) -> str:
    r"""A share as a percentage with about two digits that count and no line break before the sign.

    Examples:
        >>> [percent(share).replace("\xa0", " ") for share in (0, 0.00002, 0.0012, 0.0512, 1)]
        ['0 %', '< 0.01 %', '0.12 %', '5.1 %', '100 %']
    """
    value = float(share) * 100
    if 0 < value < 0.01:
        return "<\N{NO-BREAK SPACE}0.01\N{NO-BREAK SPACE}%"
    digits = 2 if value < 1 else 1 if value < 10 else 0
    return f"{value:.{digits if value else 0}f}\N{NO-BREAK SPACE}%"


def million(amount_meur: float) -> str:
    """An amount in million euro: whole from ten upwards.

    Examples:
        >>> [million(amount) for amount in (0, 0.354, 9.96, 367000.4)]
        ['0', '0.35', '9.96', '367,000']
    """
    value = float(amount_meur)
    if 0 < value < 0.01:
        return "<\N{NO-BREAK SPACE}0.01"
    return f"{value:,.0f}" if value == 0 or abs(value) >= 10 else f"{value:.2f}"


def _links(graph: nx.DiGraph[Any]) -> tuple[list[dict[str, Any]], int]:
    """The links as vis-network's edges, largest flow first, and the number of self-links left out."""
    number = {key: i for i, key in enumerate(graph)}
    between = [(s, b, link) for s, b, link in graph.edges(data=True) if s != b]
    between.sort(key=lambda found: -float(found[2]["flow_meur"]))
    links = [
        {
            "id": i,
            "from": number[supplier],
            "to": number[buyer],
            "width": round(min(8.0, 1 + 1.6 * math.log10(1 + max(0.0, float(link["flow_meur"])) / 10)), 1),
            "smooth": _arc(graph.nodes[supplier], graph.nodes[buyer]),
            "dashes": [9, 6] if link["cut_share"] > 0 else False,
            "flow": million(link["flow_meur"]),
            "cut": percent(link["cut_share"]) if link["cut_share"] > 0 else "",
        }
        for i, (supplier, buyer, link) in enumerate(between)
    ]
    return links, graph.number_of_edges() - len(links)


def _arc(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any] | bool:
    """A flat arc within a row or a column, where straight links would cover each other; else a straight link.

    It rises by √length pixels: vis-network's curve rises by about 0.44 · roundness · length.
    """
    across, down = abs(float(one["x"]) - float(other["x"])), abs(float(one["y"]) - float(other["y"]))
    if (across > 0) == (down > 0):
        return False
    return {"enabled": True, "type": "curvedCW", "roundness": round(1 / (0.44 * math.sqrt(across + down)), 3)}


def _network(
    graph: nx.DiGraph[Any], places: Sequence[Mapping[str, Any]], links: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Build the network with pyvis and return its nodes, edges and options.

    vis-network sees whole numbers as ids and no text at all; what we say about a node travels as its place.
    """
    largest_meur = max((float(node["output_meur"]) for node in graph.nodes.values()), default=0.0)
    net = Network(directed=True)
    net.nodes = [
        {
            "id": i,
            "x": float(node["x"]),
            "y": float(node["y"]),
            "size": _radius(float(node["output_meur"]), largest_meur, bool(place["disruptions"])),
            "shape": "diamond" if place["disruptions"] else "dot",
            "place": place,
        }
        for i, (place, node) in enumerate(zip(places, graph.nodes.values(), strict=True))
    ]
    net.edges = list(links)
    net.set_options(json.dumps(OPTIONS))
    nodes, edges, _, _, _, options = net.get_network_data()
    return {"nodes": nodes, "edges": edges, "options": json.loads(options)}


def _radius(output_meur: float, largest_meur: float, direct: bool) -> float:
    """The radius in pixels at scale 1; a diamond is a little larger, as its corners take the space."""
    share = max(0.0, output_meur) / largest_meur if largest_meur > 0 else 0.0
    radius = 5 + 15 * share ** (1 / 3) if share else 2.5
    return round(max(radius * 1.2, 16.0) if direct else radius, 1)


def _legend(places: Sequence[Mapping[str, Any]], links: Sequence[Mapping[str, Any]], own: int) -> dict[str, Any]:
    """The counts which stand in the legend."""
    counts = Counter(place["level"] for place in places)
    return {
        "levels": [(place_of, words, counts[place_of]) for place_of, words in enumerate(LEVELS)],
        "direct": sum(bool(place["disruptions"]) for place in places),
        "links": len(links),
        "cut": sum(bool(link["cut"]) for link in links),
        "own": own,
    }


def _json(data: object) -> Markup:
    """Data as JSON in ASCII which cannot end or open anything in HTML."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e"))


def _render(context: Mapping[str, Any], *, drawn: bool) -> str:
    """Fill the template; the scripts go in as they are, each admitted by its hash."""
    scripts = [(TEMPLATES / "page.js").read_text("utf-8")]
    if drawn:
        library = VIS_NETWORK.read_text("utf-8")
        scripts.insert(0, library.rpartition("//# sourceMappingURL=")[0] or library)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
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
