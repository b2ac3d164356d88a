"""What the tests of files for other tools share: random graphs, and the picture of a day.

``st.from_type(networkx.DiGraph)`` draws graphs with anything at all in their attributes.
"""

from datetime import date

import networkx as nx
import pytest
from hypothesis import strategies as st

from graphs.assessment import assess
from graphs.disruption import Disruption
from graphs.method import Method
from graphs.picture import picture

DAY = date(2021, 3, 1)
HOSTILE = (
    *("=1+1", "'=1+1", "-5", "\t=cmd|' /C calc'!A0", "a\r\nb", "a\rb", "\n", " ", "", "\0", "\x1b[31m", "\x85\u2028"),
    *("\ufffe", "\ud800", "\udc00\ud800", "🔋", "שלום", "\u202egnp.exe", "<script>alert(1)</script>", "]]>", "&amp;"),
    *('"', "a | b", "null"),
)
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=5))
NAMES = st.one_of(
    st.sampled_from(("id", "ID", "label", "weight", "source", "key", "self", "x", "label_json", "a_json_json", "=a")),
    st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=4).filter(str.isprintable),
)
NUMBERS = st.one_of(
    st.integers(-5, 5), st.integers(), st.floats(allow_infinity=False), st.sampled_from((2**53 + 1, 2**63))
)
VALUES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, st.lists(st.one_of(TEXTS, NUMBERS, st.none()), max_size=3))
ROWS = st.dictionaries(NAMES, VALUES, max_size=4)


@st.composite
def graphs(draw) -> nx.DiGraph:
    """Up to five nodes and their links, with anything at all in their attributes."""
    graph = nx.DiGraph()
    graph.graph.update(draw(ROWS))
    keys = draw(st.lists(TEXTS, unique=True, max_size=5))
    graph.add_nodes_from((key, draw(ROWS)) for key in keys)
    if keys:
        pairs = draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys)), unique=True, max_size=6))
        graph.add_edges_from((*pair, draw(ROWS)) for pair in pairs)
    return graph


@pytest.fixture(scope="module")
def marked(toy) -> nx.DiGraph:
    """The toy economy on the day of a strike, which has every title that is hard to write, and of a ban."""
    strikes = [
        Disruption(f"Strike {text}", ("DE",), DAY, f"D{number}", effect="supply", severity_likely=0.1)
        for number, text in enumerate(("=1+1", "<script>alert(1)</script>", "🔋 שלום | \"a\", 'b'"), 1)
    ]
    ban = Disruption("Ban", ("TW",), DAY, "D9", effect="link", felt=("FR",), industries=("C26",), severity_likely=0.4)
    return picture(toy, assess(toy, [*strikes, ban], DAY, Method()), 20)


st.register_type_strategy(nx.DiGraph, graphs())
