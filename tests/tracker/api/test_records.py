"""Records as programs find and read them."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from graphs.errors import Faults
from tracker import log
from tracker.api import schema
from tracker.desk import Desk
from tracker.kinds import KINDS
from tracker.log import Question

RECORDS: list[tuple[str, dict[str, Any]]] = [
    ("disruptions", {"title": "Strike at Škoda", "origin": "CZ", "start": "2021-03-01", "ecosystems": ["Electronics"]}),
    ("disruptions", {"title": "Flood", "origin": "DE", "start": "2021-05-01", "end": "2021-05-09", "state": "draft"}),
    ("disruptions", {"title": "Fire", "origin": "DE", "felt": "FR", "start": "2021-06-01", "assigned_to": "Ben"}),
    ("clusters", {"name": "Chips of Silesia", "country": "PL", "ecosystems": ["Electronics"]}),
    ("practices", {"title": "Shared stocks", "places": ["IT"]}),
    ("comments", {"about": "D1", "text": "The plant is open again."}),
]


@pytest.fixture
def full(either_client: TestClient) -> TestClient:
    for place, record in RECORDS:
        answer = either_client.post(f"/api/v1/{place}", json=record)
        assert answer.status_code == 201, answer.text
    return either_client


FILTERS = [
    ({}, {"D1", "D2", "D3", "C4", "P5", "M6"}),
    ({"kind": "disruption"}, {"D1", "D2", "D3"}),
    ({"kind": "session"}, set()),
    ({"q": "skoda"}, {"D1"}),
    ({"q": "chips czechia"}, set()),
    ({"q": "?!"}, set()),
    ({"state": "draft"}, {"D2"}),
    ({"country": "DE"}, {"D2", "D3"}),
    ({"country": "Poland"}, {"C4"}),
    ({"country": "IT"}, {"P5"}),
    ({"country": "FR"}, set()),
    ({"ecosystem": "Electronics"}, {"D1", "C4"}),
    ({"ecosystem": "Electronics", "country": "CZ", "q": "strike"}, {"D1"}),
    ({"about": "D1"}, {"M6"}),
    ({"assigned_to": "ben"}, {"D3"}),
    ({"on": "2021-03-02"}, {"D1"}),
    ({"on": "2021-05-02"}, {"D1"}),
    ({"on": "2019-05-02"}, set()),
]


def test_records_are_found_by_every_filter(full: TestClient) -> None:
    for asked, expected in FILTERS:
        found = full.get("/api/v1/records", params=asked).json()
        assert {one["id"] for one in found["records"]} == expected, asked
        assert found["total"] == len(expected)
        assert found["next"] is None
        assert found["log_position"] == 6


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 200])
def test_pages_hold_every_record_once(full: TestClient, limit: int) -> None:
    found, address = [], f"/api/v1/records?q=&limit={limit}"
    while address:
        page = full.get(address).json()
        assert len(page["records"]) <= limit
        assert page["total"] == 6
        found += [one["id"] for one in page["records"]]
        address = page["next"]
    assert found == ["D3", "D2", "D1", "M6", "P5", "C4"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"kind": "wish"}, "kind"),
        ({"state": "lost"}, "state"),
        ({"country": "Narnia"}, "country"),
        ({"ecosystem": "Magic"}, "ecosystem"),
        ({"on": "soon"}, "on"),
        ({"on": "2021-03-01", "kind": "cluster"}, "on"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"after": "x"}, "after"),
        ({"after": "2021-03-01." + "9" * 20}, "after"),
    ],
)
def test_a_bad_question_is_told_which_word_is_bad(
    client: TestClient, read_problem: Callable[..., Any], asked: dict[str, str], field: str
) -> None:
    assert [one["field"] for one in read_problem(client.get("/api/v1/records", params=asked), 422)["faults"]] == [field]


def test_all_bad_words_are_told_at_once(client: TestClient, read_problem: Callable[..., Any]) -> None:
    answer = client.get("/api/v1/records", params={"kind": "a", "state": "b", "country": "c", "ecosystem": "d"})
    fields = [one["field"] for one in read_problem(answer, 422)["faults"]]
    assert fields == ["kind", "state", "ecosystem", "country"]


def test_a_record_says_whose_it_is_and_what_is_missing(full: TestClient) -> None:
    for number, (place, record) in enumerate(RECORDS, start=1):
        listed = next(one for one in full.get("/api/v1/records").json()["records"] if one["version"] == number)
        answer = full.get(f"/api/v1/records/{listed['id']}")
        found = answer.json()
        assert found == listed
        assert answer.headers["etag"] == f'"{number}"'
        assert KINDS[found["kind"]].plural == place
        assert (found["reporter"], found["author"], found["reported_for"]) == ("API", "API", "")
        assert found["missing"] == log.standing(full.app.state.desk.engine, found["id"]).record.missing()  # type: ignore[attr-defined]
        schema.RECORDS_OUT[found["kind"]].model_validate(found, strict=True, extra="forbid")
        assert set(record) <= set(found)


@pytest.mark.parametrize("known", ['"1"', 'W/"1"', '"7", "1"', "*"])
def test_what_has_not_changed_is_not_sent_again(full: TestClient, known: str) -> None:
    for address in ("records/D1", "disruptions/D1"):
        answer = full.get(f"/api/v1/{address}", headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1"')
        assert full.get(f"/api/v1/{address}", headers={"if-none-match": '"11"'}).status_code == 200
    full.post("/api/v1/records/D1/resolve", json={"end": "2021-03-09"})
    assert full.get("/api/v1/records/D1", headers={"if-none-match": '"1"'}).json()["state"] == "resolved"


def test_a_list_is_sent_again_only_after_a_change(full: TestClient) -> None:
    etag = full.get("/api/v1/records?kind=cluster").headers["etag"]
    assert full.get("/api/v1/records?kind=cluster", headers={"if-none-match": etag}).status_code == 304
    full.post("/api/v1/clusters", json={"name": "Cars of Bavaria", "country": "DE"})
    answer = full.get("/api/v1/records?kind=cluster", headers={"if-none-match": etag})
    assert (answer.status_code, answer.json()["total"]) == (200, 2)


def test_what_is_not_there_is_not_found(full: TestClient, read_problem: Callable[..., Any]) -> None:
    for address in ("records/D99", "records/D99/history", "disruptions/C4", "disruptions/C4/history", "records/%00"):
        read_problem(full.get(f"/api/v1/{address}"), 404)


def test_a_program_follows_the_log(full: TestClient) -> None:
    """A copy that is kept by the changes alone is the record as it stands."""
    kept: dict[str, dict[str, Any]] = {}
    numbers: list[int] = []

    def follow(address: str | None) -> None:
        while address:
            page = full.get(address).json()
            for one in page["entries"]:
                numbers.append(one["number"])
                for name, change in one["changes"].items():
                    assert kept.get(one["record_id"], {}).get(name) == change["before"]
                    kept.setdefault(one["record_id"], {})[name] = change["after"]
            address = page["next"]

    follow("/api/v1/changes?limit=4")
    assert numbers == [1, 2, 3, 4, 5, 6]
    full.post("/api/v1/records/D1/resolve", json={"end": "2021-03-09"})
    full.post("/api/v1/records/D3/undo", json={})
    follow(f"/api/v1/changes?after={numbers[-1]}&limit=1")
    assert numbers == [1, 2, 3, 4, 5, 6, 7, 8]
    for one in full.get("/api/v1/records").json()["records"]:
        assert {name: one[name] for name in kept[one["id"]]} == kept[one["id"]]
    assert full.get("/api/v1/changes?after=8").json() == {"log_position": 8, "next": None, "entries": []}


def test_the_history_is_that_of_the_record(full: TestClient) -> None:
    full.post("/api/v1/records/C4/verify", json={"who": "Ben", "why": "I know them"})
    entries = full.get("/api/v1/records/C4/history").json()
    assert [(one["number"], one["action"], one["who"], one["why"]) for one in entries] == [
        (4, "log", "API", ""),
        (7, "verify", "Ben", "I know them"),
    ]
    for one in entries:
        schema.EntryOut.model_validate(one, strict=True, extra="forbid")


def test_one_of_several_fields_will_do_for_a_value(either_desk: Desk, either_client: TestClient) -> None:
    for place, record in RECORDS:
        either_client.post(f"/api/v1/{place}", json=record)
    asked = Question(None, "s", tags=((("origin", "country"), "PL"), ("ecosystems", "Electronics")))
    assert [one.id for one in log.search(either_desk.engine, asked).standing] == ["C4"]
    with pytest.raises(Faults, match="belongs to no page"):
        log.search(either_desk.engine, asked, "x")
