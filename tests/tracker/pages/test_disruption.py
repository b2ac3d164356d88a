"""The page of a disruption: in short, its impact, how it got there, evidence, what is like it, files."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from graphs.levels import percent
from reports.amounts import between, euros
from reports.charts.words import day
from tracker.desk import Desk
from tracker.settings import Settings

Act = Callable[..., Any]
Open = Callable[..., Any]
Read = Callable[[str], Any]

CHIPS = {"title": "No chips from Taiwan", "origin": "TW", "industries": "C26", "start": "2021-03-01",
         "end": "2021-04-25", "effect": "supply", "severity_low": "20 %", "severity_likely": "40 %",
         "severity_high": "60 %", "sources": "https://www.paper.eu/chips?a=1; https://agency.eu/",
         "magnitude": "Output fell by 40 %", "who": "Ana", "ecosystems": "Electronics"}  # fmt: skip


@pytest.fixture
def chips(client: TestClient) -> TestClient:
    """A browser at a desk where Ana has logged D1: no chips from Taiwan."""
    assert client.post("/disruptions", data=CHIPS).status_code == 303
    client.cookies.clear()
    return client


def post(client: TestClient, path: str, /, **typed: str) -> str:
    """Send a form; the address it leads to."""
    answer = client.post(path, data=typed)
    assert answer.status_code == 303
    client.cookies.clear()
    return str(answer.headers["location"])


def facts(page: Any) -> dict[str, str]:
    names = page.find("dt", inside="facts")
    return dict(zip([one.text for one in names], [one.text for one in page.find("dd", inside="facts")], strict=True))


def test_in_short(chips: TestClient, desk: Desk, read_page: Read) -> None:
    page = read_page(chips.get("/disruptions/D1").text)
    told = {name: " ".join(text.split()) for name, text in facts(page).items()}
    assert told == {
        "Where": "Taiwan",
        "When": "1 Mar 2021 to 25 Apr 2021",
        "Kind": "supply: capacity to produce is lost",
        "Severity": "low 20 %, likely 40 %, high 60 % of the capacity to produce",
        "Who says so": "paper.eu, agency.eu; logged by Ana",
    }
    [alone] = [desk.assess(record.start, only="D1") for record in desk.disruptions() if record.start]
    eu = alone.scores.loc[("eu", "EU")]
    [lead] = [one for one in page.find("p") if "lead" in one.classes]
    said = f"{euros(eu.loss_meur)} of output (low to high: {between(eu.loss_low_meur, eu.loss_high_meur)})"
    assert " ".join(said.split()) in " ".join(lead.text.split())
    assert lead.text.startswith("Estimate:")
    assert eu.loss_low_meur < eu.loss_meur < eu.loss_high_meur
    tiles = [" ".join(one.text.split()) for one in page.find("li", inside="figures")]
    worst = alone.path["EU"]
    assert tiles[1].startswith("Country that loses mostGermany")
    assert tiles[2].startswith("Industry that loses mostMotor vehicles (Germany)")
    assert tiles[
        3
    ] == f"Worst week{day(worst.idxmax())}{percent(worst.max())} of the output of the whole EU lost".replace(
        "\xa0", " "
    )


def test_ranges_are_drawn_to_scale(chips: TestClient, desk: Desk, read_page: Read) -> None:
    page = read_page(chips.get("/disruptions/D1").text)
    [alone] = [desk.assess(record.start, only="D1") for record in desk.disruptions() if record.start]
    countries = alone.level("country").sort_values("loss_meur", ascending=False)
    [table] = [one for one in page.find("table", inside="scroll") if "Countries in the EU that lose most" in one.text]
    bars = [one for one in page.find("i", inside="losses") if table in one.inside]
    for bar, (_, row) in zip(bars, countries.iterrows(), strict=True):
        left, width = (100 * share / countries.loss_high_meur.max() for share in
                       (row.loss_low_meur, row.loss_high_meur - row.loss_low_meur))  # fmt: skip
        assert bar.attributes["style"] == f"left:{left:.1f}%;width:{width:.1f}%"


def test_links_within_the_page_lead_somewhere(chips: TestClient, read_page: Read) -> None:
    page = read_page(chips.get("/disruptions/D1").text)
    aims = {one.attributes["href"][1:] for one in page.find("a") if one.attributes["href"].startswith("#")}
    assert aims >= {"said", "evidence", "impact", "how", "like", "doing", "comments", "history"}
    assert aims <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert page.find("a", href="/graph?on=2021-03-01#disruption=D1")


def test_how_it_got_there(chips: TestClient, read_page: Read) -> None:
    text = read_page(chips.get("/disruptions/D1").text).text
    assert "It cuts one industry of one country directly: Electronics (Taiwan) by 40 % (400 million €" in text
    assert "Motor vehicles (Germany) loses" in text
    assert "It buys for 40 million € a year from Electronics (Taiwan): 53 % of its purchases of that industry" in text


def test_what_reaches_nobody_says_so(chips: TestClient, read_page: Read) -> None:
    post(chips, "/disruptions", **CHIPS | {"origin": "Japan", "severity_low": "", "severity_likely": "1 %"})
    text = read_page(chips.get("/disruptions/D2").text).text
    assert "costs the EU nothing that stocks and other suppliers do not absorb" in text
    assert "nothing in this value chain is hit" in text


def test_evidence_with_hosts_quotes_and_clusters(chips: TestClient, read_page: Read) -> None:
    cluster = post(chips, "/clusters", name="Chips of Silesia").rpartition("/")[2]
    quote = "Our lines\nstand still."
    said = {"quote": quote, "said_by": "a buyer", "cluster": cluster, "said_on": "2021-03-02", "who": "Ben"}
    post(chips, "/records/D1/evidence", **said)
    post(chips, "/records/D1/evidence", address="https://other.eu/x", cluster="C999", who="Ben")
    page = read_page(chips.get("/disruptions/D1").text)
    assert [one.text for one in page.find("blockquote")] == [quote, "Output fell by 40 %"]
    assert page.find("a", href=f"/records/{cluster}")[0].text == "Chips of Silesia"
    assert page.find("a", href="/records/C999") == [], "a name that is no record's id leads nowhere"
    assert "a buyer · Chips of Silesia · 2021-03-02 · added by Ben" in page.text
    links = [one for one in page.find("a") if one.attributes["href"].startswith("http")]
    assert {one.text for one in links} >= {"paper.eu", "paper.eu/chips?a=1", "agency.eu", "other.eu/x"}
    assert all("noopener noreferrer" in one.attributes["rel"] for one in links)


def test_published_figures_stand_beside_the_estimate(chips: TestClient, read_page: Read) -> None:
    """40 % of Taiwan's electronics for 8 of 26 weeks, the worst of them 40 %."""
    page = read_page(chips.get("/disruptions/D1").text)
    [row] = [one for one in page.find("tr") if one.text.startswith("What is cut, anywhere")]
    assert " ".join(row.text.split()).endswith("40 %")
    assert "13 %" in " ".join(row.text.split()), "8 weeks of 26, and a little for want of orders"
    assert "What is cut, in the EU" not in page.text


def test_what_is_like_it_how_it_ended_and_what_helped(chips: TestClient, read_page: Read) -> None:
    other = {"title": "Flood at a plant", "origin": "FR", "industries": "C26", "effect": "supply"}
    other |= {"start": "2019-03-01", "end": "2019-03-14", "who": "Ben"}
    flood = post(chips, "/disruptions", **other).rpartition("/")[2]
    post(chips, "/actions", title="Pumps lent", about=flood, state="done", who="Ben")
    post(chips, "/practices", title="Shared stocks", about=flood, who="Ben")
    withdrawn = post(chips, "/practices", title="No good", about=flood, who="Ben").rpartition("/")[2]
    post(chips, f"/records/{withdrawn}/withdraw", who="Ben")
    page = read_page(chips.get("/disruptions/D1").text)
    [told] = [one for one in page.find("li") if one.text.startswith("Flood at a plant")]
    text = " ".join(told.text.split())
    assert "14 days, 1 Mar 2019 to 14 Mar 2019." in text
    assert "Pumps lent (action, done)" in text
    assert "Shared stocks (practice, reported)" in text
    assert "No good" not in text
    assert "50 of 100: same industry: C26; same kind: supply" in text


def test_the_same_event_is_not_told_twice(chips: TestClient, read_page: Read) -> None:
    post(chips, "/disruptions", **CHIPS | {"title": "No chips from Taiwan again"})
    page = read_page(chips.get("/disruptions/D1").text)
    assert len(page.find("a", href="/disruptions/D2")) == 1
    assert "On record, like this" in page.text


def test_an_action_is_proposed_from_the_page(chips: TestClient, read_page: Read) -> None:
    page = read_page(chips.get("/disruptions/D1").text)
    assert "No action is proposed yet." in page.text
    for kind in ("actions", "practices"):
        [link] = page.find("a", href=f"/{kind}/new?about=D1")
        form = read_page(chips.get(link.attributes["href"]).text)
        assert form.find("input", name="about")[0].attributes["value"] == "D1"
        post(chips, f"/{kind}", title=f"Of {kind}", about="D1", who="Ben")
    text = read_page(chips.get("/disruptions/D1").text).text
    assert "Of actions proposed" in text
    assert "Of practices reported" in text
    assert "No action is proposed yet." not in text


def test_the_wave_of_an_ecosystem_has_its_own_address(chips: TestClient, read_page: Read) -> None:
    page = read_page(chips.get("/disruptions/D1").text)
    [link] = [one for one in page.find("a", inside="waves") if one.text == "Electronics"]
    other = read_page(chips.get(link.attributes["href"]).text)
    assert "Output lost week by week: Electronics" in other.text
    assert page.find("svg")[0].text != other.find("svg")[0].text
    answer = chips.get("/disruptions/D1", params={"wave": "<Nowhere>"})
    assert answer.status_code == 422
    assert "has no wave here" in read_page(answer.text).text


def test_files(chips: TestClient, desk: Desk) -> None:
    rows = list(csv.DictReader(io.StringIO(chips.get("/disruptions/D1/impact.csv").text)))
    [alone] = [desk.assess(record.start, only="D1") for record in desk.disruptions() if record.start]
    [eu] = [row for row in rows if row["level"] == "eu"]
    assert float(eu["loss_meur"]) == pytest.approx(alone.scores.loss_meur["eu", "EU"])
    assert {row["disruption"] for row in rows} == {"D1"}
    answer = chips.get("/disruptions/D1/wave.csv")
    assert answer.headers["content-disposition"] == 'inline; filename="wave-D1.csv"'
    weeks = list(csv.DictReader(io.StringIO(answer.text)))
    assert [float(row["loss_share"]) for row in weeks] == pytest.approx(alone.path["EU"].tolist(), abs=1e-6)
    answer = chips.get("/disruptions/D1/wave.csv", params={"wave": "Electronics"})
    weeks = list(csv.DictReader(io.StringIO(answer.text)))
    assert [float(row["loss_share"]) for row in weeks] == pytest.approx(alone.path["Electronics"].tolist(), abs=1e-6)
    assert {(row["disruption"], row["group"]) for row in weeks} == {("D1", "Electronics")}
    drawn = chips.get("/disruptions/D1/wave.svg", params={"wave": "Electronics"})
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert "Electronics: No chips from Taiwan" in drawn.text
    assert "method version" in drawn.text
    assert chips.get("/disruptions/D1/wave.svg", params={"wave": "Nowhere"}).status_code == 422
    assert chips.get("/disruptions/D1/wave.pdf").status_code == 404
    for name in ("impact.csv", "wave.csv", "wave.svg"):
        assert chips.get(f"/disruptions/D9/{name}").status_code == 404


def test_what_does_not_count_has_no_files_and_no_wave(chips: TestClient, read_page: Read) -> None:
    post(chips, "/disruptions", **CHIPS | {"state": "draft"})
    page = read_page(chips.get("/disruptions/D2").text)
    assert page.find("svg") == []
    assert {"impact", "how"}.isdisjoint(page.ids)
    assert "Submit for review" in [one.text for one in page.find("button")]
    answer = chips.get("/disruptions/D2/impact.csv")
    assert answer.status_code == 422
    assert "a draft disruption has no impact" in answer.text


def test_with_thirty_comments_and_a_long_history_the_newest_are_in_sight(chips: TestClient, read_page: Read) -> None:
    for number in range(30):
        post(chips, "/records/D1/comments", text=f"Comment {number}.", who="Ben")
    for _ in range(5):
        post(chips, "/records/D1/assign", assigned_to="Ben", who="Ana")
        post(chips, "/records/D1/undo", who="Ana")
    page = read_page(chips.get("/disruptions/D1").text)
    comments = [one for one in page.find("li") if one.text.startswith("Comment ")]
    folded = [one for one in comments if "earlier" in [name for outer in one.inside for name in outer.classes]]
    assert (len(comments), len(folded)) == (30, 26)
    assert comments[-1].text.startswith("Comment 29.")
    assert comments[-1] not in folded
    assert "Comments (30)" in page.text
    entries = [one for one in page.find("li", inside="history") if " by A" in one.text]
    assert len(entries) == 11
    assert "8 earlier" in page.text
    assert page.find("form", action="/records/D1/undo")


@pytest.mark.parametrize("place", ["DE21", "Zimbabwe", "WORLD"])
def test_a_title_and_a_place_are_enough(client: TestClient, read_page: Read, place: str) -> None:
    address = post(client, "/disruptions", title="Trouble", origin=place, start="2021-03-01")
    page = read_page(client.get(address).text)
    told = facts(page)
    assert told["Kind"] == "not stated; counted as a loss of supply"
    assert told["Severity"].startswith("not stated; ")
    assert told["Not stated"] == "industries, effect, severity, end, sources"
    assert told["Who says so"].startswith("no source is given")


@pytest.fixture
def abroad(tmp_path: Path, app_of: Callable[..., Any]) -> Iterator[TestClient]:
    """A browser at a desk whose value chain has no place in the EU."""
    folder = tmp_path / "abroad"
    folder.mkdir()
    (folder / "nodes.csv").write_text("key,output_meur\nUS_C26,100\nTW_C26,50\n")
    (folder / "flows.csv").write_text("supplier,buyer,flow_meur\nTW_C26,US_C26,30\n")
    desk = Desk(Settings(database_url=f"sqlite:///{tmp_path}/abroad.sqlite", chain=folder))
    yield TestClient(app_of(desk), base_url="http://localhost", follow_redirects=False)
    desk.close()


def test_a_value_chain_without_the_eu(abroad: TestClient, read_page: Read) -> None:
    post(abroad, "/disruptions", **CHIPS)
    page = read_page(abroad.get("/disruptions/D1").text)
    assert "No place of this value chain lies in the EU" in page.text
    assert "TW_C26 by 40 %" in page.text
    assert "Output lost week by week: the whole value chain" in page.text
    assert len(page.find("svg")) == 2
    for name in ("impact.csv", "wave.csv", "wave.svg"):
        assert abroad.get(f"/disruptions/D1/{name}").status_code == 200


def test_everybody_can_read_it(
    chips: TestClient, open_page: Open, wrong: Callable[[Any], list[str]], fits: Callable[[Any], bool]
) -> None:
    """No serious finding of axe, no scrolling sideways, one wave in sight; all folded parts open, without script."""
    post(chips, "/disruptions", **CHIPS | {"title": "w" * 280 + " <b>", "start": "2020-03-01", "end": "2020-04-01"})
    post(chips, "/records/D1/evidence", quote="Long " * 40 + "w" * 200, said_by="x" * 200, who="Ben")
    post(chips, "/records/D1/evidence", address="https://other.eu/" + "path" * 60, who="Ben")
    for number in range(7):
        post(chips, "/records/D1/comments", text=f"{number} " + "w" * 100, who="Ben")
    page = open_page("/disruptions/D1")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert wrong(page) == []
    assert [one.is_visible() for one in page.locator("svg").all()] == [True, False]
    page.set_viewport_size({"width": 360, "height": 740})
    assert [one.is_visible() for one in page.locator("svg").all()] == [False, True]
    page.goto(page.url.replace("D1", "D2"))
    assert fits(page)
