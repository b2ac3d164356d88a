"""The record of a disruption: what is refused and in which words, when it counts, what it lacks, and JSON and back."""

import dataclasses
import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.classification import ECOSYSTEMS, STAGES
from graphs.disruption import ACTIONS, EFFECTS, STATES, Disruption, in_force
from graphs.errors import Faults

START = date(2021, 3, 1)


def record(**values: Any) -> Disruption:
    return Disruption(**{"title": "Strike", "origin": ("DE",), "start": START} | values)


def faults(**values: Any) -> list[str]:
    """The faults of a record, as printed."""
    with pytest.raises(Faults) as caught:
        record(**values)
    return [str(fault) for fault in caught.value.faults]


def in_state(state: str) -> Disruption:
    return record(state=state, end=START, merged_into="D7" if state == "merged" else "")


# What is refused


def test_a_title_a_place_and_a_start_are_enough():
    assert record().state == "reported"
    assert Disruption("Strike", felt=("EU",), start=START).origin == ()


def test_all_faults_of_a_record_are_listed_at_once():
    assert faults(
        title=" ",
        origin=("Narnia",),
        end=date(2021, 2, 1),
        effect="suply",
        severity_likely=1.4,
        sources=("javascript:alert(1)",),
        industries=("C 26!",),
    ) == [
        "title: is empty; say what happened in a few words",
        "origin: 'Narnia' is no known country or region; write an ISO code (DE), a NUTS code (DE21), EU or WORLD",
        "industries: 'C 26!' is no industry code; write NACE Rev.2 codes such as C26, C10-C12 or H",
        "effect: 'suply' is not one of the words for this; choose from: supply, demand, link",
        "severity_likely: 1.4 as a share is 140.0000 %, outside 0–100 %; write 40 % as 0.4",
        "sources: 'javascript:alert(1)' is no web address; give addresses that begin with http:// or https://",
        "end: 2021-02-01 is before the start 2021-03-01; exchange them, or leave the end empty if it is not known",
    ]


@pytest.mark.parametrize("title", ["", " ", "\n\t "])
def test_a_title_says_something(title: str):
    assert faults(title=title) == ["title: is empty; say what happened in a few words"]


@pytest.mark.parametrize("name", ["severity_low", "severity_likely", "severity_high"])
@pytest.mark.parametrize("value", [1.4, -0.01, 40, float("nan"), float("inf")])
def test_a_severity_is_a_share(name: str, value: float):
    (fault,) = faults(**{name: value})
    assert fault.startswith(f"{name}: ")
    assert fault.endswith("outside 0–100 %; write 40 % as 0.4")


@pytest.mark.parametrize("values", [(0.5, 0.4, 0.6), (0.5, None, 0.4), (None, 0.5, 0.4), (0.1, 0.9, 0.8)])
def test_severities_are_in_order(values: tuple[float | None, ...]):
    low, likely, high = values
    (fault,) = faults(severity_low=low, severity_likely=likely, severity_high=high)
    assert fault.endswith("order them from the least to the most severe")


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_nothing_and_all_are_severities(value: float):
    assert record(severity_likely=value).severity == (value,)


def test_days_are_in_order_and_in_range():
    assert faults(start=None) == ["start: no date is given; give the first day, such as 2021-03-23"]
    assert "end: 2021-02-28 is before the start 2021-03-01" in faults(end=date(2021, 2, 28))[0]
    assert faults(start=date(1989, 12, 31))[0].startswith("start: 1989-12-31 is out of range")
    assert faults(end=date(2100, 1, 2))[0].startswith("end: 2100-01-02 is out of range")
    assert record(end=START).end == START


def test_what_is_resolved_has_ended():
    assert faults(state="resolved") == ["end: a resolved disruption has no end; give the last day"]


def test_what_is_merged_says_into_which_and_nothing_else_does():
    assert record(state="merged", merged_into="D7").merged_into == "D7"
    assert faults(state="merged") == [
        "merged_into: a merged disruption does not say into which; give the id of the record that goes on, such as D81"
    ]
    assert faults(merged_into="D7") == [
        "merged_into: a reported disruption is not merged into another; leave it empty, or set the state to merged"
    ]
    assert faults(state="merged", merged_into="D7", id="D7") == [
        "merged_into: is the record itself; give the id of the other record"
    ]
    assert faults(state="merged", merged_into="the strike") == [
        "merged_into: 'the strike' is no id of a record; write the id as it stands in the log, such as D81"
    ]


@pytest.mark.parametrize("name", ["origin", "felt"])
@pytest.mark.parametrize(("word", "mend"), [("Germany", "write DE"), ("EL", "write GR"), ("de21", "write DE21")])
def test_places_are_codes(name: str, word: str, mend: str):
    assert faults(**{name: (word,)}) == [f"{name}: {word!r} is not the code of a place; {mend}"]


def test_places_that_are_not_known_and_none():
    assert "is no known country or region" in faults(felt=("Atlantis",))[0]
    assert faults(origin=()) == [
        "origin: no place is given; say where it happens: a country, a region, EU or WORLD",
    ]


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("ecosystems", ("Electronic",), "did you mean Electronics?"),
        ("ecosystems", ("Energy",), "did you mean Energy-intensive industries or Energy-renewables?"),
        ("stages", ("logistics",), "did you mean inbound logistics or outbound logistics?"),
        ("effect", "war", "choose from: supply, demand, link"),
        ("horizon", "soon", "choose from: short, medium, long"),
        ("confidence", "total", "choose from: low, medium, high"),
        ("actions_required", ("funding", "money"), "choose from: funding, regulation, coordination"),
        ("source_kind", "rumour", "choose from: daily session, forum, survey, other"),
        ("state", "done", "choose from: draft, reported, verified, rejected, resolved, withdrawn, merged"),
        ("effect", "", "choose from: supply, demand, link"),
    ],
)
def test_words_are_those_of_the_vocabulary(name: str, value: str | tuple[str, ...], mend: str):
    word = value if isinstance(value, str) else value[-1]
    assert faults(**{name: value}) == [f"{name}: {word!r} is not one of the words for this; {mend}"]


def test_every_word_of_the_vocabularies_is_accepted():
    record(ecosystems=ECOSYSTEMS, stages=STAGES, actions_required=ACTIONS)
    assert [record(effect=effect).effect for effect in EFFECTS] == list(EFFECTS)
    assert [in_state(state).state for state in STATES] == list(STATES)


def test_a_list_of_words_holds_words():
    with pytest.raises(Faults, match="stages"):
        record(stages=(None,))


@pytest.mark.parametrize(
    "source",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "ftp://a.eu",
        "//a.eu",
        "a.eu",
        "https://",
        "",
        "https://a.eu/<script>",
        'https://a.eu/" onclick="x',
        "https://a.eu/a b",
        "https://a.eu\n",
        "https://a.eu/\x00",
        "https://a.eu/\x1b[2J",
        "x https://a.eu",
        "https://a.eu/" + "x" * 2_000,
    ],
)
def test_a_source_is_a_web_address(source: str):
    assert [fault.partition(":")[0] for fault in faults(sources=("https://b.eu", source))] == ["sources"]


@pytest.mark.parametrize("source", ["https://a.eu", "http://a.eu/b?c=d&e=%20#f(g)'h", "https://ä.eu/ü"])
def test_addresses_that_are_fine(source: str):
    assert record(sources=(source,)).sources == (source,)


@pytest.mark.parametrize("name", ["id", "title", "description", "cause", "proposals", "magnitude", "note"])
@pytest.mark.parametrize("letter", ["\x00", "\x07", "\x1b", "\x7f", "\x9b"])
def test_control_characters_are_refused(name: str, letter: str):
    assert faults(**{name: f"a{letter}b"}) == [f"{name}: holds control characters; type it again as plain text"]


def test_lines_and_tabs_are_no_control_characters():
    assert record(description="one\n\ttwo").description == "one\n\ttwo"


@pytest.mark.parametrize("code", ["C26\n", "C26\x00", "<b>", "", "C26;C27", "x" * 21])
def test_industries_are_codes(code: str):
    assert [fault.partition(":")[0] for fault in faults(industries=(code,))] == ["industries"]


@pytest.mark.parametrize("code", ["C26", "C10-C12", "H", "C26.11", "own.industry_1"])
def test_codes_that_are_fine(code: str):
    assert record(industries=(code,)).industries == (code,)


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("id", 40),
        ("title", 300),
        ("description", 20_000),
        ("cause", 2_000),
        ("proposals", 20_000),
        ("magnitude", 2_000),
        ("note", 20_000),
    ],
)
def test_texts_have_a_longest(name: str, limit: int):
    record(**{name: "x" * limit})
    assert faults(**{name: "x" * (limit + 1)}) == [f"{name}: has {limit + 1:,} characters; shorten it to {limit:,}"]


@pytest.mark.parametrize(
    ("name", "value"), [("sources", "https://a.eu"), ("origin", "DE"), ("felt", "DE"), ("industries", "C26")]
)
def test_lists_have_a_longest(name: str, value: str):
    record(**{name: (value,) * 200})
    assert faults(**{name: (value,) * 201}) == [f"{name}: holds too many values; give at most 200"]


# JSON and back


@given(one=st.from_type(Disruption))
def test_json_and_back(one: Disruption):
    values = one.to_dict()
    assert Disruption.from_dict(values) == one
    assert Disruption.from_dict(json.loads(json.dumps(values))) == one


def test_json_has_every_field_in_plain_values():
    values = record(end=date(2021, 4, 1), industries=("C26",)).to_dict()
    assert list(values) == [field.name for field in dataclasses.fields(Disruption)]
    assert (values["start"], values["end"], values["industries"]) == ("2021-03-01", "2021-04-01", ["C26"])
    assert values["severity_likely"] is None


def test_what_was_written_before_a_field_was_there_can_be_read():
    values = record().to_dict()
    del values["merged_into"]
    assert Disruption.from_dict(values) == record()


def test_json_is_held_to_the_same_rules():
    with pytest.raises(Faults, match="140"):
        Disruption.from_dict(record().to_dict() | {"severity_likely": 1.4})


def test_records_are_values():
    assert record() == record()
    assert len({record(), record(), record(title="Fire")}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        record().title = "Fire"


# When it counts


@pytest.mark.parametrize(
    ("day", "counts"),
    [(date(2021, 2, 28), False), (date(2021, 3, 1), True), (date(2021, 3, 10), True), (date(2021, 3, 11), False)],
)
def test_in_force_from_the_first_day_to_the_last(day: date, counts: bool):
    assert record(end=date(2021, 3, 10)).in_force(day, duration_weeks=26) is counts


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (27, True), (28, False)])
def test_in_force_for_the_assumed_weeks_if_no_end_is_known(days: int, counts: bool):
    assert record().in_force(START + timedelta(days), duration_weeks=4) is counts


def test_a_day_is_a_day():
    one = record(end=START)
    assert one.in_force(START, 1)
    assert one.last_day(1) == START
    assert not one.in_force(START + timedelta(1), 1)


@pytest.mark.parametrize("state", STATES)
def test_only_what_is_reported_verified_or_resolved_counts(state: str):
    one = in_state(state)
    assert one.in_force(START, 1) is (state in {"reported", "verified", "resolved"})


def test_those_in_force_the_oldest_first():
    late, early = record(id="b", start=date(2021, 3, 2)), record(id="z")
    twin, over, draft = record(id="a"), record(end=START), record(state="draft")
    assert in_force([late, early, over, twin, draft], date(2021, 3, 3), 4) == [twin, early, late]


# What it lacks


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, ["industries", "effect", "severity", "end", "sources"]),
        ({"ecosystems": ("Health",)}, ["effect", "severity", "end", "sources"]),
        ({"industries": ("C26",), "effect": "supply", "severity_high": 0.0}, ["end", "sources"]),
        ({"industries": ("C26",), "effect": "link", "severity_low": 0.1, "end": START}, ["felt", "sources"]),
        (
            {
                "industries": ("C26",),
                "effect": "link",
                "felt": ("FR",),
                "severity_likely": 0.1,
                "end": START,
                "sources": ("https://a.eu",),
            },
            [],
        ),
    ],
)
def test_what_a_record_does_not_say(values: dict[str, Any], missing: list[str]):
    assert record(**values).missing() == missing


def test_severity_is_what_is_stated():
    assert record().severity == ()
    assert record(severity_low=0.1, severity_high=0.3).severity == (0.1, 0.3)
    assert record(severity_low=0.1, severity_likely=0.2, severity_high=0.3).severity == (0.1, 0.2, 0.3)
