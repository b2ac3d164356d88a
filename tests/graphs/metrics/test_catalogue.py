"""The laws of SCIENCE.md, section 4, for every metric of nodes; odd chains by hand; the table of all."""

import functools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs import metrics
from graphs.errors import Faults
from graphs.fields import fields
from graphs.metrics import (
    extra_eu_dependency,
    extra_eu_dependency_look_through,
    extraction_multiplier,
    hypothetical_extraction,
    supplier_concentration,
    upstreamness,
)
from graphs.valuechain import ValueChain

pytestmark = pytest.mark.usefixtures("one_thread")

FROM_ACCOUNTS = (
    supplier_concentration,
    metrics.normalised_supplier_concentration,
    metrics.concentration_ratio,
    extra_eu_dependency,
    extra_eu_dependency_look_through,
    metrics.foreign_input_reliance,
    metrics.foreign_value_added,
    metrics.substitutability,
    metrics.expected_loss_of_a_random_supplier,
    upstreamness,
    metrics.downstreamness,
    metrics.backward_linkage,
    metrics.forward_linkage,
    hypothetical_extraction,
    extraction_multiplier,
    metrics.backward_extraction,
    metrics.forward_extraction,
)
FROM_LINKS = (
    metrics.betweenness,
    metrics.pagerank,
    metrics.core_number,
    metrics.articulation_points,
    metrics.bridge_count,
    metrics.disjoint_supply_paths,
    metrics.supply_max_flow,
)
TABLES = {
    "attack",
    "bridges",
    "by_group",
    "concentration_by_input",
    "disjoint_paths",
    "group_extraction",
    "group_reliance",
    "group_sourcing",
    "group_table",
    "groups",
    "links_of",
    "max_flow",
    "parts",
    "robustness",
    "strategic_dependency",
    "table",
}
"""What is no number for each node; tested in the file of its own module."""
VARIANTS = (
    functools.partial(supplier_concentration, domestic=False),
    functools.partial(supplier_concentration, over="suppliers"),
    functools.partial(metrics.pagerank, of_suppliers=True),
)
ALL = (*FROM_ACCOUNTS, *(functools.partial(one, min_flow_meur=10.0) for one in FROM_LINKS), *VARIANTS)
RANDOM = st.from_type(ValueChain)
# Both parts of a node cut in two are what the whole was, and nothing changes for others.
KEEPS_COEFFICIENTS = (
    supplier_concentration,
    metrics.normalised_supplier_concentration,
    metrics.concentration_ratio,
    extra_eu_dependency,
    extra_eu_dependency_look_through,
    metrics.foreign_input_reliance,
    metrics.foreign_value_added,
    upstreamness,
    metrics.downstreamness,
)


def name_of(metric: Any) -> str:
    return getattr(metric, "__name__", None) or f"{metric.func.__name__} {metric.keywords}"


@given(chain=RANDOM, data=st.data())
def test_the_order_of_nodes_does_not_matter(permuted, chain, data: st.DataObject):
    turned = permuted(chain, data.draw(st.permutations(range(len(chain)))))
    for metric in ALL:
        found, name = metric(turned).reindex(chain.keys), name_of(metric)
        pd.testing.assert_series_equal(found, metric(chain), rtol=1e-9, atol=1e-12, obj=name)


@given(chain=RANDOM, data=st.data(), share=st.floats(0.05, 0.95))
def test_two_nodes_of_identical_coefficients_are_as_good_as_one(halved, chain, data: st.DataObject, share: float):
    """Both parts are what the whole was, nothing changes for others, and the world loses them together as one."""
    position = data.draw(st.integers(0, len(chain) - 1))
    parts, key = halved(chain, position, share), chain.keys[position]
    for metric in KEEPS_COEFFICIENTS:
        split, whole = metric(parts), metric(chain)
        np.testing.assert_allclose(split[chain.keys], whole, rtol=1e-9, atol=1e-12)
        assert split[f"{key}+"] == pytest.approx(split[key], rel=1e-9)
    others = chain.keys.drop(key)
    for metric in (hypothetical_extraction, metrics.backward_extraction, metrics.forward_extraction):
        split, whole = metric(parts), metric(chain)
        np.testing.assert_allclose(split[others], whole[others], rtol=1e-9, atol=1e-9)
    together = pd.DataFrame({"both": 1.0}, index=[key, f"{key}+"])
    found = metrics.group_extraction(parts, together).extraction_loss_meur["both"]
    assert found == pytest.approx(hypothetical_extraction(chain)[key], rel=1e-9, abs=1e-9)
    for metric in (metrics.backward_linkage, metrics.forward_linkage):
        split, whole = metric(parts), metric(chain)
        np.testing.assert_allclose(split[chain.keys] / split.iloc[0], whole / whole.iloc[0], rtol=1e-9)


@given(chain=RANDOM)
def test_a_metric_is_one_number_for_each_node(chain):
    for metric in ALL:
        result = metric(chain)
        assert list(result.index) == list(chain.keys), name_of(metric)
        assert result.dtype == float, name_of(metric)
        assert np.isfinite(result).all(), name_of(metric)
        assert result.name in fields().index, name_of(metric)


@settings(max_examples=15)
@given(chain=RANDOM)
def test_values_lie_in_the_range_that_the_fields_state(chain):
    """Where no final demand and no value added is negative."""
    if (chain.final_demand < 0).any() or (chain.output < chain.flows.sum(axis=0)).any():
        return
    for name, column in metrics.table(chain, 10.0).items():
        stated = fields().range[name]
        low = 1.0 if stated == "1 or more" else 0.0
        high = 1.0 if stated.startswith(("0–1", "0 or 1")) else np.inf
        assert column.between(low - 1e-9, high + 1e-9).all(), name


# Odd chains, by hand


@pytest.mark.parametrize(
    ("keys", "flows", "demand", "wanted"),
    [
        pytest.param(
            ["DE_C29"],
            [[20]],
            [80],
            {
                supplier_concentration: [1],
                upstreamness: [1.25],
                hypothetical_extraction: [100],
                metrics.backward_extraction: [20],
                metrics.substitutability: [1],
                metrics.expected_loss_of_a_random_supplier: [0],
                metrics.betweenness: [0],
                metrics.pagerank: [1],
                metrics.core_number: [0],
                metrics.disjoint_supply_paths: [0],
            },
            id="one node that sells to itself",
        ),
        pytest.param(
            ["DE_C29"],
            [[0]],
            [80],
            {supplier_concentration: [0], upstreamness: [1], hypothetical_extraction: [80], extra_eu_dependency: [0]},
            id="one node without flows",
        ),
        pytest.param(
            ["TW_C29"],
            [[0]],
            [80],
            {extra_eu_dependency: [0], extra_eu_dependency_look_through: [1], metrics.foreign_value_added: [0]},
            id="one node outside the EU",
        ),
        pytest.param(
            ["DE_A", "TW_A"],
            [[0, 0], [0, 0]],
            [0, 0],
            {
                supplier_concentration: [0, 0],
                extra_eu_dependency_look_through: [0, 0],
                metrics.foreign_input_reliance: [0, 0],
                upstreamness: [1, 1],
                metrics.downstreamness: [1, 1],
                metrics.forward_linkage: [1, 1],
                hypothetical_extraction: [0, 0],
                extraction_multiplier: [1, 1],
                metrics.pagerank: [0.5, 0.5],
            },
            id="no output at all",
        ),
        pytest.param(
            ["DE_A", "TW_A", "FR_A"],
            [[0, 0, 0], [50, 0, 0], [0, 0, 0]],
            [40, 50, 10],
            {
                extra_eu_dependency: [1, 0, 0],
                extra_eu_dependency_look_through: [1.25, 1, 0],
                metrics.foreign_value_added: [1.25, 0, 0],
                metrics.foreign_input_reliance: [1.25, 0, 0],
                upstreamness: [1, 1.5, 1],
                hypothetical_extraction: [40 + 50, 100, 10],
            },
            id="negative value added, and a node apart",
        ),
    ],
)
def test_odd_chains(keys: list[str], flows: Any, demand: Any, wanted: dict[Any, list[float]]):
    """Negative value added: a product of 40 with inputs of 50 from outside has 125 % of its value from there."""
    chain = ValueChain.from_matrix(keys, flows, demand)
    for metric, values in wanted.items():
        assert metric(chain).tolist() == pytest.approx(values), metric.__name__


def test_metrics_write_nothing_back(toy):
    before = toy.nodes.copy(), toy.flows.copy()
    metrics.group_table(toy, metrics.table(toy, 10.0))
    pd.testing.assert_frame_equal(toy.nodes, before[0])
    assert (toy.flows != before[1]).nnz == 0


# The table of all


def test_every_metric_is_tested_here():
    """A metric that is added to the package must be added to this file, and to the table."""
    functions = {name for name in metrics.__all__ if callable(getattr(metrics, name)) and name[0].islower()}
    assert functions - TABLES == {metric.__name__ for metric in (*FROM_ACCOUNTS, *FROM_LINKS)}


@settings(max_examples=12)
@given(chain=RANDOM, least=st.sampled_from((0.0, 10.0, 1e9)))
def test_the_table_holds_every_metric(chain, least):
    table = metrics.table(chain, least)
    made = [
        *(metric(chain) for metric in (*FROM_ACCOUNTS, *VARIANTS[:2])),
        *(metric(chain, least) for metric in FROM_LINKS),
        metrics.pagerank(chain, least, of_suppliers=True),
    ]
    assert {one.name for one in made} == set(table.columns)
    for one in made:
        pd.testing.assert_series_equal(table[one.name], one)
    assert table.attrs == {"min_flow_meur": least, "links": len(metrics.links_of(chain, least))}


@settings(max_examples=12)
@given(chain=RANDOM)
def test_the_table_of_groups_has_the_numbers_of_the_groups_themselves(chain):
    table = metrics.table(chain, 10.0)
    found = metrics.group_table(chain, table)
    assert list(found.columns) == list(table.columns)
    assert np.isfinite(found).all(axis=None)
    own = {
        "extraction_loss_meur": metrics.group_extraction(chain),
        "extra_eu_share": metrics.group_sourcing(chain),
        "supplier_concentration_share": metrics.group_sourcing(chain),
        "extra_eu_look_through_share": metrics.group_reliance(chain),
    }
    for name, wanted in own.items():
        pd.testing.assert_series_equal(found[name], wanted[name])
    pd.testing.assert_series_equal(found.upstreamness_steps, metrics.by_group(chain, table.upstreamness_steps))


def test_nothing_is_missing_for_the_estimate(estimate):
    table = metrics.table(estimate)
    assert table.shape == (1452, 27)
    assert np.isfinite(table).all(axis=None)
    assert np.isfinite(metrics.group_table(estimate, table)).all(axis=None)


def test_columns_of_all_tables_are_described(toy):
    tables = [
        metrics.table(toy, 10.0).columns,
        metrics.strategic_dependency(toy).reset_index().columns,
        metrics.concentration_by_input(toy).reset_index().columns,
        metrics.group_extraction(toy).reset_index().columns,
        metrics.group_sourcing(toy).reset_index().columns,
        metrics.group_reliance(toy).reset_index().columns,
        metrics.bridges(toy, 10.0).columns,
        [metrics.attack(toy).name],
    ]
    assert {str(name) for table in tables for name in table} <= set(fields().index)


def test_a_chain_that_is_not_productive_is_refused():
    chain = ValueChain.from_matrix(["DE_A", "FR_A"], [[60, 60], [60, 60]], [-20, 5])
    with pytest.raises(Faults):
        metrics.table(chain, 0.0)
    with pytest.raises(Faults, match="min_flow_meur"):
        metrics.parts(chain, -1.0)
