"""Ten thousand hostile texts: none is run by a browser, all are shown as text."""

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from graphs.atlas import KINDS, atlas
from graphs.atlas.days import Cause, Cut, Day, Told
from graphs.page import Sheet, graph_page
from graphs.valuechain import Meta, ValueChain

PATTERNS = (
    "<script>window.pwned=/{}/</script>",
    "<img src=x onerror='window.pwned=/{}/'>href",
    "</script><script>alert(/{}/)</script><!--",
    "\" onmouseover=\"window.pwned=/{}/\" x=\"",
    "' autofocus onfocus='alert(/{}/)' y='",
    "</option></select></textarea></title></style><svg/onload=alert(/{}/)>",
    "{{{{7*7}}}} {{% for x in y %}} ${{alert(/{}/)}} #{{7*7}} <%= 7*7 %> {}",
    "\u202eegnahcxe {}\u202c \u2067right to left\u2069 مرحبا",
    "javascript:alert(/{}/)",
    "data:text/html,<script>alert(/{}/)</script>",
    "]]>--><iframe srcdoc='<script>parent.pwned=/{}/</script>'>",
    "&lt;b&gt;{}&amp;&#60; \\u003cscript\\u003e %3Cscript%3E",
    "__proto__ {}",
    "constructor:{}|=&#;+%",
    "{} \ud800 lone \udfff \x00\x07\ufeff\u2028",
)  # fmt: skip
LONG = "<b onclick=alert(1)>" + "x" * 9_980
COUNTRIES, INDUSTRIES, CAUSES = 40, 50, 600
ON = date(2021, 3, 15)
NOBODY = np.zeros(0, dtype=np.int64)


def hostile(number: int, kind: str) -> str:
    """A text for each number, unlike any other; every hundredth has ten thousand letters."""
    text = PATTERNS[number % len(PATTERNS)].replace("{{", "{").replace("}}", "}").replace("{}", f"{kind}{number}")
    return text + (LONG if number % 100 == 7 else "")


def encoded(number: int, kind: str) -> str:
    """The same without lone surrogates, which no table holds."""
    return hostile(number, kind).encode("utf-8", "replace").decode()


class Said:
    """A record whose every text is hostile, as the log would refuse it."""

    def __init__(self, number: int) -> None:
        self.id, self.title = hostile(number, "id"), hostile(number, "title")
        self.state = ("reported", "<script>alert(1)</script>")[number % 2]
        self.stages = (hostile(number % 5, "stage"),)
        self.start, self.end = ON, None
        self.origin, self.felt = (hostile(number % 7, "place"),), ()
        self.severity = (0.1, 0.2)
        self.cause, self.magnitude = hostile(number, "cause"), hostile(number, "magnitude")
        self.sources = (hostile(number, "source"), f"https://evil.example/{number}\"onclick='alert(1)'")


@pytest.fixture(scope="module")
def chain():
    """Two thousand nodes: every key, label, country, industry and ecosystem is hostile."""
    random = np.random.default_rng(5)
    n = COUNTRIES * INDUSTRIES
    countries = ["DE", "FR", *(encoded(number, "land") for number in range(2, COUNTRIES))]
    industries = [encoded(number, "industry") for number in range(INDUSTRIES)]
    flows = sparse.random_array((n, n), density=0.004, rng=random, data_sampler=lambda size: random.uniform(1, 9, size))
    flows = sparse.csr_array(flows)
    nodes = pd.DataFrame(
        {
            "country": np.repeat(countries, INDUSTRIES),
            "industry": np.tile(industries, COUNTRIES),
            "label": [encoded(number, "label") for number in range(n)],
            "output_meur": flows.sum(axis=1) + flows.sum(axis=0) + 10,
        },
        index=pd.Index([encoded(number, "key") for number in range(n)], name="key"),
    )
    shares = pd.DataFrame(
        (np.arange(INDUSTRIES)[:, None] % 14 == np.arange(14)).astype(float),
        industries,
        [encoded(number, "ecosystem") for number in range(14)],
    )
    meta = Meta(encoded(1, "meta"), 0, encoded(2, "source"))
    demand = pd.Series(nodes.output_meur - flows.sum(axis=1), nodes.index)
    return ValueChain(nodes, flows, demand, meta, shares)


@pytest.fixture(scope="module")
def html(chain):
    """A day on which six hundred hostile disruptions are in force; the losses are invented."""
    found, random, n = atlas(chain), np.random.default_rng(7), len(chain)
    loss = random.uniform(0, 0.3, n)
    part = random.dirichlet(np.ones(CAUSES), n)
    reasons = tuple((5.0, hostile(number, "reason")) for number in range(6))
    told = {("node", key): Told(50.0, 40.0, 60.0, None, reasons) for key in chain.keys[chain.in_eu]}
    told |= {("ecosystem", name): Told(50.0, 40.0, 60.0, (1, 1, 2), reasons) for name in found.groups.columns}
    day = Day(
        on=ON,
        horizon_weeks=26,
        first_day=ON,
        weeks_before=0,
        loss_share=np.column_stack([loss / 2, loss, loss * 1.5]),
        lost_share=np.tile(loss.astype(np.float32), (30, 1)),
        causes=tuple(
            Cause(
                Said(number),
                ("supply", "<b>kind</b>")[number % 2],
                (hostile(number, "assumed"),),
                random.random(n) < 0.01,
                part[:, number],
            )
            for number in range(CAUSES)
        ),
        told=told,
        cut={
            kind: Cut(random.uniform(0, 1, len(found.links[kind].flow_meur)), NOBODY, NOBODY, np.zeros(0), np.zeros(0))
            for kind in KINDS
        },
    )
    return graph_page(found, [Sheet(day, hostile(7, "lead"))], [hostile(number, "note") for number in range(15)])


def test_ten_thousand_hostile_texts_are_text(chain, html, opened):
    page = opened(html).ready()
    tab = page.tab
    elements = "document.querySelectorAll('img, iframe, svg, object, embed, link, base, video, style, script').length"
    before = tab.evaluate(elements)
    checked = 0

    def there(texts, selector):
        """Every text is the whole text of an element."""
        nonlocal checked
        found = set(tab.evaluate(f"[...document.querySelectorAll({selector!r})].map((one) => one.textContent)"))
        missing = [text[:80] for text in texts if text not in found]
        assert missing == []
        checked += len(texts)

    # The head, the notes, the menus and what is suggested.
    there([encoded(7, "lead")], "#lead")
    for menu in ("#view", "#ecosystem"):
        there([name[:90] for name in chain.membership.columns], f"{menu} option")
    tab.click("#filters summary")
    there(
        [f"{hostile(number, 'id')} {hostile(number, 'title')}"[:90] for number in range(CAUSES)], "#disruption option"
    )
    tab.click("#filters summary")
    suggested = set(tab.evaluate("[...document.querySelectorAll('#suggestions option')].map((one) => one.value)"))
    assert set(chain.nodes.label) <= suggested
    checked += len(chain)

    # Every disruption with all its texts, in the panel.
    there([hostile(number, "title") for number in range(CAUSES)], "#panel .cause summary span")
    for name in ("cause", "magnitude", "assumed"):
        there([hostile(number, name) for number in range(CAUSES)], "#panel .cause dd")
    there([hostile(number, "source") for number in range(CAUSES)], "#panel .cause dd span")
    addresses = set(tab.evaluate("[...document.links].map((link) => link.title)"))
    assert addresses >= {Said(number).sources[1] for number in range(CAUSES)}
    checked += CAUSES
    links = tab.evaluate("[...document.links].map((link) => [link.protocol, link.rel])")
    assert len(links) >= CAUSES
    assert {tuple(link) for link in links} == {("https:", "noopener noreferrer")}

    # Every key and label, in the tables of the countries.
    tab.click("#table > summary")
    page.call("page.set({ disruption: given[0] })", hostile(0, "id"))
    for code, nodes in chain.nodes.groupby("country", sort=False):
        page.call("page.set({ view: given[0] })", f"country:{code}")
        there([*nodes.index], "#rows td:first-child")
        there([*nodes.label], "#rows th[scope=row]")
    tab.click("#table > summary")

    # A node that is pointed at, pressed, found; its reasons and its partners.
    for number in (0, 1, 7, 14, 13, 50):
        page.call("page.set({ selected: given[0] })", f"node:{chain.keys[number]}")
        there([chain.nodes.label.iloc[number]], "#panel .name")
        there([chain.keys[number]], "#panel .key")
    there([hostile(number, "reason") for number in range(6)], "#panel .reasons span")
    page.call("page.set({ view: 'country:DE', selected: '' })")
    for number in (0, 1, 7, 14):
        tab.mouse.move(*page.point(f"node:{chain.keys[number]}"))
        tab.wait_for_selector("#tip:not([hidden])")
        there([chain.nodes.label.iloc[number]], "#tip p")
    tab.fill("#search", hostile(1, "label"))
    tab.press("#search", "Enter")
    there([chain.nodes.label.iloc[1]], "#panel .name")

    # Nothing of it was run.
    assert checked > 10_000
    assert tab.evaluate("window.pwned") is None
    assert tab.evaluate(elements) == before
    assert tab.evaluate("[...document.querySelectorAll('*')].filter((one) => one.getAttributeNames().some("
                        "(name) => name.startsWith('on'))).length") == 0  # fmt: skip
    assert not re.search(r"\b49\b", page.text("body").replace("7*7", ""))
