"""Networks of firms from files: text stays text, and every fault is named with its row."""

from pathlib import Path

import pandas as pd
import pytest

from graphs.errors import Faults
from graphs.firms import FirmNetwork, esri
from graphs.sources.firms import read_firms

LINKS = "supplier,customer,weight\n01,1,2.5\n1,NA,1e3\n"
FIRMS = "firm,sector,name\n01,001,One\n1,1,Two\nNA,1,Three\nlonely,1,Four\n"
MATRIX = '"","1","001"\n"001",2,0\n"1",1,2\n'


def read(folder: Path, links: str = LINKS, firms: str = FIRMS, matrix: str | None = MATRIX) -> FirmNetwork:
    for name, text in (("edges.csv", links), ("firms.csv", firms), ("matrix.csv", matrix)):
        if text is not None:
            (folder / name).write_text(text, "utf-8")
    return read_firms(folder / "edges.csv", folder / "firms.csv", folder / "matrix.csv" if matrix else None)


def refusal(folder: Path, **files: str) -> str:
    with pytest.raises(Faults) as caught:
        read(folder, **files)
    return str(caught.value)


def test_keys_and_sectors_are_text(tmp_path: Path):
    network = read(tmp_path)
    assert network.keys.tolist() == ["01", "1", "NA", "lonely"]
    assert network.links.toarray()[0, 1] == 2.5
    assert network.links.toarray()[1, 2] == 1000
    assert not network.leaks
    assert network.sector_names == ["001", "1"]
    assert network.essential_codes.tolist() == [[0, 2], [2, 1]]


def test_revenue_is_read(tmp_path: Path):
    network = read(tmp_path, firms="firm,sector,revenue\n01,001,5\n1,1,2000\nNA,1,0\n")
    assert network.leaks
    assert network.revenue_or_sales.tolist() == [5, 2000, 0]
    assert not read(tmp_path, firms="firm,sector,revenue\n01,001,\n1,1,\nNA,1,\n").leaks


def test_parquet_says_the_same(tmp_path: Path):
    one = read(tmp_path)
    files = {}
    for name in ("edges", "firms", "matrix"):
        files[name] = tmp_path / f"{name}.parquet"
        pd.read_csv(tmp_path / f"{name}.csv", dtype=str, keep_default_na=False).to_parquet(files[name])
    weights = pd.read_parquet(files["edges"])
    weights.assign(weight=weights.weight.astype(float)).to_parquet(files["edges"])
    other = read_firms(files["edges"], files["firms"], files["matrix"])
    pd.testing.assert_frame_equal(esri(one), esri(other))


def test_faults_name_file_row_field_and_mend(tmp_path: Path):
    said = refusal(
        tmp_path,
        links="supplier,customer,weight\n01,1,much\n01,ghost,\n",
        firms="firm,sector,revenue\n01,,7\n1,1,rich\n",
        matrix='"","1"\n"1",9\n',
    )
    for words in (
        "edges.csv row 2, weight: 'much' is not a number of 0 or more; give the value",
        "edges.csv row 3, weight: an empty cell",
        "edges.csv row 3, customer: 'ghost' is not among the firms; add it",
        "firms.csv row 2, sector: is empty",
        "firms.csv row 3, revenue: 'rich'",
        "matrix.csv row 1, 1: 9 is not a code; write 0",
    ):
        assert words in said, said


def test_files_that_are_missing_or_no_tables(tmp_path: Path):
    with pytest.raises(Faults) as caught:
        read_firms(tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv")
    assert len(caught.value.faults) == 3
    assert "is empty" in refusal(tmp_path, links="")
    assert "firm: the column is missing" in refusal(tmp_path, firms="id,sector\na,b\n")
    assert "supplier: the column is missing" in refusal(tmp_path, links="from,to,weight\n01,1,1\n")
    (tmp_path / "x.parquet").write_bytes(b"nonsense")
    with pytest.raises(Faults, match="cannot be read"):
        read_firms(tmp_path / "x.parquet", tmp_path / "firms.csv")
