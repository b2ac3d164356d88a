"""What can be saved from the page of the value chain: read back by others, it says what the tracker computed."""

import base64
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest

from graphs.assessment import Assessment, assess
from graphs.atlas import Atlas, atlas
from graphs.atlas.days import day_of
from graphs.disruption import Disruption
from graphs.levels import level, percent
from graphs.method import Method
from graphs.page import TEMPLATES
from graphs.picture import picture_page
from graphs.valuechain import ValueChain

ON = date(2021, 3, 8)
STRIKE = Disruption("Strike", ("DE",), ON, "D1", effect="supply", industries=("C29",), severity_likely=0.4)
BAN = Disruption("Ban", ("TW",), ON, "D2", effect="link", felt=("DE",), industries=("C26",), severity_likely=0.6)
HOSTILE = '<script>alert(1)</script>]]>\x01 & " onload="alert(2)'
FORMULA = '=HYPERLINK("http://example.eu")'
CLEAN = HOSTILE.replace("\x01", "\ufffd")
FORMS = ("png", "svg", "csv", "gexf", "graphml")
SVG = "{http://www.w3.org/2000/svg}"

# Counts the addresses of files that are made and let go of; what waits for a minute waits a moment.
WATCH = """
  window.__made = window.__gone = 0;
  const [make, drop, wait] = [URL.createObjectURL, URL.revokeObjectURL, window.setTimeout];
  URL.createObjectURL = (blob) => { window.__made += 1; return make.call(URL, blob); };
  URL.revokeObjectURL = (address) => { window.__gone += 1; drop.call(URL, address); };
  window.setTimeout = (action, ms, ...more) => wait(action, ms >= 60000 ? 200 : ms, ...more);
"""
# Chart and picture as means over squares of eight points: how many squares differ, how many of them are not paper.
COMPARE = """async ([png, left, top]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const seen = document.querySelector("#chart canvas");
  const [across, down] = [seen.width >> 3, seen.height >> 3];
  const means = (from, x, y) => {
    const drawn = document.createElement("canvas");
    const [width, height] = [drawn.width, drawn.height] = [8 * across, 8 * down];
    const ctx = drawn.getContext("2d");
    ctx.fillStyle = "#fff";
    ctx.fillRect(0, 0, width, height);
    ctx.drawImage(from, -x, -y);
    const points = ctx.getImageData(0, 0, width, height).data;
    const sums = new Float64Array(3 * across * down);
    for (let i = 0; i < points.length; i += 1) {
      const [part, place] = [i & 3, i >> 2];
      const square = (Math.floor(place / width) >> 3) * across + ((place % width) >> 3);
      if (part < 3) sums[3 * square + part] += points[i] / 64;
    }
    return sums;
  };
  const [here, there] = [means(seen, 0, 0), means(image, 2 * left, 2 * top)];
  let [far, ink] = [0, 0];
  for (let i = 0; i < here.length; i += 3) {
    far += [0, 1, 2].some((k) => Math.abs(here[i + k] - there[i + k]) > 32);
    ink += [0, 1, 2].some((k) => here[i + k] < 215);
  }
  return [far, ink];
}"""


@dataclass
class Saved:
    """The files of one page, the table beside them, and the page itself, which is still open."""

    tab: Any
    names: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    table: list[list[str]] = field(default_factory=list)
    compared: dict[str, tuple[int, int]] = field(default_factory=dict)

    def save(self, form: str) -> bytes:
        self.tab.click("#save > summary")
        with self.tab.expect_download() as download:
            self.tab.click(f"[data-save={form}]")
        self.names.append(download.value.suggested_filename)
        assert self.tab.evaluate("document.activeElement === document.querySelector('#save > summary')")
        assert self.tab.evaluate("document.querySelector('#save').open") is False
        self.tab.wait_for_function(
            "name => document.getElementById('status').textContent.includes(name)", arg=self.names[-1]
        )
        self.said.append(self.tab.inner_text("#status"))
        return Path(download.value.path()).read_bytes()

    def compare(self, view: str) -> None:
        """Hold the picture that was saved against the chart on the screen."""
        root = ElementTree.fromstring(self.files[f"{view}svg"])
        frame = next(group for group in root.iter(f"{SVG}g") if group.get("clip-path"))
        left, top = map(float, re.findall(r"[\d.]+", frame.get("transform")))
        png = base64.b64encode(self.files[f"{view}png"]).decode()
        self.compared[view] = tuple(self.tab.evaluate(COMPARE, [png, left, top]))


@pytest.fixture(scope="module")
def chain(toy: ValueChain) -> ValueChain:
    """The toy economy with a label that would run and one that would be computed."""
    nodes = toy.nodes.copy()
    nodes.loc["DE_C26", "label"], nodes.loc["DE_A", "label"] = HOSTILE, FORMULA
    return ValueChain(nodes, toy.flows, toy.final_demand, toy.meta, toy.membership)


@pytest.fixture(scope="module")
def found(chain: ValueChain) -> Assessment:
    return assess(chain, [STRIKE, BAN], ON, Method())


@pytest.fixture(scope="module")
def saved(chain: ValueChain, found: Assessment, chromium: Any, tmp_path_factory: Any) -> Iterator[Saved]:
    """Everything that can be saved of Germany, then table and network of the whole, in one page without a network."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(picture_page(chain, [(found, "A <b>headline</b> \ud800")]), encoding="utf-8")
    context = chromium.new_context(
        viewport={"width": 1400, "height": 900}, color_scheme="light", offline=True, device_scale_factor=2
    )
    page = Saved(context.new_page())
    page.tab.on("console", lambda message: page.complaints.append(message.text))
    page.tab.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.tab.on("dialog", lambda dialog: page.complaints.append(dialog.message) or dialog.dismiss())
    page.tab.add_init_script(WATCH)
    page.tab.goto(f"{path.as_uri()}#view=country:DE&selected=node:DE_C29")
    page.tab.wait_for_function("() => window.__ready")
    page.tab.click("#table > summary")
    page.tab.click("thead button:has-text('Name')")
    page.files = {form: page.save(form) for form in FORMS}
    page.compare("")
    rows = (
        "Array.from(document.querySelectorAll('tbody tr'), (row) => Array.from(row.cells, (cell) => cell.textContent))"
    )
    page.table = page.tab.evaluate(rows)
    page.tab.select_option("#view", "chain")
    page.files |= {f"whole.{form}": page.save(form) for form in FORMS[:4]}
    page.compare("whole.")
    yield page
    context.close()
    assert page.complaints == []


def test_files_are_named_after_what_is_shown_and_let_go_of(saved: Saved) -> None:
    stem = "value-chain-2021-03-08"
    assert saved.names == [f"{stem}-country-de.{form}" for form in FORMS] + [
        f"{stem}-chain.{form}" for form in FORMS[:4]
    ]
    assert saved.said[2] == f"Saved {stem}-country-de.csv: the table, {len(saved.table)} rows."
    saved.tab.wait_for_function("() => window.__made === 9 && window.__gone === 9")


def test_escape_closes_a_menu_before_anything_else(saved: Saved) -> None:
    saved.tab.select_option("#view", "country:DE")
    before = saved.tab.url
    saved.tab.focus("#save > summary")
    saved.tab.keyboard.press("Enter")
    saved.tab.keyboard.press("Tab")
    assert saved.tab.evaluate("document.activeElement.dataset.save") == "png"
    saved.tab.keyboard.press("Escape")
    assert saved.tab.evaluate("[document.activeElement.textContent, document.querySelector('#save').open]") == [
        "Save",
        False,
    ]
    assert saved.tab.url == before


def test_networks_say_of_nodes_and_links_what_was_computed(saved: Saved, chain: ValueChain, found: Assessment) -> None:
    gexf, graphml = nx.read_gexf(io.BytesIO(saved.files["gexf"])), nx.read_graphml(io.BytesIO(saved.files["graphml"]))
    assert set(gexf.nodes) == set(graphml.nodes) > {"DE_A", "DE_C26", "DE_C29", "DE_G47", "TW_C26"}
    assert gexf.edges == graphml.edges
    assert gexf.nodes["DE_C26"]["label"] == graphml.nodes["DE_C26"]["label"] == CLEAN
    assert graphml.graph["on"] == "2021-03-08"
    assert "estimate" in graphml.graph["description"]
    cut, hit = _cut_links(chain, found), _hit(chain, found)
    for graph in (gexf, graphml):
        for key, node in graph.nodes(data=True):
            place = chain.keys.get_loc(key)
            expected = {"output_meur": chain.output[place], **found.nodes.loc[key].to_dict()}
            for name in ("output_meur", "loss_meur", "loss_share", "loss_low_share", "loss_high_share"):
                assert node[name] == pytest.approx(expected[name], rel=1e-6)
            scores = found.scores.loc["node"]
            assert node.get("score") == (pytest.approx(scores.score[key], abs=0.005) if key in scores.index else None)
            assert node["direct"] is bool(hit[place])
        for supplier, buyer, link in graph.edges(data=True):
            flow = chain.flows[chain.keys.get_loc(supplier), chain.keys.get_loc(buyer)]
            assert link["flow_meur"] == link["weight"] == pytest.approx(flow, rel=1e-6)
            assert link["cut_share"] == pytest.approx(cut.get((supplier, buyer), 0.0), abs=1e-4)
    assert graphml.edges["TW_C26", "DE_C29"]["cut_share"] > 0.5


def _cut_links(chain: ValueChain, found: Assessment) -> Mapping[tuple[str, str], float]:
    links, cut = atlas(chain).links["nodes"], day_of(atlas(chain), found).cut["nodes"]
    drawn = zip(links.supplier, links.buyer, cut.drawn_share, strict=True)
    others = zip(cut.supplier, cut.buyer, cut.share, strict=True)
    return {(chain.keys[a], chain.keys[b]): share for a, b, share in (*drawn, *others)}


def _hit(chain: ValueChain, found: Assessment) -> np.ndarray:
    return np.any([cause.hits for cause in day_of(atlas(chain), found).causes], axis=0)


def test_networks_of_groups_hold_sums_over_their_members(saved: Saved, chain: ValueChain, found: Assessment) -> None:
    graph = nx.read_gexf(io.BytesIO(saved.files["whole.gexf"]))
    members, names = _groups(atlas(chain))
    assert set(graph) == {name for name, share in zip(names, members.T, strict=True) if chain.output @ share > 0}
    for name, node in graph.nodes(data=True):
        share = members[:, names.index(name)]
        made = chain.output * share
        assert node["output_meur"] == pytest.approx(made.sum(), rel=1e-6)
        assert node["loss_share"] == pytest.approx(found.nodes.loss_share @ made / made.sum(), rel=1e-6)
        assert node["loss_meur"] == pytest.approx(found.nodes.loss_meur @ share, rel=1e-6)
    rows = csv.DictReader(io.StringIO(saved.files["whole.csv"].decode("utf-8-sig")))
    assert {row["key"]: float(row["loss_meur"]) for row in rows} == {
        name: pytest.approx(node["loss_meur"]) for name, node in graph.nodes(data=True)
    }


def _groups(found: Atlas) -> tuple[np.ndarray, list[str]]:
    names = [f"{column}|{region}" for column in found.groups.columns for region in found.groups.regions]
    return found.members["groups"].toarray(), names


def test_networks_lie_and_look_as_on_the_screen(saved: Saved, chain: ValueChain, found: Assessment) -> None:
    graph = nx.read_gexf(io.BytesIO(saved.files["gexf"]))
    view = next(view for view in atlas(chain).views if view.id == "country:DE")
    for item, x, y in zip(view.items, view.x, view.y, strict=True):
        viz = graph.nodes[chain.keys[item]]["viz"]
        assert (viz["position"]["x"], viz["position"]["y"]) == pytest.approx((x, -y), abs=0.5)
    style = (TEMPLATES / "page.css").read_text("utf-8")
    for key, node in graph.nodes(data=True):
        level_colour = re.search(rf"--loss{level(found.nodes.loss_share[key])}: #(\w+)", style)[1]
        assert bytes(node["viz"]["color"][part] for part in "rgb").hex() == level_colour
    root = ElementTree.fromstring(saved.files["gexf"])
    shapes = {node.get("id"): node.find("{*}shape").get("value") for node in root.iter("{http://gexf.net/1.3}node")}
    assert {key for key, shape in shapes.items() if shape == "diamond"} == {
        key for key in graph if _hit(chain, found)[chain.keys.get_loc(key)]
    }


def test_the_table_is_saved_as_it_stands(saved: Saved) -> None:
    assert saved.files["csv"].startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(saved.files["csv"].decode("utf-8-sig"), newline="")))
    assert [row["key"] for row in rows] == [cells[0] for cells in saved.table]
    for row, cells in zip(rows, saved.table, strict=True):
        assert row["label"] == "'" * (row["key"] == "DE_A") + cells[1]
        assert cells[2:7] == [
            _grouped(float(row["loss_meur"])),
            *(percent(float(row[name])) for name in ("loss_share", "loss_low_share", "loss_high_share")),
            _grouped(float(row["output_meur"])),
        ]
        assert cells[7] == (f"{float(row['score']):.1f}" if row["score"] else "–")
        assert (cells[-1], row["direct"]) in (("directly", "TRUE"), ("", "FALSE"))
        assert row["on"] == "2021-03-08"
    assert {row["label"] for row in rows if row["key"] == "DE_A"} == {f"'{FORMULA}"}
    names = [row["label"] for row in rows if row["label"][0].isalpha()]
    assert names == sorted(names)


def _grouped(meur: float) -> str:
    return f"{meur:,.2f}".rstrip("0").rstrip(".") if abs(meur) < 10 else f"{meur:,.0f}"


def test_the_drawing_is_text_and_shapes_alone(saved: Saved) -> None:
    root = ElementTree.fromstring(saved.files["svg"])
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "defs", "clipPath", "rect", "g", "path", "circle", "text"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or "href" in name or name == "style"}
    marks = root.find(f".//{SVG}g[@id='marks']")
    told = [mark.findtext(f"{SVG}title").splitlines()[0] for mark in marks]
    assert sorted(told) == sorted(
        node["label"] for _, node in nx.read_gexf(io.BytesIO(saved.files["gexf"])).nodes(data=True)
    )
    assert [mark.tag for mark in marks].count(f"{SVG}path") == 2  # diamonds: DE_C29 and DE_C26
    words = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    for said in (
        "8 March 2021",
        "A <b>headline</b> \ufffd",
        "estimate",
        "Output lost in 26 weeks",
        "over 20 %",
        "disrupted",
        "Germany",
    ):
        assert said in words
    links = root.find(f".//{SVG}g[@id='links']")
    assert any("TW" in link.findtext(f"{SVG}title") or "Taiwan" in link.findtext(f"{SVG}title") for link in links)


@pytest.mark.parametrize("view", ["", "whole."])
def test_the_picture_shows_what_the_screen_shows(saved: Saved, view: str) -> None:
    png, root = saved.files[f"{view}png"], ElementTree.fromstring(saved.files[f"{view}svg"])
    assert png.startswith(b"\x89PNG")
    size = [int.from_bytes(png[at : at + 4], "big") for at in (16, 20)]
    assert size == [2 * int(root.get("width")), 2 * int(root.get("height"))]
    far, ink = saved.compared[view]
    assert ink > 1_000
    assert far < 0.02 * ink
