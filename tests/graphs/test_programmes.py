"""Programmes: the shipped table, a table of one's own with every fault at once, and who could pay."""

import itertools
from datetime import date
from pathlib import Path

import pytest

from graphs.classification import ECOSYSTEMS
from graphs.errors import Faults
from graphs.programmes import COLUMNS, could_pay, programmes
from graphs.recommendation import THEMES, Action, Practice

ON = date(2025, 1, 1)


def test_the_shipped_table_says_where_its_facts_stand() -> None:
    found = programmes()
    assert len({one.name for one in found}) == len(found) == 18
    for one in found:
        number = one.act.removeprefix("(EU) ")
        assert one.source_url == f"https://eur-lex.europa.eu/eli/reg/{number}/oj", one.name
        assert set(one.framework) <= {"Multiannual Financial Framework 2021–2027", "Next Generation EU"}
        assert one.first < one.last <= date(2027, 12, 31)


def write(path: Path, *rows: str) -> Path:
    file = path / "own.csv"
    file.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", "utf-8")
    return file


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    row = "Land fund,Decision 7,National,2024-01-01,2026-12-31,Looms,skills; funding,Textiles,https://land.eu/fund"
    [one] = programmes(write(tmp_path, row))
    assert (one.name, one.themes, one.ecosystems) == ("Land fund", ("skills", "funding"), ("Textiles",))
    found = could_pay(Action("Teach weavers", theme="skills", ecosystems=("Textiles", "Retail")), [one], ON)
    assert [(pay.reasons, pay.over) for pay in found] == [(("funds skills", "is for Textiles"), False)]


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    rows = (
        "Fund,A,N,soon,2026-12-31,Looms,skils,Moon,ftp://x",
        ",A,N,2026-01-01,2025-01-01,Looms,skills,,https://x.eu",
        "Fund,A,N,2024-01-01,2026-12-31,,,,",
    )
    with pytest.raises(Faults) as found:
        programmes(write(tmp_path, *rows))
    told = [(one.where, one.field) for one in found.value.faults]
    assert told == [
        *(("own.csv row 2", field) for field in ("first", "themes", "ecosystems", "source_url")),
        *(("own.csv row 3", field) for field in ("name", "last")),
        *(("own.csv row 4", field) for field in ("funds", "name", "themes", "source_url")),
    ]


@pytest.mark.parametrize("text", [None, "name,act\nFund,A\n", b"\xff\xfe\x00"])
def test_a_file_that_is_no_such_table(tmp_path: Path, text: str | bytes | None) -> None:
    file = tmp_path / "own.csv"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Faults) as found:
        programmes(file)
    assert len(found.value.faults) == (7 if isinstance(text, str) else 1)


def test_nothing_is_promised_that_the_table_does_not_say() -> None:
    known = programmes()
    for theme, ecosystem in itertools.product(THEMES, [None, *ECOSYSTEMS]):
        record = Practice("Shared", theme=theme, ecosystems=(ecosystem,) if ecosystem else ())
        for one in could_pay(record, known, ON, most=99):
            assert theme in one.programme.themes
            assert not one.programme.ecosystems or ecosystem in one.programme.ecosystems
            assert one.over == (one.programme.last < ON)


def test_without_a_theme_nothing_can_be_said() -> None:
    assert could_pay(Action("Something", actions_required=("funding",)), programmes(), ON) == []


def test_what_is_over_stands_last_and_says_so() -> None:
    found = could_pay(Action("Loans", theme="funding"), programmes(), date(2027, 1, 1), most=99)
    assert [one.programme.name for one in found if one.over] == ["REACT-EU", "Recovery and Resilience Facility"]
    assert [one.over for one in found] == sorted(one.over for one in found)
