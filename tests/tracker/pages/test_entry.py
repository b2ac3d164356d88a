"""Entry: the form by its buttons alone, as it works without a script."""

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from graphs.assessment import assess
from graphs.disruption import Disruption
from tracker.desk import Desk
from tracker.forms import drafts
from tracker.gate.guard import POLICY, WITH_SCRIPT

Read = Callable[[str], Any]
WORDS = {"title": "No chips from Taiwan, 40 % lost since 1 March 2021", "start": date.today().isoformat()}
STRIKE = {"title": "Strike", "origin": "DE", "start": "2021-03-01", "effect": "supply", "severity_likely": "40 %"}
HOSTILE = "</textarea><script>alert(1)</script>\" onclick='alert(2)' {{7*7}}"


def suggested(page: Any) -> dict[str, str]:
    return {
        one.attributes["value"]: one.text
        for one in page.find("button", name="take")
        if one.attributes["value"] != "likely"
    }


def value(page: Any, name: str) -> str:
    return str(page.find("input", name=name)[0].attributes["value"])


def draft_of(page: Any) -> str:
    return value(page, "draft") if not page.find("a", inside="kept-forms") else drafts_in(page)[-1]


def drafts_in(page: Any) -> list[str]:
    return [one.attributes["value"] for one in page.find("input", name="draft")]


# Suggestions


def test_check_shows_suggestions_with_their_reasons_and_writes_none(client: TestClient, read_page: Read) -> None:
    page = read_page(client.post("/disruptions/new/hints", data=WORDS).text)
    found = suggested(page)
    assert {"origin=TW", "industries=C26", "severity_likely=40 %", "start=2021-03-01"} <= found.keys()
    assert found["origin=TW"] == "Take Where: Taiwan (TW)"
    assert "'Taiwan' is Taiwan (TW)" in page.text
    assert value(page, "origin") == ""
    assert value(page, "start") == WORDS["start"]
    assert [one.partition(":")[0] for one in page.faults] == ["origin"], "and what the form still lacks"


def test_a_suggestion_is_taken_by_its_button(client: TestClient, read_page: Read) -> None:
    page = read_page(client.post("/disruptions/new/hints", data=WORDS | {"take": "origin=TW"}).text)
    assert value(page, "origin") == "TW"
    assert "origin=TW" not in suggested(page)
    assert "industries=C26" in suggested(page)
    assert value(page, "industries") == ""
    assert page.faults == [], "it was not asked whether all is there"


def test_the_likely_ones_are_taken_together_and_can_be_saved(client: TestClient, read_page: Read) -> None:
    page = read_page(client.post("/disruptions/new/hints", data=WORDS | {"take": "likely"}).text)
    assert (value(page, "origin"), value(page, "severity_likely"), value(page, "start")) == ("TW", "40 %", "2021-03-01")
    ticked = [one.attributes["value"] for one in page.find("input", name="ecosystems") if "checked" in one.attributes]
    assert ticked == ["Electronics"]
    assert all("perhaps" in " ".join(one.text for one in page.find("li", inside="hints")) for _ in suggested(page))
    assert client.get("/api/v1/disruptions").json()["disruptions"] == [], "nothing is saved by looking"


@pytest.mark.parametrize("take", ["origin=XX", "id=D1", "state=verified", "=", "note=x", HOSTILE])
def test_only_what_is_suggested_can_be_taken(client: TestClient, read_page: Read, take: str) -> None:
    page = read_page(client.post("/disruptions/new/hints", data=WORDS | {"take": take}).text)
    assert value(page, "origin") == ""
    assert not page.find("script", src=None)
    assert len(page.find("script")) == 1


def test_likely_duplicates_are_shown_with_reasons_and_links(client: TestClient, read_page: Read) -> None:
    client.post("/disruptions", data=STRIKE | {"title": "Chip shortage stops car plants", "origin": "TW"})
    typed = {"title": "Lack of semiconductors halts lines of car makers", "origin": "Taiwan", "start": "2021-03-04"}
    page = read_page(client.post("/disruptions/new/hints?part=1", data=typed).text)
    assert [one.attributes["href"] for one in page.find("a", inside="alike")] == ["/disruptions/D1"]
    said = " ".join(one.text for one in page.find("li", inside="alike"))
    assert "Likely the same" in said
    assert "same place: Taiwan; starts 3 days apart" in said
    [first] = list(page.find("p", role="status"))
    assert "likely on record already" in first.text
    assert not read_page(client.post("/disruptions/new/hints?part=1", data=typed | {"title": "Bakers"}).text).find(
        "a", inside="alike"
    )


def test_a_record_that_was_changed_or_taken_back_is_compared_as_it_stands(
    client: TestClient, desk: Desk, read_page: Read
) -> None:
    def alike() -> list[str]:
        page = read_page(client.post("/disruptions/new/hints?part=1", data=STRIKE).text)
        return [one.text.partition(" (opens")[0] for one in page.find("a", inside="alike")]

    assert alike() == []
    client.post("/disruptions", data=STRIKE)
    assert alike() == ["Strike"]
    values = client.get("/api/v1/disruptions/D1").json()
    assert client.post("/records/D1/withdraw", data={"who": "Ana"}).status_code == 303
    assert (values["state"], alike()) == ("reported", [])


def test_a_part_is_a_part(client: TestClient) -> None:
    answer = client.post("/disruptions/new/hints?part=1", data=WORDS | {"title": HOSTILE + " Taiwan"})
    assert "<html" not in answer.text
    assert "<script" not in answer.text
    assert answer.headers["content-security-policy"] == POLICY


# The impact first


def test_the_impact_is_the_assessment_and_nothing_is_stored(client: TestClient, desk: Desk, read_page: Read) -> None:
    client.post("/disruptions", data=STRIKE | {"title": "Flood", "origin": "FR"})
    before = desk.assess(date(2021, 3, 1))
    answer = client.post("/disruptions/new/preview", data=STRIKE)
    page = read_page(answer.text)
    assert desk.position == 1
    on, record = date(2021, 3, 1), Disruption("Strike", ("DE",), date(2021, 3, 1), effect="supply", severity_likely=0.4)
    flood = desk.disruptions()[0]
    alone = assess(desk.chain, [record], on, desk.method).scores.loc[("eu", "EU")]
    after = assess(desk.chain, [flood, record], on, desk.method).scores.loc[("eu", "EU")]
    was = before.scores.loc[("eu", "EU")]
    assert f"{was.score:.1f} → {after.score:.1f}" in page.text
    assert f"−{was.score - after.score:.2f} points, with the 1 other then in force" in page.text
    assert f"{after.score_low:.1f}–{after.score_high:.1f}" in page.text
    assert f"an estimated {alone.loss_meur:,.0f} million euro of output" in page.text
    assert "severity stated in part" in page.text
    assert "end unknown" in page.text
    assert "Nothing is stored yet." in page.text
    assert value(page, "title") == "Strike"
    assert len(page.find("table")) == 2


def test_the_preview_comes_true(client: TestClient, desk: Desk, read_page: Read) -> None:
    text = read_page(client.post("/disruptions/new/preview?part=1", data=STRIKE).text).find("section")[0].text
    promised = re.search(r"([\d.]+) → ([\d.]+)", text)
    client.post("/disruptions", data=STRIKE)
    assert promised
    assert float(promised[2]) == round(desk.assess(date(2021, 3, 1)).scores.loc[("eu", "EU"), "score"], 1)
    assert float(promised[1]) > float(promised[2])


def test_looking_does_not_change_what_others_read(client: TestClient, desk: Desk) -> None:
    before = desk.assess(date(2021, 3, 1))
    client.post("/disruptions/new/preview", data=STRIKE)
    assert desk.assess(date(2021, 3, 1)) is before
    pd.testing.assert_frame_equal(
        desk.assess(date(2021, 3, 1)).scores, assess(desk.chain, [], date(2021, 3, 1), desk.method).scores
    )


@pytest.mark.parametrize("part", ["", "?part=1"])
def test_faults_of_the_form_are_told_instead_of_an_impact(client: TestClient, read_page: Read, part: str) -> None:
    answer = client.post(f"/disruptions/new/preview{part}", data=STRIKE | {"origin": "Narnia", "severity_low": "140 %"})
    assert answer.status_code == 422
    text = html.unescape(answer.text)
    assert text.count("'Narnia' is no known country or region") == (1 if part else 2)
    assert "'140 %' is outside 0–100 %" in text
    assert "→" not in text


def test_a_place_outside_the_chain_loses_nothing_and_says_so(client: TestClient) -> None:
    answer = client.post("/disruptions/new/preview?part=1", data=STRIKE | {"origin": "ZW"})
    assert "nothing that stocks and other suppliers do not absorb" in answer.text
    assert "no change to 0.01" in answer.text


# Drafts


def test_a_draft_is_on_record_but_does_not_count(client: TestClient, desk: Desk) -> None:
    answer = client.post("/disruptions", data=STRIKE | {"state": "draft"})
    assert answer.status_code == 303
    assert [one.state for one in desk.disruptions()] == ["draft"]
    assert desk.assess(date(2021, 3, 1)).disruptions == []
    assert client.post("/disruptions", data={"title": "Only a title", "state": "draft"}).status_code == 422


@pytest.mark.parametrize("state", ["verified", "resolved", "merged"])
def test_the_form_gives_no_state_of_a_review(client: TestClient, state: str) -> None:
    page = client.get("/disruptions/new").text
    assert f'value="{state}"' not in page
    assert 'name="state" value="draft"' in page
    given = {"title": "Strike", "origin": "DE", "start": "2021-03-01", "end": "2021-04-01", "state": state}
    assert (
        client.post("/disruptions", data=given | ({"merged_into": "D9"} if state == "merged" else {})).status_code
        == 422
    )


def test_a_half_filled_form_is_kept_listed_and_gone_when_saved(client: TestClient, desk: Desk, read_page: Read) -> None:
    page = read_page(client.get("/disruptions/new").text)
    typed = {"draft": value(page, "draft"), "title": HOSTILE, "ecosystems": ["Health", "Retail"], "who": "Ana"}
    answer = client.post("/disruptions/new/keep", data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/disruptions/new")
    assert desk.position == 0
    page = read_page(client.get("/disruptions/new").text)
    [link] = page.find("a", inside="kept-forms")
    assert link.text == f"Go on with “{HOSTILE}”"
    page = read_page(client.get(link.attributes["href"]).text)
    assert value(page, "title") == HOSTILE
    ticked = [one.attributes["value"] for one in page.find("input", name="ecosystems") if "checked" in one.attributes]
    assert ticked == ["Health", "Retail"]
    assert drafts_in(page) == [typed["draft"]], "it is not listed beside itself"
    assert client.post("/disruptions", data=typed).status_code == 422
    assert len(drafts.listed(desk.engine, "", "entry")) == 1, "what has faults stays"
    assert client.post("/disruptions", data=typed | STRIKE).status_code == 303
    assert drafts.listed(desk.engine, "", "entry") == []


def test_keeping_by_itself_answers_with_nothing(client: TestClient, desk: Desk) -> None:
    one = drafts.new_draft()
    answer = client.post("/disruptions/new/keep?part=1", data={"draft": one, "title": "No chi"})
    assert (answer.status_code, answer.text) == (204, "")
    assert [draft.typed for draft in drafts.listed(desk.engine, "", "entry")] == [{"title": "No chi"}]


def test_a_form_as_it_began_is_not_kept(client: TestClient, desk: Desk) -> None:
    typed = {"draft": drafts.new_draft(), "start": date.today().isoformat(), "who": "Ana", "title": " "}
    assert client.post("/disruptions/new/keep", data=typed).status_code == 303
    assert drafts.listed(desk.engine, "", "entry") == []


def test_what_is_kept_can_be_let_go(client: TestClient, desk: Desk) -> None:
    one = drafts.new_draft()
    client.post("/disruptions/new/keep", data={"draft": one, "title": "x"})
    assert client.post("/disruptions/new/forget", data={"draft": one}).status_code == 303
    assert drafts.listed(desk.engine, "", "entry") == []
    assert client.get(f"/disruptions/new?draft={one}").status_code == 404


@pytest.mark.parametrize("draft", ["K" + "0" * 16, "<script>", "D1", "\x00"])
def test_what_is_not_kept_is_not_found(client: TestClient, draft: str) -> None:
    assert client.get("/disruptions/new", params={"draft": draft}).status_code == 404


def test_only_a_page_with_our_script_may_run_it(client: TestClient) -> None:
    assert client.get("/disruptions/new").headers["content-security-policy"] == WITH_SCRIPT
    assert client.get("/disruptions").headers["content-security-policy"] == POLICY
    assert "'unsafe-inline'" not in WITH_SCRIPT.partition("script-src")[2]
    script = client.get("/static/entry.js")
    assert script.status_code == 200
    assert "eval" not in script.text
    assert "http" not in script.text
