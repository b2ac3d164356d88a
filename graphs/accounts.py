"""What is wrong with the tables of a value chain: keys, units, values, and accounts that do not balance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from graphs.errors import Fault

BALANCE_TOLERANCE_SHARE = 0.001
"""How far an account may be open, as a share of output: published tables are rounded."""
BALANCE_TOLERANCE_MEUR = 0.01


def faults_of_chain(nodes: pd.DataFrame, flows: sparse.csr_array, final_demand: pd.Series[float]) -> list[Fault]:
    """Every fault of a chain: keys, values, sizes, and accounts that do not balance.

    The sales account is output = Σ flows of the row + final demand. The inputs account is checked where value added
    is known: output = Σ flows of the column + value added + taxes + discrepancy. Both to 0.1 % of output.

    Examples:
        >>> from graphs import sources
        >>> chain = sources.toy()
        >>> faults_of_chain(chain.nodes, chain.flows, chain.final_demand + 50)[0].fault
        'sells 350 (flows 60 + final demand 290) million EUR, but its output is 300'
    """
    faults = faults_of_nodes(nodes)
    if flows.shape != (len(nodes), len(nodes)):
        fault = f"the matrix is {flows.shape[0]} × {flows.shape[1]} for {len(nodes)} nodes"
        return [*faults, Fault("flows", "shape", fault, "give one row and one column for each node")]
    if not np.isfinite(flows.data).all() or (flows.data < 0).any():
        fault = "holds negative or missing values"
        faults.append(Fault("flows", "flow_meur", fault, "a flow is a number of 0 or more"))
    if not final_demand.index.equals(nodes.index) or final_demand.isna().any():
        fault = "final demand does not name the same nodes, or is missing for some"
        faults.append(Fault("final demand", "final_demand_meur", fault, "give one number for each node"))
    return faults or _faults_of_accounts(nodes, flows, final_demand)


def faults_of_nodes(nodes: pd.DataFrame) -> list[Fault]:
    """Faults of the table of nodes: columns, units, keys, outputs."""
    faults = []
    for column in ("country", "industry", "label", "output_meur"):
        if column not in nodes:
            bare = column.removesuffix("_meur")
            if bare != column and bare in nodes:
                fault, mend = f"column {bare!r} has no unit", f"name it {column} (million euro a year)"
            else:
                fault, mend = "the column is missing", f"add a column {column}"
            faults.append(Fault("nodes", column, fault, mend))
    if not len(nodes):
        faults.append(Fault("nodes", "key", "there are no nodes", "give at least one"))
    for key in nodes.index[nodes.index.duplicated()].unique():
        faults.append(Fault(f"node {key}", "key", "stands more than once", "give each node one row"))
    if "output_meur" in nodes:
        output = pd.to_numeric(nodes.output_meur, errors="coerce")
        for key in nodes.index[~(output >= 0)]:
            fault = f"output {nodes.output_meur[key]!s} is not a number of 0 or more"
            faults.append(Fault(f"node {key}", "output_meur", fault, "give million euro a year"))
    return faults


def faults_of_flows(keys: pd.Index[str], flows: pd.DataFrame) -> list[Fault]:
    """Faults of the table of flows: columns, units, keys, values, pairs that stand twice."""
    faults = []
    for column in ("supplier", "buyer", "flow_meur"):
        if column not in flows:
            unitless = column == "flow_meur" and "flow" in flows
            fault = "column 'flow' has no unit" if unitless else "the column is missing"
            mend = "name it flow_meur (million euro a year)" if unitless else f"add a column {column}"
            faults.append(Fault("flows", column, fault, mend))
    if faults:
        return faults
    for column in ("supplier", "buyer"):
        for row in np.flatnonzero(~flows[column].isin(keys)):
            fault = f"{flows[column].iloc[row]!s} is not a key of the nodes"
            faults.append(Fault(f"flows row {row + 2}", column, fault, "add the node or correct the key"))
    values = pd.to_numeric(flows.flow_meur, errors="coerce").to_numpy(float)
    for row in np.flatnonzero(~((values >= 0) & np.isfinite(values))):
        fault = f"flow {flows.flow_meur.iloc[row]!s} is not a number of 0 or more"
        faults.append(Fault(f"flows row {row + 2}", "flow_meur", fault, "give million euro a year"))
    for row in np.flatnonzero(flows.duplicated(["supplier", "buyer"])):
        pair = f"{flows.supplier.iloc[row]} → {flows.buyer.iloc[row]}"
        faults.append(Fault(f"flows row {row + 2}", "supplier", f"{pair} stands twice", "add the two flows up"))
    return faults


def _faults_of_accounts(nodes: pd.DataFrame, flows: sparse.csr_array, final_demand: pd.Series[float]) -> list[Fault]:
    faults = []
    output = nodes.output_meur.to_numpy(float)
    tolerance = BALANCE_TOLERANCE_SHARE * output + BALANCE_TOLERANCE_MEUR
    sold, bought, demand = flows.sum(axis=1), flows.sum(axis=0), final_demand.to_numpy(float)
    for i in np.flatnonzero(abs(sold + demand - output) > tolerance):
        fault = (
            f"sells {sold[i] + demand[i]:.6g} (flows {sold[i]:.6g} + final demand {demand[i]:.6g}) million EUR, "
            f"but its output is {output[i]:.6g}"
        )
        faults.append(Fault(f"node {nodes.index[i]}", "output_meur", fault, "correct one of the three"))
    if "value_added_meur" in nodes:
        others = [name for name in ("taxes_meur", "discrepancy_inputs_meur") if name in nodes]
        rest = nodes[["value_added_meur", *others]].sum(axis=1, min_count=1).to_numpy(float)
        for i in np.flatnonzero(abs(bought + rest - output) > tolerance):
            fault = (
                f"spends {bought[i] + rest[i]:.6g} (inputs {bought[i]:.6g} + value added and taxes {rest[i]:.6g}) "
                f"million EUR, but its output is {output[i]:.6g}"
            )
            faults.append(Fault(f"node {nodes.index[i]}", "value_added_meur", fault, "correct one of the three"))
    return faults
