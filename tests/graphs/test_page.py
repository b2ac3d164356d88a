"""The page of the value chain: what stands in the file, and what a browser makes of it."""

import base64
import doctest
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphs.page
from graphs.errors import Faults
from graphs.page import graph_page

SCRIPT = '<img src=x onerror="alert(1)">href</script><script>alert(2)</script><!-- '
HOSTILE = SCRIPT + "' \" & \u202egro\u202c {{ 7 * 7 }}" + "x" * 10_000


def chain(label: str = "{industry} ({country})", key: str = "{country}_{industry}") -> nx.DiGraph:
    """Two countries by three industries; C26 of NL is hit itself and its link to C29 of DE is cut."""
    graph = nx.DiGraph()
    names = {
        "DE": "Germany",
        "NL": "Netherlands",
        "C24": "Metals",
        "C26": "Electronics",
        "C29": "Motor vehicles",
    }
    for row, country in enumerate(("DE", "NL")):
        for column, industry in enumerate(("C24", "C26", "C29")):
            share = (0.0, 0.0005, 0.21)[column] if country == "NL" else (0.001, 0.03, 0.06)[column]
            graph.add_node(
                key.replace("{country}", country).replace("{industry}", industry),
                label=label.replace("{country}", names[country]).replace("{industry}", names[industry]),
                country=country,
                industry=industry,
                x=60.0 * column,
                y=44.0 * row,
                output_meur=1000.0 * (row + column),
                loss_share=share,
                loss_low_share=share / 2,
                loss_high_share=share * 2,
                loss_meur=share * 1000 * (row + column),
                score=62.0 if country == "DE" else None,
                score_low=55.0 if country == "DE" else None,
                score_high=70.0 if country == "DE" else None,
                disruptions=[label + " export ban"] if (country, industry) == ("NL", "C26") else [],
                reasons=[label + " is the reason"],
            )
    keys = list(graph)
    graph.add_edge(keys[0], keys[2], flow_meur=900.0, cut_share=0.0)
    graph.add_edge(keys[4], keys[2], flow_meur=4200.0, cut_share=0.4)
    graph.add_edge(keys[2], keys[5], flow_meur=70.0, cut_share=0.0)
    graph.add_edge(keys[2], keys[2], flow_meur=5.0, cut_share=0.0)
    return graph


def page_of(graph: nx.DiGraph, text: str = "A headline") -> str:
    return graph_page(
        graph,
        title=text,
        lead=text,
        notes=[text, "Drawn: all flows"],
        columns=[(0, "C24", text), (60, text, "Electronics"), (120, "C29", "Motor vehicles")],
        rows=[(0, "DE", "Germany"), (44, "NL", text)],
    )


class Reader(HTMLParser):
    """Collects tags, attributes and the text of scripts and styles as an HTML parser sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.scripts: list[str] = []
        self.texts: Counter[str] = Counter()
        self.data = ""
        self._script: str | None = None  # the type of the script that we are in
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "script":
            self._script = dict(attrs).get("type") or ""
            self.scripts += [""] * (not self._script)

    def handle_endtag(self, tag: str) -> None:
        self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is None:
            self.texts[data.strip()] += 1
        elif self._script:
            self.data += data
        else:
            self.scripts[-1] += data


def policy_of(reader: Reader) -> str:
    return next(value for _, name, value in reader.attributes if name == "content" and "default-src" in value)


def test_the_policy_admits_exactly_the_scripts_of_the_page() -> None:
    reader = Reader(page_of(chain()))
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in reader.scripts]
    assert len(hashes) == 2
    policy = {part.split()[0]: part.split()[1:] for part in policy_of(reader).split(";")}
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == [f"'sha256-{digest}'" for digest in hashes]
    assert policy["style-src"] == ["'unsafe-inline'"]
    assert policy["img-src"] == ["data:"]


def test_nothing_in_the_page_points_outside() -> None:
    html = page_of(chain())
    reader = Reader(html)
    pointers = {value for _, name, value in reader.attributes if name in ("src", "href", "action", "srcset", "data")}
    assert pointers
    assert all(value == "data:," or value.startswith("#") for value in pointers), pointers
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert "sourceMappingURL" not in html
    assert not any(name.startswith("on") for _, name, _ in reader.attributes)


def test_the_library_keeps_its_licence() -> None:
    assert "@license" in Reader(page_of(chain())).scripts[0]


def test_hostile_text_stays_text() -> None:
    tame, wild = (
        Reader(page_of(chain())),
        Reader(page_of(chain(label=HOSTILE, key=HOSTILE + "{country}_{industry}"), HOSTILE)),
    )
    assert wild.tags == tame.tags
    assert [attribute[:2] for attribute in wild.attributes] == [attribute[:2] for attribute in tame.attributes]
    assert wild.scripts == tame.scripts
    assert wild.tags["img"] == 0


def test_hostile_text_survives_the_round_trip() -> None:
    graph = chain(label=HOSTILE, key=HOSTILE + "{country}_{industry}")
    data = json.loads(Reader(page_of(graph, HOSTILE)).data)
    told = {node["place"]["key"]: node["place"] for node in data["nodes"]}
    assert list(told) == list(graph)
    for key, node in graph.nodes(data=True):
        assert {name: told[key][name] for name in ("label", "reasons", "disruptions")} == {
            name: node[name] for name in ("label", "reasons", "disruptions")
        }
    assert data["columns"][0]["label"] == HOSTILE
    assert data["columns"][1]["code"] == HOSTILE
    assert data["rows"][1]["label"] == HOSTILE


def test_the_data_block_holds_no_markup() -> None:
    html = page_of(chain(label=HOSTILE), HOSTILE)
    block = html.split('id="data">')[1].split("</script>")[0]
    assert json.loads(block)["nodes"]
    assert not set("<>&") & set(block)
    assert block.isascii()


def test_vis_network_gets_numbers_as_ids_and_no_text() -> None:
    data = json.loads(Reader(page_of(chain(label=HOSTILE))).data)
    assert [node["id"] for node in data["nodes"]] == list(range(6))
    assert {name for node in data["nodes"] for name in node} == {"id", "x", "y", "size", "shape", "place"}
    assert data["options"]["physics"] == {"enabled": False}


def test_a_lone_surrogate_can_be_written_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(page_of(chain(label="\ud800 {country}"), "\ud800"), encoding="utf-8")


def test_nodes_are_coded_by_level_shape_and_size() -> None:
    data = json.loads(Reader(page_of(chain())).data)
    nodes = {node["place"]["key"]: node for node in data["nodes"]}
    assert {key: node["place"]["level"] for key, node in nodes.items()} == {
        "DE_C24": 1, "DE_C26": 3, "DE_C29": 4, "NL_C24": 0, "NL_C26": 1, "NL_C29": 5,
    }  # fmt: skip
    assert [key for key, node in nodes.items() if node["shape"] == "diamond"] == ["NL_C26"]
    assert nodes["DE_C24"]["size"] == 2.5  # no output
    assert nodes["NL_C29"]["size"] == 20  # the largest
    assert nodes["DE_C26"]["size"] == pytest.approx(5 + 15 * (1 / 3) ** (1 / 3), abs=0.06)


def test_links_are_sorted_dashed_where_cut_and_never_on_themselves() -> None:
    html = page_of(chain())
    links = json.loads(Reader(html).data)["edges"]
    assert [(link["from"], link["to"], link["flow"]) for link in links] == [
        (4, 2, "4,200"),
        (0, 2, "900"),
        (2, 5, "70"),
    ]
    assert [bool(link["dashes"]) for link in links] == [True, False, False]
    assert [bool(link["smooth"]) for link in links] == [False, True, True]  # arcs along a row or a column
    assert links[1]["width"] == pytest.approx(1 + 1.6 * math.log10(91), abs=0.06)
    assert "Flows within one place, not drawn: 1" in html


def test_legend_and_notes_are_text_of_the_page() -> None:
    texts = Reader(page_of(chain())).texts
    for words in ("directly hit", "disrupted", "up to 0.1 %", "5–20 %", "over 20 %"):
        assert texts[words] == 1, words
    assert texts["Drawn: all flows"] == 1


def test_the_table_lists_the_largest_losses_first() -> None:
    html = page_of(chain())
    rows = re.findall(r'<th scope="row"><a href="#([^"]+)">', html)
    assert rows == ["NL_C29", "DE_C29", "DE_C26", "NL_C26"]  # those without a loss are left out
    assert "<caption>The 4 industries with the largest loss in million euro, largest first</caption>" in html
    assert html.count('<th scope="col"') == 8


def test_numpy_numbers_are_welcome() -> None:
    graph = chain()
    for node in graph.nodes.values():
        node |= {name: np.float32(value) for name, value in node.items() if isinstance(value, float)}
    graph.nodes["DE_C29"]["output_meur"] = np.int64(2000)
    for link in graph.edges.values():
        link |= {name: np.float32(value) for name, value in link.items()}
    assert json.loads(Reader(page_of(graph)).data)["nodes"]


def test_every_fault_is_named_at_once() -> None:
    graph = chain()
    graph.nodes["DE_C24"]["loss_share"] = math.nan
    del graph.nodes["DE_C26"]["score_low"]
    graph.nodes["DE_C29"]["reasons"] = "one text"
    graph.nodes["NL_C24"]["output_meur"] = "much"
    graph.nodes["NL_C26"]["label"] = None
    del graph.edges["DE_C24", "DE_C29"]["flow_meur"]
    with pytest.raises(Faults) as caught:
        page_of(graph)
    assert [(fault.where, fault.field, fault.fault) for fault in caught.value.faults] == [
        ("node DE_C24", "loss_share", "nan is not a finite number"),
        ("node DE_C26", "score_low", "is missing"),
        ("node DE_C29", "reasons", "is one text"),
        ("node NL_C24", "output_meur", "'much' is not a finite number"),
        ("node NL_C26", "label", "is missing"),
        ("link DE_C24 to DE_C29", "flow_meur", "is missing"),
    ]


def test_an_empty_chain_says_so_and_needs_no_library() -> None:
    reader = Reader(page_of(nx.DiGraph()))
    assert reader.texts["There is nothing to draw: this value chain has no industries."] == 1
    assert len(reader.scripts) == 1


def test_the_examples_in_the_docstrings_run() -> None:
    result = doctest.testmod(graphs.page)
    assert result.attempted >= 5
    assert result.failed == 0


# ---- in a browser --------------------------------------------------------------------------------------


class Opened:
    """A page opened from its file, with all that it asked for and complained about."""

    def __init__(self, tab: Any, html: str, path: Path, fragment: str = "") -> None:
        path.write_text(html, encoding="utf-8")
        self.tab, self.uri = tab, path.as_uri()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        tab.on("dialog", self.dismiss)
        tab.goto(self.uri + fragment)

    def dismiss(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def ready(self) -> "Opened":
        self.tab.wait_for_function("window.__ready === true", timeout=15_000)
        return self

    def text(self, selector: str) -> str:
        return str(self.tab.inner_text(selector))

    def point_at_some_node(self) -> None:
        box = self.tab.locator("#chart").bounding_box()
        for y in range(int(box["y"]) + 130, int(box["y"] + box["height"]), 6):
            for x in range(int(box["x"]) + 150, int(box["x"] + box["width"]), 12):
                self.tab.mouse.move(x, y)
                if self.tab.is_visible("#tip"):
                    return
        raise AssertionError("no node under the pointer anywhere")


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    yield lambda html, fragment="": Opened(context.new_page(), html, tmp_path / "page.html", fragment)
    context.close()


def test_it_opens_offline_without_a_request_or_a_complaint(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain())).ready()
    page.point_at_some_node()
    page.tab.wait_for_timeout(300)
    assert page.requests == [page.uri]
    assert page.complaints == []
    assert page.tab.evaluate("document.querySelector('canvas').width") > 400


def test_hostile_text_runs_nothing_in_the_browser(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain(label=HOSTILE, key=HOSTILE + "{country}_{industry}"), HOSTILE)).ready()
    page.point_at_some_node()
    assert page.text("#tip").startswith("<img src=x onerror")
    page.tab.mouse.down()
    page.tab.mouse.up()
    page.tab.wait_for_selector("#panel .name")
    assert page.tab.text_content("#panel .name") == HOSTILE
    assert page.tab.text_content("#panel .key").startswith(HOSTILE)
    page.tab.focus("#search")
    page.tab.select_option("#country", "NL")
    page.tab.wait_for_timeout(300)
    assert page.tab.locator("#suggestions option").count() == 6
    assert page.tab.title() == re.sub(r"\s+", " ", HOSTILE)
    assert page.tab.locator("img").count() == 0
    assert page.requests == [page.uri]
    assert page.complaints == []


def test_the_policy_stops_a_changed_script(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain()).replace("window.__ready = true", "window.__ready =  true"))
    page.tab.wait_for_timeout(500)
    assert page.tab.evaluate("window.__ready === undefined")
    assert any("Content Security Policy" in complaint for complaint in page.complaints)


def test_the_fragment_selects(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain()), "#DE_C29").ready()
    assert page.text("#panel .name") == "Motor vehicles (Germany)"
    panel = page.text("#panel")
    for words in ("6.0 % of output (3.0 % to 12 %)", "120 million euro", "62 of 100 (55 to 70)", "cut 40 %"):
        assert words in panel.replace("\N{NO-BREAK SPACE}", " "), words
    suppliers = page.tab.locator(".suppliers button span").all_inner_texts()
    assert suppliers == ["Electronics (Netherlands)", "Metals (Germany)"]
    assert page.tab.locator(".buyers button span").all_inner_texts() == ["Motor vehicles (Netherlands)"]


def test_a_partner_in_the_panel_leads_on(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain()), "#DE_C29").ready()
    page.tab.click(".suppliers button")
    assert page.text("#panel .name") == "Electronics (Netherlands)"
    assert "export ban" in page.text("#panel")
    assert "none: outside the EU" in page.text("#panel")
    assert page.tab.url.endswith("#NL_C26")


@pytest.mark.parametrize("words", ["NL_C29", "nl_c29", "netherlands MOTOR", "Motor vehicles (Netherlands)"])
def test_search_finds_key_country_and_label(opened: Callable[..., Opened], words: str) -> None:
    page = opened(page_of(chain()).replace("A headline", "Netherlands")).ready()
    page.tab.fill("#search", words)
    page.tab.press("#search", "Enter")
    assert page.text("#panel .key") == "NL_C29"


def test_search_says_when_nothing_matches(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain())).ready()
    page.tab.fill("#search", "Atlantis")
    page.tab.press("#search", "Enter")
    assert page.text("#status") == "Nothing here matches “Atlantis”."
    assert page.tab.locator("#panel .name").count() == 0


def test_filters_count_what_they_keep(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain())).ready()
    assert page.text("#status") == "6 industries"
    page.tab.check("#only-hit")  # over 0.1 %: DE_C26, DE_C29, NL_C29; directly: NL_C26
    assert page.text("#status") == "4 of 6 industries"
    page.tab.select_option("#country", "NL")
    assert page.text("#status") == "2 of 6 industries"
    assert page.tab.locator("#panel button").count() == 2


def test_keys_move_the_selection_and_escape_ends_it(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain()), "#DE_C24").ready()
    page.tab.focus("#chart")
    for key, expected in (
        ("ArrowRight", "DE_C26"),
        ("ArrowDown", "NL_C26"),
        ("ArrowDown", "NL_C26"),
        ("ArrowLeft", "NL_C24"),
    ):
        page.tab.keyboard.press(key)
        assert page.text("#panel .key") == expected
    page.tab.keyboard.press("Escape")
    assert page.tab.locator("#panel .name").count() == 0
    assert page.tab.url == page.uri


def test_the_table_opens_and_its_keys_select(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain())).ready()
    height = page.tab.evaluate("document.getElementById('stage').offsetHeight")
    page.tab.click("summary")
    page.tab.click("table a:has-text('DE_C26')")
    page.tab.wait_for_selector("#panel .name")
    assert page.text("#panel .key") == "DE_C26"
    assert page.tab.evaluate("document.getElementById('stage').offsetHeight") == height


def test_the_canvas_follows_the_colour_scheme(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain())).ready()
    corner = "Array.from(document.querySelector('canvas').getContext('2d').getImageData(3, 3, 1, 1).data)"
    assert page.tab.evaluate(corner) == [255, 255, 255, 255]
    page.tab.emulate_media(color_scheme="dark")
    page.tab.wait_for_timeout(300)
    assert page.tab.evaluate(corner) == [0x10, 0x17, 0x1E, 255]


def test_a_phone_gets_the_panel_below_and_no_sideways_scroll(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(chain()), "#DE_C29")
    page.tab.set_viewport_size({"width": 390, "height": 844})
    page.ready()
    chart, panel = (page.tab.locator(name).bounding_box() for name in ("#chart", "#panel"))
    assert panel["y"] >= chart["y"] + chart["height"]
    assert page.tab.evaluate("document.documentElement.scrollWidth") == 390


def test_an_empty_chain_opens_quietly(opened: Callable[..., Opened]) -> None:
    page = opened(page_of(nx.DiGraph())).ready()
    assert page.tab.is_visible("text=There is nothing to draw")
    assert page.complaints == []
