"""One disruption walks through the whole house, in a real browser against a real server: no mock anywhere."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tracker import log
from tracker.app import create_app
from tracker.desk import Desk
from tracker.settings import Settings


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(Settings(database_url=f"sqlite:///{folder}/log.sqlite", out=folder / "out"))
    desk.seed(datetime.now(UTC))
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def address(desk: Desk, serve: Callable[..., Any]) -> Iterator[str]:
    with serve(create_app(desk)) as address:
        yield address


def scores(address: str, on: str) -> dict[str, dict[str, Any]]:
    with urllib.request.urlopen(f"{address}/api/v1/scores?level=ecosystem&on={on}") as answer:
        return {row["key"]: row for row in json.load(answer)["scores"]}


def test_a_disruption_walks_through_the_house(desk: Desk, address: str, chromium: Any, tmp_path: Path) -> None:
    context = chromium.new_context(offline=False)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    before = scores(address, "2021-03-15")

    # An expert types it into the form, first with two faults.
    page.goto(f"{address}/")
    page.get_by_role("link", name="Log a disruption").first.click()
    page.get_by_label("What happened?").fill("No chips from Taiwan <img src=x onerror=alert(1)>href")
    page.get_by_label("Where?").fill("Taiwann")
    page.get_by_label("Which industries?").fill("C26")
    page.get_by_label("Supply").check()
    page.get_by_label("Lost, likely").fill("140 %")
    page.get_by_label("First day").fill("2021-03-01")
    page.get_by_label("Last day").fill("2021-04-25")
    page.get_by_label("Your name").fill("Ana, electronics cluster")
    page.get_by_role("button", name="Save", exact=True).click()
    said = page.get_by_role("alert").inner_text()
    assert "'Taiwann' is no known country" in said
    assert "'140 %' is outside 0–100 %" in said
    assert page.get_by_label("What happened?").input_value().startswith("No chips from Taiwan <img")

    page.get_by_label("Where?").fill("Taiwan")
    page.get_by_label("Lost, likely").fill("40 %")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/disruptions/D81")
    assert page.get_by_role("heading", level=1).inner_text() == "No chips from Taiwan <img src=x onerror=alert(1)>href"
    assert "Electronics" in page.get_by_role("table").first.inner_text()

    # It is in the log, sealed.
    record = log.disruption(desk.engine, "D81")
    assert record.origin == ("TW",)
    assert record.severity_likely == 0.4
    assert log.verify(desk.engine) == []

    # The scores know it at once, and say why.
    after = scores(address, "2021-03-15")
    assert after["Electronics"]["score"] < before["Electronics"]["score"]
    why = [reason for reason in after["Electronics"]["reasons"] if reason["id"] == "D81"]
    assert why
    assert why[0]["points"] > 0

    # The graph page marks it; the very file that is served opens offline without a request.
    with urllib.request.urlopen(f"{address}/graph?on=2021-03-15") as answer:
        (tmp_path / "graph.html").write_bytes(answer.read())
    offline = chromium.new_context(offline=True).new_page()
    requests: list[str] = []
    offline.on("request", lambda request: requests.append(request.url))
    offline.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    offline.on("dialog", lambda dialog: complaints.append(dialog.message))
    offline.goto(f"file://{tmp_path}/graph.html#TW_C26")
    offline.wait_for_function("() => window.__ready === true")
    assert "No chips from Taiwan <img" in offline.locator("body").inner_text()
    assert [url for url in requests if not url.startswith(("file://", "data:"))] == []
    page.goto(f"{address}/graph?on=2021-03-15#TW_C26")
    page.wait_for_function("() => window.__ready === true")

    # The briefing tells of it.
    page.goto(f"{address}/briefing?on=2021-03-15")
    assert "No chips from Taiwan <img src=x onerror=alert(1)>href" in page.locator("body").inner_text()

    # Resolved, it is gone from later dates, and its history is complete.
    page.goto(f"{address}/disruptions/D81")
    page.locator("summary", has_text="resolve").click()
    page.get_by_label("Last day").fill("2021-03-10")
    page.get_by_role("button", name="Resolve").click()
    page.wait_for_selector("main >> text=resolve by")
    restored = scores(address, "2021-03-15")
    assert {key: row["score"] for key, row in restored.items()} == {key: row["score"] for key, row in before.items()}
    assert [entry.action for entry in log.history(desk.engine, "D81")] == ["log", "resolve"]
    # The browser itself notes that the form was first answered with 422.
    assert [one for one in complaints if "status of 422" not in one] == []
