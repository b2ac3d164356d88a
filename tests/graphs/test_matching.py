"""Matching: the points by hand, reasons that add up, the order, and what is left out."""

import dataclasses
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import matching
from graphs.disruption import Disruption
from graphs.matching import LEAST, Proposal, matches, prepare, ranked
from graphs.recommendation import Action, Practice

MASKS = Disruption(
    "No masks",
    ("IT",),
    date(2020, 3, 9),
    "D1",
    ecosystems=("Health",),
    industries=("C13", "C14"),
    stages=("procurement",),
    effect="supply",
    cause="surge of demand",
    actions_required=("coordination",),
)
BEFORE = Disruption(
    "Gowns are short",
    ("ITC4",),
    date(2020, 2, 1),
    "D2",
    ecosystems=("Health", "Textiles"),
    industries=("C14",),
    stages=("procurement", "operations"),
    effect="supply",
    cause="demand surges",
)
PROPOSALS = st.lists(st.from_type(Practice) | st.from_type(Action), max_size=6)


def named(proposals: list[Proposal]) -> list[Proposal]:
    return [dataclasses.replace(one, id=f"P{number}") for number, one in enumerate(proposals, start=1)]


def test_the_points_by_hand() -> None:
    """What the action does not say is taken from the disruption that it is about."""
    action = Action("Clearing house", about=("D2",), theme="collaboration and coordination", id="A1")
    [found] = matches(MASKS, prepare([action], {"D2": BEFORE}))
    told = {one.text: one.points for one in found.reasons}
    assert told == pytest.approx(
        {
            "same ecosystem: Health": 20 * 2 / 3,
            "same industry: C14": 15 * 2 / 3,
            "same stage: procurement": 10 * 2 / 3,
            "same kind of effect: supply": 10,
            "asks for what is asked for: coordination": 5,
            "same place: Italy": 5 * 2 / 3,  # IT beside ITC4 and IT
            "cause in like words: demand, surge": 10,
            "words in common: demand, surge": told["words in common: demand, surge"],
        }
    )
    assert 0 < told["words in common: demand, surge"] <= 25


def test_what_a_proposal_says_itself_goes_before_what_it_is_about() -> None:
    own = Practice("Sewn", ecosystems=("Tourism",), industries=("C13", "C14"), stages=("operations",), about=("D2",))
    [found] = matches(MASKS, prepare([own], {"D2": BEFORE}))
    told = [one.text for one in found.reasons]
    assert "same industry: C13, C14" in told
    assert not any(text.startswith(("same ecosystem", "same stage")) for text in told)


def test_those_that_name_it_come_first_and_can_be_left_out() -> None:
    proposals = [Action("Something else", about=("D1",), id="A9"), Action("No masks", ecosystems=("Health",), id="A1")]
    ready = prepare(proposals, {})
    assert [(one.record.id, one.tied) for one in matches(MASKS, ready)] == [("A9", True), ("A1", False)]
    assert [one.record.id for one in matches(MASKS, ready, tied=False)] == ["A1"]
    assert [one.record.id for one in matches(MASKS, ready, most=1)] == ["A9"]


@pytest.mark.parametrize("state", ["draft", "rejected", "withdrawn"])
def test_what_nobody_stands_for_is_left_out(state: str) -> None:
    assert matches(MASKS, prepare([Practice("No masks", ecosystems=("Health",), state=state)], {})) == []


def test_kind_stage_and_place_alone_do_not_reach_it() -> None:
    other = dataclasses.replace(BEFORE, title="Rhine", cause="", ecosystems=(), industries=(), stages=("procurement",))
    ready = prepare([Action("Barges", about=("D2",), actions_required=("coordination",))], {"D2": other})
    [found] = matches(MASKS, ready, least=0)
    assert found.score > LEAST
    assert matches(MASKS, ready) == []


def test_many_at_once() -> None:
    ready = prepare([Action("Masks", ecosystems=("Health",), id="A1")], {})
    quake = Disruption("Quake", ("JP",), date(2021, 1, 1), "D3")
    assert [(one.id, [match.record.id for match in found]) for one, found in ranked([quake, MASKS], ready)] == [
        ("D1", ["A1"])
    ]


@given(st.from_type(Disruption), PROPOSALS, st.lists(st.from_type(Disruption), max_size=3))
def test_any_records(disruption: Disruption, given_proposals: list[Proposal], about: list[Disruption]) -> None:
    proposals, known = named(given_proposals), {f"D{number}": one for number, one in enumerate(about)}
    ready = prepare(proposals, known)
    found = matches(disruption, ready, most=99, least=0)
    for one in found:
        assert one.score == pytest.approx(sum(reason.points for reason in one.reasons))
        assert -1e-9 <= one.score <= 100 + 1e-9
        assert all(reason.points > 0 and not reason.text.endswith(": ") for reason in one.reasons)
        assert one.tied == (bool(disruption.id) and disruption.id in one.record.about)
    order = [(not one.tied, -round(one.score, 6), one.record.id) for one in found]
    assert order == sorted(order)
    turned = matches(disruption, prepare(proposals[::-1], known), most=99, least=0)
    assert {one.record.id: one.score for one in turned} == pytest.approx({one.record.id: one.score for one in found})


@given(st.from_type(Disruption), PROPOSALS)
def test_likeness_is_twice_the_common_words_over_all(disruption: Disruption, proposals: list[Proposal]) -> None:
    """The sparse tables beside sets, proposal by proposal."""
    ready = prepare(proposals, {})
    for name, (_, _, of_proposal, of_disruption) in matching._FACETS.items():
        asked = of_disruption(disruption)
        held = [of_proposal(one, []) for one in ready.proposals]
        by_hand = [2 * len(asked & one) / max(1, len(asked) + len(one)) for one in held]
        assert np.allclose(ready.facets[name].alike(asked), by_hand), name
