"""A quick log: one row for each line, whatever stands in it, and nothing lost."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.errors import Faults
from tracker import intake
from tracker.forms import quicklog
from tracker.forms.quicklog import QuickLine, parse

INDUSTRIES = ("C26", "C29", "I", "H49", "H52")
TODAY = date(2021, 3, 24)


def one(line: str) -> QuickLine:
    [found] = parse(line, INDUSTRIES, TODAY)
    return found


@pytest.mark.parametrize(
    "front",
    [
        "- ",
        "* ",
        "• ",
        "1. ",
        "12) ",
        "(3) ",
        "a) ",
        "08:41 ",
        "[08:41] ",
        "8:41: ",
        "10.15 Uhr ",
        "[x] ",
        "- 08:41 - ",
        "  – ",
    ],
)
def test_fronts_are_taken_off(front: str) -> None:
    assert one(f"{front}No chips from Taiwan").values["title"] == "No chips from Taiwan"


@pytest.mark.parametrize(
    ("line", "title", "note"),
    [
        ("Ana (Cluster X): no chips", "no chips", "said by Ana (Cluster X)"),
        ("09:10 Marie Curie: no chips", "no chips", "said by Marie Curie"),
        ("Italy: hotels empty", "Italy: hotels empty", None),
        ("Textiles: orders down", "Textiles: orders down", None),
        ("Rhine: low water", "Rhine: low water", None),
    ],
)
def test_who_says_it_goes_to_the_note(line: str, title: str, note: str | None) -> None:
    values = one(line).values
    assert (values["title"], values.get("note")) == (title, note)


def test_blank_lines_and_comments_are_skipped_and_numbers_are_those_of_an_editor() -> None:
    found = parse("# call\n\n- \r\n// more\nStrike in FR\n\nStrike in DE\n", INDUSTRIES, TODAY)
    assert [(line.number, line.raw) for line in found] == [(5, "Strike in FR"), (7, "Strike in DE")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Ports stand still | FR, BE | H52 | 40 % | since 2021-03-01 | until 15.3.2021 | supply",
            {"origin": ("FR", "BE"), "industries": ("H52",), "severity_likely": 0.4, "start": date(2021, 3, 1),
             "end": date(2021, 3, 15), "effect": "supply"},
        ),
        ("No chips | Taiwan | 20-40 %", {"origin": ("TW",), "severity_low": 0.2, "severity_high": 0.4, "start": TODAY}),
        (
            "No chips origin=Taiwan; severity=40 %; start=2021-03-01; industries=C26, C29",
            {"origin": ("TW",), "severity_likely": 0.4, "start": date(2021, 3, 1), "industries": ("C26", "C29")},
        ),
        (
            "Closed | ITC4 | source=https://x.org/?origin=FR",
            {"origin": ("ITC4",), "sources": ("https://x.org/?origin=FR",)},
        ),
        (
            "Closed | EU | Proximity, social economy and civil security | https://x.org/a,b",
            {"ecosystems": ("Proximity, social economy and civil security",), "sources": ("https://x.org/a,b",)},
        ),
        ("Halted | French ports | in the last week", {"origin": ("FR",), "industries": ("H52",)}),
        ("title=Strike; place=Spain", {"title": "Strike", "origin": ("ES",)}),
    ],
)  # fmt: skip
def test_explicit_notations(line: str, expected: dict[str, Any]) -> None:
    found = one(line)
    record = intake.read(found.values, INDUSTRIES)
    assert {name: getattr(record, name) for name in expected} == expected


def test_what_is_written_goes_before_what_is_suggested() -> None:
    found = one("Strike in France | Spain")
    assert found.values["origin"] == ["Spain"]
    assert not [suggestion for suggestion in found.suggestions if suggestion.field == "origin"]


def test_free_text_is_filled_in_with_its_reasons() -> None:
    found = one("Car plants in Germany stopped, output down by a third since last week")
    record = intake.read(found.values, INDUSTRIES)
    assert (record.origin, record.industries, record.severity_likely) == (("DE",), ("C29",), 0.333)
    assert record.start == date(2021, 3, 15)
    assert all(suggestion.because for suggestion in found.suggestions)
    assert found.faults == ()


def test_the_day_of_the_call_is_a_suggestion_too() -> None:
    found = one("Strike in France")
    assert found.values["start"] == "2021-03-24"
    assert "no date is said" in found.suggestions[-1].because


def test_faults_keep_the_line() -> None:
    found = one("- Strike | Nowhere at all | 140 %")
    assert found.values["title"] == "Strike"
    assert "Nowhere at all" in found.values["description"]
    assert [(fault.where, fault.field) for fault in found.faults] == [
        ("line 1", ""), ("line 1", "severity_likely"), ("line 1", "origin"),
    ]  # fmt: skip


def test_a_name_that_stands_twice_is_a_fault() -> None:
    assert [fault.field for fault in one("Strike origin=FR; place=ES").faults] == ["origin"]


def test_a_long_line_comes_back_with_its_fault() -> None:
    line = "strike in France " * 100
    found = one(line)
    assert found.raw == line
    assert found.values["description"] == line.strip()
    assert len(found.values["title"]) == 300
    assert "write at most 1,000" in found.faults[0].mend


def test_too_many_lines_are_refused() -> None:
    parse("x\n\n" * quicklog.MOST_LINES, INDUSTRIES, TODAY)
    with pytest.raises(Faults, match="501 lines"):
        parse("x\n" * (quicklog.MOST_LINES + 1), INDUSTRIES, TODAY)


PIECES = st.sampled_from(
    ["|", "=", "origin=", "start=", "title=", "severity=", "40 %", "FR", "since ", "2021-03-01", ";", " ", "Ana (X): ",
     "- ", "08:41 ", "\n", "strike", "https://x.org", "#", "C26", "\x00", "\ud800", "2021-02-31", "until "]
)  # fmt: skip


@given(st.text(max_size=300) | st.lists(PIECES, max_size=40).map("".join))
def test_no_line_is_lost_and_nothing_raises(text: str) -> None:
    found = parse(text, INDUSTRIES, TODAY)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [line.raw for line in found] == [lines[line.number - 1] for line in found]
    assert [line.number for line in found] == sorted({line.number for line in found})
    numbers = {line.number for line in found}
    for line in (line for number, line in enumerate(lines, start=1) if number not in numbers):
        comment = line.lstrip().startswith(("#", "//"))
        assert comment or not re.search(r"[^\W\d_]{2}", line.replace("Uhr", ""))  # at most bullets and times
    for line in found:
        assert line.values["title"].strip()
        try:
            intake.read(line.values, INDUSTRIES)
        except Faults:
            assert line.faults


@given(st.lists(st.text("abcdefghij", min_size=3, max_size=9), min_size=1, max_size=30))
def test_every_word_of_a_line_is_kept(words: list[str]) -> None:
    found = one(" | ".join(words))
    kept = " ".join(str(value) for value in found.values.values())
    assert all(word in kept for word in words)
