"""The Atom feed: what RFC 4287 and 5005 ask for, read by a reader of feeds; whatever is said stays text."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from graphs.content import EARLIEST
from tracker.accounts import keys, people
from tracker.database import writing
from tracker.desk import Desk

A = "{http://www.w3.org/2005/Atom}"
HOSTILE = "<script>alert(1)</script> & <b>“]]>"


@pytest.fixture
def program(either_client: TestClient, given: dict[str, Any]) -> TestClient:
    for place, sent in (
        ("disruptions", given | {"ecosystems": "Electronics"}),
        ("disruptions", given | {"title": HOSTILE, "origin": "FR", "who": "Ana & <i>Ben</i>"}),
        ("clusters", {"name": "Chips of Silesia", "country": "PL", "ecosystems": "Electronics"}),
        ("records/D1/resolve", {"end": "2021-03-09", "why": "The plant\x0b is open.", "who": "Ben"}),
        ("records/D1/comments", {"text": "Good."}),
    ):
        answer = either_client.post(f"/api/v1/{place}", json=sent)
        assert answer.status_code in (200, 201), answer.text
    return either_client


def read(answer: Response) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml"
    found = feedparser.parse(answer.content)
    assert not found.bozo
    assert found.version == "atom10"
    return found


def hold_to_the_rules(content: bytes) -> None:
    """RFC 4287, section 4: what must be there once, and what it looks like."""
    root = ET.fromstring(content)
    assert root.tag == f"{A}feed"
    ids = [root.findtext(f"{A}id"), *(one.findtext(f"{A}id") for one in root.iter(f"{A}entry"))]
    assert len(ids) == len(set(ids))
    for one in [root, *root.iter(f"{A}entry")]:
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{A}{name}")) == 1, name
        assert str(one.findtext(f"{A}id")).startswith("tag:")
        assert datetime.fromisoformat(str(one.findtext(f"{A}updated"))).tzinfo is not None
        relations = [link.get("rel") for link in one.findall(f"{A}link")]
        assert len(relations) == len(set(relations))
        assert "alternate" in relations
    for one in root.iter(f"{A}entry"):
        assert one.findtext(f"{A}author/{A}name")
        assert not list(one.find(f"{A}title")), "text, and no markup"  # type: ignore[arg-type]


def test_a_reader_of_feeds_is_told_who_did_what_when_and_what_changed(program: TestClient) -> None:
    answer = program.get("/api/v1/feed.atom")
    hold_to_the_rules(answer.content)
    found = read(answer)
    assert [one.title for one in found.entries][::-1][0] == "Strike (D1): log"
    assert [one.link for one in found.entries] == [f"/records/{name}" for name in ("M5", "D1", "C3", "D2", "D1")]
    over = found.entries[1]
    assert (over.title, over.author) == ("Strike (D1): resolve", "Ben")
    said = "Ben said that the disruption “Strike” (D1) is over. End: 2021-03-09; State: reported → resolved. Reason: "
    assert over.summary == f"{said}The plant? is open."
    assert found.entries[0].summary == "API logged the comment “Good.” (M5) about D1."
    assert {"disruption", "log", "Electronics"} == {tag.term for tag in found.entries[-1].tags}
    changes = program.get("/api/v1/changes").json()["entries"]
    assert [one.updated for one in found.entries] == [one["at"] for one in reversed(changes)]
    assert found.feed.updated == changes[-1]["at"]


def test_whatever_is_said_stays_text(program: TestClient) -> None:
    root = ET.fromstring(program.get("/api/v1/feed.atom").content)
    hostile = root.findall(f"{A}entry")[3]
    assert hostile.findtext(f"{A}title") == f"{HOSTILE} (D2): log"
    assert hostile.findtext(f"{A}author/{A}name") == "Ana & <i>Ben</i>"
    assert {one.tag.removeprefix(A) for one in root.iter()} == {
        *("feed", "id", "title", "updated", "link", "entry", "author", "name", "summary", "category")
    }
    assert all("type" not in one.attrib for one in root.iter()), "text is what an element holds that says nothing else"


FILTERS: list[tuple[dict[str, str], list[int]]] = [
    ({}, [5, 4, 3, 2, 1]),
    ({"kind": "disruption"}, [4, 2, 1]),
    ({"country": "Germany"}, [4, 1]),
    ({"ecosystem": "Electronics"}, [4, 3, 1]),
    ({"ecosystem": "Electronics", "kind": "cluster", "country": "PL"}, [3]),
    ({"ecosystem": "Health"}, []),
]


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_pages_lead_to_every_entry_once(program: TestClient, limit: int) -> None:
    for asked, numbers in FILTERS:
        seen, feeds = list[int](), set[str]()
        answer = program.get("/api/v1/feed.atom", params={**asked, "limit": limit})
        for _ in range(7):
            hold_to_the_rules(answer.content)
            found = read(answer)
            links = {one.rel: one.href for one in found.feed.links}
            seen += [int(one.id.rpartition(":")[2].partition("/")[0]) for one in found.entries]
            feeds.add(found.feed.id)
            assert program.get(links["self"]).content == answer.content
            if "next" not in links:
                break
            answer = program.get(links["next"])
        assert seen == numbers, asked
        assert len(feeds) == 1
        whole = read(program.get("/api/v1/feed.atom", params=asked)).entries
        assert read(program.get(links["first"])).entries == whole[:limit]


def test_the_id_of_an_entry_is_the_same_for_ever_and_of_no_other_log(
    program: TestClient, either_desk: Desk, given: dict[str, Any]
) -> None:
    before = {one.id for one in read(program.get("/api/v1/feed.atom")).entries}
    program.post("/api/v1/records/D1/withdraw", json={"why": "Twice"})
    after = {one.id for one in read(program.get("/api/v1/feed.atom")).entries}
    assert before < after
    assert len(after) == 6
    assert all(one.startswith("tag:localhost,2020:") for one in after)


def test_it_is_known_by_its_tag_until_something_is_written(program: TestClient, given: dict[str, Any]) -> None:
    etag = program.get("/api/v1/feed.atom").headers["etag"]
    assert program.get("/api/v1/feed.atom", headers={"if-none-match": etag}).status_code == 304
    program.post("/api/v1/disruptions", json=given | {"title": "Flood"})
    assert len(read(program.get("/api/v1/feed.atom", headers={"if-none-match": etag})).entries) == 6


def test_an_empty_log_has_a_feed(client: TestClient) -> None:
    answer = client.get("/api/v1/feed.atom")
    hold_to_the_rules(answer.content)
    assert read(answer).feed.updated_parsed[:3] == EARLIEST.timetuple()[:3]


def test_words_that_no_list_has_are_told(client: TestClient, read_problem: Callable[..., Any]) -> None:
    answer = client.get("/api/v1/feed.atom?kind=wish&country=Narnia&ecosystem=Magic")
    assert {one["field"] for one in read_problem(answer, 422)["faults"]} == {"kind", "country", "ecosystem"}


def test_with_a_public_address_links_and_ids_hold_anywhere(
    tmp_path: Path, toy_desk: Callable[..., Desk], app_of: Callable[..., Any], given: dict[str, Any]
) -> None:
    desk = toy_desk(tmp_path, url="https://Tracker.example.eu/")
    now = datetime.now(UTC)
    with writing(desk.engine) as connection:
        account = people.add(connection, "Ana", "ana@cluster.eu", None, {"": "expert"}, now)
    key = keys.make(desk.engine, account.id, "reader", ["write"], 1, now)
    program = TestClient(
        app_of(desk), base_url="https://tracker.example.eu", headers={"authorization": f"Bearer {key}"}
    )
    assert program.post("/api/v1/disruptions", json=given).status_code == 201
    found = read(program.get("/api/v1/feed.atom"))
    # A reader of feeds sends a name and a password: the key counts there, and nowhere else.
    reader = TestClient(app_of(desk), base_url="https://tracker.example.eu")
    told = {
        (address, secret): reader.get(f"/api/v1/{address}", auth=("any", secret)).status_code
        for address in ("feed.atom", "changes")
        for secret in (key, "vcdt_none", "")
    }
    assert {asked for asked, status in told.items() if status == 200} == {("feed.atom", key)}
    assert set(told.values()) == {200, 401}
    desk.close()
    assert found.entries[0].link == "https://Tracker.example.eu/records/D1"
    assert found.entries[0].id.startswith("tag:tracker.example.eu,2020:1/")
    assert {one.rel: one.href for one in found.feed.links}["self"] == "https://Tracker.example.eu/api/v1/feed.atom"


def test_pages_lead_to_it(client: TestClient, read_page: Callable[[str], Any]) -> None:
    [link] = read_page(client.get("/disruptions").text).find("link", type="application/atom+xml")
    assert (link.attributes["rel"], link.attributes["href"]) == ("alternate", "/api/v1/feed.atom")
    page = read_page(client.get("/disruptions?country=Germany&ecosystem=Health&state=draft").text)
    [shown] = [one for one in page.find("a") if "feed.atom" in one.attributes["href"]]
    assert shown.attributes["href"] == "/api/v1/feed.atom?kind=disruption&country=Germany&ecosystem=Health"
    assert read(client.get(shown.attributes["href"])).entries == []
