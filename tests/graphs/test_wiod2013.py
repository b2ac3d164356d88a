"""The WIOD 2013 release: what is read is what the files say, or every fault of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphs import classification
from graphs.errors import Faults
from graphs.fields import fields
from graphs.sources import wiod2013
from graphs.valuechain import ValueChain

RATE = wiod2013.USD_PER_EUR


@pytest.fixture(scope="module")
def real(shared: Path) -> Path:
    return shared / "data" / "wiod2013"


def change(folder: Path, name: str, **columns: object) -> None:
    """Write a table of 2008 again with other columns."""
    file = folder / "years" / f"{name}_2008.parquet"
    pd.read_parquet(file).assign(**columns).to_parquet(file)


def refusal(folder: Path, year: int = 2008) -> list[str]:
    with pytest.raises(Faults) as caught:
        wiod2013.read_year(folder, year)
    assert all(fault.fault and fault.mend for fault in caught.value.faults)
    return [str(fault) for fault in caught.value.faults]


# The real files


@pytest.mark.parametrize("year", [1998, 2008, 2009, 2011])
def test_a_real_year_is_what_its_checks_say(real: Path, year: int) -> None:
    chain = wiod2013.read_year(real, year)
    checks = pd.read_csv(real / "checks.csv", index_col="year").loc[year]
    files = {name: pd.read_parquet(real / "years" / f"{name}_{year}.parquet") for name in ("output", "flows")}
    assert len(chain) == 41 * 35
    assert chain.output.sum() * RATE == pytest.approx(checks.output)
    assert (chain.output == 0).sum() == checks.zero_output
    assert chain.nodes.rounding_meur.sum() * RATE == pytest.approx(checks.row_resid_sum)
    assert chain.nodes.rounding_meur.max() * RATE == pytest.approx(checks.row_resid_max)
    dropped = checks.nonzero_Z - chain.flows.nnz
    assert 0 <= dropped <= 5
    assert chain.flows.sum() * RATE == pytest.approx(files["flows"].value.sum(), abs=dropped + 1)
    np.testing.assert_allclose(chain.output * RATE, files["output"].output)
    np.testing.assert_allclose(chain.flows.sum(axis=1) + chain.final_demand, chain.output, atol=1e-6)


def test_the_inputs_of_2011_are_those_of_the_accounts(real: Path) -> None:
    """An account of the same release that the reader does not use."""
    chain = wiod2013.read_year(real, 2011)
    accounts = pd.read_parquet(real / "accounts.parquet")
    iso = accounts.country.map(lambda code: "RO" if code == "ROM" else classification.country(code))
    assert (iso.to_numpy() == chain.nodes.country.to_numpy()).all()
    assert (accounts.industry.to_numpy() == chain.nodes.source_industry.to_numpy()).all()
    np.testing.assert_allclose(chain.output * RATE, accounts.gross_output, atol=0.51)
    np.testing.assert_allclose(chain.flows.sum(axis=0) * RATE, accounts.intermediate_inputs_sum, atol=2)
    np.testing.assert_allclose(chain.nodes.rounding_meur * RATE, accounts.row_residual, atol=1.01)


def test_final_demand_is_that_of_all_users_with_the_rounding(real: Path) -> None:
    chain = wiod2013.read_year(real, 2009)
    final = pd.read_parquet(real / "years" / "final_demand_2009.parquet")
    cars = final[(final.origin_country == "DEU") & (final.origin_industry == "34t35")].value.sum()
    node = "DE_C29-C30"
    assert chain.final_demand[node] * RATE == pytest.approx(cars + chain.nodes.rounding_meur[node] * RATE)
    assert (chain.final_demand < 0).any()


def test_the_years_are_found(real: Path) -> None:
    assert wiod2013.years(real) == list(range(1995, 2012))


# Files made here


def test_a_made_year(wiod_folder: Path) -> None:
    chain = wiod2013.read_year(wiod_folder, 2008)
    assert chain.keys.tolist()[:5] == ["DE_A", "DE_C24-C25", "DE_C29-C30", "DE_M69-N82", "RO_A"]
    assert chain.nodes.label["RO_A"] == "Farming (Romania)"
    assert chain.meta.year == 2008
    assert "US dollars" in chain.meta.unit
    file = pd.read_parquet(wiod_folder / "years" / "flows_2008.parquet")
    row = (file.origin_country == "DEU") & (file.origin_industry == "AtB") & (file.dest_country == "ROM")
    sold = file[row & (file.dest_industry == "34t35")].value.item()
    assert chain.flows[0, 6] * RATE == pytest.approx(sold)
    assert 0 < chain.nodes.rounding_meur.max() * RATE <= 16 + 4
    assert set(chain.nodes.columns) <= set(fields().index)


def test_the_order_of_rows_does_not_matter(wiod_folder: Path) -> None:
    chain = wiod2013.read_year(wiod_folder, 2008)
    for name in ("flows", "final_demand"):
        file = wiod_folder / "years" / f"{name}_2008.parquet"
        pd.read_parquet(file).iloc[::-1].to_parquet(file)
    turned = wiod2013.read_year(wiod_folder, 2008)
    assert (turned.flows != chain.flows).nnz == 0
    pd.testing.assert_series_equal(turned.final_demand, chain.final_demand)


def test_a_node_cut_to_nothing_keeps_no_flows(wiod_folder: Path) -> None:
    """As LU_C19 of 1998: no output, and one million sold."""
    for name in ("output", "flows", "final_demand"):
        table = pd.read_parquet(wiod_folder / "years" / f"{name}_2008.parquet")
        at = next(one for one in table if one.endswith("country") and one != "dest_country")
        mine = (table[at] == "TWN") & (table[at.replace("country", "industry")] == "AtB")
        column = "output" if name == "output" else "value"
        values = table[column].mask(mine, 0)
        values[mine.idxmax()] = 0 if name == "output" else 1
        change(wiod_folder, name, **{column: values})
    chain = wiod2013.read_year(wiod_folder, 2008)
    place = chain.keys.get_loc("TW_A")
    assert chain.output[place] == 0
    assert chain.flows[[place], :].sum() == chain.flows[:, [place]].sum() == 0
    assert chain.final_demand["TW_A"] == 0
    assert chain.nodes.rounding_meur["TW_A"] * RATE == pytest.approx(-2)


def test_every_file_that_is_missing(wiod_folder: Path) -> None:
    (wiod_folder / "industries.csv").unlink()
    (wiod_folder / "years" / "output_2008.parquet").unlink()
    (wiod_folder / "years" / "flows_2008.parquet").write_text("no parquet")
    said = "\n".join(refusal(wiod_folder))
    assert "industries.csv, file: is missing" in said
    assert "output_2008.parquet, file: is missing; add it; years with all three tables: 2007, 2009" in said
    assert "flows_2008.parquet, file: cannot be read" in said
    assert len(refusal(wiod_folder)) == 3


def test_every_column_that_is_missing(wiod_folder: Path) -> None:
    for name, column in (("flows", "value"), ("final_demand", "category"), ("output", "country")):
        file = wiod_folder / "years" / f"{name}_2008.parquet"
        pd.read_parquet(file).drop(columns=column).to_parquet(file)
    said = refusal(wiod_folder)
    assert [line.partition(":")[0] for line in said] == [
        "years/flows_2008.parquet, value",
        "years/final_demand_2008.parquet, category",
        "years/output_2008.parquet, country",
    ]


def test_every_fault_of_codes_and_values(wiod_folder: Path) -> None:
    output = pd.read_parquet(wiod_folder / "years" / "output_2008.parquet")
    output.loc[0, "country"], output.loc[1, "industry"], output.loc[2, "output"] = "Narnia", "99", -1
    output.loc[15] = output.loc[14]
    output.to_parquet(wiod_folder / "years" / "output_2008.parquet")
    flows = pd.read_parquet(wiod_folder / "years" / "flows_2008.parquet").astype(
        {"value": float, "origin_country": str}
    )
    flows.loc[100, "value"], flows.loc[101, "value"], flows.loc[103] = np.nan, -4, flows.loc[102]
    flows.to_parquet(wiod_folder / "years" / "flows_2008.parquet")
    said = "\n".join(refusal(wiod_folder))
    for words in (
        "DEU AtB is not among the nodes",
        "'Narnia' is no known country",
        "'99' is no industry of the 2013 release",
        "stands more than once",
        "output: 1 values are negative",
        "value: 1 values are no number",
        "value: 1 values are negative",
        "1 rows stand twice",
    ):
        assert words in said


def test_a_row_that_misses_its_output_by_more_than_rounding(wiod_folder: Path) -> None:
    gap = wiod2013.read_year(wiod_folder, 2008).nodes.rounding_meur["RO_C24-C25"] * RATE + 40
    output = pd.read_parquet(wiod_folder / "years" / "output_2008.parquet").output
    change(wiod_folder, "output", output=output.where(output.index != 5, output + 40))
    said = refusal(wiod_folder)
    assert len(said) == 1
    assert said[0].startswith(f"node RO_C24-C25, output: misses its row by {gap:.0f} million USD;")


def test_no_folder(tmp_path: Path) -> None:
    assert wiod2013.years(tmp_path / "none") == []
    assert "there is no such folder" in refusal(tmp_path / "none")[0]


def test_every_industry_has_codes_of_its_own() -> None:
    """Each industry of the source is one of Rev.2, no division is taken twice, and its kind of stock is known."""
    taken = [one for code in wiod2013._NACE.values() for one in classification.divisions(code)]
    assert len(wiod2013._NACE) == len(set(wiod2013._NACE.values())) == 35
    assert all(classification.divisions(code) for code in wiod2013._NACE.values())
    assert len(taken) == len(set(taken))


def test_it_is_a_chain_like_any_other(wiod_folder: Path) -> None:
    chain = wiod2013.read_year(wiod_folder, 2009)
    assert isinstance(chain, ValueChain)
    np.testing.assert_allclose(chain.leontief_inverse @ chain.final_demand, chain.output, rtol=1e-9)
