"""The embedded record: 80 disruptions, each with its source, as the research wrote them down."""

import csv
from pathlib import Path

import pytest

from graphs import classification
from graphs.disruption import Disruption
from graphs.valuechain import ValueChain
from tracker.record import embedded


@pytest.fixture(scope="module")
def records() -> list[Disruption]:
    return embedded([])


def test_there_are_eighty_in_order(records: list[Disruption]) -> None:
    assert [one.id for one in records] == [f"R{number:02d}" for number in range(1, 81)]


def test_each_has_a_source_and_a_date_within_its_years(records: list[Disruption]) -> None:
    for one in records:
        assert one.sources, one.id
        assert all(source.startswith(("https://", "http://")) for source in one.sources), one.id
        assert one.start is not None
        assert 2018 <= one.start.year <= 2025, one.id


def test_none_stands_twice(records: list[Disruption]) -> None:
    assert len({(one.title, one.start) for one in records}) == 80


def test_each_industry_is_in_the_shipped_chain(records: list[Disruption], estimate: ValueChain) -> None:
    industries = estimate.nodes.industry.unique()
    for one in records:
        for code in one.industries:
            assert any(classification.coverage([code], industry) for industry in industries), f"{one.id} {code}"


def test_it_says_what_the_research_wrote_down(records: list[Disruption], shared: Path) -> None:
    with (shared / "data" / "record" / "disruptions.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file))
    assert [one.title for one in records] == [row["title"].strip() for row in written]
    for one, row in zip(records, written, strict=True):
        assert list(one.sources) == [source.strip() for source in row["source_url"].split(";")], one.id
