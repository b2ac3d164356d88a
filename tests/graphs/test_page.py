"""The page of the value chain as a file: what stands in it, and that no text becomes more than text."""

import base64
import hashlib
import json
import re
from collections import Counter
from datetime import date
from html.parser import HTMLParser

import numpy as np

from graphs.assessment import assess
from graphs.atlas import atlas
from graphs.atlas.days import day_of
from graphs.classification import country_name
from graphs.disruption import Disruption
from graphs.levels import percent
from graphs.method import Method
from graphs.page import Sheet, graph_page
from graphs.valuechain import ValueChain

ON, BEFORE = date(2021, 3, 15), date(2021, 3, 1)
SCRIPT = '<img src=x onerror="alert(1)">href</script><script>alert(2)</script><!-- '
HOSTILE = SCRIPT + "' \" & \u202egro\u202c {{ 7 * 7 }} {% raw %}" + "x" * 10_000


def struck(text: str = "Strike") -> Disruption:
    return Disruption(
        title=text[:300],
        origin=("DE",),
        start=BEFORE,
        id="D1",
        effect="supply",
        industries=("C29",),
        severity_likely=0.4,
        cause=text[:2_000],
        magnitude=text[:2_000],
    )


def page_of(chain: ValueChain, text: str = "A headline", address: str = "", records=None) -> str:
    found = atlas(chain)
    records = [struck(text)] if records is None else records
    days = [day_of(found, assess(chain, records, on, Method())) for on in (ON, BEFORE)]
    return graph_page(found, [Sheet(day, text) for day in days], [text, "An estimate."], address)


def hostile_chain(toy: ValueChain) -> ValueChain:
    """The toy economy with other keys, labels and codes."""
    nodes = toy.nodes.copy()
    nodes.index = HOSTILE + nodes.index
    for column in ("label", "industry"):
        nodes[column] = HOSTILE + nodes[column]
    nodes["country"] = nodes.country.where(nodes.country != "TW", HOSTILE)
    demand = toy.final_demand.set_axis(nodes.index)
    shares = toy.membership.set_axis(HOSTILE + toy.membership.index).rename(columns={"Retail": HOSTILE})
    return ValueChain(nodes, toy.flows, demand, toy.meta, shares)


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

    @property
    def policy(self) -> dict[str, list[str]]:
        policy = next(value for _, name, value in self.attributes if name == "content" and "default-src" in value)
        return {part.split()[0]: part.split()[1:] for part in policy.split(";")}


def test_the_policy_admits_exactly_the_scripts_of_the_page(toy):
    reader = Reader(page_of(toy))
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in reader.scripts]
    assert len(hashes) == 2
    policy = reader.policy
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == [f"'sha256-{digest}'" for digest in hashes]
    assert policy["style-src"] == ["'unsafe-inline'"]
    assert set(policy["img-src"]) <= {"data:", "blob:"}
    assert policy["form-action"] == ["'none'"]
    assert set(policy) == {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}


def test_nothing_in_a_file_to_be_mailed_points_outside(toy):
    html = page_of(toy)
    reader = Reader(html)
    pointers = {value for _, name, value in reader.attributes if name in ("src", "href", "action", "srcset", "data")}
    assert pointers == {"data:,"}
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert "sourceMappingURL" not in html
    assert not any(name.startswith("on") for _, name, _ in reader.attributes)


def test_a_served_page_leads_to_other_dates_and_back(toy):
    reader = Reader(page_of(toy, address="/graph"))
    assert ("form", "action", "/graph") in reader.attributes
    assert ("form", "method", "get") in reader.attributes
    assert ("a", "href", "/") in reader.attributes
    assert reader.policy["form-action"] == ["'self'"]
    assert [value for tag, name, value in reader.attributes if (tag, name) == ("input", "value")] == [
        str(ON),
        str(BEFORE),
    ]


def test_the_library_keeps_its_licence(toy):
    assert "@license" in Reader(page_of(toy)).scripts[0]


def test_hostile_text_stays_text(toy):
    tame, wild = Reader(page_of(toy)), Reader(page_of(hostile_chain(toy), HOSTILE))
    assert wild.tags == tame.tags
    assert [one[:2] for one in wild.attributes] == [one[:2] for one in tame.attributes]
    assert [one for one in wild.attributes if one[1] != "content"] == [
        one for one in tame.attributes if one[1] != "content"
    ]
    assert wild.scripts == tame.scripts
    assert wild.tags["img"] == 0
    assert wild.texts[HOSTILE] >= 3  # headline, note, ecosystem


def test_hostile_text_survives_the_round_trip(toy):
    chain = hostile_chain(toy)
    html = page_of(chain, HOSTILE)
    block = html.split('id="data">')[1].split("</script>")[0]
    assert not set("<>&") & set(block)
    assert block.isascii()
    data = json.loads(Reader(html).data)
    assert data["nodes"]["key"] == list(chain.keys)
    assert data["nodes"]["label"] == list(chain.nodes.label)
    assert HOSTILE in data["ecosystems"]
    assert [day["lead"] for day in data["days"]] == [HOSTILE, HOSTILE]
    [cause] = data["days"][0]["causes"]
    assert (cause["title"], cause["cause"], cause["figures"]) == (HOSTILE[:300], HOSTILE[:2_000], HOSTILE[:2_000])


def test_vis_network_gets_whole_numbers_as_ids_and_no_text(toy):
    network = json.loads(Reader(page_of(hostile_chain(toy))).data)["network"]
    assert network["nodes"]
    for node in network["nodes"]:
        assert set(node) == {"id", "x", "y"}
        assert type(node["id"]) is int
        assert {type(node["x"]), type(node["y"])} == {float}
    assert network["options"]["physics"] == {"enabled": False}


def test_a_lone_surrogate_can_be_written_to_a_file(toy, tmp_path):
    (tmp_path / "page.html").write_text(page_of(toy, "\ud800 <b>", records=[]), encoding="utf-8")


def test_places_are_the_same_on_every_day(toy):
    calm, hard = (json.loads(Reader(page_of(toy, records=records)).data) for records in ([], None))
    for part in ("views", "network", "links", "trade", "nodes", "shares"):
        assert calm[part] == hard[part]
    assert calm["days"] != hard["days"]


def test_without_a_script_tables_tell_losses_and_scores(toy):
    result = assess(toy, [struck()], ON, Method())
    html = page_of(toy)
    rows = re.findall(r'<tr><th scope="row" dir="auto">(.*?)</th>((?:<td.*?</td>)+)</tr>', html)
    told = {name.replace("&amp;", "&"): re.findall(r">([^<]*)</td>", cells) for name, cells in rows}
    expected = {
        (level, key): row for (level, key), row in result.scores.iterrows() if level in ("ecosystem", "country")
    }
    for (level, key), row in expected.items():
        loss, spread, score = told[country_name(key) if level == "country" else key]
        low, high = (
            row[f"loss_{end}_meur"] / row.output_meur * 52 / result.method.horizon_weeks for end in ("low", "high")
        )
        assert loss == percent(row.loss_share)
        assert spread == f"{percent(low)} to {percent(high)}"
        assert score == f"{row.score:.0f} ({row.score_low:.0f} to {row.score_high:.0f})"
    assert told["Taiwan"][2] == "–"
    assert len(rows) == len(told) == len(expected) + 1
    for level in ("ecosystem", "country"):
        names = [country_name(key) if level == "country" else key for one, key in expected if one == level]
        shares = [float(told[name][0].strip("<\xa0%")) for name in told if name in names]
        assert shares == sorted(shares, reverse=True)


def test_odd_chains_give_a_page(odd_chains):
    """One node, no link, no ecosystem, no output, nobody in the EU, the rest of the world alone."""
    everywhere = Disruption("Flood", ("WORLD",), ON, "D1", effect="supply", severity_likely=0.5)
    for name, chain in odd_chains.items():
        for records in ([], [everywhere]):
            data = json.loads(Reader(page_of(chain, records=records)).data)
            assert not re.search(r"NaN|Infinity", json.dumps(data)), name
            for text, kind in numbers(data):
                assert np.isfinite(np.frombuffer(base64.b64decode(text), kind)).all(), name


def numbers(data):
    """Every packed array of fractions in the document."""
    yield data["nodes"]["output"], "<f4"
    yield data["shares"], "<f4"
    for kind in data["links"]:
        yield data["links"][kind]["flow"], "<f4"
        for name in ("supplied", "sold_to", "bought", "sold"):
            yield data["trade"][kind][name], "<f4"
    for view in data["views"][1:]:
        yield view["x"], "<f4"
        yield view["y"], "<f4"
    for day in data["days"]:
        yield day["loss"], "<f4"
