"""While somebody types: suggestions for what is not said yet, and nothing that contradicts what was chosen."""

from datetime import date

import pytest

from graphs.disruption import Disruption
from tracker import intake
from tracker.forms.hints import NAMES, hints, sketch, taken
from tracker.forms.suggestion import SINGLE, Suggestion

TODAY = date(2021, 3, 24)
SAID = {
    "title": "No chips from Taiwan, car plants down 40 % since 1 March",
    "start": "2021-03-24",
    "description": "a strike too",
}


def found(**typed: str) -> set[tuple[str, str]]:
    return {(one.field, one.value) for one in hints(SAID | typed, TODAY, ["C26", "C29"])}


def test_title_and_description_are_both_read() -> None:
    assert {("origin", "TW"), ("industries", "C26"), ("effect", "supply"), ("stages", "human resources")} <= found()
    assert ("stages", "human resources") not in found(description="")
    assert hints({}, TODAY, ["C26"]) == []


@pytest.mark.parametrize(
    ("typed", "gone"),
    [
        ({"origin": "taiwan"}, ("origin", "TW")),
        ({"origin": "DE; TW"}, ("origin", "TW")),
        ({"industries": "c26"}, ("industries", "C26")),
        ({"effect": "demand"}, ("effect", "supply")),
        ({"severity_likely": "0.2"}, ("severity_likely", "40 %")),
        ({"severity_high": "60 %"}, ("severity_likely", "40 %")),
        ({"start": "2021-03-02"}, ("start", "2021-03-01")),
        ({"ecosystems": "Retail; electronics"}, ("ecosystems", "Electronics")),
    ],
)
def test_what_stands_in_a_field_is_not_suggested_for_it(typed: dict[str, str], gone: tuple[str, str]) -> None:
    assert gone in found()
    assert found() - found(**typed) == {gone}


def test_what_cannot_be_read_yet_does_not_stand() -> None:
    assert ("origin", "TW") in found(origin="Taiw")


def test_every_suggestion_that_is_taken_can_be_read_and_is_not_made_again() -> None:
    typed = dict(SAID)
    for one in hints(SAID, TODAY, ["C26", "C29"]):
        typed = taken(typed, one)
    assert hints(typed, TODAY, ["C26", "C29"]) == []
    record = intake.read(typed, ["C26", "C29"])
    assert (record.origin, record.severity_likely, record.start) == (("TW",), 0.4, date(2021, 3, 1))
    assert set(record.industries) == {"C26", "C29"}


def test_a_list_is_added_to_and_a_single_value_replaced() -> None:
    assert taken({"origin": "Taiwan; "}, Suggestion("origin", "KR", 90, ""))["origin"] == "Taiwan; KR"
    assert taken({"start": "2021-03-24"}, Suggestion("start", "2021-03-01", 90, ""))["start"] == "2021-03-01"


def test_every_field_that_is_suggested_has_a_name() -> None:
    fields = {field.name for field in Disruption.fields()}
    assert set(SINGLE) < set(NAMES) < fields


def test_the_sketch_leaves_out_what_cannot_be_read() -> None:
    one = sketch({"title": "x", "origin": "Taiwan; Narnia", "start": "soon", "end": "1.3.2021", "industries": ""})
    assert (one.origin, one.start, one.end, one.industries) == (("TW", "Narnia"), None, date(2021, 3, 1), ())


def test_the_sketch_compares_no_more_than_a_title_may_hold() -> None:
    """A megabyte beside each of 10,000 records would take minutes."""
    assert len(sketch({"title": "strike " * 100_000}).title) == 300
