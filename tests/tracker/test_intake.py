"""The way in: lenient in reading, complete in finding faults, and never anything but a record or its faults."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from graphs.organisation import Cluster
from tracker import intake
from tracker.conversation import Comment
from tracker.record import embedded
from tracker.tables import Row, Table

INDUSTRIES = ("A", "C10-C12", "C26", "C29", "H49", "H50")
ENOUGH = {"title": "Strike", "origin": "DE", "start": "2021-03-01"}


def read(**values: Any) -> Disruption:
    return intake.read(ENOUGH | values, INDUSTRIES)


def faults_of(**values: Any) -> list[str]:
    with pytest.raises(Faults) as found:
        read(**values)
    return [str(one) for one in found.value.faults]


def faults_of_csv(text: str) -> list[str]:
    with pytest.raises(Faults) as found:
        intake.read_csv(text, INDUSTRIES)
    return [str(one) for one in found.value.faults]


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("Taiwan", ("TW",)),
        ("tw", ("TW",)),
        ("  TW  ", ("TW",)),
        ("Germany", ("DE",)),
        ("Deutschland", ("DE",)),
        ("Allemagne", ("DE",)),
        ("GERMANY", ("DE",)),
        ("united   kingdom", ("GB",)),
        ("UK", ("GB",)),
        ("EL; Griechenland; Grèce; Greece", ("GR",)),
        ("DE; FR;IT ; ", ("DE", "FR", "IT")),
        (["Germany", " fr "], ("DE", "FR")),
        ("DE;de;Germany", ("DE",)),
        ("de21", ("DE21",)),
        ("world", ("WORLD",)),
    ],
)
def test_places_are_read_as_codes_or_names(written: Any, codes: tuple[str, ...]) -> None:
    assert read(origin=written).origin == codes
    assert read(felt=written).felt == codes


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("40 %", 0.4),
        ("40%", 0.4),
        (" 40 % ", 0.4),
        ("0,4", 0.4),
        ("0.4", 0.4),
        ("12,5 %", 0.125),
        (0.4, 0.4),
        (1, 1.0),
        (0, 0.0),
        ("100 %", 1.0),
        ("0 %", 0.0),
        ("1e-3", 0.001),
        (0.1 + 0.2, 0.1 + 0.2),
        (1 / 3, 1 / 3),
        (5e-324, 5e-324),
    ],
)
def test_severities_are_read_as_share_or_percentage(written: Any, share: float) -> None:
    assert read(severity_likely=written).severity_likely == share


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("140 %", "'140 %' is outside 0–100 %"),
        ("1.4", "'1.4' (that is 140 %) is outside 0–100 %"),
        (40, "'40' (that is 4000 %) is outside 0–100 %"),
        ("-1 %", "'-1 %' is outside 0–100 %"),
        ("half", "'half' is no share"),
        ("40 % of it", "'40 % of it' is no share"),
        ("1,000.5", "'1.000.5' is no share"),
        ("%", "'%' is no share"),
        (True, "'True' is no share"),
        (float("nan"), "'nan' is no share"),
        (float("inf"), "'inf' is no share"),
        ([0.4], "'[0.4]' is no share"),
        ({"a": 1}, "\"{'a': 1}\" is no share"),
        (10**60, "'1000"),
    ],
)
def test_other_severities_are_refused_in_words(written: Any, fault: str) -> None:
    [found] = faults_of(severity_high=written)
    assert found.startswith(f"severity_high: {fault}")
    assert found.endswith("; write 40 % or 0.4")


@pytest.mark.parametrize(
    "written", ["2021-03-23", "23.3.2021", "23.03.2021", " 2021-03-23 ", "20210323", date(2021, 3, 23), 20210323]
)
def test_days_are_read_as_iso_or_dotted(written: Any) -> None:
    assert read(start=written).start == date(2021, 3, 23)
    assert read(end=written).end == date(2021, 3, 23)
    assert intake.day("end", written) == date(2021, 3, 23)


@pytest.mark.parametrize(
    "written",
    [
        "soon",
        "23.13.2021",
        "31.2.2021",
        "2021-02-30",
        "03/23/2021",
        "2021-03",
        True,
        5,
        1.5,
        [],
        {"a": 1},
        "1.1.21",
        datetime(2021, 3, 23, 8),
        "2021-03-23T08:00",
    ],
)
def test_what_is_no_day_is_refused_in_words(written: Any) -> None:
    with pytest.raises(Faults) as found:
        intake.day("end", written)
    assert str(found.value).startswith("end: ")
    assert str(found.value).endswith(" is no date; write 2021-03-23")
    if written != []:
        assert faults_of(end=written) == [str(found.value)]


@pytest.mark.parametrize("written", ["", "   ", None, [], ()])
@pytest.mark.parametrize("name", [name for name in intake.FIELDS if name not in ENOUGH])
def test_empty_means_unknown(name: str, written: Any) -> None:
    assert read(**{name: written}) == read()


@pytest.mark.parametrize("name", ["title", "origin", "start"])
@pytest.mark.parametrize("written", ["", "  ", None, []])
def test_what_is_needed_may_not_be_empty(name: str, written: Any) -> None:
    [found] = faults_of(**{name: written})
    assert found.startswith(f"{name}: ")
    values = {key: value for key, value in ENOUGH.items() if key != name}
    with pytest.raises(Faults) as left_out:
        intake.read(values, INDUSTRIES)
    assert str(left_out.value) == found


@pytest.mark.parametrize(
    ("name", "written", "read_as"),
    [
        ("effect", " SUPPLY ", "supply"),
        ("horizon", "Short", "short"),
        ("confidence", "HIGH", "high"),
        ("source_kind", "Daily  Session", "daily session"),
        ("state", "Verified", "verified"),
        ("ecosystems", "agri-food; ELECTRONICS", ("Agri-food", "Electronics")),
        ("ecosystems", "mobility-transport-automotive", ("Mobility-Transport-Automotive",)),
        ("ecosystems", ["CULTURAL and  creative industries"], ("Cultural and creative industries",)),
        ("stages", "Inbound logistics;OPERATIONS", ("inbound logistics", "operations")),
        ("actions_required", "Funding; regulation", ("funding", "regulation")),
        ("industries", "c26; c10-c12 ;h", ("C26", "C10-C12", "H")),
        ("industries", "26.11", ("26.11",)),
        ("sources", " https://a.eu/x ; http://b.eu ", ("https://a.eu/x", "http://b.eu")),
        ("title", "  Strike  ", "Strike"),
        ("description", " a\nb ", "a\nb"),
    ],
)
def test_case_and_spaces_do_not_matter(name: str, written: Any, read_as: Any) -> None:
    assert getattr(read(**{name: written}), name) == read_as


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"origin": "Narnia"}, "origin: 'Narnia' is no known country or region"),
        ({"felt": "DE; Mordor"}, "felt: 'Mordor' is no known country or region"),
        ({"effect": "supplies"}, "effect: 'supplies' is not one of the words for this; did you mean supply?"),
        ({"effect": "fire"}, "effect: 'fire' is not one of the words for this; choose from: supply, demand, link"),
        (
            {"ecosystems": "Automotive"},
            "ecosystems: 'Automotive' is not one of the words for this; did you mean Mobility-Transport-Automotive?",
        ),
        ({"industries": "Z99"}, "industries: 'Z99' is no industry of this value chain; write NACE codes"),
        ({"industries": "C24"}, "industries: 'C24' is no industry of this value chain; write NACE codes"),
        ({"sources": "javascript:alert(1)"}, "sources: 'javascript:alert(1)' is no web address"),
        ({"sources": "www.a.eu"}, "sources: 'www.a.eu' is no web address"),
        ({"end": "2021-02-01"}, "end: 2021-02-01 is before the start 2021-03-01"),
        ({"start": "1789-07-14"}, "start: 1789-07-14 is out of range; give a day from 1990-01-01 to 2100-01-01"),
        ({"end": "9999-12-31"}, "end: 9999-12-31 is out of range"),
        ({"state": "resolved"}, "end: a resolved disruption has no end; give the last day"),
        ({"severity_low": "50 %", "severity_high": "20 %"}, "severity_low: low, likely and high are 0.5, 0.2"),
        ({"title": "x" * 301}, "title: has 301 characters; shorten it to 300"),
        ({"title": "a\x00b"}, "title: holds control characters"),
        ({"title": "a\ud800b"}, "title: holds control characters"),
        ({"title": 3}, "title: 3 is not text; write text"),
        ({"cause": True}, "cause: True is not text; write text"),
        ({"note": ["a"]}, "note: ['a'] is not text; write text"),
        ({"origin": 3}, "origin: 3 is not a list of texts; write texts separated by ;"),
        ({"origin": ["DE", 3]}, "origin: ['DE', 3] is not a list of texts"),
        ({"ecosystems": {"a": 1}}, "ecosystems: {'a': 1} is not a list of texts"),
        ({"colour": "red"}, "colour: is not a field of a disruption; the fields are title, origin"),
        (
            {"severity": "40 %"},
            "severity: is not a field of a disruption; did you mean severity_low or severity_likely",
        ),
    ],
)
def test_a_fault_is_named_with_its_field_and_its_mend(values: dict[str, Any], fault: str) -> None:
    [found] = faults_of(**values)
    assert found.startswith(fault)
    assert "; " in found


def test_all_faults_are_found_at_once() -> None:
    found = faults_of(
        title=" ",
        origin="Narnia; Mordor",
        start="soon",
        end="later",
        effect="fire",
        severity_likely="140 %",
        industries="Z99",
        ecosystems="Magic",
        sources="ftp://a",
        colour="red",
    )
    assert sorted(fault.partition(":")[0] for fault in found) == sorted(
        [
            "title",
            "origin",
            "origin",
            "start",
            "end",
            "effect",
            "severity_likely",
            "industries",
            "ecosystems",
            "sources",
            "colour",
        ]
    )


def test_without_a_chain_any_industry_code_will_do() -> None:
    assert intake.read(ENOUGH | {"industries": "C24; cars"}, []).industries == ("C24", "cars")


def test_a_hostile_title_is_a_title() -> None:
    title = "<img src=x onerror=alert(1)>href"
    assert read(title=title).title == title


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
TEXT = st.text(st.characters(exclude_categories=()), max_size=40) | st.text(
    "0123456789.,-+%eE; CDE_T:/Ħ²٣", max_size=20
)


def outcome(function: Callable[..., Any], *given: Any) -> tuple[Any, tuple[Fault, ...]]:
    """What it gives, or its faults; anything else is raised."""
    try:
        return function(*given), ()
    except Faults as found:
        return None, found.faults


@given(st.dictionaries(st.sampled_from(intake.FIELDS) | st.text(max_size=5), TEXT | JSON, max_size=6), st.booleans())
def test_anything_is_a_record_or_its_faults(values: dict[str, Any], enough: bool) -> None:
    record, faults = outcome(intake.read, (ENOUGH if enough else {}) | values, INDUSTRIES)
    if record is None:
        assert faults
        assert all(one.fault and one.mend for one in faults)
    else:
        stored = json.dumps(record.to_dict(), ensure_ascii=False).encode("utf-8")
        assert Disruption.from_dict(json.loads(stored)) == record, "what is read can be kept"
        assert intake.read(record.to_dict(), INDUSTRIES) == record, "what was kept can be read again"


@given(st.sampled_from(intake.FIELDS), TEXT)
def test_any_text_in_any_field_is_a_record_or_its_faults(name: str, text: str) -> None:
    record, faults = outcome(intake.read, ENOUGH | {name: text}, INDUSTRIES)
    assert isinstance(record, Disruption) or name in {one.field for one in faults} | {"end", "start", "state"}


@given(TEXT | st.text(st.sampled_from('title,origin;start\n\r"\ufeff\x00DE2021-03-01 '), max_size=80))
def test_any_file_is_records_or_their_faults(text: str) -> None:
    for whole in (text, "title,origin,start\n" + text, "title,origin,start\nStrike,DE,2021-03-01" + text):
        records, faults = outcome(intake.read_csv, whole, INDUSTRIES)
        assert all(isinstance(one, Disruption) for one in records or [])
        assert all(one.where.startswith("row ") for one in faults)


def test_a_csv_is_read() -> None:
    text = "title,origin,start,severity_likely\nStrike,Germany,1.3.2021,40 %\nFlood,FR; IT,2021-04-01,\n"
    one, two = intake.read_csv(text, INDUSTRIES)
    assert (one.title, one.origin, one.severity_likely) == ("Strike", ("DE",), 0.4)
    assert (two.title, two.origin, two.severity_likely) == ("Flood", ("FR", "IT"), None)


ROW = "Strike,DE,2021-03-01"


@pytest.mark.parametrize(
    "text",
    [
        "title,origin,start\nStrike,DE,2021-03-01\n",
        "\ufefftitle,origin,start\nStrike,DE,2021-03-01\n",
        "title;origin;start\nStrike;DE;2021-03-01\n",
        "\ufefftitle;origin;start\r\nStrike;DE;2021-03-01\r\n",
        "title,origin,start\rStrike,DE,2021-03-01\r",
        "title,origin,start\nStrike,DE,2021-03-01",
        " title , origin , start \n Strike , DE , 2021-03-01 \n",
        '"title","origin","start"\n"Strike","DE","2021-03-01"\n',
        "start,title,origin\n2021-03-01,Strike,DE\n",
        "title,origin,start,note\nStrike,DE,2021-03-01\n",
        "title,origin,start\n\nStrike,DE,2021-03-01\n\n",
    ],
)
def test_the_usual_kinds_of_csv_say_the_same(text: str) -> None:
    assert intake.read_csv(text, INDUSTRIES) == [read()]


@pytest.mark.parametrize("blank", [",,\n", " , ,\n", '"",,\n'])
def test_rows_without_any_value_are_left_out(blank: str) -> None:
    """Spreadsheets leave such rows at the end of what they save."""
    assert intake.read_csv(f"title,origin,start\n{ROW}\n{blank}{blank}", INDUSTRIES) == [read()]


def test_column_names_are_read_without_regard_to_case() -> None:
    assert intake.read_csv("Title,ORIGIN,Start\nStrike,DE,2021-03-01\n", INDUSTRIES) == [read()]


def test_quoted_cells_hold_newlines_and_separators() -> None:
    text = 'title,origin,start,description\n"a, b; ""c""","DE;FR",2021-03-01,"one\ntwo"\nNext,,2021-03-01,\n'
    assert faults_of_csv(text) == [
        "row 3, cell B3, origin: no place is given; say where it happens: a country, a region, EU or WORLD"
    ]
    [record] = intake.read_csv(text.replace("Next,,2021-03-01,\n", ""), INDUSTRIES)
    assert (record.title, record.origin, record.description) == ('a, b; "c"', ("DE", "FR"), "one\ntwo")


def test_a_blank_row_counts_where_faults_are_named() -> None:
    """A spreadsheet shows the second record of this file in its row 5."""
    [found] = faults_of_csv(f"title,origin,start\n{ROW}\n\n\nFlood,Narnia,2021-03-01\n")
    assert found.startswith("row 5, cell B5, origin: 'Narnia'")


def test_every_fault_of_every_row_is_found() -> None:
    text = (
        "title,origin,start,end,severity_likely\n"
        ",Narnia,2021-03-01,,\n"
        "Strike,DE,2021-03-01,,\n"
        "Flood,FR,2021-03-01,2021-02-01,140 %\n"
        "Drought,,soon,,0.1\n"
    )
    found = [fault.split(": ")[0] for fault in faults_of_csv(text)]
    assert sorted(found) == [
        "row 2, cell A2, title",
        "row 2, cell B2, origin",
        "row 4, cell D4, end",
        "row 4, cell E4, severity_likely",
        "row 5, cell B5, origin",
        "row 5, cell C5, start",
    ]


def test_too_many_cells_are_a_fault_of_that_row() -> None:
    found = faults_of_csv(f"title,origin,start\n{ROW}\nNo chips, none at all,TW,2021-03-01\n,,2021-03-01\n")
    assert (
        found[0] == "row 3: has more cells than the first row; give it a column, or quote cells that hold the separator"
    )
    assert [one.split(":")[0] for one in found[1:]] == ["row 4, cell A4, title", "row 4, cell B4, origin"]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", ["start", "title"]),
        ("\ufeff", ["start", "title"]),
        ("\n\n\n", ["start", "title"]),
        ("origin\nDE\n", ["start", "title"]),
        ("title,origin\nStrike,DE\n", ["start"]),
        ("title,origin,start,colour,mood\nStrike,DE,2021-03-01,red,low\n", ["colour", "mood"]),
        ("title,colour\nStrike,red\n", ["start", "colour"]),
    ],
)
def test_columns_that_are_missing_or_unknown_are_all_named(text: str, fields: list[str]) -> None:
    assert [one.split(":")[0] for one in faults_of_csv(text)] == [f"row 1, {name}" for name in fields]


def test_a_column_that_stands_twice_is_a_fault() -> None:
    found = faults_of_csv("title,title,origin,start\nOne,Two,DE,2021-03-01\n")
    assert any(one.startswith("row 1, title: ") for one in found)


def test_a_file_with_only_a_header_holds_no_records() -> None:
    assert intake.read_csv("title,origin,start\n", INDUSTRIES) == []
    assert intake.read_csv("title,origin,start", INDUSTRIES) == []


def test_ten_thousand_rows_are_read_and_no_more() -> None:
    head = "title,origin,start\n"
    assert len(intake.read_csv(head + f"{ROW}\n" * 10_000, INDUSTRIES)) == 10_000
    assert faults_of_csv(head + f"{ROW}\n" * 10_001) == ["row 10002: more than 10,000 rows; split the file"]
    many = faults_of_csv(head + ",DE,2021-03-01\n" * 10_050)
    assert len(many) == 10_001


def test_nul_bytes_are_a_fault_in_words() -> None:
    [found] = faults_of_csv("title,origin,start\nStr\x00ike,DE,2021-03-01\n")
    assert found == "row 2, cell A2, title: holds control characters; type it again as plain text"


@pytest.mark.parametrize("length", [25_000, 131_072, 131_073, 2_000_000])
def test_a_huge_cell_is_a_fault_in_words(length: int) -> None:
    found = faults_of_csv(f"title,origin,start,description\n{ROW},{'x' * length}\nFlood,Narnia,2021-03-01,\n")
    assert found[0].startswith("row 2")
    assert len("".join(found)) < 2_000, "the cell is not said back"


def test_the_embedded_record_survives_a_csv() -> None:
    records = embedded([])
    file = io.StringIO()
    writer = csv.DictWriter(file, intake.FIELDS)
    writer.writeheader()
    for one in records:
        values = one.to_dict()
        writer.writerow(
            {name: "; ".join(value) if isinstance(value, list) else value for name, value in values.items()}
        )
    assert intake.read_csv(file.getvalue(), []) == records


def test_the_embedded_record_survives_json() -> None:
    for one in embedded([]):
        assert intake.read(json.loads(json.dumps(one.to_dict())), []) == one


# Tables of any kind, row by row.


def table(text: str) -> Table:
    """A table as a spreadsheet shows it: columns and cells separated by |, the names in row 1."""
    head, *rows = [tuple(line.split("|")) for line in text.split("\n")]
    return Table(head, tuple(Row(number, cells) for number, cells in enumerate(rows, start=2)))


CLUSTERS = "Name|members_industry|Country|\nChips|12|Poland|\n||| \nCars|a dozen|Narnia|\nShips|0||\n|1|DE|"


def test_each_row_of_a_table_is_a_record_or_its_faults() -> None:
    chips, cars, ships, unnamed = intake.readings(table(CLUSTERS), INDUSTRIES, "cluster")
    assert [one.row.number for one in (chips, cars, ships, unnamed)] == [2, 4, 5, 6]
    assert chips.record == Cluster("Chips", "PL", members_industry=12)
    assert ships.record == Cluster("Ships", members_industry=0)
    assert (chips.faults, ships.faults, cars.record, unnamed.record) == ((), (), None, None)
    assert [str(one) for one in cars.faults + unnamed.faults] == [
        "row 4, cell B4, members_industry: 'a dozen' is no whole number; write it in digits: 1200",
        "row 4, cell C4, country: 'Narnia' is no known country; write an ISO code (DE), or EU",
        "row 6, cell A6, name: is empty; write the name of the cluster",
    ]


def test_a_table_is_read_whole_or_not_at_all() -> None:
    with pytest.raises(Faults) as found:
        intake.read_table(table(CLUSTERS), INDUSTRIES, "cluster")
    assert [one.where for one in found.value.faults] == ["row 4, cell B4", "row 4, cell C4", "row 6, cell A6"]
    good = table("name|country\nChips|PL\nCars|DE")
    assert intake.read_table(good, INDUSTRIES, "cluster") == [Cluster("Chips", "PL"), Cluster("Cars", "DE")]


def test_columns_are_refused_before_any_row_is_read() -> None:
    with pytest.raises(Faults) as found:
        intake.readings(table("title|country\nChips|PL"), INDUSTRIES, "cluster")
    assert [str(one).partition(";")[0] for one in found.value.faults] == [
        "row 1, name: the column is missing",
        "row 1, title: is not a field of a cluster",
    ]


def test_a_fault_of_a_field_without_a_column_names_its_row() -> None:
    [reading] = intake.readings(table("about|said_by\nD81|Ana"), [], "evidence")
    assert [str(one).partition(":")[0] for one in reading.faults] == ["row 2, address"]


def test_the_row_after_the_last_that_is_allowed_is_a_fault_and_the_end() -> None:
    long = Table(("about", "text"), tuple(Row(number, ("D1", "x")) for number in range(2, 10_010)))
    *good, last = intake.readings(long, [], "comment")
    assert len(good) == 10_000
    assert all(one.record for one in good)
    assert [str(one) for one in last.faults] == ["row 10002: more than 10,000 rows; split the file"]


def test_rows_are_read_one_by_one() -> None:
    """So that somebody who waits for many can be told how far it is."""
    rows = intake.readings(Table(("about", "text"), (Row(2, ("D1", "x")),) * 3), [], "comment")
    assert next(rows).record == Comment("D1", "x")
    assert len(list(rows)) == 2


def test_industries_of_every_kind_are_those_of_the_chain() -> None:
    for kind in ("cluster", "practice"):
        with pytest.raises(Faults) as found:
            intake.read({"name" if kind == "cluster" else "title": "x", "industries": "Z99"}, INDUSTRIES, kind)
        assert [str(one).partition(";")[0] for one in found.value.faults] == [
            "industries: 'Z99' is no industry of this value chain"
        ]


def test_an_unknown_kind_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError, match="dragon"):
        intake.read({}, [], "dragon")
