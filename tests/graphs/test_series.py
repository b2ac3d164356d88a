"""Scores over time: the same as an assessment, under an address that covers all they follow from and nothing else."""

import dataclasses
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs import program
from graphs.assessment import assess
from graphs.disruption import Disruption, in_force
from graphs.method import Method
from graphs.series import FIGURES, LEVELS, UNSEEN, Series, addresses, lines, point
from graphs.valuechain import ValueChain

ON = date(2021, 3, 15)
STRIKE = Disruption("Strike", ("DE",), date(2021, 3, 1), "D1", effect="supply", severity_likely=0.4)
METHOD = Method()
OTHERS: dict[str, Any] = {
    "id": "D2", "title": "Flood", "description": "all wet", "stages": ("operations",), "horizon": "long",
    "confidence": "low", "cause": "rain", "actions_required": ("funding",), "proposals": "pumps",
    "sources": ("https://a.eu",), "source_kind": "forum", "magnitude": "2 m", "note": "so", "state": "verified",
    "assigned_to": "Ana", "ecosystems": ("Electronics",), "industries": ("C26",), "felt": ("FR",), "effect": "link",
    "origin": ("FR",), "start": date(2021, 2, 28), "end": date(2021, 3, 20), "severity_low": 0.1,
    "severity_likely": 0.5, "severity_high": 0.9,
}  # fmt: skip
"""Another value for every field, but for the id of a merged record, which is not in force."""


def address(chain: ValueChain, records: list[Disruption], on: date = ON, method: Method = METHOD) -> str:
    return addresses(chain, records, [on], method)[0]


def assert_same_as_assessed(chain: ValueChain, records: list[Disruption], on: date) -> None:
    scores = assess(chain, records, on, METHOD).scores
    wanted = scores[scores.index.get_level_values("level").isin(LEVELS)]
    assert lines(chain, METHOD).equals(wanted[["label"]])
    np.testing.assert_allclose(point(chain, records, on, METHOD), wanted[list(FIGURES)], rtol=1e-12, atol=1e-12)


@settings(max_examples=25)
@given(chain=st.from_type(ValueChain), records=st.lists(st.from_type(Disruption), max_size=4), data=st.data())
def test_a_point_is_what_an_assessment_says(chain: ValueChain, records: list[Disruption], data: st.DataObject) -> None:
    day = data.draw(st.sampled_from([one.start for one in records if one.start] or [ON]))
    assert_same_as_assessed(chain, records, day + timedelta(days=data.draw(st.integers(0, 20))))


def test_a_point_of_the_estimate_is_what_an_assessment_says(estimate: ValueChain) -> None:
    link = dataclasses.replace(STRIKE, id="D2", origin=("TW",), felt=("EU",), effect="link", industries=("C26",))
    demand = dataclasses.replace(STRIKE, id="D3", origin=("EU",), effect="demand", ecosystems=("Tourism",))
    assert_same_as_assessed(estimate, [STRIKE, link, demand], ON)


@pytest.mark.parametrize("name", [one.name for one in dataclasses.fields(Disruption) if one.name != "merged_into"])
def test_an_address_covers_what_a_score_depends_on_and_nothing_else(toy: ValueChain, name: str) -> None:
    """A field that is said to be unseen changes neither address nor scores; every other changes the address."""
    changed = dataclasses.replace(STRIKE, **{name: OTHERS[name]})
    same = address(toy, [changed]) == address(toy, [STRIKE])
    assert same == (name in UNSEEN)
    if same:
        assert (point(toy, [changed], ON, METHOD) == point(toy, [STRIKE], ON, METHOD)).all()


def test_an_address_covers_chain_method_and_program(
    toy: ValueChain, permuted: Callable[[ValueChain, list[int]], ValueChain], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = permuted(toy, list(range(11, -1, -1)))
    found = {address(toy, [STRIKE]), address(other, [STRIKE]), address(toy, [STRIKE], method=Method(psi=0.7))}
    monkeypatch.setattr(program, "version", lambda: "another")
    assert len(found | {address(toy, [STRIKE])}) == 4


@settings(max_examples=60)
@given(records=st.lists(st.from_type(Disruption), max_size=5), data=st.data())
def test_an_address_follows_from_what_is_in_force(
    toy: ValueChain, records: list[Disruption], data: st.DataObject
) -> None:
    """Whatever else the log holds, in whatever order."""
    near = [one.start for one in records if one.start] + [one.end for one in records if one.end] + [ON]
    day = data.draw(st.sampled_from(near)) + timedelta(days=data.draw(st.integers(-1, 183)))
    active = in_force(records, day, max(METHOD.duration_weeks))
    assert address(toy, records, day) == address(toy, active[::-1], day)
    for number in range(len(active)):
        assert address(toy, active[:number] + active[number + 1 :], day) != address(toy, active, day)


def test_an_address_begins_and_ends_with_a_record(toy: ValueChain) -> None:
    """To the day, also where no end is known; and whatever the order of records."""
    ended = dataclasses.replace(STRIKE, end=date(2021, 3, 20))
    for one, last in ((ended, date(2021, 3, 20)), (STRIKE, date(2021, 3, 1) + timedelta(days=26 * 7 - 1))):
        days = [date(2021, 2, 28), date(2021, 3, 1), last, last + timedelta(days=1)]
        calm = address(toy, [])
        assert [found == calm for found in addresses(toy, [one], days, METHOD)] == [True, False, False, True]
    assert address(toy, [STRIKE, ended]) == address(toy, [ended, STRIKE])


def test_days_are_counted_from_the_day(toy: ValueChain) -> None:
    """The same happening as long ago has the same scores, in another year too."""
    later = dataclasses.replace(STRIKE, start=date(2023, 3, 2))
    on = ON + (date(2023, 3, 2) - date(2021, 3, 1))
    assert address(toy, [later], on) == address(toy, [STRIKE])
    assert (point(toy, [later], on, METHOD) == point(toy, [STRIKE], ON, METHOD)).all()
    assert address(toy, [later], on + timedelta(days=1)) != address(toy, [STRIKE])
    assert address(toy, []) == address(toy, [], date(2030, 1, 1))


def test_the_same_address_the_same_scores(toy: ValueChain) -> None:
    """Random logs stepped over: what is found under an address is what would be computed anew."""
    draw, kept = random.Random(5), {}
    held = [dataclasses.replace(STRIKE, id=f"D{number}", start=ON + timedelta(days=9 * number)) for number in range(4)]
    days = [ON + timedelta(days=7 * week) for week in range(12)]
    found = 0
    for _ in range(25):
        number, which = draw.randrange(4), draw.randrange(6)
        change: dict[str, Any] = [
            {"state": "withdrawn"}, {"state": "reported"}, {"severity_likely": 0.2}, {"severity_likely": 0.4},
            {"end": ON + timedelta(days=60)}, {"end": None},
        ][which]  # fmt: skip
        held[number] = dataclasses.replace(held[number], **change)
        for day, name in zip(days, addresses(toy, held, days, METHOD), strict=True):
            fresh = point(toy, held, day, METHOD)
            found += name in kept
            np.testing.assert_allclose(kept.setdefault(name, fresh), fresh, rtol=1e-12, atol=1e-12)
    assert found > 100


def test_lines_and_tables_of_a_series(toy: ValueChain) -> None:
    days = [ON, ON + timedelta(weeks=1), ON + timedelta(weeks=2)]
    figures = {day: point(toy, [STRIKE], day, METHOD) for day in (days[0], days[2])}
    found = Series.of(lines(toy, METHOD), days, figures)
    assert (found.days, found.missing) == ((days[0], days[2]), (days[1],))
    scores = assess(toy, [STRIKE], days[2], METHOD).level("country")
    table = found.table("country")
    assert list(table) == ["on", "level", "key", "label", *FIGURES]
    assert table.key.tolist() == ["DE", "FR"] * 2
    assert table.on.tolist() == [days[0], days[0], days[2], days[2]]
    last = table[table.on == days[2]].set_index("key")
    np.testing.assert_allclose(last[list(FIGURES)], scores[list(FIGURES)], rtol=1e-12)
    assert table[table.key == "FR"].reset_index(drop=True).equals(found.table("country", "FR"))
    assert found.table("country", "XX").empty
    line = found.line("country", "FR")
    assert line.index.tolist() == [days[0], days[2]]
    assert (line.to_numpy() == table[table.key == "FR"][list(FIGURES)].to_numpy()).all()
    with pytest.raises(KeyError):
        found.line("country", "XX")


def test_a_series_of_which_nothing_is_known(toy: ValueChain) -> None:
    found = Series.of(lines(toy, METHOD), [ON], {})
    assert (found.days, found.missing, len(found.table("eu")), len(found.line("eu", "EU"))) == ((), (ON,), 0, 0)
