"""How a loss came about, on the toy chain, with what each node loses set by hand."""

import dataclasses
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.assessment import Assessment, assess
from graphs.disruption import Disruption
from graphs.explanation import explain
from graphs.method import Method
from graphs.valuechain import ValueChain, positions

pytestmark = pytest.mark.usefixtures("one_thread")
ON = date(2021, 3, 1)
CHIPS = Disruption("No chips", ("TW",), ON, "D1", industries=("C26",), effect="supply", severity_likely=0.4)

Given = Callable[..., Assessment]


@pytest.fixture
def given_losses(toy: ValueChain) -> Given:
    """An assessment of the toy chain with these shares lost (``loss``) and not supplied (``short``) by key."""

    def make(loss: dict[str, float], short: dict[str, float], record: Disruption = CHIPS) -> Assessment:
        found = assess(toy, [record], ON, Method())
        lost, shorts = np.zeros(12), np.zeros(12)
        lost[positions(toy, loss)], shorts[positions(toy, short)] = list(loss.values()), list(short.values())
        nodes = found.nodes.assign(loss_share=lost, loss_meur=lost * toy.output / 2)
        return dataclasses.replace(found, nodes=nodes, short_share=shorts)

    return make


def way(trades: tuple[Any, ...]) -> list[str]:
    return [f"{one.supplier} {'<' if one.by_orders else '>'} {one.buyer}" for one in trades]


def test_suppliers_rank_by_their_part_of_the_input_and_what_they_lack(toy: ValueChain, given_losses: Given) -> None:
    """DE_C29 buys electronics for 75: 30 from DE, 5 from FR, 40 from TW; for 225 in all.

    Taiwan is short by 30 %, Germany by 10 %: 40 · 0.3 = 12 against 30 · 0.1 = 3.
    """
    short = {"TW_C26": 0.3, "DE_C26": 0.1, "DE_C29": 0.2}
    found = explain(toy, given_losses(short, short), most=1)
    [felt] = found.felt
    assert (felt.key, felt.loss_meur, felt.loss_share) == ("DE_C29", pytest.approx(60), 0.2)
    assert [way(one) for one in felt.ways] == [["TW_C26 > DE_C29"], ["DE_C26 > DE_C29", "TW_C26 > DE_C26"]]
    first = felt.ways[0][0]
    assert (first.flow_meur, first.missing_share, first.by_orders, first.cut) == (40, pytest.approx(0.3), False, False)
    assert first.industry_share == pytest.approx(40 / 75)
    assert first.input_share == pytest.approx(40 / 225)
    assert first.sales_share == pytest.approx(40 / 400)
    assert (first.supplier_label, first.industry_label) == ("Electronics (Taiwan)", "Electronics")


def test_the_input_that_lacks_most_decides(toy: ValueChain, given_losses: Given) -> None:
    """Cars lack 30 · 0.9 / 130 = 21 % of what DE_C29 buys of them, electronics 40 · 0.3 / 75 = 16 %."""
    short = {"TW_C26": 0.3, "FR_C29": 0.9, "DE_C29": 0.2}
    [felt] = [one for one in explain(toy, given_losses(short, short)).felt if one.key == "DE_C29"]
    assert way(felt.ways[0])[0] == "FR_C29 > DE_C29"
    short["FR_C29"] = 0.6  # 14 %
    [felt] = [one for one in explain(toy, given_losses(short, short)).felt if one.key == "DE_C29"]
    assert way(felt.ways[0])[0] == "TW_C26 > DE_C29"


def test_who_could_supply_is_left_by_customers(toy: ValueChain, given_losses: Given) -> None:
    """DE_A could supply all: it sells 30 to DE_G47, which makes 10 % less, and 10 to FR_G47, which makes 20 % less."""
    loss = {"DE_A": 0.1, "DE_G47": 0.1, "FR_G47": 0.2, "TW_C26": 0.3}
    short = {"DE_G47": 0.1, "FR_G47": 0.2, "TW_C26": 0.3}
    [felt] = [one for one in explain(toy, given_losses(loss, short)).felt if one.key == "DE_A"]
    assert [way(one)[0] for one in felt.ways] == ["DE_A < DE_G47", "DE_A < FR_G47"]
    first = felt.ways[0][0]
    assert (first.flow_meur, first.missing_share, first.sales_share) == (30, pytest.approx(0.1), pytest.approx(0.1))


def test_a_way_ends_where_something_is_cut_and_passes_nobody_twice(toy: ValueChain, given_losses: Given) -> None:
    """TW_C26 is cut itself, so nothing behind it is told, though TW_G47 is short too."""
    loss = {"TW_C26": 0.3, "TW_G47": 0.5, "DE_C29": 0.2, "DE_G47": 0.1}
    found = explain(toy, given_losses(loss, loss))
    for felt in found.felt:
        for one in felt.ways:
            assert len(one) <= 4
            nodes = [felt.key] + [trade.buyer if trade.by_orders else trade.supplier for trade in one]
            assert len(set(nodes)) == len(nodes)
            assert "TW_C26" not in nodes[:-1]
    assert (found.cut_nodes, found.cut_flows) == (1, 0)
    [cut] = found.cuts
    assert (cut.label, cut.worth_meur, cut.cut_share) == ("Electronics (Taiwan)", 400, pytest.approx(0.4))


def test_two_that_fail_each_other_are_told_once(toy: ValueChain, given_losses: Given) -> None:
    short = {"DE_C29": 0.2, "FR_C29": 0.2}
    for felt in explain(toy, given_losses(short, short)).felt:
        other = {"DE_C29": "FR_C29", "FR_C29": "DE_C29"}[felt.key]
        assert [way(one) for one in felt.ways] == [[f"{other} > {felt.key}"]]


def test_a_cut_link_is_where_a_way_begins(toy: ValueChain, given_losses: Given) -> None:
    """Half of what Taiwan's electronics sells to Germany is cut: 40 to cars and 20 to electronics."""
    ban = dataclasses.replace(CHIPS, effect="link", felt=("DE",), severity_likely=0.5, end=date(2022, 3, 1))
    loss = {"DE_C29": 0.2, "TW_C26": 0.05, "TW_G47": 0.01}
    found = explain(toy, given_losses(loss, {"DE_C29": 0.2}, ban))
    assert (found.cut_nodes, found.cut_flows) == (0, 2)
    assert [(one.label, one.buyer_label, one.worth_meur, one.cut_share) for one in found.cuts] == [
        ("Electronics (Taiwan)", "Motor vehicles (Germany)", 40, pytest.approx(0.5)),
        ("Electronics (Taiwan)", "Electronics (Germany)", 20, pytest.approx(0.5)),
    ]
    [felt] = found.felt  # the others lie outside the EU
    [[first]] = felt.ways
    assert (way((first,)), first.cut, first.missing_share) == (["TW_C26 > DE_C29"], True, pytest.approx(0.5))


def test_narrow_ways_are_not_told(toy: ValueChain, given_losses: Given) -> None:
    short = {"TW_C26": 0.3, "DE_C26": 0.01, "DE_C29": 0.2}  # 12 against 0.3
    [felt] = explain(toy, given_losses(short, short), most=1).felt
    assert [way(one) for one in felt.ways] == [["TW_C26 > DE_C29"]]


def test_without_a_disruption_there_is_nothing_to_explain(toy: ValueChain) -> None:
    found = explain(toy, assess(toy, [], ON, Method()))
    assert (found.cuts, found.cut_nodes, found.cut_flows, found.felt) == ((), 0, 0, ())


def test_a_lost_demand_is_told_by_orders_alone(toy: ValueChain) -> None:
    """Nobody is short of anything where customers stay away."""
    record = Disruption("No cars wanted", ("DE",), ON, "D1", industries=("C29",), effect="demand", severity_likely=0.5)
    found = assess(toy, [record], ON, Method())
    assert not found.short_share.any()
    told = explain(toy, found)
    assert all(trade.by_orders for felt in told.felt for one in felt.ways for trade in one)
    [electronics] = [felt for felt in told.felt if felt.key == "DE_C26"]
    assert way(electronics.ways[0]) == ["DE_C26 < DE_C29"]


@settings(max_examples=15)
@given(st.from_type(ValueChain), st.from_type(Disruption))
def test_any_chain_and_record_are_explained(chain: ValueChain, record: Disruption) -> None:
    assert record.start is not None
    found = assess(chain, [record], record.start, Method())
    assert (found.short_share <= found.nodes.loss_share + 1e-9).all()
    for felt in explain(chain, found).felt:
        assert felt.loss_meur > 0
        for one in felt.ways:
            assert one
            for trade in one:
                assert trade.flow_meur > 0
                assert 0 < trade.missing_share <= 1
                assert 0 < trade.industry_share <= 1 + 1e-9
