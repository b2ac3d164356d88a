"""Exposed links: what does not come now, and whose failure would hit most, against sums done by hand."""

from datetime import date

import numpy as np
import pytest

from graphs.assessment import assess
from graphs.disruption import Disruption
from graphs.explanation import explain, missing_share
from graphs.exposure import critical_links, missing_goods
from graphs.method import Method
from graphs.metrics.replacement import expected_loss_of_a_random_supplier, loss_without_supplier
from graphs.valuechain import ValueChain

ON = date(2021, 3, 1)
CHIPS = Disruption("No chips", ("TW",), ON, "D1", industries=("C26",), effect="supply", severity_likely=0.4)
BAN = Disruption(
    "Ban",
    ("TW",),
    ON,
    "D2",
    industries=("C26",),
    felt=("DE",),
    effect="link",
    severity_likely=0.5,
    end=date(2022, 1, 1),
)


def test_what_is_missing_is_the_flow_times_what_its_supplier_is_short_of(toy: ValueChain) -> None:
    found = assess(toy, [CHIPS], ON, Method())
    table = missing_goods(toy, found)
    row = table[(table.supplier == "TW_C26") & (table.buyer == "DE_C29")].iloc[0]
    short = found.short_share[toy.keys.get_loc("TW_C26")]
    assert row.missing_share == pytest.approx(short)
    assert row.missing_meur == pytest.approx(40 * short * Method().horizon_weeks / 52)
    assert explain(toy, found).felt[0].ways[0][0].missing_share == pytest.approx(row.missing_share)


def test_a_cut_link_is_missing_too(toy: ValueChain) -> None:
    found = assess(toy, [BAN], ON, Method())
    table = missing_goods(toy, found)
    row = table[(table.supplier == "TW_C26") & (table.buyer == "DE_C29")].iloc[0]
    assert row.missing_share == pytest.approx(0.5, abs=1e-9), "half is cut over all of the horizon"
    assert "FR_C29" not in set(table.buyer[table.supplier == "TW_C26"]), "France is served as before"


def test_only_links_into_the_eu_from_another_country_are_named(toy: ValueChain) -> None:
    for table in (missing_goods(toy, assess(toy, [CHIPS], ON, Method()), 99), critical_links(toy, Method(), 99)):
        assert len(table)
        assert {one[:2] for one in table.buyer} <= {"DE", "FR"}
        assert all(one.supplier[:2] != one.buyer[:2] for one in table.itertuples())


def test_nothing_is_missing_on_a_calm_day(toy: ValueChain) -> None:
    calm = assess(toy, [], ON, Method())
    assert missing_goods(toy, calm).empty
    assert not missing_share(toy, calm).any()


def test_the_most_critical_link_comes_first_and_so_many_are_told(toy: ValueChain) -> None:
    table = critical_links(toy, Method(), 3)
    assert len(table) == 3
    assert table.buyer_loss_meur.is_monotonic_decreasing
    output = toy.output[[toy.keys.get_loc(one) for one in table.buyer]]
    assert table.buyer_loss_meur.to_numpy() == pytest.approx(table.buyer_loss_share.to_numpy() * output / 52)


def test_the_random_supplier_is_the_mean_of_the_suppliers(toy: ValueChain) -> None:
    lost, flow = loss_without_supplier(toy), toy.inputs.flow_meur
    into = (toy.inputs.buyer == toy.keys.get_loc("FR_C29")) & (toy.inputs.supplier != toy.inputs.buyer)
    expected = expected_loss_of_a_random_supplier(toy)["FR_C29"]
    assert np.average(lost[into], weights=flow[into]) == pytest.approx(expected)
