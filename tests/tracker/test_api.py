"""The API: the story of the issue, every level and filter, and hostile input that is always answered in words."""

import json
import math
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from graphs.classification import ECOSYSTEMS
from tracker import intake
from tracker.desk import Desk
from tracker.settings import Settings

CHIPS = {
    "title": "No chips from Taiwan",
    "origin": ["TW"],
    "industries": ["C26"],
    "effect": "supply",
    "start": "2021-03-01",
    "end": "2021-04-25",
    "severity_likely": 0.4,
    "who": "Ana, electronics cluster",
}
ENOUGH = {"title": "Strike", "origin": "DE", "start": "2021-03-01"}
LEVELS = ("eu", "ecosystem", "country", "industry", "node")


def strictly(answer: Response) -> Any:
    """The JSON of an answer; NaN and Infinity are no JSON."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(answer.text, parse_constant=refuse)


def problem(answer: Response, status: int) -> dict[str, Any]:
    """What an error says, after a look at its shape (RFC 9457)."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    found = strictly(answer)
    assert set(found) == {"type", "title", "status", "detail", "faults"}
    assert found["status"] == status
    assert found["title"]
    assert all(
        set(one) == {"where", "field", "fault", "mend"} and one["fault"] and one["mend"] for one in found["faults"]
    )
    return found


def send(client: TestClient, body: str | bytes, address: str = "/api/v1/disruptions") -> Response:
    return client.post(address, content=body, headers={"content-type": "application/json"})


@pytest.fixture(scope="module")
def busy(
    tmp_path_factory: pytest.TempPathFactory, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]
) -> Iterator[TestClient]:
    """A program at a desk on the toy that many tests share, with one record."""
    desk = toy_desk(tmp_path_factory.mktemp("busy"))
    client = TestClient(app_of(desk), base_url="http://localhost")
    assert client.post("/api/v1/disruptions", json=ENOUGH | {"note": "the first"}).json()["id"] == "D1"
    yield client
    desk.close()


# The story of the issue, on the shipped estimate.


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory, desk_on_estimate: Callable[[Path], Desk], app_of: Callable[..., Any]
) -> Iterator[dict[str, Any]]:
    """No chips from Taiwan for eight weeks, seen by a program before, during and after; each answer is kept."""
    desk = desk_on_estimate(tmp_path_factory.mktemp("story"))
    client = TestClient(app_of(desk), base_url="http://localhost")

    def scores(on: str, level: str = "ecosystem") -> Any:
        answer = client.get("/api/v1/scores", params={"level": level, "on": on})
        assert answer.status_code == 200
        return strictly(answer)

    told: dict[str, Any] = {"before": scores("2021-03-15")}
    told["posted"] = client.post("/api/v1/disruptions", json=CHIPS)
    told["during"] = scores("2021-03-15")
    address = told["posted"].headers["location"]
    told["found"] = client.get(address)
    told["resolved"] = client.post(f"{address}/resolve", json={"end": "2021-03-10", "who": "Ben"})
    told["after"] = scores("2021-03-15")
    told["last day"] = scores("2021-03-10")
    told["history"] = client.get(f"{address}/history")
    yield told
    desk.close()


def by_key(scores: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in scores["scores"]}


def test_the_disruption_is_logged_and_has_an_address(story: dict[str, Any]) -> None:
    assert story["posted"].status_code == 201
    record = story["posted"].json()
    assert story["posted"].headers["location"] == f"/api/v1/disruptions/{record['id']}"
    assert {name: record[name] for name in CHIPS if name != "who"} == {
        name: value for name, value in CHIPS.items() if name != "who"
    }
    assert record["state"] == "reported"
    assert record["missing"] == ["sources"]
    assert story["found"].json() == record


def test_scores_change_at_once_for_every_ecosystem_that_depends_on_it(story: dict[str, Any]) -> None:
    name = story["posted"].json()["id"]
    before, during = by_key(story["before"]), by_key(story["during"])
    assert set(before) == set(during) == set(ECOSYSTEMS)
    depends = {key for key, one in during.items() if name in {reason["id"] for reason in one["reasons"]}}
    assert {"Electronics", "Digital", "Mobility-Transport-Automotive", "Aerospace & defence"} <= depends
    for key in ECOSYSTEMS:
        if key in depends:
            assert during[key]["score"] < before[key]["score"]
            assert during[key]["loss_meur"] > 0
        else:
            assert during[key]["score"] == before[key]["score"]
        assert during[key]["structure"] == before[key]["structure"], "structure changes slowly"
    assert story["during"]["log_position"] == story["before"]["log_position"] + 1


def test_the_reasons_of_electronics_name_the_disruption_with_its_points(story: dict[str, Any]) -> None:
    name = story["posted"].json()["id"]
    electronics = by_key(story["during"])["Electronics"]
    [reason] = [one for one in electronics["reasons"] if one["id"] == name]
    assert reason["kind"] == "disruption"
    assert reason["points"] > 0
    assert reason["text"].startswith("No chips from Taiwan: ")
    assert [one.partition(":")[0] for one in reason["assumptions"]] == ["severity stated in part"]
    lost = by_key(story["before"])["Electronics"]["score"] - electronics["score"]
    assert reason["points"] == pytest.approx(lost, abs=1e-4)


@pytest.mark.parametrize("when", ["before", "during", "after", "last day"])
def test_reasons_and_score_make_a_hundred(story: dict[str, Any], when: str) -> None:
    for one in story[when]["scores"]:
        points = sum(reason["points"] for reason in one["reasons"])
        assert one["score"] + points == pytest.approx(100, abs=1e-4)


def test_resolving_restores_the_scores_exactly(story: dict[str, Any]) -> None:
    assert story["resolved"].status_code == 200
    assert (story["resolved"].json()["state"], story["resolved"].json()["end"]) == ("resolved", "2021-03-10")
    later = {"log_position": story["after"]["log_position"]}
    assert story["after"]["scores"] == [one | later for one in story["before"]["scores"]]
    electronics = by_key(story["last day"])["Electronics"]
    assert electronics["score"] < by_key(story["after"])["Electronics"]["score"], "on its last day it still counts"


def test_history_has_both_entries_with_the_change(story: dict[str, Any]) -> None:
    logged, resolved = story["history"].json()
    assert (logged["action"], logged["who"]) == ("log", "Ana, electronics cluster")
    assert logged["changes"]["title"] == {"before": None, "after": "No chips from Taiwan"}
    assert (resolved["action"], resolved["who"]) == ("resolve", "Ben")
    assert resolved["changes"] == {
        "state": {"before": "reported", "after": "resolved"},
        "end": {"before": "2021-04-25", "after": "2021-03-10"},
    }
    assert resolved["number"] > logged["number"]
    assert logged["at"] <= resolved["at"]
    assert logged["hash"] != resolved["hash"]


# Reading, on the estimate with the embedded record.


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_scored(estimate_client: TestClient, level: str) -> None:
    answer = estimate_client.get("/api/v1/scores", params={"level": level, "on": "2020-04-26"})
    assert answer.status_code == 200
    found = strictly(answer)
    assert (found["on"], found["level"], found["log_position"]) == ("2020-04-26", level, 80)
    assert found["chain"]["estimate"] is True
    expected = {"eu": 1, "ecosystem": 14, "country": 27, "industry": 33}
    assert len(found["scores"]) == expected.get(level, len(found["scores"]))
    assert len({one["key"] for one in found["scores"]}) == len(found["scores"]) > 0
    for one in found["scores"]:
        assert 0 <= one["score_low"] <= one["score"] <= one["score_high"] <= 100
        assert 0 <= one["loss_low_meur"] <= one["loss_meur"] <= one["loss_high_meur"]
        assert one["score"] + sum(reason["points"] for reason in one["reasons"]) == pytest.approx(100, abs=1e-4)
        points = [reason["points"] for reason in one["reasons"]]
        assert points == sorted(points, reverse=True)
        assert one["label"]


@pytest.mark.parametrize(
    ("level", "key", "label"),
    [
        ("eu", "EU", "EU27"),
        ("ecosystem", "Proximity, social economy and civil security", "Proximity, social economy and civil security"),
        ("country", "DE", "Germany"),
        ("industry", "C29", "Motor vehicles, trailers and semi-trailers"),
        ("node", "DE_C29", "Motor vehicles, trailers and semi-trailers (Germany)"),
    ],
)
def test_one_score_may_be_asked_for(estimate_client: TestClient, level: str, key: str, label: str) -> None:
    whole = strictly(estimate_client.get("/api/v1/scores", params={"level": level, "on": "2020-04-26"}))
    alone = strictly(estimate_client.get("/api/v1/scores", params={"level": level, "on": "2020-04-26", "key": key}))
    assert alone["scores"] == [one for one in whole["scores"] if one["key"] == key]
    assert alone["scores"][0]["key"] == key
    assert alone["scores"][0]["label"] == label


@pytest.mark.parametrize("key", ["Narnia", "de", "TW_C26", "DE_C29 ", "", "nan", "\x00", "../..", "x" * 60])
@pytest.mark.parametrize("level", ["eu", "ecosystem", "node"])
def test_an_unknown_key_is_not_found(estimate_client: TestClient, level: str, key: str) -> None:
    answer = estimate_client.get("/api/v1/scores", params={"level": level, "key": key, "on": "2020-04-26"})
    assert problem(answer, 404)["faults"] == []


def test_without_a_date_it_is_today(client: TestClient) -> None:
    before, found, after = date.today(), client.get("/api/v1/scores").json(), date.today()
    assert before.isoformat() <= found["on"] <= after.isoformat()
    assert found["level"] == "ecosystem"


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/api/v1/scores?level=planet", "level"),
        ("/api/v1/scores?level=", "level"),
        ("/api/v1/scores?on=soon", "on"),
        ("/api/v1/scores?on=2021-02-30", "on"),
        ("/api/v1/scores?on=", "on"),
        (f"/api/v1/scores?key={'x' * 61}", "key"),
        ("/api/v1/disruptions?on=soon", "on"),
        ("/api/v1/disruptions?state=lost", "state"),
        (f"/api/v1/disruptions/{'x' * 41}", "record_id"),
        (f"/api/v1/disruptions/{'x' * 41}/history", "record_id"),
        ("/api/v1/chain?min_flow_meur=0", "min_flow_meur"),
        ("/api/v1/chain?min_flow_meur=-1", "min_flow_meur"),
        ("/api/v1/chain?min_flow_meur=nan", "min_flow_meur"),
        ("/api/v1/chain?min_flow_meur=inf", "min_flow_meur"),
        ("/api/v1/chain?min_flow_meur=1e10", "min_flow_meur"),
        ("/api/v1/chain?min_flow_meur=much", "min_flow_meur"),
    ],
)
def test_a_bad_question_is_told_which_word_is_bad(busy: TestClient, address: str, field: str) -> None:
    found = problem(busy.get(address), 422)
    assert [one["field"] for one in found["faults"]] == [field]


FAR = ["0001-01-01", "0001-06-01", "0500-01-01", "1582-10-15", "9998-12-31", "9999-12-31"]


@pytest.mark.parametrize("on", FAR)
def test_a_day_far_away_is_answered(client: TestClient, on: str) -> None:
    client.post("/api/v1/disruptions", json=ENOUGH)
    for address in ("/api/v1/scores", "/api/v1/disruptions"):
        answer = client.get(address, params={"on": on})
        if answer.status_code != 200:
            assert problem(answer, 422)["faults"][0]["field"] == "on"


@pytest.mark.parametrize(
    ("verb", "address"),
    [
        ("GET", "/api/v1/disruptions/X9"),
        ("GET", "/api/v1/disruptions/X9/history"),
        ("POST", "/api/v1/disruptions/X9/resolve"),
        ("GET", "/api/v1/disruptions/%00"),
        ("GET", "/api/v1/disruptions/%F0%9F%94%A5"),
        ("GET", "/api/v1/disruptions/%27%20OR%201=1"),
        ("GET", "/api/v1/disruptions/{{7*7}}"),
        ("GET", "/api/v1/nowhere"),
        ("GET", "/api/v1/"),
        ("GET", "/api/v2/scores"),
    ],
)
def test_what_is_not_there_is_not_found(busy: TestClient, verb: str, address: str) -> None:
    found = problem(busy.request(verb, address, json={} if verb == "POST" else None), 404)
    assert found["detail"].endswith(".")


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
def test_what_is_written_cannot_be_changed_or_deleted(client: TestClient, verb: str) -> None:
    client.post("/api/v1/disruptions", json=ENOUGH)
    found = client.request(verb, "/api/v1/disruptions/D1", json={})
    assert problem(found, 405)
    assert "GET" in found.headers["allow"]
    assert client.get("/api/v1/disruptions/D1").json()["title"] == "Strike"


def test_records_are_listed_and_filtered(client: TestClient) -> None:
    client.post("/api/v1/disruptions", json=ENOUGH | {"end": "2021-03-10"})
    client.post("/api/v1/disruptions", json=ENOUGH | {"title": "Draft", "state": "draft"})
    client.post("/api/v1/disruptions", json=ENOUGH | {"title": "Flood", "start": "2020-01-01"})
    client.post("/api/v1/records/D3/verify", json={"who": "Ben"})

    def titles(**asked: str) -> list[str]:
        found = client.get("/api/v1/disruptions", params=asked).json()
        assert found["log_position"] == 4
        return [one["title"] for one in found["disruptions"]]

    assert titles() == ["Strike", "Draft", "Flood"]
    assert titles(state="draft") == ["Draft"]
    assert titles(state="verified") == ["Flood"]
    assert titles(state="resolved") == []
    assert titles(on="2021-03-10") == ["Strike"]
    assert titles(on="2021-03-11") == []
    assert titles(on="2020-01-01") == ["Flood"]
    assert titles(on="2020-01-01", state="draft") == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_position_is_the_one_that_was_assessed(
    client: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Somebody writes while a score is asked for: the answer says which of the two states it tells of."""
    assess = desk.assess

    def meanwhile(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(desk, "assess", assess)
        found = assess(*arguments, **named) if when == "after" else None
        assert client.post("/api/v1/disruptions", json=CHIPS).status_code == 201
        return found or assess(*arguments, **named)

    monkeypatch.setattr(desk, "assess", meanwhile)
    found = client.get("/api/v1/scores", params={"on": "2021-03-15", "level": "eu"}).json()
    named = {reason["id"] for reason in found["scores"][0]["reasons"]}
    assert ("D1" in named) == (found["log_position"] == 1)


# Writing.


def test_a_title_and_a_place_are_enough(client: TestClient) -> None:
    before, answer = date.today(), client.post("/api/v1/disruptions", json={"title": "Strike", "origin": "Germany"})
    assert answer.status_code == 201
    found = answer.json()
    assert found["origin"] == ["DE"]
    assert before.isoformat() <= found["start"] <= date.today().isoformat()
    assert found["missing"] == ["industries", "effect", "severity", "end", "sources"]
    assert client.get("/api/v1/disruptions/D1/history").json()[0]["who"] == "API"


def test_the_very_same_disruption_is_refused(client: TestClient) -> None:
    assert client.post("/api/v1/disruptions", json=CHIPS).status_code == 201
    found = problem(client.post("/api/v1/disruptions", json=CHIPS | {"who": "Ben"}), 422)
    assert found["faults"][0]["fault"] == "the very same disruption is already in the log"
    assert len(client.get("/api/v1/disruptions").json()["disruptions"]) == 1


def test_an_id_that_is_taken_is_refused(client: TestClient) -> None:
    assert client.post("/api/v1/disruptions", json=ENOUGH | {"id": "X1"}).json()["id"] == "X1"
    found = problem(client.post("/api/v1/disruptions", json=ENOUGH | {"id": "X1", "title": "Flood"}), 422)
    assert found["faults"][0]["field"] == "id"
    assert client.get("/api/v1/disruptions/X1").json()["title"] == "Strike"


@pytest.mark.parametrize(
    "name",
    [
        "日本",
        "ü",
        "a\r\nSet-Cookie: a=b",
        "a\nb",
        "a/b",
        "new",
        "..",
        ".",
        "?",
        "#x",
        "%2e",
        "a b",
        "\u202e",
        "a?b=c",
        "{{7*7}}",
        "<script>",
        "D1",
        "D99",
        "R 1",
    ],
)
def test_an_id_of_ones_own_is_refused_or_leads_to_its_record(client: TestClient, name: str) -> None:
    """The address in the answer, and the link in the list, must lead to the record."""
    answer = client.post("/api/v1/disruptions", json=ENOUGH | {"id": name})
    if answer.status_code == 422:
        assert "id" in {one["field"] for one in problem(answer, 422)["faults"]}
        assert client.get("/api/v1/disruptions").json()["disruptions"] == []
        return
    assert answer.status_code == 201
    address = answer.headers["location"]
    assert "\n" not in address
    assert "\r" not in address
    assert client.get(address).json().get("id") == name
    page = client.get(address.removeprefix("/api/v1"))
    assert page.status_code == 200
    assert "Strike" in page.text


@pytest.mark.parametrize("end", ["2021-03-20", "20.3.2021", None, ""])
def test_an_end_is_read_like_any_day(client: TestClient, end: str | None) -> None:
    client.post("/api/v1/disruptions", json=ENOUGH if end else ENOUGH | {"start": date.today().isoformat()})
    answer = client.post("/api/v1/disruptions/D1/resolve", json={} if end is None else {"end": end})
    if end == "":
        assert problem(answer, 422)["faults"][0]["field"] == "end"
    else:
        assert answer.status_code == 200
        assert answer.json()["end"] == ("2021-03-20" if end else date.today().isoformat())


@pytest.mark.parametrize("end", ["soon", "2021-02-28", "0001-01-01", "9999-12-31", 5, True, [], {"a": 1}, 1e300])
def test_a_bad_end_is_a_fault_in_words_and_writes_nothing(client: TestClient, end: Any) -> None:
    client.post("/api/v1/disruptions", json=ENOUGH)
    found = problem(client.post("/api/v1/disruptions/D1/resolve", json={"end": end}), 422)
    assert {one["field"] for one in found["faults"]} == {"end"}
    assert client.get("/api/v1/disruptions/D1").json()["state"] == "reported"


def nest(depth: int) -> str:
    return "[" * depth + "]" * depth


HOSTILE = {
    "nothing": "",
    "blank": "   ",
    "an array": "[]",
    "null": "null",
    "a number": "3",
    "a text": '"x"',
    "true": "true",
    "NaN": "NaN",
    "an array of records": '[{"title": "a", "origin": "DE"}]',
    "an empty object": "{}",
    "half an object": '{"title": "a"',
    "a trailing comma": '{"title": "a",}',
    "single quotes": "{'title': 'a'}",
    "two objects": '{"title": "a"}{"title": "b"}',
    "no UTF-8": b'{"title": "\xff\xfe"}',
    "UTF-16": '{"title": "a", "origin": "DE"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"title": "a", "origin": "DE"}',
    "a NUL": b'{"title": "a\x00", "origin": "DE"}',
    "an escaped NUL": '{"title": "a\\u0000b", "origin": "DE"}',
    "a title of NaN": '{"title": NaN, "origin": "DE"}',
    "severity NaN": '{"title": "a", "origin": "DE", "severity_likely": NaN}',
    "severity Infinity": '{"title": "a", "origin": "DE", "severity_likely": Infinity}',
    "severity -Infinity": '{"title": "a", "origin": "DE", "severity_low": -Infinity}',
    "severity 1e400": '{"title": "a", "origin": "DE", "severity_likely": 1e400}',
    "severity -0.0001": '{"title": "a", "origin": "DE", "severity_likely": -0.0001}',
    "severity of 300 digits": f'{{"title": "a", "origin": "DE", "severity_likely": {"9" * 300}}}',
    "severity of 4,200 digits": f'{{"title": "a", "origin": "DE", "severity_likely": {"9" * 4200}}}',
    "severity of 5,000 digits": f'{{"title": "a", "origin": "DE", "severity_likely": {"9" * 5000}}}',
    "a start of 4,200 digits": f'{{"title": "a", "origin": "DE", "start": {"9" * 4200}}}',
    "a title of 4,200 digits": f'{{"title": {"9" * 4200}, "origin": "DE"}}',
    "severity true": '{"title": "a", "origin": "DE", "severity_likely": true}',
    "start true": '{"title": "a", "origin": "DE", "start": true}',
    "title false": '{"title": false, "origin": "DE"}',
    "who a number": '{"title": "a", "origin": "DE", "who": 3}',
    "who null": '{"title": "a", "origin": "DE", "who": null}',
    "who too long": f'{{"title": "a", "origin": "DE", "who": "{"x" * 201}"}}',
    "who a surrogate": '{"title": "a", "origin": "DE", "who": "\\ud800"}',
    "an unknown field": '{"title": "a", "origin": "DE", "colour": "red"}',
    "a field without a name": '{"title": "a", "origin": "DE", "": "red"}',
    "a field named as a surrogate": '{"title": "a", "origin": "DE", "\\ud800": 1}',
    "fields of Python": '{"title": "a", "origin": "DE", "__class__": 1, "model_dump": 2, "self": 3}',
    "the missing of an answer": '{"title": "a", "origin": "DE", "missing": []}',
    "dates far away": '{"title": "a", "origin": "DE", "start": "0001-01-01", "end": "9999-12-31"}',
    "title of 1 MB": f'{{"title": "{"x" * 900_000}", "origin": "DE"}}',
    "100,000 places": json.dumps({"title": "a", "origin": ["DE"] * 100_000}),
    "300 places": json.dumps({"title": "a", "felt": [f"DE{number}" for number in range(100, 400)]}),
    **{f"nested {depth} deep": f'{{"title": {nest(depth)}, "origin": "DE"}}' for depth in (20, 300, 900, 980, 5000)},
    **{f"unknown, nested {depth} deep": f'{{"colour": {nest(depth)}}}' for depth in (20, 300, 900, 980, 100_000)},
    **{f"objects {depth} deep": '{"origin":' * depth + "1" + "}" * depth for depth in (300, 950, 5000)},
}
ACCEPTED = {"a byte order mark", "UTF-16", "100,000 places"}


def position(client: TestClient) -> int:
    return int(client.get("/api/v1/disruptions", params={"state": "draft"}).json()["log_position"])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_answered_in_words(busy: TestClient, name: str) -> None:
    before, answer = position(busy), send(busy, HOSTILE[name])
    if name in ACCEPTED and answer.status_code == 201:
        return
    assert answer.status_code in (400, 413, 422)
    problem(answer, answer.status_code)
    assert position(busy) == before, "nothing is written"


@pytest.mark.parametrize(("name", "character"), [("half an object", 13), ("a trailing comma", 14), ("two objects", 14)])
def test_broken_json_is_told_where_it_breaks(busy: TestClient, name: str, character: int) -> None:
    [found] = problem(send(busy, HOSTILE[name]), 400)["faults"]
    assert found["field"] == "body"
    assert found["fault"] == "is not JSON"
    assert found["mend"].startswith("look at character ")
    assert abs(int(found["mend"].rpartition(" ")[2]) - character) <= 1


@pytest.mark.parametrize("name", HOSTILE)
def test_each_answer_to_a_hostile_body_is_in_the_description(busy: TestClient, name: str) -> None:
    described = busy.get("/openapi.json").json()["paths"]["/api/v1/disruptions"]["post"]["responses"]
    assert str(send(busy, HOSTILE[name]).status_code) in described


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_end_is_answered_in_words(busy: TestClient, name: str) -> None:
    answer = send(busy, HOSTILE[name], "/api/v1/disruptions/D1/resolve")
    if answer.status_code != 200:
        assert answer.status_code in (400, 413, 422)
        problem(answer, answer.status_code)


@pytest.mark.parametrize("name", intake.FIELDS)
@pytest.mark.parametrize("value", ['"\\ud800"', '["\\ud800"]', '"a\\udfff"', '{"\\ud800": 1}'])
def test_a_lone_surrogate_is_a_fault_in_any_field(busy: TestClient, name: str, value: str) -> None:
    fields = {key: json.dumps(one) for key, one in ENOUGH.items()} | {name: value}
    answer = send(busy, "{" + ", ".join(f'"{key}": {one}' for key, one in fields.items()) + "}")
    found = problem(answer, 422)
    assert found["faults"]


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "",
        "nonsense",
    ],
)
@pytest.mark.parametrize("address", ["/api/v1/disruptions", "/api/v1/disruptions/D1/resolve"])
def test_another_content_type_is_refused(busy: TestClient, kind: str, address: str) -> None:
    problem(busy.post(address, content=json.dumps(ENOUGH), headers={"content-type": kind}), 415)


def test_two_megabytes_are_too_much(client: TestClient) -> None:
    found = problem(send(client, json.dumps(ENOUGH | {"description": "x" * 2_000_000})), 413)
    assert "1 MB" in found["detail"]


@pytest.mark.parametrize("name", ["origin", "industries", "ecosystems", "sources"])
def test_the_answer_to_many_faults_is_no_larger_than_the_question(busy: TestClient, name: str) -> None:
    """One megabyte of unknown words must not come back as sixty; the first of the faults will do."""
    words = [f"word{number}" for number in range(5_000)]
    answer = send(busy, json.dumps(ENOUGH | {name: words}))
    assert problem(answer, 422)["faults"]
    assert len(answer.content) < 100_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from((*intake.FIELDS, "who")) | st.text(max_size=4)


@settings(max_examples=100)
@examples(st.dictionaries(FIELDS, JSON, max_size=5), st.booleans())
def test_any_object_is_logged_or_refused_in_words(busy: TestClient, values: dict[str, Any], enough: bool) -> None:
    answer = send(busy, json.dumps((ENOUGH if enough else {}) | values))
    if answer.status_code == 201:
        assert busy.get(answer.headers["location"]).json() == answer.json()
    else:
        assert problem(answer, 422)["faults"]


@settings(max_examples=100)
@examples(
    st.sampled_from(["level", "on", "key", "state", "min_flow_meur"]),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
def test_any_question_is_answered(busy: TestClient, name: str, value: str) -> None:
    for address in ("scores", "disruptions", "chain"):
        answer = busy.get(f"/api/v1/{address}", params={name: value})
        if answer.status_code != 200:
            assert answer.status_code in (404, 422)
            problem(answer, answer.status_code)


# The chain.


@pytest.mark.parametrize("least", [1, 20, 99.5, 1e9])
def test_networkx_reads_the_chain(client: TestClient, desk: Desk, least: float) -> None:
    answer = client.get("/api/v1/chain", params={"min_flow_meur": least})
    assert answer.status_code == 200
    graph = nx.node_link_graph(strictly(answer), edges="links")
    expected = desk.chain.graph(least)
    assert graph.is_directed()
    assert set(graph) == set(expected) == set(desk.chain.keys)
    assert {edge: data["flow_meur"] for *edge, data in graph.edges(data=True) for edge in [tuple(edge)]} == {
        (a, b): data["flow_meur"] for a, b, data in expected.edges(data=True)
    }
    assert all(data["flow_meur"] >= least for _, _, data in graph.edges(data=True))
    assert graph.graph["min_flow_meur"] == least
    assert graph.graph["source"] == "INVENTED for examples and tests"
    assert graph.nodes["DE_C29"]["output_meur"] == 600


def test_the_shipped_chain_is_read_by_networkx_too(estimate_client: TestClient, estimate_desk: Desk) -> None:
    graph = nx.node_link_graph(strictly(estimate_client.get("/api/v1/chain")), edges="links")
    assert len(graph) == 1452
    assert graph.graph["min_flow_meur"] == 1000
    assert graph.graph["estimate"] is True
    flows = estimate_desk.chain.flows.tocoo()
    assert graph.number_of_edges() == int((flows.data >= 1000).sum()) > 1000
    assert all(math.isfinite(data["flow_meur"]) and data["flow_meur"] >= 1000 for *_, data in graph.edges(data=True))


def test_what_is_not_known_of_a_node_is_null(tmp_path: Path, app_of: Callable[..., Any]) -> None:
    (tmp_path / "nodes.csv").write_text("key,output_meur,value_added_meur\nDE_C26,100,90\nFR_C26,50,\n")
    (tmp_path / "flows.csv").write_text("supplier,buyer,flow_meur\nDE_C26,DE_C26,10\n")
    desk = Desk(Settings(database_url=f"sqlite:///{tmp_path}/log.sqlite", chain=tmp_path))
    with TestClient(app_of(desk), base_url="http://localhost") as client:
        graph = nx.node_link_graph(strictly(client.get("/api/v1/chain?min_flow_meur=1")), edges="links")
    desk.close()
    assert graph.nodes["FR_C26"]["value_added_meur"] is None
    assert graph.nodes["DE_C26"]["value_added_meur"] == 90


def test_a_chain_without_any_place_in_the_eu_is_answered_in_words(tmp_path: Path, app_of: Callable[..., Any]) -> None:
    """Scores are of the EU; a user's own chain may lie elsewhere, and should hear so."""
    (tmp_path / "nodes.csv").write_text("key,output_meur\nTW_C26,100\nUS_C26,50\n")
    (tmp_path / "flows.csv").write_text("supplier,buyer,flow_meur\nTW_C26,US_C26,10\n")
    desk = Desk(Settings(database_url=f"sqlite:///{tmp_path}/log.sqlite", chain=tmp_path))
    client = TestClient(app_of(desk), base_url="http://localhost")
    answers = {address: client.get(address).status_code for address in ("/", "/scores", "/graph", "/briefing")}
    desk.close()
    assert answers == dict.fromkeys(answers, 200)


def test_an_older_answer_can_be_asked_for_and_one_that_is_not_there_is_refused(client: Any) -> None:
    """Scores from an earlier position of the log; beyond its end there is nothing to recompute."""
    now = client.get("/api/v1/scores", params={"on": "2020-04-26"}).json()
    old = client.get("/api/v1/scores", params={"on": "2020-04-26", "log_position": 0}).json()
    assert old["log_position"] == 0
    assert {row["state"] for row in old["scores"]} == {100.0}
    again = client.get("/api/v1/scores", params={"on": "2020-04-26", "log_position": now["log_position"]}).json()
    assert again == now
    beyond = client.get("/api/v1/scores", params={"log_position": now["log_position"] + 1})
    assert beyond.status_code == 422
    assert f"the log ends at {now['log_position']}" in beyond.text
