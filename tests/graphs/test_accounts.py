"""The accounts of a chain: what balances, what is refused, and the words in which it is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from graphs import accounts
from graphs.errors import Fault
from graphs.valuechain import ValueChain


def faults_of(chain: ValueChain, **changes: object) -> list[Fault]:
    """The faults of a chain of which some part was exchanged."""
    parts = {"nodes": chain.nodes, "flows": chain.flows, "final_demand": chain.final_demand} | changes
    return accounts.faults_of_chain(parts["nodes"], parts["flows"], parts["final_demand"])


def flows_of(*rows: tuple[str, str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["supplier", "buyer", "flow_meur"])


def test_the_estimate_balances(estimate):
    """Rows = columns = output, to 1e-9 of output (shared/data/README.md: balances to 1e-15)."""
    nodes, output = estimate.nodes, estimate.nodes.output_meur
    sold = estimate.flows.sum(axis=1) + estimate.final_demand
    added = nodes.value_added_meur + nodes.taxes_meur + nodes.discrepancy_inputs_meur
    spent = estimate.flows.sum(axis=0) + added
    np.testing.assert_allclose(sold, output, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(spent, output, rtol=1e-9, atol=1e-6)


def test_the_toy_balances(toy):
    assert (toy.flows.sum(axis=1) + toy.final_demand == toy.nodes.output_meur).all()
    assert (toy.flows.sum(axis=0) + toy.nodes.value_added_meur == toy.nodes.output_meur).all()


@given(chain=st.from_type(ValueChain))
def test_random_chains_have_no_faults(chain):
    assert faults_of(chain) == []


@pytest.mark.parametrize(("open_by", "refused"), [(0.0, False), (0.31, False), (0.32, True), (-0.32, True)])
def test_an_account_may_be_open_by_rounding_only(toy, open_by: float, refused: bool):
    """0.1 % of an output of 300 and 0.01 million: 0.31 million euro."""
    demand = toy.final_demand.astype(float)
    demand["DE_A"] += open_by * (1 - 1e-9)
    faults = faults_of(toy, final_demand=demand)
    assert [fault.where for fault in faults] == ["node DE_A"] * refused


def test_the_inputs_account_is_checked_where_value_added_is_known(toy):
    nodes = toy.nodes.copy()
    nodes.loc["FR_C26", "value_added_meur"] = 50.0
    nodes.loc["TW_A", "value_added_meur"] = np.nan
    (fault,) = faults_of(toy, nodes=nodes)
    assert str(fault) == (
        "node FR_C26, value_added_meur: spends 70 (inputs 20 + value added and taxes 50) million EUR, "
        "but its output is 60; correct one of the three"
    )
    assert faults_of(toy, nodes=nodes.drop(columns="value_added_meur")) == []


def test_taxes_and_discrepancy_belong_to_the_inputs_account(toy):
    nodes = toy.nodes.assign(taxes_meur=0.0, discrepancy_inputs_meur=0.0)
    nodes.loc["DE_A", ["value_added_meur", "taxes_meur", "discrepancy_inputs_meur"]] = [260.0, 12.0, -2.0]
    assert faults_of(toy, nodes=nodes) == []
    nodes.loc["DE_A", "taxes_meur"] = 20.0
    assert [fault.where for fault in faults_of(toy, nodes=nodes)] == ["node DE_A"]


def test_every_open_account_is_named(toy):
    demand = toy.final_demand + 50
    assert [fault.where for fault in faults_of(toy, final_demand=demand)] == [f"node {key}" for key in toy.keys]


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_a_flow_is_a_number_of_0_or_more(toy, value: float):
    matrix = toy.flows.copy()
    matrix.data[3] = value
    faults = faults_of(toy, flows=matrix)
    assert [(fault.where, fault.field) for fault in faults] == [("flows", "flow_meur")]


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_output_is_a_number_of_0_or_more(toy, value: float):
    nodes = toy.nodes.astype({"output_meur": float})
    nodes.loc["DE_A", "output_meur"] = value
    faults = faults_of(toy, nodes=nodes)
    assert ("node DE_A", "output_meur") in [(fault.where, fault.field) for fault in faults]


def test_the_matrix_has_one_row_and_column_for_each_node(toy):
    (fault,) = faults_of(toy, flows=sparse.csr_array(np.zeros((11, 12))))
    assert fault.fault == "the matrix is 11 × 12 for 12 nodes"


@pytest.mark.parametrize("change", ["order", "missing"])
def test_final_demand_names_the_same_nodes(toy, change: str):
    demand = toy.final_demand[::-1] if change == "order" else toy.final_demand.where(toy.keys != "DE_A")
    (fault,) = faults_of(toy, final_demand=demand)
    assert fault.field == "final_demand_meur"


def test_faults_of_nodes_are_listed_together(toy):
    """No unit, a column missing, a key twice."""
    nodes = toy.nodes.rename(columns={"output_meur": "output"}).drop(columns="label")
    nodes = pd.concat([nodes, nodes.loc[["DE_A", "FR_A"]]])
    assert [str(fault) for fault in accounts.faults_of_nodes(nodes)] == [
        "nodes, label: the column is missing; add a column label",
        "nodes, output_meur: column 'output' has no unit; name it output_meur (million euro a year)",
        "node DE_A, key: stands more than once; give each node one row",
        "node FR_A, key: stands more than once; give each node one row",
    ]


def test_a_faulty_output_of_a_key_that_stands_twice_is_said_on_one_line(toy):
    nodes = pd.concat([toy.nodes, toy.nodes.loc[["DE_A"]].assign(output_meur=-3.0)])
    words = [str(fault) for fault in accounts.faults_of_nodes(nodes)]
    assert any("-3" in word for word in words)
    assert not any("\n" in word or "dtype" in word for word in words)


def test_a_chain_has_nodes(toy):
    assert [fault.fault for fault in accounts.faults_of_nodes(toy.nodes[:0])] == ["there are no nodes"]


def test_faults_of_flows_are_listed_together_with_their_rows(toy):
    """Row numbers are those of the file: the header is row 1."""
    flows = flows_of(
        ("DE_A", "FR_A", 1), ("XX_A", "YY_A", -2), ("DE_A", "FR_A", 3), ("FR_A", "DE_A", np.nan), ("DE_A", "TW_A", "x")
    )
    assert [str(fault) for fault in accounts.faults_of_flows(toy.keys, flows)] == [
        "flows row 3, supplier: XX_A is not a key of the nodes; add the node or correct the key",
        "flows row 3, buyer: YY_A is not a key of the nodes; add the node or correct the key",
        "flows row 3, flow_meur: flow -2 is not a number of 0 or more; give million euro a year",
        "flows row 5, flow_meur: flow nan is not a number of 0 or more; give million euro a year",
        "flows row 6, flow_meur: flow x is not a number of 0 or more; give million euro a year",
        "flows row 4, supplier: DE_A → FR_A stands twice; add the two flows up",
    ]


def test_flows_without_unit_or_column(toy):
    flows = flows_of(("DE_A", "FR_A", 1)).rename(columns={"flow_meur": "flow"}).drop(columns="buyer")
    assert [str(fault) for fault in accounts.faults_of_flows(toy.keys, flows)] == [
        "flows, buyer: the column is missing; add a column buyer",
        "flows, flow_meur: column 'flow' has no unit; name it flow_meur (million euro a year)",
    ]


def test_a_node_that_makes_nothing_buys_nothing():
    """Inputs without any output are a fault: they would be lost from every multiplier."""
    nodes = pd.DataFrame(
        {"country": "DE", "industry": ["A", "C"], "label": "", "output_meur": [100.0, 0.0]}, ["a", "b"]
    )
    flows = sparse.csr_array(np.array([[0.0, 20.0], [0.0, 0.0]]))
    faults = accounts.faults_of_chain(nodes, flows, pd.Series([80.0, 0.0], nodes.index))
    assert [fault.where for fault in faults] == ["node b"]
