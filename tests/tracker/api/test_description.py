"""The description of the API: each field has its meaning, each answer stands in it, whatever is asked."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphs.record import Record
from tracker import api
from tracker.api import schema
from tracker.desk import Desk
from tracker.gate.door import every_route
from tracker.kinds import KINDS

STORES_NOTHING = "/api/v1/what-if"
"""May be sent again without a key."""
STRIKE = {"title": "Strike", "origin": "DE", "start": "2021-03-01"}


@pytest.fixture(scope="module")
def program(
    tmp_path_factory: pytest.TempPathFactory, toy_desk: Callable[..., Desk], app_of: Callable[..., Any]
) -> Iterator[TestClient]:
    desk = toy_desk(tmp_path_factory.mktemp("busy"))
    client = TestClient(app_of(desk), base_url="http://localhost")
    for title in ("Strike", "Flood"):
        client.post("/api/v1/disruptions", json=STRIKE | {"title": title})
    client.post("/api/v1/clusters", json={"name": "Chips of Silesia"})
    yield client
    desk.close()


@pytest.fixture(scope="module")
def spec(program: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = program.get("/openapi.json").json()
    return found


def test_every_field_is_described(spec: dict[str, Any]) -> None:
    bare = [
        f"{name}.{field}"
        for name, shape in spec["components"]["schemas"].items()
        for field, one in shape.get("properties", {}).items()
        if not one.get("description") and "$ref" not in one and not name.startswith(("HTTPValidation", "Validation"))
    ]
    assert bare == []


@pytest.mark.parametrize("word", KINDS)
def test_shapes_are_those_of_the_records(word: str) -> None:
    """What a field means, its unit and its range come from the record and the table of fields."""
    cls: type[Record] = KINDS[word].cls
    names = [field.name for field in cls.fields()]
    taken, given_out = schema.RECORDS_IN[word].model_fields, schema.RECORDS_OUT[word].model_fields
    assert list(taken) == [*names, "who", "why"]
    assert list(given_out)[: len(names)] == names
    needed = {field.name for field in cls.fields() if field.content.needed}
    assert set(schema.RECORDS_IN[word].model_json_schema()["required"]) == needed - {"start"}


def test_units_and_ranges_stand_in_the_description(spec: dict[str, Any]) -> None:
    shapes = spec["components"]["schemas"]
    assert shapes["DisruptionOut"]["properties"]["severity_likely"]["anyOf"][0] == {
        "type": "number",
        "minimum": 0.0,
        "maximum": 1.0,
    }
    assert "(share, 0–1)" in shapes["DisruptionIn"]["properties"]["severity_likely"]["description"]
    assert "1990-01-01" in shapes["DisruptionIn"]["properties"]["start"]["description"]
    assert "full-time equivalents" in shapes["ClusterOut"]["properties"]["full_time_staff"]["description"]
    assert shapes["PracticeOut"]["properties"]["state"]["enum"][0] == "draft"


def test_a_route_that_writes_says_all_that_may_go_wrong(spec: dict[str, Any]) -> None:
    for address, verbs in spec["paths"].items():
        for verb, one in verbs.items():
            said = set(one["responses"])
            assert {"401", "403", "405", "421", "422", "429", "503"} <= said, address
            for status, header in (("405", "Allow"), ("429", "Retry-After"), ("503", "Retry-After")):
                assert one["responses"][status]["headers"][header]["required"], address
            assert {kind for status in said if status >= "400" for kind in one["responses"][status]["content"]} == {
                "application/problem+json"
            }, address
            by_name = "_id}" in address or "{job}" in address or address.endswith(("/scores", "/series", "/paths"))
            assert ("404" in said) == by_name, address
            if verb != "get":
                assert {"400", "413", "415"} <= said, address
            assert ("428" in said) == (verb == "put"), address
            headers = {name["name"] for name in one.get("parameters", []) if name["in"] == "header"}
            needed = {name["name"] for name in one.get("parameters", []) if name["in"] == "header" and name["required"]}
            assert needed == ({"If-Match"} if verb == "put" else set()), address
            assert ("412" in said) == ("If-Match" in headers), address
            assert ("Idempotency-Key" in headers) == (verb == "post" and address != STORES_NOTHING), address
            assert ("304" in said) == ("If-None-Match" in headers), address


def test_every_route_of_the_rooms_is_in_it(spec: dict[str, Any]) -> None:
    described = {(verb.upper(), address) for address, verbs in spec["paths"].items() for verb in verbs}
    assert set(operations()) == described


def test_answers_fit_their_shapes(program: TestClient) -> None:
    listed = program.get("/api/v1/records").json()
    schema.RecordsOut.model_validate(listed, strict=True)
    schema.DisruptionsOut.model_validate(program.get("/api/v1/disruptions").json(), strict=True, extra="forbid")
    schema.ChangesOut.model_validate(program.get("/api/v1/changes").json(), strict=True, extra="forbid")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NAMES = ["D1", "D2", "C3", "M4", "D99", "%00", "x" * 41]
VALUES = st.one_of(
    st.sampled_from(["D1", "D2", "C3", "M4", "2021-03-01", "DE", "Electronics", "verified", "draft", "40 %", ""]),
    st.text(max_size=10),
    st.integers().map(str),
)
ETAGS = st.sampled_from(['"1"', '"2"', "*", "x", '"99"', 'W/"1"'])
CSV = st.lists(st.lists(VALUES, max_size=4).map(",".join), max_size=4).map("\n".join)


def operations() -> list[tuple[str, str]]:
    routes = [route for room in api.ROOMS for route in every_route(room.router.routes)]
    return [(verb, route.path) for route in routes for verb in sorted(route.methods)]


@pytest.mark.parametrize(("verb", "path"), operations(), ids=map(" ".join, operations()))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_asked_the_answer_is_described(
    program: TestClient, spec: dict[str, Any], verb: str, path: str, data: st.DataObject
) -> None:
    """No fault of the server, no status that the description lacks, errors as problem+json."""
    operation = spec["paths"][path][verb.lower()]
    fields = [
        "who",
        "why",
        "end",
        "id",
        "version",
        "text",
        "about",
        "disruptions",
        "on",
        "level",
        *list(schema.RECORDS_IN["disruption"].model_fields),
    ]
    for kind in KINDS.values():
        if path.endswith(kind.plural):
            fields = list(schema.RECORDS_IN[kind.word].model_fields)
    asked = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
    query = data.draw(st.dictionaries(st.sampled_from(asked), VALUES, max_size=3)) if asked else {}
    headers = {}
    for name, values in (("If-Match", ETAGS), ("If-None-Match", ETAGS), ("Idempotency-Key", st.sampled_from("abc ü"))):
        if data.draw(st.booleans()):
            headers[name] = data.draw(values).encode()
    address = re.sub(r"\{\w+_id\}|\{job\}", data.draw(st.sampled_from(NAMES)), path)
    content: bytes | None = None
    if verb != "GET":
        headers["Content-Type"] = b"text/csv" if path.endswith("imports") else b"application/json"
        start = data.draw(
            st.sampled_from([{}, STRIKE, {"name": "Chips"}, {"text": "Yes", "quote": "Yes"}, {"disruptions": [STRIKE]}])
        )
        body = start | data.draw(st.dictionaries(st.sampled_from(fields), JSON | VALUES, max_size=3))
        content = data.draw(CSV).encode("utf-8", "replace") if path.endswith("imports") else json.dumps(body).encode()
    answer = program.request(verb, address, params=query, headers=headers, content=content)
    assert str(answer.status_code) in operation["responses"], (answer.status_code, answer.text[:300])
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        schema.Problem.model_validate(answer.json(), strict=True, extra="forbid")
