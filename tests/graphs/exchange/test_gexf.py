"""GEXF as its schema has it: what may stand where, typed out by hand from version 1.2 as far as we use it.

The schema of 1.2 puts colour and place among the ordinary elements; its primer, Gephi and networkx take them from the
name space of viz, and so does this.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import exchange

ANY, TOKEN, COUNT, FLOAT = r"(?s).*", r"(?s).*", r"\d+", r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
CHANNEL, SHARE, SIZE = r"\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]", r"0(\.\d+)?|1(\.0+)?", r"\d+(\.\d+)?"
DIRECTION, MODE = "directed|undirected|mutual", "static|dynamic"
TYPES = "integer|long|double|float|boolean|liststring|string|anyURI"
ELEMENTS: dict[str, tuple[dict[str, str], str]] = {
    # Attributes, those with ! must be there; children as a pattern over their names.
    "gexf": ({"version!": r"1\.2", "variant": ANY}, "(meta )?graph "),
    "meta": ({"lastmodifieddate": r"\d{4}-\d\d-\d\d"}, "((creator|keywords|description) )*"),
    "creator": ({}, ""),
    "keywords": ({}, ""),
    "description": ({}, ""),
    "graph": ({"defaultedgetype": DIRECTION, "idtype": "integer|string", "mode": MODE}, "((attributes|nodes|edges) )*"),
    "attributes": ({"class!": "node|edge", "mode": MODE}, "(attribute )*"),
    "attribute": ({"id!": ANY, "title!": ANY, "type!": TYPES}, "((default|options) )*"),
    "nodes": ({"count": COUNT}, "(node )*"),
    "node": ({"id!": ANY, "label": TOKEN, "pid": ANY}, "((attvalues|viz:color|viz:position|viz:size|viz:shape) )*"),
    "edges": ({"count": COUNT}, "(edge )*"),
    "edge": (
        {"id!": ANY, "type": DIRECTION, "label": TOKEN, "source!": ANY, "target!": ANY, "weight": FLOAT},
        "((attvalues|viz:color|viz:thickness|viz:shape) )*",
    ),
    "attvalues": ({}, "(attvalue )*"),
    "attvalue": ({"for!": ANY, "value!": ANY}, ""),
    "viz:color": ({"r!": CHANNEL, "g!": CHANNEL, "b!": CHANNEL, "a": SHARE}, ""),
    "viz:position": ({"x!": FLOAT, "y!": FLOAT, "z!": FLOAT}, ""),
    "viz:size": ({"value!": SIZE}, ""),
    "viz:thickness": ({"value!": SIZE}, ""),
    "viz:shape": ({"value!": "disc|square|triangle|diamond|image|solid|dotted|dashed|double"}, ""),
}
VALUES = {"boolean": "true|false", "long": r"-?\d{1,19}", "double": FLOAT, "string": ANY}
PREFIXES = {"{http://www.gexf.net/1.2draft}": "", "{http://www.gexf.net/1.2draft/viz}": "viz:"}


def name_of(element: ElementTree.Element) -> str:
    space, _, name = element.tag.rpartition("}")
    return PREFIXES.get(space + "}", element.tag) + name


def faults(content: bytes) -> list[str]:
    root = ElementTree.fromstring(content)
    found = ["root"] if name_of(root) != "gexf" else []
    for element in root.iter():
        found += faults_of_element(element)
    return found or [*faults_of_references(root)]


def faults_of_element(element: ElementTree.Element) -> Iterator[str]:
    name = name_of(element)
    if name not in ELEMENTS:
        yield f"{name} is no element"
        return
    attributes, children = ELEMENTS[name]
    allowed = {one.rstrip("!"): pattern for one, pattern in attributes.items()}
    yield from (f"{name} lacks {one}" for one in attributes if one.endswith("!") and one[:-1] not in element.attrib)
    for one, value in element.attrib.items():
        if one not in allowed or not re.fullmatch(allowed[one], value):
            yield f"{name} {one}={value!r}"
    if not re.fullmatch(children, "".join(f"{name_of(child)} " for child in element)):
        yield f"{name} holds {[name_of(child) for child in element]}"


def faults_of_references(root: ElementTree.Element) -> Iterator[str]:
    """What a schema cannot say: ids stand once, links lead somewhere, values are of a declared kind, counts hold."""
    nodes, edges = root.findall(".//{*}nodes/{*}node"), root.findall(".//{*}edges/{*}edge")
    for what, elements in (("node", nodes), ("edge", edges)):
        declared = root.findall(f".//{{*}}attributes[@class='{what}']/{{*}}attribute")
        kinds = {one.attrib["id"]: one.attrib["type"] for one in declared}
        if len(kinds) < len(declared) or len({one.attrib["id"] for one in elements}) < len(elements):
            yield f"an id of a {what} stands twice"
        for element in elements:
            for one in element.iter("{http://www.gexf.net/1.2draft}attvalue"):
                kind = kinds.get(one.attrib["for"], "")
                if not re.fullmatch(VALUES.get(kind, "x^"), one.attrib["value"]):
                    yield f"{what}: {one.attrib} is no {kind}"
        if root.find(f".//{{*}}{what}s").get("count") != str(len(elements)):
            yield f"the count of {what}s"
    known = {one.attrib["id"] for one in nodes}
    yield from ("an end of an edge" for one in edges for end in ("source", "target") if one.attrib[end] not in known)


@given(st.from_type(nx.DiGraph))
def test_anything_written_is_valid(graph):
    assert faults(exchange.write(graph, "gexf")) == []


def test_the_picture_of_a_day_is_valid(marked):
    content = exchange.write(marked, "gexf")
    assert faults(content) == []
    for part in (b"viz:position", b'type="double"', b"disruptions_json", b' weight="40.0"'):
        assert part in content


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ('version="1.2"', 'version="1.4"', "gexf version='1.4'"),
        ("1.2draft/viz", "1.3/viz", "is no element"),
        ('id="0" title', "title", "attribute lacks id"),
        ('type="double"', 'type="number"', "attribute type='number'"),
        ('for="0"', 'for="77"', "is no "),
        ('r="219"', 'r="256"', "viz:color r='256'"),
        ('source="a"', 'source="c"', "an end of an edge"),
        ('<nodes count="2">', '<nodes count="3">', "the count of nodes"),
        ('value="2.5"', 'value="2,5"', "is no double"),
        ("<attvalues>", "<attvalues><node/>", "attvalues holds"),
        ('<node id="b"', '<node id="a"', "an id of a node stands twice"),
    ],
)
def test_what_is_not_valid_is_found(right, wrong, fault):
    graph = nx.DiGraph()
    graph.add_nodes_from(("a", "b"), loss_share=0.0, x=1.0, y=2.0)
    graph.add_edge("a", "b", flow_meur=2.5)
    content = exchange.write(graph, "gexf").decode()
    assert faults(content.encode()) == []
    broken = content.replace(right, wrong, 1)
    assert broken != content
    assert fault in " ".join(faults(broken.encode()))
