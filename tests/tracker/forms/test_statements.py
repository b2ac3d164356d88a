"""Shares, dates and causes: read where they are plainly said, and nowhere else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.forms.statements import statements

TODAY = date(2021, 3, 24)  # a Wednesday


def said(text: str, field: str, today: date | None = TODAY) -> list[str]:
    return [one.value for one in statements(text, today) if one.field == field]


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("output down 40 %", "0.4"),
        ("Output fell by 12,5%", "0.125"),
        ("sales dropped by a third", "0.333"),
        ("exports halved", "0.5"),
        ("Produktion um die Hälfte gesunken", "0.5"),
        ("baisse de 30 pour cent", "0.3"),
        ("demand could fall 50-70 %", "0.6"),
        ("production fell to 40 % of normal", "0.6"),
        ("running at 70 % capacity after cuts", "0.3"),
        ("lost 100 % of sales", "1"),
    ],
)
def test_shares(text: str, share: str) -> None:
    assert said(text, "severity_likely") == [share]


@pytest.mark.parametrize(
    "text",
    [
        "80 % of companies closed",
        "40 % of the surveyed firms lost orders",
        "prices up 40 %",
        "output grew 4 %",
        "a tariff of 25 %",
        "fell to 40 %",
        "lost 140 %",
        "40 % of nothing in particular",
        "half an hour ago",
        "a third country",
    ],
)
def test_no_shares(text: str) -> None:
    assert said(text, "severity_likely") == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("since 2021-03-01", "2021-03-01"),
        ("seit 1.3.2021", "2021-03-01"),
        ("since 1 March 2021", "2021-03-01"),
        ("since March 1st, 2021", "2021-03-01"),
        ("depuis le 1er mars 2021", "2021-03-01"),
        ("dal 1 marzo", "2021-03-01"),
        ("in March 2020", "2020-03-01"),
        ("since November", "2020-11-01"),
        ("since last week", "2021-03-15"),
        ("yesterday", "2021-03-23"),
        ("seit Montag", "2021-03-22"),
        ("since Wednesday", "2021-03-17"),
        ("since last month", "2021-02-01"),
        ("from 5/3/2021", "2021-03-05"),
    ],
)
def test_starts(text: str, day: str) -> None:
    assert said(text, "start") == [day]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("until 15 April 2021", "2021-04-15"),
        ("until end of May", "2021-05-31"),
        ("bis Februar 2022", "2022-02-28"),
        ("until next week", "2021-04-04"),
        ("from 1 March 2021 to 15 April 2021", "2021-04-15"),
    ],
)
def test_ends(text: str, day: str) -> None:
    assert said(text, "end") == [day]


@pytest.mark.parametrize(
    "text", ["we march on", "it may close", "31 February 2021", "Berlin March", "C26.11.2021", "hier steht alles still"]
)
def test_no_dates(text: str) -> None:
    assert said(text, "start") + said(text, "end") == []


def test_what_ends_before_it_starts_is_not_read() -> None:
    assert said("from 1 May 2021 until 1 March 2021", "start") == []


def test_without_today_nothing_is_relative() -> None:
    assert statements("since last week, since Monday, since 3 March", None) == []


def test_causes() -> None:
    assert said("Closed due to a fire, since March", "cause") == ["a fire"]
    assert said("wegen Hochwasser", "cause") == ["Hochwasser"]


@given(st.text(max_size=300) | st.from_regex(r"(since|until|from|to)? ?[0-9]{1,2}[. /-][0-9]{1,2}[. /-]20[0-9]{2} ?%?"))
def test_any_text_is_read(text: str) -> None:
    for one in statements(text, TODAY):
        if one.field in ("start", "end"):
            date.fromisoformat(one.value)
        if one.field == "severity_likely":
            assert 0 < float(one.value) <= 1
