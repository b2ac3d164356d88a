"""The assumptions: each with its unit and its basis, frozen, and refused where the science would break."""

import dataclasses
import math
from typing import Any

import pytest

from graphs.assumptions import Ario, Cascade, Inoperability, Uncertainty
from graphs.method import INDICATORS, READINGS, Indicator, Method
from graphs.score.resilience import structure


def test_the_table_lists_every_assumption_with_unit_and_basis():
    table = Method().table().set_index("name")
    models = {"ario": Ario, "inoperability": Inoperability, "uncertainty": Uncertainty, "cascade": Cascade}
    names = [
        f"{field.name}.{one.name}" if field.name in models else field.name
        for field in dataclasses.fields(Method)
        for one in (dataclasses.fields(models[field.name]) if field.name in models else [field])
    ]
    assert list(table.index) == names
    assert list(table.columns) == ["value", "unit", "basis"]
    assert (table.basis.str.len() > 3).all()
    assert (table.value.str.len() > 0).all()
    without_unit = set(table.index[table.unit == ""])
    assert without_unit == {
        "version", "pooled_stocks", "indicators", "model", "ario.orders_by_capacity", "uncertainty.seed",
        "uncertainty.weight_concentration", "uncertainty.normalisations", "uncertainty.aggregations",
        "uncertainty.state_bound_factors",
        "cascade.mode", "cascade.replacement",
    }  # fmt: skip


def test_the_table_shows_the_values_in_use():
    values = Method(psi=0.9, duration_weeks=(1, 2, 3.5), pooled_stocks=True).table().set_index("name").value
    assert values["psi"] == "0.9"
    assert values["duration_weeks"] == "1 / 2 / 3.5"
    assert values["pooled_stocks"] == "True"
    for one in INDICATORS:
        assert f"{one.name} {one.low:g}–{one.high:g}" in values["indicators"]


def test_what_rests_on_judgement_says_so():
    """SCIENCE.md, section 3: a reader sees what is measured and what is assumed."""
    basis = Method().table().set_index("name").basis
    for name in ("severity_spread", "severity_located", "severity_broad", "region_share", "duration_weeks"):
        assert "JUDGEMENT" in basis[name], name
    for name in ("stock_weeks_goods", "stock_weeks_flows", "overtime_share", "goods_in_services_share"):
        assert "ASSUMPTION" in basis[name], name


def test_readings_are_in_order():
    assert READINGS == ("low", "likely", "high")
    for field in dataclasses.fields(Method):
        if isinstance(field.default, tuple) and field.name != "indicators":
            assert list(field.default) == sorted(field.default), field.name


def test_indicators_are_those_of_structure(toy):
    assert [one.name for one in INDICATORS] == list(structure(toy, Method()).columns)
    assert all(one.low < one.high for one in INDICATORS)


def test_the_bounds_are_the_percentiles_they_claim_to_be(estimate):
    """The 2.5 and 97.5 percentiles of the EU nodes of the 2014 estimate, rounded (docstring of Indicator)."""
    values = structure(estimate, Method())[estimate.in_eu & (estimate.output > 0)]
    for one in INDICATORS:
        low, high = values[one.name].quantile([0.025, 0.975])
        assert one.low == pytest.approx(low, abs=0.1 * (high - low)), one.name
        assert one.high == pytest.approx(high, abs=0.1 * (high - low)), one.name
        assert one.mean == pytest.approx(values[one.name].mean(), abs=0.05 * (high - low)), one.name
        assert one.deviation == pytest.approx(values[one.name].std(), rel=0.05), one.name
        assert one.quartiles == pytest.approx(values[one.name].quantile([0.25, 0.5, 0.75]), abs=0.05 * (high - low))


def test_a_method_is_frozen_and_compared_by_value():
    assert Method() == Method()
    assert Method() != Method(psi=0.9)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Method().psi = 1.0


@pytest.mark.parametrize(
    "values",
    [
        {"restock_weeks": 0.9},
        {"psi": 0.49},
        {"stock_weeks_flows": 1.2},
        {"stock_weeks_goods": 1.2},
        {"psi": 1.01},
        {"psi": math.nan},
        {"overtime_share": -0.01},
        {"horizon_weeks": 0},
        {"lookback_weeks": -1},
        {"structure_weight": 1.01},
        {"structure_weight": -0.01},
        {"state_bound_share": 0.0},
        {"severity_spread": 1.01},
        {"severity_spread": -0.01},
        {"severity_located": (0.3, 0.1, 0.02)},
        {"severity_located": (0.0, 0.1, 1.1)},
        {"severity_broad": (-0.1, 0.1, 0.2)},
        {"region_share": (0.05, 0.15, 1.4)},
        {"rest_of_world_share": (0.3, 0.2, 0.1)},
        {"duration_weeks": (26, 8, 4)},
        {"duration_weeks": (0, 8, 26)},
        {"indicators": ()},
        {"indicators": (Indicator("upstreamness_steps", "Steps", 3.5, 1.1, 2.0, 0.5, (1.5, 2.0, 2.5)),)},
    ],
    ids=str,
)
def test_what_breaks_the_science_is_refused(values: dict[str, Any]):
    """Else a score would come out all the same: above 1, psi loses output without any shock; stocks shrink by
    themselves where overtime is negative; the low reading exceeds the high one; a share is more than the whole."""
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        Method(**values)


@pytest.mark.parametrize("values", [{"psi": 1.0}, {"psi": 0.5}, {"restock_weeks": 1.0}, {"overtime_share": 0.0}])
def test_the_edges_are_allowed(values: dict[str, Any]):
    assert Method(**values) != Method()
