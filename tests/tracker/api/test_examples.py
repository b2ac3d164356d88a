"""The examples in the description of the API run as they stand there."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tracker.desk import Desk


@pytest.fixture(scope="module")
def program(
    tmp_path_factory: pytest.TempPathFactory,
    toy_desk: Callable[..., Desk],
    app_of: Callable[..., FastAPI],
) -> Iterator[TestClient]:
    """A program at a desk with the embedded record."""
    desk = toy_desk(tmp_path_factory.mktemp("examples"))
    assert desk.seed(datetime.fromisoformat("2021-03-01T08:30:00+00:00")) == 80
    yield TestClient(app_of(desk), base_url="http://localhost")
    desk.close()


def test_examples_run(program: TestClient) -> None:
    """Every operation that reads, with the examples of all its parameters at once."""
    paths, ran = program.get("/openapi.json").json()["paths"], 0
    for address, verbs in paths.items():
        asked = {one["name"]: example(one) for one in verbs.get("get", {}).get("parameters", []) if example(one)}
        names = re.findall(r"\{(\w+)\}", address)
        if "get" in verbs and not {"job", "hook_id"} & set(names):  # these are of those alone who made them
            whole = address.format(**{name: asked.pop(name) for name in names})
            answer = program.get(whole, params=asked)
            assert answer.status_code in (200, 202), (whole, asked, answer.text[:300])
            ran += len(asked)
    assert ran >= 15


def test_the_example_of_what_would_be_runs(program: TestClient) -> None:
    shape = program.get("/openapi.json").json()["components"]["schemas"]["WhatIfIn"]
    for one in shape["properties"]["disruptions"]["examples"]:
        answer = program.post("/api/v1/what-if", json={"disruptions": one})
        assert answer.status_code in (200, 202), answer.text
        assert answer.status_code == 202 or answer.json()["eu"]["added_loss_meur"] > 0


def example(parameter: dict[str, Any]) -> Any:
    """The first example of a parameter; nothing if it has none."""
    found = parameter.get("schema", {}).get("examples") or parameter.get("examples") or [parameter.get("example")]
    return found[0]
