"""Scores as CSV: every column explained, numbers that stay numbers, and no live formula."""

import csv
import dataclasses
import io
import re
from datetime import date

import pandas as pd
import pytest

from graphs.assessment import Assessment, assess
from graphs.disruption import Disruption
from graphs.fields import fields
from graphs.method import Method
from graphs.valuechain import ValueChain
from reports.briefing import Briefing
from reports.to_csv import tables_to_csv, to_csv

ON = date(2021, 3, 1)
STRIKE = Disruption("Strike", ("DE",), ON, "D1", effect="supply", severity_likely=0.4)
NUMBERS = [
    "score",
    "score_low",
    "score_high",
    "structure",
    "state",
    "output_meur",
    "loss_meur",
    "loss_low_meur",
    "loss_high_meur",
    "loss_share",
]
HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "a\r=1+1",
    "a\n=1+1",
    "a\r\n=1+1,b",
    'a"\n"=1+1',
    "a | =1+1",
    "a,=1+1",
    "a;=1+1",
    "a\t=1+1",
    "|=1+1",
    "%0A=1+1",
    "'=1+1",
    '"=1+1"',
]


def of(chain: ValueChain, *records: Disruption, on: date = ON) -> Assessment:
    return assess(chain, records, on, Method())


def table(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text))


def cells(text: str) -> list[str]:
    """Cells as different programs would cut them: by comma, semicolon or tab, rows ending with either sign."""
    found = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    return [*found, *(cell for row in csv.reader(text.splitlines()) for cell in row)]


def test_every_column_is_explained(toy: ValueChain) -> None:
    found = table(to_csv([of(toy, STRIKE)]))
    assert [column for column in found.columns if column not in fields().index] == []
    assert len(set(found.columns)) == len(found.columns)
    assert list(found.columns[:4]) == ["on", "level", "key", "label"]


def test_every_score_has_its_row(toy: ValueChain) -> None:
    assessment = of(toy, STRIKE)
    found = table(to_csv([assessment])).set_index(["level", "key"])
    assert list(found.index) == list(assessment.scores.index)
    for name in NUMBERS:
        assert found[name].to_numpy() == pytest.approx(assessment.scores[name].to_numpy(), abs=1e-6)
    assert list(found.label) == list(assessment.scores.label)
    assert set(found.on) == {"2021-03-01"}
    assert set(found.method_version.astype(str)) == {Method().version}
    assert set(found.chain_is_estimate) == {False}


def test_numbers_stay_numbers(toy: ValueChain, estimate: ValueChain) -> None:
    for text in (to_csv([of(toy, STRIKE)]), to_csv([of(toy)]), to_csv([of(estimate, STRIKE)])):
        found = table(text)
        for name in NUMBERS:
            assert pd.api.types.is_numeric_dtype(found[name]), name
            assert found[name].notna().all()
        weeks = found.recovery_weeks.dropna()
        assert (weeks == weeks.round()).all()
        assert "e-" not in text.replace("e-free", "").split("\n")[1].partition(",EU27,")[2].partition(',"')[0]


def test_a_loss_that_does_not_recover_is_an_empty_cell(toy: ValueChain) -> None:
    endless = dataclasses.replace(STRIKE, end=date(2022, 3, 1))
    found = table(to_csv([of(toy, endless)])).set_index(["level", "key"])
    assert pd.isna(found.recovery_weeks[("country", "DE")])
    assert ".0" not in to_csv([of(toy)]).split("\n")[1].split(",")[14]


def test_both_dates_are_in_one_table(toy: ValueChain) -> None:
    first, second = of(toy, STRIKE), of(toy, STRIKE, on=date(2022, 1, 1))
    text = to_csv([first, second])
    found = table(text)
    assert found.on.value_counts().to_dict() == {"2021-03-01": len(first.scores), "2022-01-01": len(second.scores)}
    assert text.count("on,level,key") == 1
    assert to_csv([first]) == "".join(f"{line}\n" for line in text.splitlines()[: len(first.scores) + 1])


def test_reasons_are_the_largest_first(toy: ValueChain) -> None:
    assessment = of(toy, STRIKE)
    found = table(to_csv([assessment])).set_index(["level", "key"])
    reasons = found.reasons[("country", "DE")].split(" | ")
    expected = assessment.reasons("country", "DE")
    assert reasons == [f"{one.points:.2f}: {one.text}" for one in expected][:8]
    assert any("Strike" in one for one in reasons)


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_becomes_a_formula(toy: ValueChain, title: str) -> None:
    text = to_csv([of(toy, dataclasses.replace(STRIKE, title=title))])
    found = table(text)
    plain = table(to_csv([of(toy, STRIKE)]))
    assert found.shape == plain.shape, "the rows stay rows"
    pd.testing.assert_frame_equal(found.drop(columns="reasons"), plain.drop(columns="reasons"))
    for cell in cells(text):
        assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
        assert not cell.startswith("-") or cell.removeprefix("-").replace(".", "").isdigit(), cell


@pytest.mark.parametrize("label", HOSTILE)
def test_no_label_or_key_of_a_chain_becomes_a_formula(label: str) -> None:
    base = ValueChain.from_matrix(["DE_A", "FR_B"], [[0, 10], [5, 0]], [90, 50])
    nodes = base.nodes.assign(label=[label, "plain"], country=["DE", "FR"])
    chain = ValueChain(nodes, base.flows, base.final_demand, base.meta)
    text = to_csv([of(chain)])
    assert len(table(text)) == len(of(chain).scores)
    for cell in cells(text):
        assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell


@pytest.mark.parametrize("key", ["=1+1", "@SUM(1)", "+1", '=HYPERLINK("x")', "-1+1"])
def test_no_key_of_a_chain_becomes_a_formula(key: str) -> None:
    base = ValueChain.from_matrix(["DE_A", "FR_B"], [[0, 10], [5, 0]], [90, 50])
    keys = pd.Index([key, "FR_B"], name="key")
    nodes = base.nodes.set_index(keys).assign(label="plain", industry=[key, "B"])
    demand = base.final_demand.set_axis(keys)
    text = to_csv([of(ValueChain(nodes, base.flows, demand, base.meta))])
    for cell in cells(text):
        assert not cell.startswith(("=", "+", "@")), cell
        assert not cell.startswith("-") or cell.removeprefix("-").replace(".", "").isdigit(), cell


def test_a_chain_outside_the_eu_has_an_empty_table() -> None:
    chain = ValueChain.from_matrix(["TW_C26", "US_C26"], [[0, 10], [0, 0]], [90, 50])
    found = table(to_csv([of(chain)]))
    assert len(found) == 0
    assert "score" in found.columns


def test_each_file_reads_the_same_again(toy: ValueChain) -> None:
    text = to_csv([of(toy, dataclasses.replace(STRIKE, title='a "b", c; d\ne'))])
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert any('a "b", c; d' in row["reasons"] for row in rows)
    assert len(rows) == len(of(toy).scores)


def test_the_tables_of_a_report(briefing: Briefing, hostile: tuple[str, ...]) -> None:
    texts = tables_to_csv(briefing)
    assert list(texts) == ["disruptions", "links", "none", "columns"]
    found = table(texts["disruptions"])
    ends = ["report", "on", "chain", "method", "position_of_the_log", "licence"]
    assert list(found) == ["title", "start", "loss_meur", "loss_share", "deaths", *ends]
    assert found.loc[1, "title":"on"].tolist() == [
        "Strike 1",
        "2020-01-02",
        1234.56,
        1 / 120,
        1,
        "2020-W17",
        "2020-04-26",
    ]
    assert found.loss_meur.isna().sum() == 18, "what is not known is empty"
    assert len(found) == 120
    assert hostile[3] in set(found.title)


def test_the_columns_of_a_report_are_described(briefing: Briefing) -> None:
    told = table(tables_to_csv(briefing)["columns"]).set_index(["table", "column"])
    assert len(told) == sum(len(one.columns) for one in briefing.tables)
    assert told.loc[("disruptions", "loss_share")].tolist() == ["Share lost", "%", "the same as a share of output"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_report_is_computed(briefing: Briefing, text: str) -> None:
    first = dataclasses.replace(briefing.tables[2], rows=((text,),))
    texts = tables_to_csv(dataclasses.replace(briefing, parts=(first,), provenance=(("Chain", text),)))
    assert not [cell for cell in cells(texts["none"]) if re.match(r"\s*[=+\-@＝＋－＠]|[\t\r\n]", cell)]
