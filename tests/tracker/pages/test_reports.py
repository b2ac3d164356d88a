"""The weekly reports as pages and files: listed, linked, kept by their tag, and readable on a phone."""

import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from graphs.errors import Fault, Faults
from reports.publish import MEDIA_TYPES
from tracker import briefings
from tracker.api import schema
from tracker.briefings import Busy, Kept


@pytest.fixture
def reported(client: TestClient) -> TestClient:
    typed = {"title": "Strike <b>", "origin": "DE", "start": "2021-03-02", "end": "2021-03-20", "who": "Ana"}
    assert client.post("/disruptions", data=typed, follow_redirects=False).status_code == 303
    return client


def test_weeks_are_listed_newest_first_with_their_files(reported: TestClient, read_page: Any) -> None:
    page = read_page(reported.get("/reports").text)
    found = [one.attributes.get("href", "") for one in page.find("a")]
    links = [one for one in found if one.startswith("/reports/")]
    assert links[0] == "/reports/2021-W11"
    assert "/reports/2021-W09.pdf" in links
    assert {reported.get(one).status_code for one in links[:5]} == {200}


def test_no_record_no_week(client: TestClient) -> None:
    assert "No disruption on record was in force" in client.get("/reports").text


def test_a_report_is_a_page_with_its_files(reported: TestClient, read_page: Any) -> None:
    answer = reported.get("/reports/2021-W09")
    assert answer.status_code == 200
    page = read_page(answer.text)
    assert "week 9 of 2021 (1–7 March 2021)" in page.text
    assert "Strike <b>" in page.text
    assert "/reports/2021-W09.xlsx" in [one.attributes["href"] for one in page.find("a")]
    assert "Position of the log" in page.text


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_a_report_is_a_file_known_by_its_tag(reported: TestClient, form: str) -> None:
    answer = reported.get(f"/reports/2021-W09.{form}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPES[form])
    assert answer.headers["content-disposition"] == f'inline; filename="2021-W09.{form}"'
    again = reported.get(f"/reports/2021-W09.{form}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    reported.post("/disruptions", data={"title": "Flood", "origin": "FR", "start": "2021-03-03", "who": "Ben"})
    changed = reported.get(f"/reports/2021-W09.{form}", headers={"if-none-match": answer.headers["etag"]})
    assert changed.status_code == 200
    assert reported.get(f"/reports/2021-W09.{form}?position=1").content == answer.content


def test_programs_get_the_report_in_parts_as_it_is_described(reported: TestClient) -> None:
    answer = reported.get("/api/v1/reports/2021-W09")
    found = answer.json()
    schema.ReportOut.model_validate(found, strict=True, extra="forbid")
    assert found["headline"].startswith("1 disruption in force on 7 March 2021")
    [table] = [one for one in found["parts"] if one.get("name") == "in_force"]
    assert table["rows"][0]["title"] == "Strike <b>"
    assert table["rows"][0]["start"] == "2021-03-02"
    again = reported.get("/api/v1/reports/2021-W09", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    older = reported.get("/api/v1/reports/2021-W09?log_position=0").json()
    assert older["headline"].startswith("No disruption on record is in force")
    assert reported.get("/api/v1/reports/2021-W54").status_code == 422


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/reports/2021-W54", 404), ("/reports/x", 404), ("/reports/2021-W09.doc", 404),
        ("/reports/2021-W09?position=99", 422), ("/reports/2021-W09?position=-1", 422),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(reported: TestClient, address: str, status: int) -> None:
    assert reported.get(address).status_code == status


@pytest.mark.parametrize("address", ["/reports/2021-W09", "/reports/2021-W09.pdf", "/api/v1/reports/2021-W09"])
def test_whoever_comes_while_many_wait_is_told_when_to_come_again(
    reported: TestClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Busy

    for name in ("week", "file"):
        monkeypatch.setattr(Kept, name, busy)
    answer = reported.get(address)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "5"
    assert "Many reports are being made" in answer.text


def test_a_reader_is_told_how_far_a_report_is(reported: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made, may_go = briefings.of_week, threading.Event()

    def slowly(desk: Any, last: Any, at: Any, tell: Any = None) -> Any:
        if tell is not None:
            tell(7, 14)
        assert may_go.wait(60)
        return made(desk, last, at)

    monkeypatch.setattr(briefings, "of_week", slowly)
    monkeypatch.setattr(briefings, "_PATIENCE_S", 0.2)
    for address in ("/reports/2021-W09", "/reports/2021-W09.pdf"):
        answer = reported.get(address, headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["refresh"]) == (202, "2")
        assert "7 of 14 disruptions looked at" in answer.text
    may_go.set()
    monkeypatch.setattr(briefings, "_PATIENCE_S", 60.0)
    assert reported.get("/reports/2021-W09").status_code == 200
    found = reported.get("/reports/2021-W09.pdf", headers={"accept": "text/html"})
    assert (found.status_code, found.headers["content-type"]) == (200, "application/pdf")


def test_who_does_not_come_back_takes_no_place(reported: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(briefings, "_PATIENCE_S", 0.0)
    weeks = [f"/reports/2021-W{number:02d}" for number in range(9, 17)]
    for address in weeks:
        while reported.get(address).status_code == 429:
            pass
    monkeypatch.setattr(briefings, "_PATIENCE_S", 60.0)
    assert {reported.get(address).status_code for address in weeks} == {200}


def test_what_goes_wrong_meanwhile_is_said_and_can_be_asked_anew(
    reported: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = briefings.of_week

    def broken(*_: Any) -> Any:
        raise Faults([Fault("", "week", "cannot be made", "ask for another one")])

    monkeypatch.setattr(briefings, "of_week", broken)
    assert reported.get("/reports/2021-W09").status_code == 422
    monkeypatch.setattr(briefings, "of_week", made)
    assert reported.get("/reports/2021-W09").status_code == 200
