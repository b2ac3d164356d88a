"""Concentration of suppliers against plain loops, closed formulas and golden numbers."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs import metrics
from graphs.errors import Faults
from graphs.valuechain import Meta, ValueChain

RANDOM = st.from_type(ValueChain)
OVER = st.sampled_from(("countries", "suppliers"))


def by_hand(chain: ValueChain, over: str, domestic: bool) -> dict[tuple[int, str], list[float]]:
    """What each buyer gets of each input industry from each source, with dictionaries."""
    z, found = chain.flows.toarray(), {}
    country, industry = chain.nodes.country.tolist(), chain.nodes.industry.tolist()
    for j in range(len(chain)):
        cells: defaultdict[tuple[str, object], float] = defaultdict(float)
        for i in range(len(chain)):
            if z[i, j] > 0 and (domestic or country[i] != country[j]):
                cells[industry[i], country[i] if over == "countries" else i] += z[i, j]
        for (name, _), flow in sorted(cells.items(), key=str):
            found.setdefault((j, name), []).append(flow)
    return found


def hhi(flows: list[float]) -> float:
    return sum((flow / sum(flows)) ** 2 for flow in flows)


def normalised(flows: list[float]) -> float:
    n = len(flows)
    return 1.0 if n == 1 else (hhi(flows) - 1 / n) / (1 - 1 / n)


def mean(chain: ValueChain, cells: dict[tuple[int, str], list[float]], of) -> list[float]:
    value, total = np.zeros(len(chain)), np.zeros(len(chain))
    for (j, _), flows in cells.items():
        value[j] += sum(flows) * of(flows)
        total[j] += sum(flows)
    return [a / b if b else 0.0 for a, b in zip(value, total, strict=True)]


@given(chain=RANDOM, over=OVER, domestic=st.booleans(), k=st.integers(1, 4))
def test_concentration_by_hand(chain, over, domestic, k):
    cells = by_hand(chain, over, domestic)
    for found, of in (
        (metrics.supplier_concentration(chain, over, domestic), hhi),
        (metrics.normalised_supplier_concentration(chain, over, domestic), normalised),
        (metrics.concentration_ratio(chain, k, over, domestic), lambda one: sum(sorted(one)[-k:]) / sum(one)),
    ):
        np.testing.assert_allclose(found, mean(chain, cells, of), rtol=1e-9, atol=1e-12)
        assert found.between(0, 1 + 1e-12).all()


@given(chain=RANDOM, over=OVER, domestic=st.booleans())
def test_the_table_by_input_is_what_the_mean_is_of(chain, over, domestic):
    table, cells = metrics.concentration_by_input(chain, over, domestic), by_hand(chain, over, domestic)
    assert table.index.tolist() == [(chain.keys[j], name) for j, name in sorted(cells)]
    for (j, name), flows in cells.items():
        row = table.loc[(chain.keys[j], name)]
        wanted = [sum(flows), len(flows), hhi(flows), normalised(flows)]
        np.testing.assert_allclose(row.to_numpy(float), wanted, rtol=1e-9, atol=1e-12)


def test_the_table_by_input_of_the_estimate(estimate):
    table = metrics.concentration_by_input(estimate)
    assert len(table) == (np.diff(estimate.inputs.group_start) > 0).sum() > 40_000
    np.testing.assert_allclose(table.purchases_meur.sum(), estimate.flows.sum())
    each = table.supplier_concentration_share * table.purchases_meur
    mean = each.groupby("buyer").sum() / table.purchases_meur.groupby("buyer").sum()
    found = metrics.supplier_concentration(estimate)
    np.testing.assert_allclose(mean, found[mean.index], rtol=1e-12)
    assert (found[found.index.difference(mean.index)] == 0).all()


def test_four_firms_of_the_guidelines(golden):
    """Shares 30, 30, 20 and 20: 2,600 points, normalised (0.26 − 1/4) / (1 − 1/4), two largest 60 per cent."""
    case = golden("structure/hhi")
    flows = np.zeros((5, 5))
    flows[1:, 0] = case["shares"]
    chain = ValueChain.from_matrix(["DE_C29", "DE_C26", "FR_C26", "TW_C26", "US_C26"], flows, [500, 10, 10, 10, 10])
    for over in ("countries", "suppliers"):
        assert metrics.supplier_concentration(chain, over).iloc[0] == pytest.approx(case["hhi_unit"], rel=1e-14)
        found = metrics.normalised_supplier_concentration(chain, over).iloc[0]
        assert found == pytest.approx(case["normalised_hhi"], rel=1e-12)
        assert metrics.concentration_ratio(chain, 2, over).iloc[0] == pytest.approx(case["cr2"], rel=1e-14)
    foreign = metrics.supplier_concentration(chain, domestic=False).iloc[0]
    assert foreign == pytest.approx((30**2 + 20**2 + 20**2) / 70**2, rel=1e-14)


def test_one_source_is_full_concentration():
    chain = ValueChain.from_matrix(["DE_A", "FR_B"], [[0, 0], [30, 0]], [100, 50])
    assert metrics.supplier_concentration(chain).tolist() == [1, 0]
    assert metrics.normalised_supplier_concentration(chain).tolist() == [1, 0]
    assert metrics.concentration_ratio(chain).tolist() == [1, 0]


def test_an_even_split_is_none():
    flows = np.zeros((4, 4))
    flows[1:, 0] = 7
    chain = ValueChain.from_matrix(["DE_A", "DE_B", "FR_B", "TW_B"], flows, [100, 50, 50, 50])
    assert metrics.supplier_concentration(chain).iloc[0] == pytest.approx(1 / 3, rel=1e-14)
    assert metrics.normalised_supplier_concentration(chain).iloc[0] == pytest.approx(0, abs=1e-14)


def test_concentration_is_over_countries_not_firms():
    """Two firms of one country are one supplier: 30 + 20 from DE and 50 from FR make 0.5² + 0.5²; three alone more."""
    nodes = pd.DataFrame(
        {"country": ["DE", "FR", "DE", "DE"], "industry": ["C26", "C26", "C26", "C29"], "output_meur": 100.0},
        index=["b", "f", "a", "cars"],
    )
    flows = pd.DataFrame({"supplier": ["b", "f", "a"], "buyer": "cars", "flow_meur": [30, 50, 20]})
    chain = ValueChain.from_tables(nodes, flows, Meta("firms", 2020, "invented"))
    assert metrics.supplier_concentration(chain)["cars"] == pytest.approx(0.5)
    assert metrics.supplier_concentration(chain, over="suppliers")["cars"] == pytest.approx(0.09 + 0.25 + 0.04)
    assert metrics.supplier_concentration(chain, domestic=False)["cars"] == 1


def test_concentration_of_the_estimate(estimate):
    result = metrics.supplier_concentration(estimate)
    buys = np.asarray(estimate.flows.sum(axis=0)) > 0
    assert (result[buys] > 1 / 44).all()
    assert (result <= 1 + 1e-12).all()
    assert (result[~buys] == 0).all()


@given(chain=RANDOM)
def test_a_group_is_one_buyer(chain):
    """All nodes of a country as one node that buys what they buy: by hand, and its share from outside the EU."""
    found = metrics.group_sourcing(chain)
    z, country, industry = chain.flows.toarray(), chain.nodes.country, chain.nodes.industry
    for place in set(country[chain.output > 0]):
        bought = pd.Series(z[:, country == place].sum(axis=1), chain.keys)
        sums = bought.groupby([industry, country]).sum()
        inputs = sums.groupby(level=0).sum()
        squares = sum(sum(sums[name] ** 2) / inputs[name] for name in inputs.index if inputs[name] > 0)
        row = found.loc[("country", place)]
        total = bought.sum()
        assert row.purchases_meur == pytest.approx(total)
        assert row.supplier_concentration_share == pytest.approx(squares / total if total else 0, rel=1e-9)
        assert row.extra_eu_share == pytest.approx(bought[~chain.in_eu].sum() / total if total else 0, rel=1e-9)


def test_faults(toy):
    with pytest.raises(Faults, match="k: 0 is less than 1"):
        metrics.concentration_ratio(toy, 0)
