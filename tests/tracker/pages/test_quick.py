"""Quick log: many lines become a table, the table becomes records, all or none, and nothing that was typed is lost."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from graphs.disruption import Disruption
from graphs.errors import Faults
from tracker import keeping
from tracker.desk import Desk
from tracker.forms import drafts
from tracker.keeping import Change, Refused
from tracker.permissions import Actor, local

Read = Callable[[str], Any]
LINES = "\n".join(
    [
        "08:41 Ana (Chips): no chips from Taiwan, plants down 40 % since 1 March 2021",
        "",
        "- Rail strike | FR | C26 | since 2021-03-01",
        "Low water on the Rhine",
    ]
)
HOSTILE = "<img src=x onerror=alert(1)>href </textarea><script>alert(1)</script>\" onclick='alert(2)' {{7*7}}"


def form(page: Any) -> dict[str, Any]:
    """What a browser would send of the table and what stands around it."""
    [own] = page.find("form", id="entry")
    found: dict[str, Any] = {}
    for one in page.elements:
        name = one.attributes.get("name", "")
        if own not in one.inside or not name or one.tag == "button":
            continue
        if one.tag == "input" and one.attributes.get("type") in ("checkbox", "radio"):
            if "checked" in one.attributes:
                found[name] = one.attributes["value"]
        elif one.tag == "select":
            options = [option for option in page.find("option") if one in option.inside]
            found[name] = next((option.text for option in options if "selected" in option.attributes), "")
        else:
            found[name] = one.text if one.tag == "textarea" else one.attributes.get("value", "")
    return {name: "" if value == "not known" else value for name, value in found.items()}


@pytest.fixture
def sheet(client: TestClient, read_page: Read) -> Callable[..., Any]:
    """The table that lines are read into."""

    def read(lines: str = LINES, **typed: str) -> Any:
        answer = client.post("/disruptions/quick/read", data={"text": lines, "draft": drafts.new_draft()} | typed)
        assert answer.status_code == 200
        return read_page(answer.text)

    return read


def rows(page: Any) -> list[str]:
    return [one.attributes["name"].partition(".")[2] for one in page.find("input", type="checkbox")]


def test_lines_are_read_into_rows_with_what_they_say(sheet: Callable[..., Any]) -> None:
    page = sheet()
    typed = form(page)
    assert rows(page) == ["1", "3", "4"]
    first = {name.partition(".")[0]: text for name, text in typed.items() if name.endswith(".1")}
    assert first["title"] == "no chips from Taiwan, plants down 40 % since 1 March 2021"
    assert (first["origin"], first["severity_likely"], first["start"]) == ("TW", "40 %", "2021-03-01")
    assert first["note"] == "said by Ana (Chips)"
    assert first["take"] == "yes"
    assert "Where: Taiwan (TW) — 'Taiwan' is Taiwan (TW)" in page.text
    assert "Typed: 08:41 Ana (Chips): no chips" in page.text
    assert typed["origin.3"] == "FR"
    assert typed["text"] == ""


def test_the_table_is_saved_together_and_as_it_was_corrected(
    client: TestClient, desk: Desk, sheet: Callable[..., Any], read_page: Read
) -> None:
    typed = form(sheet()) | {"title.4": "Low water on the Rhine at Kaub", "origin.4": "DE; NL", "who": "Ana"}
    answer = client.post("/disruptions/quick", data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/disruptions/quick?saved=D1,D2,D3")
    assert [one.title for one in desk.disruptions()][1:] == ["Rail strike", "Low water on the Rhine at Kaub"]
    assert desk.disruptions()[2].origin == ("DE", "NL")
    assert {one.state for one in desk.disruptions()} == {"reported"}
    page = read_page(client.get(answer.headers["location"]).text)
    assert "3 saved together." in page.text
    assert [one.attributes["href"] for one in page.find("a", inside="done")] == [
        f"/disruptions/D{n}" for n in (1, 2, 3)
    ]
    assert client.get("/api/v1/disruptions/D1/history").json()[0]["who"] == "Ana"


def test_all_can_be_saved_as_drafts(client: TestClient, desk: Desk, sheet: Callable[..., Any]) -> None:
    assert client.post("/disruptions/quick", data=form(sheet()) | {"state": "draft"}).status_code == 303
    assert {one.state for one in desk.disruptions()} == {"draft"}


def test_with_faults_nothing_is_written_and_everything_stands(
    client: TestClient, desk: Desk, sheet: Callable[..., Any], read_page: Read
) -> None:
    typed = form(sheet()) | {"origin.1": "Narnia", "severity_likely.3": "140 %", "title.4": HOSTILE, "text": "one more"}
    del typed["take.4"]
    answer = client.post("/disruptions/quick", data=typed)
    assert answer.status_code == 422
    assert desk.position == 0
    page = read_page(answer.text)
    assert form(page) == typed, "nothing that was typed is lost"
    assert [one.partition(":")[0] for one in page.faults] == ["line 1, Where", "line 3, Lost"]
    marked = {one.attributes["id"] for one in page.elements if one.attributes.get("aria-invalid") == "true"}
    assert marked == {"origin.1", "severity_likely.3"}
    for name in marked:
        assert [one.attributes["href"] for one in page.find("a", inside="faults") if name in one.attributes["href"]]
        [cell] = [one for one in page.elements if one.attributes.get("id") == name]
        assert page.find("p", id=cell.attributes["aria-describedby"])
    assert len(page.ids) == len(set(page.ids))
    assert page.find("script", src="/static/entry.js") == page.find("script")
    mended = typed | {"origin.1": "Taiwan", "severity_likely.3": "14 %"}
    assert client.post("/disruptions/quick", data=mended).status_code == 303
    assert len(desk.disruptions()) == 2


def test_a_line_that_lacks_something_is_marked_before_it_is_saved(sheet: Callable[..., Any]) -> None:
    page = sheet("Something odd happened\nGas price spike | Narnia | 140 %")
    marked = {one.attributes["id"] for one in page.elements if one.attributes.get("aria-invalid") == "true"}
    assert marked == {"origin.1", "origin.2", "severity_likely.2"}
    assert page.faults == [], "nothing was to be saved yet"
    assert "the part 'Narnia' cannot be read" in page.text


def test_what_is_left_out_is_kept_with_its_corrections(
    client: TestClient, desk: Desk, sheet: Callable[..., Any], read_page: Read
) -> None:
    typed = form(sheet()) | {"title.4": "Low water at Kaub", "text": "not read yet"}
    del typed["take.4"]
    answer = client.post("/disruptions/quick", data=typed)
    assert len(desk.disruptions()) == 2
    page = read_page(client.get(answer.headers["location"]).text)
    left = form(page)
    assert rows(page) == ["4"]
    assert (left["title.4"], left["text"], left["draft"]) == ("Low water at Kaub", "not read yet", typed["draft"])
    assert "1 left out" in page.text
    client.post("/disruptions/quick", data=left | {"take.4": "yes", "text": ""})
    assert len(desk.disruptions()) == 3
    assert drafts.listed(desk.engine, "", "quick") == []


def test_what_is_likely_on_record_is_not_ticked_by_itself(
    client: TestClient, desk: Desk, sheet: Callable[..., Any]
) -> None:
    client.post("/disruptions", data={"title": "Rail strike", "origin": "FR", "start": "2021-03-02"})
    page = sheet("Rail strike | FR | since 2021-03-01\nRail strike | IT | since 2021-03-01")
    typed = form(page)
    assert ("take.1" in typed, "take.2" in typed) == (False, True)
    assert "Left out, as it is likely the same as D1: Rail strike" in page.text
    assert client.post("/disruptions/quick", data=typed | {"take.1": "yes"}).status_code == 303, "ticked, it is saved"
    assert len(desk.disruptions()) == 3


def test_two_lines_that_say_the_same_are_noticed(sheet: Callable[..., Any]) -> None:
    page = sheet("Rail strike | FR | since 2021-03-01\nFlood | IT\nRail strike in France | since 2021-03-02")
    assert "take.3" not in form(page)
    assert "likely the same as line 1 above" in page.text


def test_sent_twice_it_is_saved_once(
    client: TestClient, desk: Desk, sheet: Callable[..., Any], read_page: Read
) -> None:
    typed = form(sheet())
    assert client.post("/disruptions/quick", data=typed).status_code == 303
    answer = client.post("/disruptions/quick", data=typed)
    assert answer.status_code == 422
    assert len(desk.disruptions()) == 3
    assert [one.partition(";")[0] for one in read_page(answer.text).faults] == [
        f"line {n}, What happened: the very same disruption is already in the log" for n in (1, 3, 4)
    ]


def test_more_lines_are_added_below_what_was_corrected(
    client: TestClient, sheet: Callable[..., Any], read_page: Read
) -> None:
    typed = form(sheet()) | {"title.1": "Corrected", "text": "Flood in Italy"}
    del typed["take.3"]
    page = read_page(client.post("/disruptions/quick/read", data=typed).text)
    again = form(page)
    assert rows(page) == ["1", "3", "4", "5"]
    assert (again["title.1"], again["title.5"]) == ("Corrected", "Flood in Italy")
    assert ("take.1" in again, "take.3" in again, "take.5" in again) == (True, False, True)


@pytest.mark.parametrize("typed", [{}, {"title.1": "Strike", "origin.1": "DE"}, {"take.1": "yes"}, {"colour.1": "red"}])
def test_without_a_line_nothing_is_saved(
    client: TestClient, desk: Desk, read_page: Read, typed: dict[str, str]
) -> None:
    answer = client.post("/disruptions/quick", data=typed | {"who": "Ana"})
    assert answer.status_code == 422
    assert read_page(answer.text).faults == ["no line is ticked; tick the lines to save."]
    assert desk.position == 0


def test_too_many_lines_are_told_and_stay(client: TestClient, read_page: Read) -> None:
    answer = client.post("/disruptions/quick/read", data={"text": "Strike in France\n" * 501})
    assert answer.status_code == 422
    page = read_page(answer.text)
    assert "has 501 lines; paste at most 500 at a time" in page.text
    assert page.find("textarea", id="text")[0].text.count("Strike") == 501


def test_a_sheet_of_all_lines_is_read_and_saved(client: TestClient, desk: Desk, read_page: Read) -> None:
    """More fields than most forms hold: 500 lines of some ten cells."""
    lines = "\n".join(
        f"Strike {n} of the railways at place {n * 7919} | FR | C26 | 10 % | since 2021-03-01" for n in range(500)
    )
    page = read_page(client.post("/disruptions/quick/read", data={"text": lines}).text)
    typed = form(page)
    typed |= {f"take.{number}": "yes" for number in range(1, 501)}
    answer = client.post("/disruptions/quick", data=typed)
    assert answer.status_code == 303
    assert len(desk.disruptions()) == 500


def test_a_sheet_is_kept_and_opened_again(
    client: TestClient, desk: Desk, sheet: Callable[..., Any], read_page: Read
) -> None:
    typed = form(sheet()) | {"title.1": HOSTILE, "text": HOSTILE}
    assert client.post("/disruptions/quick/keep?part=1", data=typed).status_code == 204
    page = read_page(client.get("/disruptions/quick").text)
    [link] = page.find("a", inside="kept-forms")
    page = read_page(client.get(link.attributes["href"]).text)
    assert form(page) == typed
    assert client.post("/disruptions/quick/forget", data={"draft": typed["draft"]}).status_code == 303
    assert drafts.listed(desk.engine, "", "quick") == []
    assert desk.position == 0


@pytest.mark.parametrize("saved", ["D1,D2", "<script>", "," * 500, "\x00"])
def test_what_was_not_saved_is_not_shown_as_saved(client: TestClient, saved: str) -> None:
    answer = client.get("/disruptions/quick", params={"saved": saved})
    assert answer.status_code == 200
    assert not re.search(r"\d saved together", answer.text)


# The verb


def two() -> dict[str, Disruption]:
    return {f"line {n}": Disruption(title, ("DE",), date(2021, 3, 1)) for n, title in ((1, "Strike"), (2, "Flood"))}


def test_it_takes_the_permission_to_log_many(desk: Desk, at: datetime) -> None:
    with pytest.raises(Refused):
        desk.write(keeping.log_together, two(), Change(Actor("Vera", "U1", {"N1": "viewer"}), at))
    assert desk.position == 0


def test_the_same_words_twice_are_a_fault_of_the_second_line(desk: Desk, at: datetime) -> None:
    records = two() | {"line 7": two()["line 1"]}
    with pytest.raises(Faults, match="line 7, title: the very same disruption stands in line 1"):
        desk.write(keeping.log_together, records, Change(local("Ana"), at))
    assert desk.position == 0


def test_states_of_a_review_take_more_than_a_quick_log(desk: Desk, at: datetime) -> None:
    verified = {"line 1": Disruption("Strike", ("DE",), date(2021, 3, 1), state="verified")}
    with pytest.raises(Faults, match="a new record is not verified"):
        desk.write(keeping.log_together, verified, Change(Actor("Ana", "U1", {"N1": "expert"}), at))
    assert desk.position == 0


def test_lines_that_were_not_read_yet_are_read_when_they_are_saved(client: TestClient, desk: Desk) -> None:
    answer = client.post("/disruptions/quick", data={"text": "Strike | DE | 40 %", "who": "Ana"})
    assert answer.status_code == 200
    assert 'name="title.1"' in answer.text
    assert desk.position == 0
