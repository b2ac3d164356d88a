"""The page of hooks: made, seen and deleted by a form; the secret stands there once; what went wrong is said."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from tracker.database import writing
from tracker.desk import Desk
from tracker.hooks import register
from tracker.hooks.tables import deliveries, hooks

HOSTILE = "http://127.0.0.1:9/<script>alert(1)</script>\"'"


@pytest.fixture
def own_desk(tmp_path: Path, toy_desk: Callable[..., Desk]) -> Iterator[Desk]:
    """A desk that may tell this machine."""
    desk = toy_desk(tmp_path, hooks_to="127.0.0.1")
    yield desk
    desk.close()


def test_a_hook_is_made_shown_and_deleted(
    own_desk: Desk, app_of: Callable[..., Any], read_page: Callable[[str], Any], given: dict[str, Any]
) -> None:
    browser = TestClient(app_of(own_desk), base_url="http://localhost", follow_redirects=False)
    assert "Nobody yet." in read_page(browser.get("/account/hooks").text).text
    bad = browser.post("/account/hooks", data={"url": "https://10.0.0.1/"})
    assert bad.status_code == 422
    assert "not on the public web" in read_page(bad.text).faults[0]
    assert read_page(bad.text).find("input", id="url")[0].attributes["value"] == "https://10.0.0.1/"
    made = read_page(browser.post("/account/hooks", data={"url": HOSTILE}).text)
    [one] = register.listed(own_desk.engine)
    [secret] = [pre.text for pre in made.find("pre")]
    with own_desk.engine.connect() as connection:
        assert connection.scalar(sa.select(hooks.c.secret)) == secret
    browser.post("/api/v1/disruptions", json=given)
    row = {"hook_id": one.id, "entry": 1, "at": "2021-03-01T08:30:00.000+00:00", "took_ms": 3}
    with writing(own_desk.engine) as connection:
        tried = [
            row | {"attempt": 1, "status": None, "fault": "nobody listens there"},
            row | {"attempt": 2, "status": 500, "fault": "refused"},
        ]
        connection.execute(sa.insert(deliveries), tried)
        connection.execute(hooks.update().values(failures=2, next_at="2021-03-01T08:30:04.000+00:00"))
    answer = browser.get("/account/hooks")
    page = read_page(answer.text)
    assert answer.headers["cache-control"] == "no-store"
    assert HOSTILE in page.text
    assert not page.find("script")
    assert secret not in answer.text, "shown once"
    for said in (
        "does not arrive",
        "1 change waiting after 2 attempts; the next is at 2021-03-01 08:30:04 UTC",
        "change 1 did not arrive: refused (status 500), 2021-03-01 08:30:00 UTC",
        "did not arrive: nobody listens there",
    ):
        assert said in page.text, said
    [form] = [one for one in page.find("form") if one.attributes["action"].endswith("/delete")]
    assert browser.post(form.attributes["action"]).status_code == 303
    assert register.listed(own_desk.engine) == []
    assert browser.post(form.attributes["action"]).status_code == 404
    assert "/account/hooks" in {one.attributes["href"] for one in read_page(browser.get("/docs").text).find("a")}
