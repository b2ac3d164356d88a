"""FIGARO as Eurostat publishes it: generated files of the exact layout, whole and broken in many ways."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from figaro_files import FLAT, MATRIX, Published, published, write_flat, write_matrix

from graphs import classification
from graphs.errors import Faults
from graphs.fields import fields
from graphs.sources.figaro import read_figaro

AREAS = ["DE", "EL", "UK", "FIGW1"]
INDUSTRIES = ["A01", "B", "C10T12", "C26", "C31_32", "L"]


@pytest.fixture(scope="module")
def table() -> Published:
    return published(AREAS, INDUSTRIES)


@pytest.fixture(scope="module")
def flat(table: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_flat(table, tmp_path_factory.mktemp("flat") / f"{FLAT}.csv")


def refusal(file: Path, year: int | None = None) -> list[str]:
    with pytest.raises(Faults) as caught:
        read_figaro(file, year)
    assert all(one.fault and one.mend for one in caught.value.faults)
    return [str(one) for one in caught.value.faults]


# What is read is what the file says


@pytest.mark.parametrize(("write", "name"), [(write_flat, FLAT), (write_matrix, MATRIX)])
@pytest.mark.parametrize("ending", ["csv", "zip"])
def test_the_chain_is_the_table(
    table: Published, tmp_path: Path, write: Callable[..., Path], name: str, ending: str
) -> None:
    chain = read_figaro(write(table, tmp_path / f"{name}.{ending}"))
    n = len(AREAS) * len(INDUSTRIES)
    values = np.round(table.values, 3)
    assert len(chain) == n
    np.testing.assert_allclose(chain.flows.toarray(), values[:n, :n], rtol=1e-12)
    np.testing.assert_allclose(chain.output, values[:n].sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(chain.flows.sum(axis=1) + chain.final_demand, chain.output, rtol=1e-12)
    np.testing.assert_allclose(chain.nodes.value_added_meur, values[n + 3 :, :n].sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(chain.nodes.taxes_meur, values[n : n + 3, :n].sum(axis=0), rtol=1e-12)
    assert chain.nodes.discrepancy_inputs_meur.abs().max() < 0.1
    assert chain.meta.year == 2022
    assert "2024 edition" in chain.meta.title
    assert not chain.meta.estimate


@pytest.mark.parametrize("size", [1_000, 20_000])
def test_blocks_of_the_file_leave_no_trace(flat: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    whole = read_figaro(flat)
    monkeypatch.setattr("graphs.sources.figaro.cells._BLOCK_BYTES", size)
    assert read_figaro(flat).version == whole.version


def test_codes_are_those_of_the_house(flat: Path) -> None:
    chain = read_figaro(flat)
    assert list(dict.fromkeys(chain.nodes.country)) == ["DE", "GR", "GB", "ROW"]
    assert list(dict.fromkeys(chain.nodes.industry)) == ["A01", "B", "C10-C12", "C26", "C31-C32", "L68"]
    assert chain.nodes.source_industry["GR_C10-C12"] == "C10T12"
    assert chain.nodes.label["GR_C26"] == "Manufacture of computer, electronic and optical products (Greece)"
    assert set(chain.nodes) <= set(fields().index)
    assert chain.membership.loc["C26", "Electronics"] > 0


def test_all_64_industries_belong_where_nace_says(shared: Path) -> None:
    codes = (shared / "data/classifications/figaro_industries_nace_rev2_64.csv").read_text("utf-8-sig").splitlines()[1:]
    codes = [line.split(",")[0] for line in codes]
    assert len(codes) == 64
    assert all(classification.divisions(code) for code in codes)
    assert len(frozenset().union(*(classification.divisions(code) for code in codes))) == 88


def test_columns_may_be_shuffled_and_a_mark_may_stand_before(flat: Path, tmp_path: Path) -> None:
    lines = [line.split(",") for line in flat.read_text().splitlines()]
    turned = "\n".join(",".join(line[::-1]) for line in lines)
    file = tmp_path / flat.name
    file.write_text(f"\ufeff{turned}\n", encoding="utf-8")
    assert read_figaro(file).version == read_figaro(flat).version


def test_a_file_without_empty_cells_is_the_same_table(table: Published, tmp_path: Path) -> None:
    """Where many cells are left out they are zeros, not faults."""
    thin = Published(table.rows, table.columns, table.values.copy())
    n = len(AREAS) * len(INDUSTRIES)
    off = np.random.default_rng(3).random((n, n)) < 0.5
    thin.values[:n, :n][off] = 0.0
    thin.values[-1, :n] += thin.values[:n].sum(axis=1) - thin.values[:, :n].sum(axis=0)
    whole = write_flat(thin, tmp_path / f"{FLAT}.csv")
    kept = [line for line in whole.read_text().splitlines() if not line.endswith(",0")]
    assert len(kept) < 0.8 * thin.values.size
    (tmp_path / "thin").mkdir()
    less = tmp_path / "thin" / whole.name
    less.write_text("\n".join(kept) + "\n")
    assert read_figaro(less).version == read_figaro(whole).version


def test_negative_flows_go_to_final_demand_and_are_told(table: Published, tmp_path: Path) -> None:
    odd = Published(table.rows, table.columns, table.values.copy())
    n = len(AREAS) * len(INDUSTRIES)
    change = odd.values[2, 5] + 7.0
    odd.values[2, 5] = -7.0
    odd.values[2, n] += change
    odd.values[-1, 5] += change
    chain = read_figaro(write_flat(odd, tmp_path / f"{FLAT}.csv"))
    assert chain.flows[2, 5] == 0
    np.testing.assert_allclose(chain.flows.sum(axis=1) + chain.final_demand, chain.output, rtol=1e-12)
    spent = chain.flows.sum(axis=0) + chain.nodes.value_added_meur + chain.nodes.taxes_meur
    np.testing.assert_allclose(spent + chain.nodes.discrepancy_inputs_meur, chain.output, rtol=1e-12)
    assert "1 negative flows (7.0 million EUR)" in chain.meta.accuracy


def test_a_node_without_output_has_no_flows(table: Published, tmp_path: Path) -> None:
    idle = Published(table.rows, table.columns, table.values.copy())
    n = len(AREAS) * len(INDUSTRIES)
    idle.values[:n, n] += idle.values[:n, 4]
    idle.values[4], idle.values[:, 4] = 0.0, 0.0
    idle.values[-1, :n] += idle.values[:n].sum(axis=1) - idle.values[:, :n].sum(axis=0)
    idle.values[0, 4], idle.values[-1, 4] = 0.4, -0.4
    chain = read_figaro(write_flat(idle, tmp_path / f"{FLAT}.csv"))
    assert chain.output[4] == 0
    assert chain.flows[:, [4]].sum() == 0
    assert "1 nodes without output" in chain.meta.accuracy


# What is broken is named


def test_the_year_must_be_known(flat: Path, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(flat.read_bytes())
    assert refusal(file) == [
        "table.csv, year: is not in the name of the file; say which year it is of, such as --year 2022"
    ]
    assert read_figaro(file, 2021).meta.year == 2021


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("obsValue", "value", "obsValue: the column is missing"),
        ("rowIi", "colIi", "colIi: the column stands twice"),
        ("\nDE_B,", "\nXY_B,", None),
    ],
)
def test_the_head_is_looked_at(flat: Path, tmp_path: Path, old: str, new: str, said: str | None) -> None:
    file = tmp_path / flat.name
    file.write_text(flat.read_text().replace(old, new))
    if said is None:
        assert read_figaro(file).version == read_figaro(flat).version, "the first two columns only repeat the others"
    else:
        assert any(said in one for one in refusal(file))


def test_cells_that_are_missing_or_stand_twice_are_named(flat: Path, tmp_path: Path) -> None:
    lines = flat.read_text().splitlines()
    file = tmp_path / flat.name
    file.write_text("\n".join([*lines[:40], *lines[41:], lines[60]]) + "\n")
    said = refusal(file)
    gone, twice = lines[40].split(","), lines[60].split(",")
    assert any(f"{gone[0]} → {gone[1]} is missing" in one for one in said)
    assert any(f"{twice[0]} → {twice[1]} stands 2 times" in one for one in said)


def test_a_whole_row_that_is_missing_is_named(flat: Path, tmp_path: Path) -> None:
    file = tmp_path / flat.name
    file.write_text("\n".join(one for one in flat.read_text().splitlines() if not one.startswith("DE_C26,")) + "\n")
    assert any("DE_C26 buys, but has no row of its own" in one for one in refusal(file))
    file.write_text("\n".join(one for one in flat.read_text().splitlines() if not one.startswith("W2_D1,")) + "\n")
    assert any("W2_D1 is missing" in one for one in refusal(file))


def test_an_unknown_area_and_an_unknown_industry_are_named_at_once(flat: Path, tmp_path: Path) -> None:
    file = tmp_path / flat.name
    file.write_text(flat.read_text().replace(",UK,", ",XY,").replace(",C26,", ",Q99,"))
    said = refusal(file)
    assert any("'XY' is no known area" in one for one in said)
    assert any("'Q99' is no known industry" in one for one in said)


def test_a_decimal_comma_is_named(flat: Path, tmp_path: Path) -> None:
    file = tmp_path / flat.name
    lines = flat.read_text().splitlines()
    lines[9] = lines[9].replace(".", ",")
    file.write_text("\n".join(lines) + "\n")
    assert any("row 10" in one and "decimal comma" in one for one in refusal(file))
    head, *rows = flat.read_text().splitlines()
    file.write_text("\n".join([head.replace(",", ";"), *(one.replace(",", ";") for one in rows)]) + "\n")
    assert any("semicolons" in one for one in refusal(file))


@pytest.mark.parametrize("value", ["", "n/a", "1e400", "nan", '"1,5"'])
def test_a_value_that_is_no_number_is_named(flat: Path, tmp_path: Path, value: str) -> None:
    file = tmp_path / flat.name
    lines = flat.read_text().splitlines()
    lines[9] = ",".join([*lines[9].split(",")[:6], value])
    file.write_text("\n".join(lines) + "\n")
    assert any("row 10" in one and "obsValue" in one for one in refusal(file))


def test_another_unit_is_noticed(tmp_path: Path) -> None:
    areas = [*sorted(classification.EU27), "US", "FIGW1"]
    thousand = published(areas, ["A01", "C26"], scale_meur=1e8)
    said = refusal(write_flat(thousand, tmp_path / f"{FLAT}.csv"))
    assert any("that cannot be million euro" in one for one in said)


def test_a_row_in_another_unit_opens_the_accounts(table: Published, tmp_path: Path) -> None:
    odd = Published(table.rows, table.columns, table.values.copy())
    odd.values[3] *= 1000
    said = refusal(write_flat(odd, tmp_path / f"{FLAT}.csv"))
    assert any("DE_C26" in one and "spends" in one for one in said)


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_an_archive_that_was_cut_off_is_named(table: Published, tmp_path: Path, share: float) -> None:
    whole = write_flat(table, tmp_path / f"{FLAT}.zip").read_bytes()
    cut = tmp_path / f"{FLAT}.zip"
    cut.write_bytes(whole[: int(share * len(whole))])
    assert any("cut off" in one for one in refusal(cut))
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 255
    cut.write_bytes(bytes(damaged))
    assert any("damaged" in one for one in refusal(cut))


def test_a_file_that_was_cut_off_is_named(flat: Path, tmp_path: Path) -> None:
    file = tmp_path / flat.name
    file.write_bytes(flat.read_bytes()[:-30])
    assert refusal(file)


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"a,b\n1,2\n", "Größe;Wert\n".encode("latin-1")])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / f"{FLAT}.csv"
    file.write_bytes(content)
    assert refusal(file)


def test_an_archive_with_two_tables_is_refused(tmp_path: Path) -> None:
    file = tmp_path / f"{FLAT}.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("a.csv", "b.csv"):
            archive.writestr(name, "x")
    assert refusal(file) == [f"{FLAT}.zip, file: holds 2 CSV tables; give the archive as it was published, with one"]
    file.write_bytes(io.BytesIO(b"no zip").getvalue())
    assert refusal(file)
