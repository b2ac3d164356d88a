"""Values as people write them: numbers, countries, regions, lists; dates and shares stand in the test of the intake."""

from __future__ import annotations

from typing import Any

import pytest

from graphs.errors import Fault
from graphs.record import Record
from tracker.kinds import KINDS
from tracker.values import is_empty, read_value, short


def read(kind: str, name: str, value: Any) -> tuple[Any, list[str]]:
    """The value and the faults."""
    faults: list[Fault] = []
    cls: type[Record] = KINDS[kind].cls
    field = next(one for one in cls.fields() if one.name == name)
    return read_value(field, value, faults), [str(one) for one in faults]


@pytest.mark.parametrize(
    ("written", "count"),
    [("12", 12), (" 12 ", 12), (12, 12), (12.0, 12), ("12.0", 12), ("0", 0), ("999999999", 999999999)],
)
def test_counts(written: Any, count: int) -> None:
    found, faults = read("cluster", "members_industry", written)
    assert (found, type(found), faults) == (count, int, [])


@pytest.mark.parametrize(
    "written",
    ["1,200", "1.200", "1 200", "12.5", 12.5, "-1", "a dozen", "1e3", True, [12], {"a": 1}, "٣", "12 %", 10**12],
)
def test_what_counts_nothing(written: Any) -> None:
    """15,000 and 15.000 are the same number to some and not to others, so both are refused."""
    found, [fault] = read("cluster", "members_industry", written)
    assert found is None
    assert fault.startswith("members_industry: ")
    assert fault.endswith(" is no whole number; write it in digits: 1200")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("2.5", 2.5),
        ("2,5", 2.5),
        ("1.125", 1.125),
        ("0", 0.0),
        (2, 2.0),
        (0.1 + 0.2, 0.1 + 0.2),
        (5e-324, 5e-324),
        (0.00012345678901234567, 0.00012345678901234567),
    ],
)
def test_numbers(written: Any, number: float) -> None:
    assert read("cluster", "full_time_staff", written) == (number, [])


@pytest.mark.parametrize("written", ["1,200", "1,200.5", "1.200,5", "-1", "two", "", float("nan"), True, "½"])
def test_what_is_no_number(written: Any) -> None:
    found, [fault] = read("cluster", "full_time_staff", written)
    assert found is None
    assert fault.endswith(" is no number; write it in digits: 2.5")


def test_a_small_share_with_many_digits_is_read() -> None:
    assert read("disruption", "severity_low", 0.00012345678901234567) == (0.00012345678901234567, [])


@pytest.mark.parametrize(
    ("kind", "name", "written", "code"),
    [
        ("cluster", "country", "Deutschland", "DE"),
        ("cluster", "country", "el", "GR"),
        ("cluster", "country", "Narnia", "Narnia"),
        ("cluster", "region", "de21", "DE21"),
        ("practice", "places", "Italy; itc4", ("IT", "ITC4")),
        ("practice", "theme", "Safety  at WORK", "safety at work"),
        ("action", "about", "D81; D82;D81", ("D81", "D82")),
        ("action", "about", ["D81; D82", "D83"], ("D81", "D82", "D83")),
        ("session", "present", " Ana, cars ;Bo;; ", ("Ana, cars", "Bo")),
    ],
)
def test_codes_and_lists(kind: str, name: str, written: Any, code: Any) -> None:
    assert read(kind, name, written) == (code, [])


@pytest.mark.parametrize(
    ("written", "addresses"),
    [
        ("https://a.eu/x;y=1", ("https://a.eu/x;y=1",)),
        ("https://a.eu/x;y=1;https://b.eu", ("https://a.eu/x;y=1", "https://b.eu")),
        ("https://a.eu; www.b.eu;", ("https://a.eu", "www.b.eu")),
        (["https://a.eu;https://b.eu"], ("https://a.eu", "https://b.eu")),
    ],
)
def test_an_address_may_hold_a_semicolon(written: Any, addresses: tuple[str, ...]) -> None:
    assert read("disruption", "sources", written) == (addresses, [])


def test_empty_and_short() -> None:
    assert [is_empty(one) for one in (None, "", " \n", [], (), 0, False, "x", {})] == [True] * 5 + [False] * 4
    assert short("x" * 60) == repr("x" * 60)
    assert short("x" * 61) == repr("x" * 57 + "…")
