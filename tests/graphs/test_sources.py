"""Where chains come from: the shipped estimate is what its sources say; a user's folder is read or refused in full."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphs import sources
from graphs.classification import DATA
from graphs.errors import Faults
from graphs.valuechain import ValueChain

NODES = "key,output_meur\nDE_A,100\nFR_A,100\nTW_A,50\n"
FLOWS = "supplier,buyer,flow_meur\nDE_A,FR_A,10\nFR_A,TW_A,20\n"


def read(folder: Path, nodes: str | None = NODES, flows: str | None = FLOWS, meta: str | None = None) -> ValueChain:
    """A chain of files written to a folder; None leaves a file out."""
    for name, text in (("nodes.csv", nodes), ("flows.csv", flows), ("meta.json", meta)):
        if text is not None:
            (folder / name).write_text(text, "utf-8")
    return sources.read_folder(folder)


def refusal(folder: Path, **files: str | None) -> list[str]:
    """The faults of a folder, as printed."""
    with pytest.raises(Faults) as caught:
        read(folder, **files)
    for fault in caught.value.faults:
        assert fault.field
        assert fault.fault
        assert fault.mend
    return [str(fault) for fault in caught.value.faults]


# The shipped estimate


def test_the_estimate_has_the_size_its_sources_state(estimate):
    """shared/data/README.md: 44 regions × 33 industries = 1,452 nodes, 649,047 flows."""
    assert estimate.nodes.country.nunique() == 44
    assert estimate.nodes.industry.nunique() == 33
    assert len(estimate) == 1452 == 44 * 33
    assert estimate.flows.nnz == 649_047
    assert estimate.nodes.country[estimate.in_eu].nunique() == 27
    assert (estimate.output == 0).sum() == 10
    assert (estimate.nodes.value_added_meur < 0).sum() == 4


def test_the_shipped_tables_are_those_of_the_design_data(shared: Path):
    ours, theirs = DATA / "estimate_2014", shared / "data" / "estimate_2014"
    for name in ("nodes.csv",):
        pd.testing.assert_frame_equal(
            pd.read_csv(ours / name, keep_default_na=False), pd.read_csv(theirs / name, keep_default_na=False)
        )
    assert pd.read_parquet(ours / "flows.parquet").equals(pd.read_parquet(theirs / "flows.parquet"))


def test_the_chain_keeps_the_totals_of_its_tables(estimate, shared: Path):
    """Every flow, and output and final demand by node; the discrepancy of sales counts as final demand."""
    nodes = pd.read_csv(shared / "data/estimate_2014/nodes.csv", index_col="key", keep_default_na=False)
    flows = pd.read_parquet(shared / "data/estimate_2014/flows.parquet")
    demand = nodes.final_demand_meur + nodes.discrepancy_sales_meur
    assert list(estimate.keys) == list(nodes.index)
    assert estimate.flows.sum() == pytest.approx(flows.flow_meur.sum(), rel=1e-12)
    np.testing.assert_array_equal(estimate.output, nodes.output_meur)
    np.testing.assert_allclose(estimate.final_demand, demand, rtol=1e-12, atol=1e-9)
    bought = flows.groupby("buyer").flow_meur.sum().reindex(nodes.index, fill_value=0)
    np.testing.assert_allclose(estimate.flows.sum(axis=0), bought, rtol=1e-12)
    row = flows.iloc[123_456]
    at = estimate.keys.get_loc(row.supplier), estimate.keys.get_loc(row.buyer)
    assert estimate.flows[at] == row.flow_meur


def test_the_estimate_says_that_it_is_one(estimate):
    meta = estimate.meta
    assert meta.estimate is True
    assert meta.year == 2014
    assert "ESTIMATE" in meta.source
    assert "Timmer" in meta.source
    assert "10.34894/PJ2M1C" in meta.source
    assert "CC BY 4.0" in meta.licence
    assert "35-55 %" in meta.accuracy
    assert "million EUR" in meta.unit


def test_the_toy_says_that_it_is_invented(toy):
    assert "INVENTED" in toy.meta.source
    assert toy.nodes.label["TW_C26"] == "Electronics (Taiwan)"


# A user's own folder


def test_what_is_not_given_is_taken_from_the_key(tmp_path: Path):
    chain = read(tmp_path)
    assert chain.nodes.loc["FR_A", ["country", "industry", "label"]].tolist() == ["FR", "A", "FR_A"]
    assert chain.final_demand.to_dict() == {"DE_A": 90, "FR_A": 80, "TW_A": 50}
    assert chain.meta.title == tmp_path.name
    assert chain.meta.estimate is False


def test_all_columns_are_read(tmp_path: Path):
    nodes = (
        "key,country,industry,label,output_meur,value_added_meur,taxes_meur,final_demand_meur,employees\n"
        "acme,DE,C29,Acme AG,100,85,5,100,7\nzeta,NA,C26,Zeta,10,10,0,0,\n"
    )
    meta = json.dumps({"title": "Firms", "year": 2020, "source": "own", "estimate": True})
    chain = read(tmp_path, nodes, "supplier,buyer,flow_meur\nzeta,acme,10\nacme,acme,0\n", meta)
    assert chain.nodes.loc["acme", "employees"] == 7
    assert chain.nodes.country.tolist() == ["DE", "NA"]
    assert chain.flows.nnz == 1
    assert (chain.meta.title, chain.meta.year, chain.meta.estimate) == ("Firms", 2020, True)


def test_an_own_file_of_ecosystems(tmp_path: Path):
    file = tmp_path / "own.csv"
    file.write_text("ecosystem,nace_division,weight,source_url,basis\nHealth,C26,0.5,u,read\n", "utf-8")
    for chain in (sources.read_folder(DATA / "toy", file), sources.estimate_2014(file)):
        assert chain.membership.loc["C26", "Health"] == 0.5
        assert chain.membership.to_numpy().sum() == 0.5


def test_firms_may_have_numbers_as_keys(tmp_path: Path):
    """Firm-level tables number their firms; leading zeros belong to the key."""
    chain = read(tmp_path, "key,output_meur\n007,100\n12,100\n", "supplier,buyer,flow_meur\n007,12,10\n")
    assert list(chain.keys) == ["007", "12"]
    assert chain.flows[0, 1] == 10


def test_files_that_are_missing(tmp_path: Path):
    mend = "the file is missing; a chain needs nodes.csv and flows.csv"
    assert refusal(tmp_path, nodes=None, flows=None) == [
        f"{tmp_path}, nodes.csv: {mend}",
        f"{tmp_path}, flows.csv: {mend}",
    ]
    assert refusal(tmp_path, flows=None) == [f"{tmp_path}, flows.csv: {mend}"]


def test_columns_that_are_missing_or_have_no_unit(tmp_path: Path):
    faults = refusal(tmp_path, nodes="key,output\nDE_A,100\nDE_A,100\n", flows="supplier,flow\nDE_A,10\n")
    assert faults == [
        "nodes, output_meur: column 'output' has no unit; name it output_meur (million euro a year)",
        "node DE_A, key: stands more than once; give each node one row",
        "flows, buyer: the column is missing; add a column buyer",
        "flows, flow_meur: column 'flow' has no unit; name it flow_meur (million euro a year)",
    ]


def test_one_folder_with_many_faults_lists_them_all(tmp_path: Path):
    """A key twice, outputs of no number, unknown keys, flows negative, missing and no number, a pair twice."""
    nodes = "key,output_meur\nDE_A,100\nFR_A,-100\nTW_A,50\nTW_A,50\n"
    flows = (
        "supplier,buyer,flow_meur\nDE_A,FR_A,10\nXX_A,FR_A,1\nFR_A,YY_A,1\nFR_A,DE_A,-5\nTW_A,DE_A,\nDE_A,TW_A,ten\n"
        "DE_A,FR_A,3\n"
    )
    assert refusal(tmp_path, nodes=nodes, flows=flows) == [
        "node TW_A, key: stands more than once; give each node one row",
        "node FR_A, output_meur: output -100 is not a number of 0 or more; give million euro a year",
        "flows row 3, supplier: XX_A is not a key of the nodes; add the node or correct the key",
        "flows row 4, buyer: YY_A is not a key of the nodes; add the node or correct the key",
        "flows row 5, flow_meur: flow -5 is not a number of 0 or more; give million euro a year",
        "flows row 6, flow_meur: flow nan is not a number of 0 or more; give million euro a year",
        "flows row 7, flow_meur: flow ten is not a number of 0 or more; give million euro a year",
        "flows row 8, supplier: DE_A → FR_A stands twice; add the two flows up",
    ]


def test_an_open_account_is_listed_beside_other_faults(tmp_path: Path):
    """TW_A sells 5 and has final demand of 10, but an output of 50; no other fault touches it."""
    nodes = "key,output_meur,final_demand_meur\nDE_A,100,90\nFR_A,100,\nTW_A,50,10\n"
    flows = "supplier,buyer,flow_meur\nDE_A,FR_A,10\nFR_A,DE_A,-5\nTW_A,DE_A,5\n"
    faults = refusal(tmp_path, nodes=nodes, flows=flows)
    assert any(fault.startswith("flows row 3, flow_meur: flow -5") for fault in faults)
    assert any(fault.startswith("node TW_A, output_meur: sells 15") for fault in faults)


def test_open_accounts_are_all_listed(tmp_path: Path):
    nodes = "key,output_meur,value_added_meur,final_demand_meur\nDE_A,100,90,95\nFR_A,100,90,80\nTW_A,50,10,50\n"
    assert refusal(tmp_path, nodes=nodes) == [
        "node DE_A, output_meur: sells 105 (flows 10 + final demand 95) million EUR, but its output is 100; "
        "correct one of the three",
        "node DE_A, value_added_meur: spends 90 (inputs 0 + value added and taxes 90) million EUR, "
        "but its output is 100; correct one of the three",
        "node TW_A, value_added_meur: spends 30 (inputs 20 + value added and taxes 10) million EUR, "
        "but its output is 50; correct one of the three",
    ]


@pytest.mark.parametrize(
    ("nodes", "flows", "wanted"),
    [
        pytest.param("key,output\nDE_A,100\nFR_A,100\nTW_A,9\n", FLOWS, "nodes, output_meur", id="no unit"),
        pytest.param("key,country\nDE_A,DE\nFR_A,FR\nTW_A,TW\n", FLOWS, "nodes, output_meur", id="no output"),
        pytest.param(NODES + "DE_A,5\n", FLOWS, "node DE_A, key", id="key twice"),
        pytest.param(NODES.replace("50", "fifty"), FLOWS, "node TW_A, output_meur", id="output in words"),
        pytest.param(NODES.replace("50", ""), FLOWS, "node TW_A, output_meur", id="output empty"),
        pytest.param(NODES.replace("50", "inf"), FLOWS, "node TW_A, output_meur", id="output without end"),
        pytest.param(
            "key,output_meur,final_demand_meur\nDE_A,100,90\nFR_A,100,80\nTW_A,50,fifty\n",
            FLOWS,
            "node TW_A, final_demand_meur",
            id="demand in words",
        ),
        pytest.param(
            "key,output_meur,value_added_meur\nDE_A,100,100\nFR_A,100,90\nTW_A,50,thirty\n",
            FLOWS,
            "node TW_A, value_added_meur",
            id="value added in words",
        ),
        pytest.param(NODES + ",5\n", FLOWS, "key", id="key empty"),
        pytest.param("name,output_meur\nDE_A,1\n", FLOWS, "nodes.csv, key", id="no key column"),
        pytest.param("key;output_meur\nDE_A;1\n", FLOWS, "nodes.csv, file", id="semicolons"),
        pytest.param("key,output_meur\n", FLOWS, "nodes, key", id="no nodes"),
        pytest.param(NODES.replace("100", "100,5", 1), FLOWS, "nodes.csv row 2", id="a comma too many"),
        pytest.param(NODES + "\n" + "TW_B,5\n", FLOWS, "nodes.csv row", id="a blank row"),
        pytest.param("key,output_meur,output_meur\nDE_A,1,1\n", FLOWS, "nodes.csv, output_meur", id="column twice"),
        pytest.param("key,output_meur\nDE_A,1e308\n", FLOWS, "node DE_A, output_meur", id="too large"),
        pytest.param(NODES, "", "flows", id="file empty"),
    ],
)
def test_one_fault_alone_is_named(tmp_path: Path, nodes: str, flows: str, wanted: str):
    faults = refusal(tmp_path, nodes=nodes, flows=flows)
    assert any(wanted in fault.partition(":")[0] for fault in faults), faults


@pytest.mark.parametrize("column", ["country", "industry", "label"])
def test_an_empty_cell_is_filled_from_the_key_or_named(tmp_path: Path, column: str):
    """Filled as if the column were not given, or refused by name; never a missing value further on."""
    named = []
    try:
        chain = read(tmp_path, f"key,{column},output_meur\nDE_A,,100\nFR_A,A,100\nTW_A,A,50\n")
        filled = bool(chain.nodes[column].notna().all())
    except Faults as caught:
        named = [fault.field for fault in caught.faults]
        filled = False
    assert filled or named == [column]
