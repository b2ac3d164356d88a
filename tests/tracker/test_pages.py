"""The pages: there with an empty log and with 500 hostile records, which they show as text and nothing else."""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from graphs.classification import ECOSYSTEMS, STAGES
from graphs.disruption import ACTIONS, Disruption
from tracker import log
from tracker.desk import Desk

ENOUGH = {"title": "Strike", "origin": "DE", "start": "2021-03-01"}
LEVELS = ("eu", "ecosystem", "country", "industry", "node")
ADDRESSES = [
    "/",
    "/?on=2021-03-15",
    "/disruptions",
    "/disruptions?q=chips&state=reported&on=2021-03-15",
    "/disruptions/new",
    *(f"/scores?level={level}&on=2021-03-15" for level in LEVELS),
    "/map?on=2021-03-15",
    "/map?on=2021-03-15&show=score",
    "/history?of=country:DE&first=2021-03-01&last=2021-03-15",
    "/stages",
    "/stages?on=2021-03-15",
    "/graph?on=2021-03-15",
    "/briefing?on=2021-03-15",
    "/docs",
]
TITLES = [
    "<script>alert({})</script>",
    "<img src=x onerror=alert({})>href",
    "</a></li></ul></main><iframe src=javascript:alert({})>",
    '" onmouseover="alert({})" x="',
    "' onfocus='alert({})' autofocus='",
    "{{{{7*7}}}} {{% for x in y %}} {{# {} #}}",
    "\u202egro.live {}\u202c \u2067right to left\u2069 مرحبا",
    "{} " + "x" * 290,
    "]]>--><svg/onload=alert({})>",
    '=HYPERLINK("http://evil.example?{}")',
    "&lt;b&gt;{}&amp;&#60; \\u003cscript\\u003e %3Cscript%3E",
    "</title></style></textarea></select><script>alert({})</script>",
    "javascript:alert({})",
    "{} `${{7*7}}` ${{{{7*7}}}} #{{7*7}} <%= 7*7 %>",
    "\u200b\ufeff{}\u00ad\u0301\U0001f525",
]
FIELD = '</textarea><script>alert(1)</script>" onclick="alert(2)" {{7*7}} <b>'


IN_FORCE = 2 * len(TITLES)
"""So many of the hostile records are in force on 15 March 2021, the others two years before."""


def titled(number: int) -> str:
    return TITLES[number % len(TITLES)].format(number)[:300]


def hostile(number: int) -> Disruption:
    return Disruption(
        titled(number),
        origin=("DE", "TW", "FR", "EU")[number % 4 : number % 4 + 1],
        start=date(2021, 3, 1) if number < IN_FORCE else date(2019, 1, 1 + number % 28),
        end=(None if number % 3 else date(2021, 4, 1)) if number < IN_FORCE else date(2019, 2, 1),
        industries=("C26",) if number % 2 else (),
        effect=("supply", "demand", "link", None)[number % 4],
        severity_likely=0.001,
        description=FIELD,
        cause=FIELD,
        magnitude=FIELD,
        proposals=FIELD,
        note=FIELD,
        sources=(f"https://a.eu/?{number}='onclick=alert(1)&{{{{7*7}}}}",),
    )


@pytest.fixture(scope="module")
def crowd(
    tmp_path_factory: pytest.TempPathFactory, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]
) -> Iterator[TestClient]:
    """A browser at a desk with 500 hostile records."""
    folder = tmp_path_factory.mktemp("crowd")
    desk = toy_desk(folder)
    records, at = [hostile(number) for number in range(500)], datetime(2021, 3, 1, 8, 30).astimezone()
    desk.writer.write(lambda turn: log.append(turn, records, who=FIELD, at=at))
    yield TestClient(app_of(desk), base_url="http://localhost", follow_redirects=False)
    desk.close()


@pytest.fixture(scope="module")
def empty(
    tmp_path_factory: pytest.TempPathFactory, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]
) -> Iterator[TestClient]:
    """A browser at a desk with an empty log, for tests that log nothing."""
    folder = tmp_path_factory.mktemp("empty")
    desk = toy_desk(folder)
    yield TestClient(app_of(desk), base_url="http://localhost", follow_redirects=False)
    assert desk.position == 0
    desk.close()


@pytest.fixture(scope="module")
def three(
    tmp_path_factory: pytest.TempPathFactory, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]
) -> Iterator[TestClient]:
    """A browser at a desk with three records."""
    folder = tmp_path_factory.mktemp("three")
    desk = toy_desk(folder)
    client = TestClient(app_of(desk), base_url="http://localhost", follow_redirects=False)
    for given in (
        {"title": "Chips", "origin": "TW", "industries": "C26", "start": "2021-02-01", "end": "2021-02-28"},
        {"title": "Strike", "origin": "DE", "start": "2021-03-01", "cause": "wages"},
        {"title": "Flood", "origin": "FR", "start": "2021-03-10", "ecosystems": "Retail", "state": "draft"},
    ):
        assert client.post("/disruptions", data=given).status_code == 303
    yield client
    desk.close()


SCHEME = re.compile(r"^(/(?!/)|#|\?|https?://|data:,$)")
OWN_STYLE = re.compile(r"^(margin:0|(left:-?[\d.]+%;)?width:-?[\d.]+%|left:-?[\d.]+%)$")
LOADS = re.compile(r"url|import|expression|behavior|[\\\\<>@]", re.IGNORECASE)


def assert_harmless(page: Any, scripts: int = 0) -> None:
    """Nothing runs, nothing is loaded from elsewhere, and no link leads to a script."""
    counts = {
        tag: len(page.find(tag))
        for tag in ("script", "iframe", "img", "object", "embed", "base", "frame", "math", "template")
    }
    ours = [one for one in page.find("script") if re.fullmatch(r"/static/[a-z]+\.js", one.attributes.get("src", ""))]
    assert [one.text for one in ours] == [""] * len(ours)
    assert counts == dict.fromkeys(counts, 0) | {"script": scripts + len(ours)}
    assert len(page.find("html")) == len(page.find("head")) == len(page.find("body")) == 1
    assert len([one for one in page.find("title") if "svg" not in [outer.tag for outer in one.inside]]) == 1
    for_mail = "style" in page.find("body")[0].attributes  # a report has all its looks with it
    for one in page.elements:
        assert not [name for name in one.attributes if name.startswith("on")], one
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            if name in one.attributes:
                assert SCHEME.match(one.attributes[name]), one
        if scripts == 0 and "style" in one.attributes:
            style = one.attributes["style"]
            assert not LOADS.search(style) if for_mail else OWN_STYLE.match(style), one
    for one in page.find("svg"):
        assert one.attributes["class"].startswith("chart")


# Empty and ordinary.


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_is_there_with_an_empty_log(
    empty: TestClient, read_page: Callable[[str], Any], address: str
) -> None:
    answer = empty.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    page = read_page(answer.text)
    assert page.find("h1")
    assert len(page.ids) == len(set(page.ids)), "an id stands once"
    if not address.startswith("/graph"):
        assert_harmless(page)


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/disruptions",
        "/scores?on=2020-04-26&level=node",
        "/graph?on=2020-04-26",
        "/briefing?on=2020-04-26",
        "/disruptions/R79",
        "/?on=2020-04-26",
    ],
)
def test_every_page_is_there_with_the_record_on_the_estimate(estimate_client: TestClient, address: str) -> None:
    assert estimate_client.get(address).status_code == 200


def test_the_first_page_says_what_there_is(estimate_client: TestClient, read_page: Callable[[str], Any]) -> None:
    page = read_page(estimate_client.get("/?on=2020-04-26").text)
    assert page.find("h1")[0].text == "Europe's value chains on 2020-04-26"
    assert "disruptions in force on 26 April 2020" in page.text
    assert "Estimate." in page.text
    [league] = [one for one in page.find("table") if "Scores of ecosystems" in one.text]
    for name in ECOSYSTEMS:
        assert name in league.text


def test_a_day_with_nothing_in_force_points_to_the_worst_day(
    client: TestClient, read_page: Callable[[str], Any]
) -> None:
    client.post("/disruptions", data=ENOUGH)
    page = read_page(client.get("/?on=1995-01-01").text)
    assert "No disruption on record is in force on 1 January 1995" in page.text
    assert page.find("a", href="/?on=2021-03-01")
    assert "None." in page.text
    for address in ("/scores", "/graph", "/briefing", "/disruptions"):
        assert client.get(f"{address}?on=1995-01-01").status_code == 200


def test_an_empty_log_invites_to_log_the_first(empty: TestClient, read_page: Callable[[str], Any]) -> None:
    assert "The log is empty" in read_page(empty.get("/").text).text
    assert "Nothing fits" in read_page(empty.get("/disruptions").text).text


def test_one_disruption_is_told_with_its_impact_and_history(
    client: TestClient, read_page: Callable[[str], Any]
) -> None:
    given = ENOUGH | {
        "effect": "supply",
        "severity_likely": "40 %",
        "sources": "https://a.eu/b",
        "cause": "wages",
        "who": "Ana, cars",
        "ecosystems": ["Agri-food", "Retail"],
    }
    address = client.post("/disruptions", data=given).headers["location"]
    page = read_page(client.get(address).text)
    for words in (
        "Strike",
        "Germany",
        "by itself it costs the EU",
        "wages",
        "log by Ana, cars",
        "Agri-food; Retail",
        "likely 40 % of the capacity to produce; 30–50 % assumed",
        "severity stated in part",
        "end not known",
    ):
        assert words in page.text
    assert page.find("a", href="https://a.eu/b")
    assert page.find("form", action="/records/D1/resolve")
    assert [one.attributes["class"] for one in page.find("svg")] == ["chart wide", "chart narrow"]


@pytest.mark.parametrize("state", ["draft", "rejected", "withdrawn", "merged"])
def test_what_does_not_count_says_so(client: TestClient, read_page: Callable[[str], Any], state: str) -> None:
    client.post("/disruptions", data=ENOUGH | {"title": "Another", "who": "Ana"})
    client.post("/disruptions", data=ENOUGH | {"state": "draft" if state == "draft" else "reported", "who": "Ana"})
    step = {"rejected": "reject", "withdrawn": "withdraw", "merged": "merge"}.get(state)
    if step:
        given = {"who": "Ben", "why": "A rumour", "merged_into": "D1"}
        assert client.post(f"/records/D2/{step}", data=given).status_code == 303
    page = read_page(client.get("/disruptions/D2").text)
    assert "records that are drafts, rejected, withdrawn or merged have no impact" in page.text
    assert bool(page.find("a", href="/disruptions/D1")) == (state == "merged")


@pytest.mark.parametrize("effect", ["", "link"])
@pytest.mark.parametrize("place", ["DE", "DE21", "ZW", "EU", "WORLD"])
def test_any_place_and_effect_has_its_page(client: TestClient, effect: str, place: str) -> None:
    answer = client.post("/disruptions", data=ENOUGH | {"effect": effect, "origin": place})
    assert client.get(answer.headers["location"]).status_code == 200


def test_scores_give_reasons_that_lead_to_the_record(client: TestClient, read_page: Callable[[str], Any]) -> None:
    client.post("/disruptions", data=ENOUGH | {"effect": "supply", "severity_likely": "40 %"})
    page = read_page(client.get("/scores?level=country&on=2021-03-01").text)
    [link] = [
        one
        for one in page.find("a", href="/disruptions/D1")
        if "DE" in [outer.attributes.get("id") for outer in one.inside]
    ]
    assert link.text.startswith("Strike: cuts 40 % of its capacity")


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("", ["Flood", "Strike", "Chips"]),
        ("q=chips", ["Chips"]),
        ("q=CHIPS", ["Chips"]),
        ("q=taiwan", ["Chips"]),
        ("q=c26", ["Chips"]),
        ("q=D2", ["Strike"]),
        ("q=retail", ["Flood"]),
        ("q=wages", ["Strike"]),
        ("q=germany+strike", ["Strike"]),
        ("q=germany+flood", []),
        ("q=%3Cscript%3E", []),
        ("state=draft", ["Flood"]),
        ("on=2021-03-15", ["Strike"]),
        ("on=2021-02-01", ["Chips"]),
        ("on=1.2.2021&q=chips&state=reported", ["Chips"]),
        ("on=&q=&state=", ["Flood", "Strike", "Chips"]),
        ("on=2050-01-01", []),
    ],
)
def test_the_list_is_filtered(
    three: TestClient, read_page: Callable[[str], Any], asked: str, titles: list[str]
) -> None:
    page = read_page(three.get(f"/disruptions?{asked}").text)
    links = [one for one in page.find("a") if re.fullmatch(r"/disruptions/D\d+", one.attributes["href"])]
    assert [one.text for one in links] == titles
    assert f"{len(titles)} found" in page.text


def test_the_filter_shows_what_was_asked(empty: TestClient, read_page: Callable[[str], Any]) -> None:
    page = read_page(empty.get("/disruptions", params={"q": '"><script>', "state": "draft", "on": "2021-03-15"}).text)
    assert page.find("input", name="q")[0].attributes["value"] == '"><script>'
    assert page.find("input", name="on")[0].attributes["value"] == "2021-03-15"
    assert [one.text for one in page.find("option") if "selected" in one.attributes] == ["draft"]


FAR = [
    "0001-01-01",
    "0001-06-01",
    "0500-01-01",
    "1582-10-15",
    "9998-12-31",
    "9999-12-31",
    "10000-01-01",
    "soon",
    "2021-02-30",
    "2021-13-01",
    "-1",
    "1e99",
    "99999999999999999999",
    "2021-03-15T00:00",
    "",
    " ",
    "\x00",
    "<script>",
]


@pytest.mark.parametrize("address", ["/", "/disruptions", "/scores", "/graph", "/briefing"])
def test_a_day_far_away_or_malformed_is_answered_in_words(
    client: TestClient, read_page: Callable[[str], Any], address: str
) -> None:
    client.post("/disruptions", data=ENOUGH)
    broken = []
    for on in FAR:
        try:
            answer = client.get(address, params={"on": on})
        except OverflowError:
            broken.append(on)
            continue
        assert answer.status_code in (200, 422), on
        assert answer.headers["content-type"].startswith("text/html")
        if answer.status_code == 422:
            page = read_page(answer.text)
            assert_harmless(page)
            assert [one.partition(":")[0] for one in page.faults] == ["on"]
    assert broken == []


@pytest.mark.parametrize(
    "address",
    [
        "/disruptions/D9",
        "/disruptions/%3Cscript%3E",
        "/nowhere",
        "/disruptions/D1/nowhere",
        "/static/nowhere.css",
        "/static/../settings.py",
        "/disruptions/%00",
        "/favicon.ico",
        "/disruptions/%F0%9F%94%A5",
    ],
)
def test_what_is_not_there_is_a_page_in_words(empty: TestClient, read_page: Callable[[str], Any], address: str) -> None:
    answer = empty.get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    page = read_page(answer.text)
    assert_harmless(page)
    assert page.find("h1")[0].text.casefold() == "not found"
    assert "There is no" in page.text
    assert page.find("a", href="/")


def test_an_unknown_level_is_a_page_in_words(empty: TestClient, read_page: Callable[[str], Any]) -> None:
    answer = empty.get("/scores?level=<b>planet")
    assert answer.status_code == 422
    page = read_page(answer.text)
    assert page.faults == [
        "level: '<b>planet' is no level of a score; choose from eu, ecosystem, country, industry, node."
    ]


# The form.

TYPED = {
    "title": '  "No <b>chips" & more  ',
    "origin": "Narnia; TW",
    "industries": "C26; Z99",
    "effect": "link",
    "felt": "Mordor",
    "severity_low": "20 %",
    "severity_likely": "140 %",
    "severity_high": "60 %",
    "start": "2021-03-15",
    "end": "2021-03-01",
    "horizon": "medium",
    "cause": "<i>fire</i>",
    "sources": "javascript:alert(1)",
    "who": 'Ana "cars" <a@b.eu>',
    "ecosystems": ["Electronics", "Health"],
    "stages": ["operations", "service"],
    "actions_required": ["funding", "coordination"],
    "description": "one\ntwo </textarea><script>",
    "proposals": "{{7*7}}",
    "magnitude": "−28 %",
    "note": "'quoted'",
    "confidence": "low",
    "source_kind": "survey",
}


def shown(page: Any, name: str) -> Any:
    """What a browser would send again for a field of the form."""
    checked = [
        one.attributes["value"]
        for one in page.find("input", name=name)
        if one.attributes.get("type") in ("radio", "checkbox") and "checked" in one.attributes
    ]
    if [one for one in page.find("input", name=name) if one.attributes.get("type") == "checkbox"]:
        return checked
    if checked:
        return checked[0]
    for one in page.find("textarea", name=name):
        return one.text
    for one in page.find("select", name=name):
        picked = [option for option in page.find("option") if one in option.inside and "selected" in option.attributes]
        return picked[0].text if picked else ""
    return page.find("input", name=name)[0].attributes["value"]


def test_a_form_with_faults_keeps_all_that_was_typed(empty: TestClient, read_page: Callable[[str], Any]) -> None:
    answer = empty.post("/disruptions", data=TYPED)
    assert answer.status_code == 422
    page = read_page(answer.text)
    assert_harmless(page)
    found = {name: shown(page, name) for name in TYPED}
    assert found == TYPED | {"who": TYPED["who"]}
    assert empty.post("/disruptions", data=found).status_code == 422, "what is shown can be sent again"


def test_every_fault_is_named_at_the_top_and_at_its_field(empty: TestClient, read_page: Callable[[str], Any]) -> None:
    page = read_page(empty.post("/disruptions", data=TYPED).text)
    fields = {"origin", "felt", "industries", "severity_likely", "end", "sources"}
    assert {one.partition(":")[0].replace(" ", "_") for one in page.faults} == fields
    assert "Please correct these 6" in page.text
    links = [one.attributes["href"] for one in page.find("a", inside="faults")]
    assert sorted(links) == sorted(f"#{name}" for name in fields)
    for name in fields:
        [field] = page.find("input", id=name)
        assert field.attributes["aria-invalid"] == "true"
        [said] = page.find("span", id=field.attributes["aria-describedby"])
        assert said.text.rstrip(".") in " ".join(page.faults)
    assert {one.attributes["id"] for one in page.elements if "aria-invalid" in one.attributes} == fields
    assert "aria-invalid" not in page.find("input", id="title")[0].attributes
    own = next(one for one in page.find("details") if "menu" not in one.classes)
    assert "open" in own.attributes, "no fault is hidden"


@pytest.mark.parametrize(
    "name",
    [
        "title",
        "origin",
        "industries",
        "effect",
        "felt",
        "severity_low",
        "severity_likely",
        "severity_high",
        "start",
        "end",
        "horizon",
        "sources",
        "ecosystems",
        "stages",
        "actions_required",
        "confidence",
        "source_kind",
        "description",
        "note",
    ],
)
def test_a_fault_of_any_field_leads_to_it(empty: TestClient, read_page: Callable[[str], Any], name: str) -> None:
    bad = {"title": "", "description": "a\x01", "note": "a\x01"}.get(name, "?!")
    page = read_page(empty.post("/disruptions", data=ENOUGH | {name: bad}).text)
    assert page.faults
    for link in page.find("a", inside="faults"):
        assert link.attributes["href"] == f"#{name}"
        assert name in page.ids
    assert [one for one in page.find("span", id=f"{name}-fault") if one.text]


def test_the_form_offers_the_words_of_the_domain(empty: TestClient, read_page: Callable[[str], Any]) -> None:
    page = read_page(empty.get("/disruptions/new").text)

    def offered(name: str) -> list[str]:
        return [one.attributes["value"] for one in page.find("input", name=name)]

    assert offered("ecosystems") == list(ECOSYSTEMS)
    assert offered("stages") == list(STAGES)
    assert offered("actions_required") == list(ACTIONS)
    assert offered("effect") == ["supply", "demand", "link", ""]
    assert page.find("input", name="start")[0].attributes["value"] == date.today().isoformat()
    labels = {one.attributes.get("for") for one in page.find("label")}
    for one in [*page.find("input"), *page.find("select"), *page.find("textarea")]:
        named = one.attributes.get("id") in labels or any(outer.tag == "label" for outer in one.inside)
        assert named, f"{one.attributes.get('name')} has a label"


def test_what_the_form_sends_is_logged(client: TestClient) -> None:
    mended = TYPED | {
        "origin": "TW",
        "industries": "C26",
        "felt": "EU",
        "severity_likely": "40 %",
        "end": "2021-04-01",
        "sources": "",
    }
    answer = client.post("/disruptions", data=mended)
    assert (answer.status_code, answer.headers["location"]) == (303, "/disruptions/D1")
    found = client.get("/api/v1/disruptions/D1").json()
    assert found["title"] == TYPED["title"].strip()
    for name in ("ecosystems", "stages", "actions_required", "effect", "horizon", "confidence", "source_kind", "cause"):
        assert found[name] == TYPED[name]
    assert (found["severity_low"], found["severity_likely"], found["severity_high"]) == (0.2, 0.4, 0.6)
    assert found["description"].replace("\r\n", "\n") == TYPED["description"]
    assert client.get("/api/v1/disruptions/D1/history").json()[0]["who"] == TYPED["who"]


def test_a_form_sent_twice_is_logged_once(client: TestClient, desk: Desk, read_page: Callable[[str], Any]) -> None:
    assert client.post("/disruptions", data=ENOUGH).status_code == 303
    answer = client.post("/disruptions", data=ENOUGH)
    assert answer.status_code == 422
    assert read_page(answer.text).faults == [
        "title: the very same disruption is already in the log; say what is different."
    ]
    assert desk.position == 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"title=%FF%FE&origin=%00"),
        ("application/x-www-form-urlencoded", b"title=\xff&origin"),
        ("application/x-www-form-urlencoded", b"&&&==&=a&title"),
        ("application/x-www-form-urlencoded", b"&".join(b"ecosystems=a%d" % n for n in range(2000))),
        ("application/x-www-form-urlencoded", b"colour=red&__class__=1&request=2&status=500&faults=x"),
        ("application/json", b'{"title": "a", "origin": "DE"}'),
        ("text/plain", b"title=a"),
        ("", b"title=a"),
        ("multipart/form-data", b"title=a"),
        ("multipart/form-data; boundary=x", b"nonsense"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n'),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="title"; filename="a"\r\n\r\na\r\n'
            b'--x\r\nContent-Disposition: form-data; name="origin"\r\n\r\nDE\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=" + "x" * 500, b"a"),
    ],
)
def test_a_hostile_form_is_answered_in_words(
    empty: TestClient, read_page: Callable[[str], Any], kind: str, body: bytes
) -> None:
    answer = empty.post("/disruptions", content=body, headers={"content-type": kind})
    assert answer.status_code in (400, 415, 422)
    assert_harmless(read_page(answer.text))


def test_bytes_that_are_no_text_become_marks(client: TestClient) -> None:
    answer = client.post(
        "/disruptions",
        content=b"title=a%ED%A0%80&origin=DE&start=2021-03-01",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 303
    assert set(client.get("/api/v1/disruptions/D1").json()["title"]) == {"a", "\ufffd"}


def test_the_form_does_not_write_a_name_that_was_not_typed(empty: TestClient, read_page: Callable[[str], Any]) -> None:
    page = read_page(empty.post("/disruptions", data=ENOUGH | {"title": "", "who": " "}).text)
    assert shown(page, "who").strip() == ""


# Resolving.


def test_a_disruption_is_resolved_with_a_form(client: TestClient, read_page: Callable[[str], Any]) -> None:
    client.post("/disruptions", data=ENOUGH)
    answer = client.post("/records/D1/resolve", data={"end": "2021-03-10", "who": "Ben <b>"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/disruptions/D1")
    page = read_page(client.get("/disruptions/D1").text)
    assert "resolve by Ben <b>" in page.text
    assert "state: reported → resolved" in page.text
    assert "end: empty → 2021-03-10" in page.text
    assert page.find("form", action="/records/D1/resolve") == []
    assert "1 Mar 2021 to 10 Mar 2021" in page.text


@pytest.mark.parametrize("end", ["2021-02-28", "", "soon", "0001-01-01", "9999-12-31", "<script>"])
def test_a_bad_end_is_told_on_the_page_of_the_disruption(
    client: TestClient, desk: Desk, read_page: Callable[[str], Any], end: str
) -> None:
    client.post("/disruptions", data=ENOUGH)
    answer = client.post("/records/D1/resolve", data={"end": end})
    assert answer.status_code == 422
    page = read_page(answer.text)
    assert_harmless(page)
    assert page.find("h1")[0].text == "Strike"
    assert page.faults
    assert all(one.startswith("end: ") for one in page.faults)
    assert page.find("input", id="end")
    assert desk.position == 1


def test_resolving_what_is_not_there_is_a_page_in_words(empty: TestClient, read_page: Callable[[str], Any]) -> None:
    for data in ({"end": "2021-03-10"}, {"end": "soon"}, {}):
        answer = empty.post("/records/D9/resolve", data=data)
        assert answer.status_code == 404
        assert read_page(answer.text).find("h1")[0].text == "Not found"


# Hostile records.


@pytest.mark.parametrize("address", [one for one in ADDRESSES if "graph" not in one])
def test_hostile_records_are_shown_as_text(crowd: TestClient, read_page: Callable[[str], Any], address: str) -> None:
    answer = crowd.get(address)
    assert answer.status_code == 200
    assert_harmless(read_page(answer.text))


def test_every_title_is_in_the_list_as_it_was_written(crowd: TestClient, read_page: Callable[[str], Any]) -> None:
    links, address = {}, "/disruptions"
    while address:
        page = read_page(crowd.get(address).text)
        links |= {one.attributes["href"]: one.text for one in page.find("a")}
        address = next((one.attributes["href"] for one in page.find("a") if one.text == "Next"), "")
    for number in range(500):
        assert links[f"/disruptions/D{number + 1}"] == titled(number)


@pytest.mark.parametrize("number", range(len(TITLES)))
def test_the_page_of_a_hostile_record(crowd: TestClient, read_page: Callable[[str], Any], number: int) -> None:
    answer = crowd.get(f"/disruptions/D{number + 1}")
    assert answer.status_code == 200
    page = read_page(answer.text)
    assert_harmless(page)
    assert page.find("h1")[0].text == titled(number)
    assert page.find("title")[0].text.startswith(titled(number))
    assert [one.text for one in page.elements if one.tag in ("dd", "blockquote")].count(FIELD) == 5
    [source] = hostile(number).sources
    assert {one.text for one in page.find("a", href=source)} == {"a.eu", source.removeprefix("https://")}
    assert " ".join(FIELD.split()) in page.text, "who wrote it"
    assert "49" not in re.sub(r"[\d.,]*\d[\d.,]*", "", answer.text)


@pytest.mark.parametrize(("address", "most"), [("/briefing?on=2021-03-15", 6), ("/reports/2021-W11", IN_FORCE)])
def test_reports_say_titles_as_they_were_written(
    crowd: TestClient, read_page: Callable[[str], Any], address: str, most: int
) -> None:
    page = read_page(crowd.get(address).text)
    assert len(page.find("script")) == 0
    cells = [" ".join(one.text.split()) for one in page.find("td")]
    titles = [" ".join(titled(number).split()) for number in range(IN_FORCE)]
    assert len([one for one in titles if any(cell.endswith(one) for cell in cells)]) == most


def test_the_graph_runs_its_own_scripts_and_no_title(
    crowd: TestClient, client: TestClient, read_page: Callable[[str], Any]
) -> None:
    empty = read_page(client.get("/graph?on=2021-03-15").text)
    answer = crowd.get("/graph?on=2021-03-15")
    assert answer.status_code == 200
    page = read_page(answer.text)
    assert_harmless(page, scripts=len(empty.find("script")))
    data = [one for one in page.find("script") if one.attributes.get("type") == "application/json"]
    code = [one.text for one in page.find("script") if one.attributes.get("type") != "application/json"]
    assert code == [one.text for one in empty.find("script") if one.attributes.get("type") != "application/json"]
    assert len(data) == 1
    words = json.dumps(json.loads(data[0].text), ensure_ascii=False)
    assert "<script>alert(" in words, "the titles are in the data, as text"
    assert "</script" not in data[0].text.lower()
    assert "<!--" not in data[0].text


def test_a_hostile_search_is_answered(crowd: TestClient, read_page: Callable[[str], Any]) -> None:
    for words in (*TITLES, "%", "_", "'", '"', "\\", "\x00", "x" * 5000):
        answer = crowd.get("/disruptions", params={"q": words})
        assert answer.status_code == 200
        page = read_page(answer.text)
        assert_harmless(page)
        assert page.find("input", name="q")[0].attributes["value"] == words


def test_an_address_that_is_hostile_is_answered(crowd: TestClient, read_page: Callable[[str], Any]) -> None:
    for number in range(len(TITLES)):
        answer = crowd.get(f"/disruptions/{quote(titled(number), safe='')}")
        assert answer.status_code == 404
        assert_harmless(read_page(answer.text))


def test_a_hostile_record_is_resolved(
    tmp_path: Path, toy_desk: Callable[..., Desk], app_of: Callable[..., Any], read_page: Callable[[str], Any]
) -> None:
    desk = toy_desk(tmp_path)
    client = TestClient(app_of(desk), base_url="http://localhost", follow_redirects=False)
    records = [dataclasses.replace(hostile(number), end=None) for number in range(0, len(TITLES), 4)]
    at = datetime(2021, 3, 1, 8, 30).astimezone()
    desk.writer.write(lambda turn: log.append(turn, records, who=FIELD, at=at))
    for number in range(1, len(records) + 1):
        answer = client.post(f"/records/D{number}/resolve", data={"end": "2021-05-01", "who": FIELD})
        assert answer.status_code == 303
        page = read_page(client.get(f"/disruptions/D{number}").text)
        assert_harmless(page)
        assert "resolve by" in page.text
    desk.close()


def test_the_description_of_the_api_leads_to_every_shape(empty: TestClient, read_page: Callable[[str], Any]) -> None:
    page = read_page(empty.get("/docs").text)
    for one in page.find("a"):
        if one.attributes["href"].startswith("#"):
            assert one.attributes["href"].removeprefix("#") in page.ids
    spec = empty.get("/openapi.json").json()
    headings = [one.text for one in page.find("h2")]
    for address, verbs in spec["paths"].items():
        for verb in verbs:
            assert f"{verb.upper()} {address}" in headings
