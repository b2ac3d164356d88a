"""The dashboard: a day on one screen, and the map, histories, stages and leagues as pages, tables, CSV and drawings."""

import csv
import io
import re
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from graphs.classification import DATA, STAGES
from graphs.levels import percent
from reports.charts.words import points
from tracker.app import create_app
from tracker.desk import Desk
from tracker.pages import figure, today
from tracker.settings import Settings

DAY = date(2021, 3, 8)
FIGURES = {
    "/scores": "level=country&on=2021-03-08",
    "/map": "on=2021-03-08&show=loss",
    "/history": "of=country%3ADE&first=2021-02-01&last=2021-03-22",
    "/stages": "on=2021-03-08",
}
RECORDS = [
    {"title": "Chips", "origin": "TW", "industries": "C26", "start": "2021-02-01", "end": "2021-02-28"},
    {"title": "Strike", "origin": "DE", "start": "2021-03-03", "effect": "supply", "severity_likely": "40 %",
     "ecosystems": "Retail", "stages": ["operations", "procurement"], "who": "Ana"},
    {"title": "Flood", "origin": "FR", "start": "2021-03-05", "end": "2021-03-20", "severity_likely": "20 %"},
    {"title": "Rumour", "origin": "FR", "start": "2021-03-05", "state": "draft"},
]  # fmt: skip


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk on the toy with these records: for reading only."""
    folder = tmp_path_factory.mktemp("dashboard")
    desk = Desk(Settings(database_url=f"sqlite:///{folder}/log.sqlite", chain=DATA / "toy"))
    client = TestClient(create_app(desk), base_url="http://localhost", follow_redirects=False)
    for given in RECORDS:
        assert client.post("/disruptions", data=given).status_code == 303
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def viewer(worked: Desk) -> TestClient:
    """A browser there; all weeks that are asked for below are computed."""
    client = TestClient(create_app(worked), base_url="http://localhost", follow_redirects=False)
    worked.timeline.series(date(2021, 9, 6), date(2020, 3, 9))
    worked.timeline.events("eu", "EU", date(2020, 3, 9), date(2021, 9, 6))
    while worked.timeline.waiting:
        time.sleep(0.05)
    return client


def cells(page: Any) -> list[list[str]]:
    """What stands in the last table of a page, row by row, without its head."""
    table = page.find("table")[-1]
    found: dict[int, list[str]] = {}
    for one in page.elements:
        inside = [outer.tag for outer in one.inside]
        if one.tag in ("th", "td") and table in one.inside and "tbody" in inside:
            row = one.inside[len(inside) - 1 - inside[::-1].index("tr")]
            found.setdefault(id(row), []).append(" ".join(one.text.split()))
    return list(found.values())


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def said(share: str) -> str:
    return percent(float(share)).replace("\xa0", " ")


def test_the_first_page_has_the_state_on_one_screen(
    worked: Desk, viewer: TestClient, read_page: Callable[[str], Any]
) -> None:
    page = read_page(viewer.get("/?on=2021-03-08").text)
    eu, before = (worked.assess(day).level("eu").loc["EU"] for day in (DAY, DAY - timedelta(7)))
    assert eu.score < before.score
    figures = [" ".join(one.text.split()) for one in page.find("li", inside="figures")]
    assert figures[0] == (
        f"EU score{points(eu.score)}{points(eu.score_low)}–{points(eu.score_high)} of 100 · "
        f"▼ {points(before.score - eu.score)} in a week"
    )
    assert figures[1].startswith(f"Structure{points(eu.structure)}")
    assert figures[2].startswith(f"State{points(eu.state)}")
    assert figures[4].startswith("In force2")
    assert figures[5].startswith("Waiting for review3")
    headings = [one.text for one in page.find("h2")]
    for words in ("Lowest ecosystems", "Output lost by country, 2021-03-08", "Newest disruptions"):
        assert words in headings
    assert "Waiting for a second person" in headings
    newest = [one.text for one in page.find("a", inside="short") if one.attributes["href"].startswith("/disruptions/D")]
    assert newest[:3] == ["Flood", "Strike", "Chips"], "a draft counts nowhere"


def test_every_chart_of_the_first_page_has_its_table_its_files_and_its_own_page(
    viewer: TestClient, read_page: Callable[[str], Any]
) -> None:
    page = read_page(viewer.get("/?on=2021-03-08").text)
    assert page.find("script") == []
    titles = [one.text for one in page.find("title") if "svg" in [outer.tag for outer in one.inside]]
    assert len(set(titles)) == 6, "map, two histories, stages, two leagues"
    for title in set(titles):
        [box] = [one for one in page.find("summary") if one.text == f"As a table: {title}"]
        assert box.inside[-1].tag == "details"
        assert page.find("div", role="region", **{"aria-label": title})
        addresses = [one.attributes["href"] for one in page.find("a") if one.text.endswith(f" {title}")]
        assert len(addresses) == 3
        for address in addresses:
            assert viewer.get(address).status_code == 200, address
    for one in page.find("svg"):
        assert one.attributes["role"] == "img"


@pytest.mark.parametrize("address", FIGURES)
def test_a_figure_is_a_page_a_table_and_a_drawing_of_the_same(
    viewer: TestClient, read_page: Callable[[str], Any], address: str
) -> None:
    query = FIGURES[address]
    page = read_page(viewer.get(f"{address}?{query}").text)
    [lead] = [one.text for one in page.elements if "lead" in one.classes]
    for form, kind in (("csv", "text/csv; charset=utf-8"), ("svg", "image/svg+xml")):
        [link] = [one for one in page.find("a") if one.attributes["href"].startswith(f"{address}.{form}")]
        assert link.attributes["href"] == f"{address}.{form}?{query}"
        answer = viewer.get(link.attributes["href"])
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-disposition"].startswith("inline; filename=")
    drawing = ElementTree.fromstring(viewer.get(f"{address}.svg?{query}").content)
    texts = [one.text for one in drawing.iter() if one.tag.endswith("}text")]
    title = " ".join(page.find("h1")[0].text.split())
    assert " ".join(texts).count(title) == 1, "the file says what it is"
    assert "method version" in " ".join(texts)
    shown = [one for one in page.find("svg") if one.attributes["class"] != "chart narrow"]
    on_page = [one.text for one in page.find("text") if shown[0] in one.inside]
    assert set(on_page) <= set(texts)
    assert lead.replace("\xa0", " ") in " ".join(texts).replace("\xa0", " ")


def test_the_league_in_csv_is_that_of_the_page(viewer: TestClient, read_page: Callable[[str], Any]) -> None:
    table = rows(viewer.get("/scores.csv?level=country&on=2021-03-08").text)
    shown = cells(read_page(viewer.get("/scores?level=country&on=2021-03-08").text))
    assert [row["key"] for row in table] == ["DE", "FR"]
    assert {row["level"] for row in table} == {"country"}
    for row, cell in zip(table, shown, strict=True):
        score, low, high = (points(float(row[name])) for name in ("score", "score_low", "score_high"))
        assert cell[:3] == [row["label"], score, f"{low}–{high}"]
        assert cell[3] == f"{row['rank']}{row['rank_low']}–{row['rank_high']}"
    first = read_page(viewer.get("/?on=2021-03-08").text)
    assert "Scores of countries of the EU27 on 2021-03-08" in first.text


def test_the_map_in_csv_is_that_of_the_page(viewer: TestClient, read_page: Callable[[str], Any]) -> None:
    for show in ("loss", "score"):
        table = rows(viewer.get(f"/map.csv?on=2021-03-08&show={show}").text)
        shown = cells(read_page(viewer.get(f"/map?on=2021-03-08&show={show}").text))
        assert {row["country"] for row in table} == {"DE", "FR", "TW"}
        assert {row["on"] for row in table} == {"2021-03-08"}
        for row, cell in zip(table, shown, strict=True):
            assert cell[0] == row["label"]
            assert cell[1].replace("\xa0", " ") == said(row["loss_share"])
            assert (
                cell[2].replace("\xa0", " ")
                == f"{said(row['loss_low_share']).removesuffix(' %')}–{said(row['loss_high_share'])}"
            )
            assert cell[4] == (points(float(row["score"])) if row["score"] else "–")
        assert not next(row for row in table if row["country"] == "TW")["score"]


def test_the_history_in_csv_is_that_of_the_page(
    worked: Desk, viewer: TestClient, read_page: Callable[[str], Any]
) -> None:
    query = FIGURES["/history"]
    table, page = rows(viewer.get(f"/history.csv?{query}").text), read_page(viewer.get(f"/history?{query}").text)
    assert [row["on"] for row in table] == [str(date(2021, 2, 1) + timedelta(weeks=week)) for week in range(8)]
    for row, cell in zip(table, cells(page), strict=True):
        assert cell[:2] == [row["on"], points(float(row["score"]))]
        assert cell[5].replace("\xa0", " ") == said(row["loss_share"])
    assert float(table[5]["score"]) == pytest.approx(worked.assess(DAY).level("country").score["DE"], abs=1e-6)
    assert "weeks computed" not in page.text
    events = [one.text for one in page.find("a", inside="events")]
    assert events == ["Chips", "Strike", "Flood"], "numbered by time"
    assert [one.attributes["value"] for one in page.find("li", inside="events")] == ["1", "2", "3"]


def test_the_stages_in_csv_are_those_of_the_page(viewer: TestClient, read_page: Callable[[str], Any]) -> None:
    table = rows(viewer.get("/stages.csv?on=2021-03-08").text)
    page = read_page(viewer.get("/stages?on=2021-03-08").text)
    counts = {(row["ecosystem"], row["stage"]): int(row["disruption_count"]) for row in table}
    assert len(counts) == 15 * 10
    assert {pair: count for pair, count in counts.items() if count} == {
        ("Retail", "operations"): 1,
        ("Retail", "procurement"): 1,
        ("no ecosystem stated", "no stage stated"): 1,
    }
    across = [*STAGES, "no stage stated"]
    for cell in cells(page):
        assert [int(one.split()[0]) for one in cell[1:]] == [counts[cell[0], stage] for stage in across]
    assert "1 of 2 state no stage" in page.text
    everything = read_page(viewer.get("/stages").text)
    assert "2 of 3 state no stage" in everything.text, "a draft is not counted"
    assert "loss_share" not in viewer.get("/stages.csv").text.splitlines()[0]


def test_what_is_not_computed_yet_is_said(tmp_path: Path, read_page: Callable[[str], Any]) -> None:
    desk = Desk(Settings(database_url=f"sqlite:///{tmp_path}/log.sqlite", chain=DATA / "toy"))
    client = TestClient(create_app(desk), base_url="http://localhost", follow_redirects=False)
    for week in range(6):
        given = {"title": f"Strike {week}", "origin": "DE", "start": str(date(2021, 3, 1) + timedelta(weeks=week))}
        assert client.post("/disruptions", data=given).status_code == 303
    desk.timeline._begin = lambda: None  # type: ignore[method-assign]
    address = "/history?of=eu:EU&first=2021-02-01&last=2021-05-31"
    page = read_page(client.get(address).text)
    assert "0 of 18 weeks computed, the newest first" in page.text
    [bar] = page.find("progress")
    assert (bar.attributes["value"], bar.attributes["max"]) == ("0", "18")
    [again] = [one for one in page.find("a") if one.text == "Look again"]
    assert client.get(again.attributes["href"]).status_code == 200
    del desk.timeline._begin
    client.get(again.attributes["href"])
    while desk.timeline.waiting:
        time.sleep(0.05)
    page = read_page(client.get(again.attributes["href"]).text)
    assert page.find("progress") == []
    assert len(cells(page)) == 18
    desk.close()


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/map?show=colour", "show"),
        ("/map.csv?show=<script>", "show"),
        ("/scores.csv?level=planet", "level"),
        ("/history?of=planet:Earth", "of"),
        ("/history.svg?of=ecosystem:<script>alert(1)</script>", "of"),
        ("/history?first=2021-03-02&last=2021-03-01", "first"),
        ("/history?first=1950-01-01&last=2021-03-01", "first"),
        ("/history?first=soon", "first"),
        ("/stages?on=2021-02-30", "on"),
        ("/?ecosystem=Magic", "of"),
    ],
)
def test_what_cannot_be_shown_is_told_in_words(
    viewer: TestClient, read_page: Callable[[str], Any], address: str, field: str
) -> None:
    answer = viewer.get(address)
    assert answer.status_code == 422
    page = read_page(answer.text)
    assert [one.partition(":")[0] for one in page.faults] == [field]
    assert page.find("script") == []


@pytest.mark.parametrize("address", [*FIGURES, "/scores?level=node"])
def test_another_form_is_not_there(viewer: TestClient, address: str) -> None:
    assert viewer.get(f"{address.partition('?')[0]}.pdf").status_code == 404


def test_the_same_figure_is_drawn_once(viewer: TestClient) -> None:
    viewer.get("/map?on=2021-03-08")
    drawn = figure._drawn.cache_info().misses
    for address in ("/map?on=2021-03-08", "/map.svg?on=2021-03-08", "/map?on=2021-03-08"):
        assert viewer.get(address).status_code == 200
    assert figure._drawn.cache_info().misses == drawn
    viewer.get("/map?on=2021-03-09")
    assert figure._drawn.cache_info().misses == drawn + 1


def test_the_first_page_is_drawn_before_somebody_asks(worked: Desk, viewer: TestClient) -> None:
    today.prepare(worked, date(2021, 3, 11))
    drawn = figure._drawn.cache_info().misses
    assert viewer.get("/?on=2021-03-11").status_code == 200
    assert figure._drawn.cache_info().misses == drawn


def test_titles_that_a_spreadsheet_would_compute_are_text(coarse: Path, tmp_path: Path) -> None:
    """Names come from a chain of one's own; keys too."""
    folder = tmp_path / "chain"
    folder.mkdir()
    nodes = (coarse / "nodes.csv").read_text().splitlines()
    labelled = [f"{line},=1+{number}" for number, line in enumerate(nodes[1:])]
    (folder / "nodes.csv").write_text("\n".join([f"{nodes[0]},label", *labelled]) + "\n")
    (folder / "flows.csv").write_text((coarse / "flows.csv").read_text())
    desk = Desk(Settings(database_url=f"sqlite:///{tmp_path}/log.sqlite", chain=folder))
    client = TestClient(create_app(desk), base_url="http://localhost")
    table = rows(client.get("/scores.csv?level=node&on=2021-03-08").text)
    assert {row["label"][:3] for row in table} == {"'=1"}
    desk.close()


def test_a_chain_outside_the_eu_has_losses_and_no_scores(
    coarse: Path, tmp_path: Path, read_page: Callable[[str], Any]
) -> None:
    folder = tmp_path / "chain"
    folder.mkdir()
    for name in ("nodes.csv", "flows.csv"):
        text = (coarse / name).read_text().replace("DE_", "US_").replace("FR_", "JP_")
        (folder / name).write_text(text)
    desk = Desk(Settings(database_url=f"sqlite:///{tmp_path}/log.sqlite", chain=folder))
    client = TestClient(create_app(desk), base_url="http://localhost")
    page = read_page(client.get("/?on=2021-03-08").text)
    assert "No place of this value chain lies in the EU27" in page.text
    assert "None of this chain lies in the EU27." in page.text
    for address in ("/map", "/map?show=score", "/stages", "/scores", "/map.csv", "/scores.svg"):
        assert client.get(address).status_code == 200
    assert client.get("/history").status_code == 422
    desk.close()


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("phone", "dark")])
def test_everybody_can_read_the_dashboard(
    worked: Desk,
    viewer: TestClient,
    serve: Callable[..., Any],
    chromium: Any,
    grave: Callable[[Any], list[str]],
    fits: Callable[[Any], bool],
    size: str,
    scheme: Any,
) -> None:
    """No grave fault, nothing too wide, no letter of a chart below 11 pixels; the menu opens by keyboard."""
    width, height = {"wide": (1280, 900), "phone": (360, 740)}[size]
    with serve(create_app(worked)) as address:
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        page, complaints = context.new_page(), []
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
        for path, query in {"/": "on=2021-03-08", **FIGURES}.items():
            page.goto(f"{address}{path}?{query}")
            page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
            assert grave(page) == [], path
            assert fits(page), path
            assert page.evaluate(SMALLEST) >= 11, path
            assert page.evaluate("[...document.querySelectorAll('svg')].some(one => one.checkVisibility())"), path
        page.locator(".menu summary").focus()
        page.keyboard.press("Enter")
        page.locator(".menu").get_by_role("link", name="Sessions").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/sessions")
        assert page.locator(".menu summary [aria-current=page]").inner_text() == "Sessions"
        context.close()
    assert complaints == []


SMALLEST = """() => {
    const seen = [...document.querySelectorAll('svg text')].filter(one => one.checkVisibility());
    const scale = svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return Math.min(...seen.map(one => parseFloat(getComputedStyle(one).fontSize) * scale(one.ownerSVGElement)));
}"""
"""Height of the smallest letters in a chart, in pixels of the screen."""


def test_a_page_says_where_one_is(viewer: TestClient, read_page: Callable[[str], Any]) -> None:
    for path in ("/", *FIGURES):
        page = read_page(viewer.get(path).text)
        [here] = [one for one in page.elements if one.attributes.get("aria-current") == "page" and one.tag == "b"] or [
            one for one in page.find("a", **{"aria-current": "page"}) if one.attributes["href"] == path
        ]
        assert re.match(r"Today|Scores|Map|History|Stages", here.text)
