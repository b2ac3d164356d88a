"""What a field may hold: what each kind of value takes, and what it refuses in which words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from graphs import content
from graphs.content import Content

SUPPLY = content.Word(("supply", "demand"))
FINE: list[tuple[Content, Any]] = [
    (content.Text(3), "a\nb"),
    (content.Text(3), ""),
    (SUPPLY, "supply"),
    *((content.Place(), code) for code in ("DE", "DE21", "EU", "WORLD", "ROW")),
    *((content.Country(), code) for code in ("DE", "GB", "XK", "EU")),
    *((content.Region(), code) for code in ("DE2", "ITC4", "UKI31", "EL30")),
    *((content.Industry(), code) for code in ("C26", "C10-C12", "own.industry_1")),
    (content.Address(), "https://a.eu/b;c?d=e#f"),
    *((content.Reference(), one) for one in ("D81", "R81", "2020-04.a_b", "x" * 39 + "1")),
    *((content.Day(), day) for day in (content.EARLIEST, content.LATEST)),
    *((content.Share(), share) for share in (0, 0.4, 1)),
    *((content.Number(whole=True), count) for count in (0, 1_000_000)),
    *((content.Number(), number) for number in (0, 0.5, 12)),
]
WRONG: list[tuple[Content, Any, str]] = [
    (content.Text(3), "abcd", "has 4 characters; shorten it to 3"),
    (content.Text(3), "a\x07", "holds control characters; type it again as plain text"),
    (content.Text(3), "\ud800", "holds control characters; type it again as plain text"),
    (SUPPLY, "supplies", "'supplies' is not one of the words for this; did you mean supply?"),
    (SUPPLY, "fire", "'fire' is not one of the words for this; choose from: supply, demand"),
    (content.Place(), "Germany", "'Germany' is not the code of a place; write DE"),
    (content.Country(), "Narnia", "'Narnia' is no known country; write an ISO code (DE), or EU"),
    (content.Country(), "DE21", "'DE21' is no known country; write an ISO code (DE), or EU"),
    (content.Country(), "WORLD", "'WORLD' is no known country; write an ISO code (DE), or EU"),
    (content.Country(), "EL", "'EL' is not the code of a country; write GR"),
    (content.Region(), "DE", "'DE' is no known region; write a NUTS code (DE21)"),
    (content.Region(), "EU", "'EU' is no known region; write a NUTS code (DE21)"),
    (content.Region(), "XX1", "'XX1' is no known region; write a NUTS code (DE21)"),
    (content.Region(), "de21", "'de21' is not the code of a region; write DE21"),
    (content.Industry(), "C 26", "'C 26' is no industry code; write NACE Rev.2 codes such as C26, C10-C12 or H"),
    (content.Address(), "a.eu", "'a.eu' is no web address; give addresses that begin with http:// or https://"),
    *(
        (content.Reference(), one, f"{one!r} is no id of a record; write the id as it stands in the log, such as D81")
        for one in ("the strike", "new", "D/1", "", "-1", "x" * 40 + "1")
    ),
    (content.Day(), date(1989, 12, 31), "1989-12-31 is out of range; give a day from 1990-01-01 to 2100-01-01"),
    (content.Share(), 1.4, "1.4 as a share is 140.0000 %, outside 0–100 %; write 40 % as 0.4"),
    (content.Share(), float("nan"), "nan as a share is nan %, outside 0–100 %; write 40 % as 0.4"),
    (content.Number(whole=True), -1, "-1 is out of range; give a number from 0 to 1,000,000"),
    (content.Number(), float("nan"), "nan is out of range; give a number from 0 to 1,000,000"),
    (content.Number(), float("inf"), "inf is out of range; give a number from 0 to 1,000,000"),
]
WRONG_TYPES: list[tuple[Content, Any, str]] = [
    (content.Text(3), 3, "3 is not text; write text"),
    (SUPPLY, True, "True is not text; write text"),
    (content.Day(), "2021-03-01", "'2021-03-01' is no date; give a date such as 2021-03-23"),
    (content.Day(), datetime(2021, 3, 1), "datetime.datetime(2021, 3, 1, 0, 0) is no date; give a date such as"),
    (content.Share(), True, "True is no number; give a share such as 0.4"),
    (content.Share(), "40 %", "'40 %' is no number; give a share such as 0.4"),
    (content.Number(whole=True), 2.5, "2.5 is no whole number; give 12"),
    (content.Number(whole=True), True, "True is no whole number; give 12"),
    (content.Number(), "two", "'two' is no number; give 2.5"),
]


@pytest.mark.parametrize(("one", "value"), FINE)
def test_what_is_taken(one: Content, value: Any) -> None:
    assert list(one.wrong_type(value)) == []
    assert list(one.wrong(value)) == []


@pytest.mark.parametrize(("one", "value", "said"), WRONG)
def test_what_is_refused(one: Content, value: Any, said: str) -> None:
    assert list(one.wrong_type(value)) == []
    assert ["; ".join(found) for found in one.wrong(value)] == [said]


@pytest.mark.parametrize(("one", "value", "said"), WRONG_TYPES)
def test_what_cannot_be_looked_at(one: Content, value: Any, said: str) -> None:
    [found] = one.wrong_type(value)
    assert "; ".join(found).startswith(said)
