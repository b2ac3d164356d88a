"""What is wrong with the tables of a value chain: keys, units, values, and accounts that do not balance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from graphs.errors import Fault

BALANCE_TOLERANCE_SHARE = 0.001
"""How far an account may be open, as a share of output: published tables are rounded."""
BALANCE_TOLERANCE_MEUR = 0.01
_MOST_MEUR = 1e100
"""No account is larger; beyond it squares and sums would no longer be numbers."""
AMOUNTS = ("output_meur", "value_added_meur", "final_demand_meur", "taxes_meur", "discrepancy_inputs_meur")


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
    elif flows.nnz and flows.data.max() * len(nodes) ** 2 > _MOST_MEUR:
        fault = f"{flows.data.max():.3g} million EUR a year is more than can be reckoned with"
        faults.append(Fault("flows", "flow_meur", fault, "give million euro a year"))
    if not final_demand.index.equals(nodes.index) or final_demand.isna().any():
        fault = "final demand does not name the same nodes, or is missing for some"
        faults.append(Fault("final demand", "final_demand_meur", fault, "give one number for each node"))
    return faults or _faults_of_accounts(nodes, flows, final_demand)


def faults_of_tables(nodes: pd.DataFrame, flows: pd.DataFrame) -> list[Fault]:
    """Every fault of the two tables of a chain, and of the accounts that the other faults leave to be checked.

    Args:
        nodes: indexed by key; see ``valuechain.ValueChain``; with ``final_demand_meur`` where it is known.
        flows: ``supplier``, ``buyer``, ``flow_meur``.

    Examples:
        >>> nodes = pd.DataFrame({"output": [10.0], "country": "DE", "industry": "A", "label": "x"}, index=["DE_A"])
        >>> flows = pd.DataFrame({"supplier": ["DE_A"], "buyer": ["DE_B"], "flow_meur": [-1]})
        >>> [f"{one.where} {one.field}" for one in faults_of_tables(nodes, flows)]
        ['nodes output_meur', 'flows row 2 buyer', 'flows row 2 flow_meur']
    """
    faults = [*faults_of_nodes(nodes), *faults_of_flows(nodes.index, flows)]
    units = {name.removesuffix("_meur"): name for name in (*AMOUNTS, "flow_meur")}
    nodes, flows = nodes.rename(columns=units), flows.rename(columns=units)
    if "output_meur" not in nodes or not {"supplier", "buyer", "flow_meur"} <= set(flows):
        return faults
    amounts = [name for name in AMOUNTS if name in nodes]
    nodes = nodes.assign(**{name: _numbers(nodes[name]) for name in amounts})
    value = pd.to_numeric(flows.flow_meur, errors="coerce")
    sound = flows.supplier.isin(nodes.index) & flows.buyer.isin(nodes.index) & np.isfinite(value) & (value >= 0)
    sound &= ~flows.duplicated(["supplier", "buyer"], keep=False)
    touched = set(flows.supplier[~sound]) | set(flows.buyer[~sound]) | set(nodes.index[nodes.index.duplicated()])
    touched |= set(nodes.index[~(np.isfinite(nodes.output_meur) & (nodes.output_meur >= 0))])
    whole = nodes[~nodes.index.duplicated()]
    matrix = matrix_of(whole.index, flows.assign(flow_meur=value)[sound])
    rest = whole.output_meur - matrix.sum(axis=1)
    given = whole.get("final_demand_meur", pd.Series(np.nan, whole.index))
    for key in whole.index[given.isna() & (rest < -_tolerance(whole.output_meur))]:
        if key not in touched:
            fault = f"sells {whole.output_meur[key] - rest[key]:.6g} million EUR, more than its output"
            mend = "correct the flows or the output, or give a negative final demand"
            faults.append(Fault(f"node {key}", "output_meur", fault, mend))
            touched.add(key)
    accounts = _faults_of_accounts(whole, matrix, given.fillna(rest))
    return faults + [one for one in accounts if one.where.removeprefix("node ") not in touched]


def matrix_of(keys: pd.Index[str], flows: pd.DataFrame) -> sparse.csr_array:
    """Flows without faults as a matrix, row sells to column."""
    where = (keys.get_indexer(flows.supplier), keys.get_indexer(flows.buyer))
    matrix = sparse.csr_array((flows.flow_meur.to_numpy(float), where), shape=(len(keys), len(keys)))
    matrix.eliminate_zeros()
    return matrix


def faults_of_nodes(nodes: pd.DataFrame) -> list[Fault]:
    """Faults of the table of nodes: columns, units, keys, amounts."""
    faults = []
    for column in ("country", "industry", "label", "output_meur"):
        if column not in nodes and column.removesuffix("_meur") not in nodes:
            faults.append(Fault("nodes", column, "the column is missing", f"add a column {column}"))
    for column in AMOUNTS:
        bare = column.removesuffix("_meur")
        if bare in nodes and column not in nodes:
            mend = f"name it {column} (million euro a year)"
            faults.append(Fault("nodes", column, f"column {bare!r} has no unit", mend))
    if not len(nodes):
        faults.append(Fault("nodes", "key", "there are no nodes", "give at least one"))
    for row in np.flatnonzero(nodes.index.isna() | (nodes.index == "")):
        faults.append(Fault(f"nodes row {row + 2}", "key", "is empty", "name the node, such as DE_C29"))
    for key in nodes.index[nodes.index.duplicated() & nodes.index.notna()].unique():
        faults.append(Fault(f"node {key}", "key", "stands more than once", "give each node one row"))
    for column in (name for name in AMOUNTS if name in nodes):
        needed = column == "output_meur"
        values = pd.to_numeric(nodes[column], errors="coerce").to_numpy(float)
        bad = ~(np.isfinite(values) & (values >= 0)) if needed else ~np.isfinite(values) & nodes[column].notna()
        for row in np.flatnonzero(np.abs(values) > _MOST_MEUR):
            fault = f"{nodes[column].iloc[row]!s} is more than can be reckoned with"
            faults.append(Fault(f"node {nodes.index[row]}", column, fault, "give million euro a year"))
        for row in np.flatnonzero(bad):
            what = column.removesuffix("_meur").replace("_", " ")
            fault = f"{what} {nodes[column].iloc[row]!s} is not a number{' of 0 or more' if needed else ''}"
            faults.append(Fault(f"node {nodes.index[row]}", column, fault, "give million euro a year"))
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
    tolerance = _tolerance(output)
    sold, bought, demand = flows.sum(axis=1), flows.sum(axis=0), final_demand.to_numpy(float)
    for i in np.flatnonzero(abs(sold + demand - output) > tolerance):
        fault = (
            f"sells {sold[i] + demand[i]:.6g} (flows {sold[i]:.6g} + final demand {demand[i]:.6g}) million EUR, "
            f"but its output is {output[i]:.6g}"
        )
        faults.append(Fault(f"node {nodes.index[i]}", "output_meur", fault, "correct one of the three"))
    for i in np.flatnonzero((output == 0) & ((sold > 0) | (bought > 0))):
        fault = f"has no output, but sells {sold[i]:.6g} and buys {bought[i]:.6g} million EUR"
        faults.append(Fault(f"node {nodes.index[i]}", "output_meur", fault, "give its output or remove the flows"))
    if "value_added_meur" in nodes:
        others = nodes[[name for name in ("taxes_meur", "discrepancy_inputs_meur") if name in nodes]]
        rest = nodes.value_added_meur.to_numpy(float) + others.fillna(0.0).sum(axis=1).to_numpy(float)
        for i in np.flatnonzero((abs(bought + rest - output) > tolerance) & (output > 0)):
            fault = (
                f"spends {bought[i] + rest[i]:.6g} (inputs {bought[i]:.6g} + value added and taxes {rest[i]:.6g}) "
                f"million EUR, but its output is {output[i]:.6g}"
            )
            faults.append(Fault(f"node {nodes.index[i]}", "value_added_meur", fault, "correct one of the three"))
    return faults


def _numbers(column: pd.Series) -> pd.Series:
    """The column as finite numbers; missing where it is none."""
    return pd.to_numeric(column, errors="coerce").replace([np.inf, -np.inf], np.nan)


def _tolerance(output: Any) -> Any:
    return BALANCE_TOLERANCE_SHARE * output + BALANCE_TOLERANCE_MEUR
