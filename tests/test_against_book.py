"""The economics against printed books and exact arithmetic.

Miller, R. E. and Blair, P. D. (2009), Input–Output Analysis: Foundations and Extensions, 2nd edition, Cambridge
University Press. US Department of Justice, Herfindahl–Hirschman Index (30, 30, 20, 20 per cent make 2,600 points).
"""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphs import metrics
from graphs.propagation import leontief
from graphs.valuechain import ValueChain


def golden(shared: Path, name: str) -> dict[str, Any]:
    return json.loads((shared / "golden" / name).read_text("utf-8"))


def chain_of(case: dict[str, Any]) -> ValueChain:
    regions = case.get("regions", ["r"] * len(case["f"]))
    return ValueChain.from_matrix([f"{region}_{i}" for i, region in enumerate(regions, 1)], case["Z"], case["f"])


def two_sectors() -> ValueChain:
    """Miller & Blair 2009, chapter 2, Table 2.3: flows and final demand of two sectors."""
    return ValueChain.from_matrix(["r_1", "r_2"], [[150, 500], [200, 100]], [350, 1700])


def test_the_two_sector_table_as_printed():
    """Miller & Blair 2009, chapter 2, Tables 2.3 and 2.4, to the four decimals of the book."""
    chain = two_sectors()
    assert chain.output.tolist() == [1000, 2000]
    assert chain.technical_coefficients == pytest.approx(np.array([[0.15, 0.25], [0.20, 0.05]]), rel=1e-12)
    assert chain.leontief_inverse.round(4).tolist() == [[1.2541, 0.3300], [0.2640, 1.1221]]


def test_output_for_a_new_final_demand_as_printed():
    """Miller & Blair 2009, section 2.2.2: final demand of 600 and 1,500 needs output of 1,247.52 and 1,841.58."""
    assert leontief(two_sectors(), [600, 1500]) == pytest.approx([1247.52, 1841.58], abs=0.01)


def test_two_sectors_in_exact_fractions():
    """The same table in rational numbers: L = adj(I − A) / det(I − A), U = L x / x, loss = (1'L)_k x_k / l_kk."""
    a, b, c, d = Fraction(150, 1000), Fraction(500, 2000), Fraction(200, 1000), Fraction(100, 2000)
    det = (1 - a) * (1 - d) - b * c
    inverse = [[(1 - d) / det, b / det], [c / det, (1 - a) / det]]
    x = [Fraction(1000), Fraction(2000)]
    steps = [(row[0] * x[0] + row[1] * x[1]) / own for row, own in zip(inverse, x, strict=True)]
    losses = [(inverse[0][k] + inverse[1][k]) * x[k] / inverse[k][k] for k in (0, 1)]
    chain = two_sectors()
    assert chain.leontief_inverse == pytest.approx(np.array(inverse, float), rel=1e-12)
    assert metrics.upstreamness(chain).tolist() == pytest.approx([float(one) for one in steps], rel=1e-12)
    assert metrics.hypothetical_extraction(chain).tolist() == pytest.approx([float(one) for one in losses], rel=1e-12)


@pytest.mark.parametrize("name", ["two_sector", "two_region"])
def test_golden_miller_and_blair(shared: Path, name: str):
    """Exact rational arithmetic on the tables of chapters 2 and 3 (shared/golden/miller_blair, field "exact")."""
    case = golden(shared, f"miller_blair/{name}.json")
    chain, exact = chain_of(case), case["exact"]
    for computed, wanted in (
        (chain.output, exact["x"]),
        (chain.output - chain.flows.sum(axis=0), exact["va"]),
        (chain.technical_coefficients, exact["A"]),
        (chain.leontief_inverse, exact["L"]),
        (leontief(chain, case["f"]), exact["x"]),
        (metrics.upstreamness(chain), exact["upstreamness"]),
        (metrics.hypothetical_extraction(chain), exact["HE_total_extraction_loss"]),
        (chain.leontief_inverse.sum(axis=0), exact["output_multiplier"]),
    ):
        np.testing.assert_allclose(computed, wanted, rtol=1e-9)


def test_golden_output_for_a_new_final_demand(shared: Path):
    """shared/golden/miller_blair/two_sector.json, field x_new_for_f_600_1500."""
    case = golden(shared, "miller_blair/two_sector.json")
    output = leontief(chain_of(case), [600, 1500])
    np.testing.assert_allclose(output, case["exact"]["x_new_for_f_600_1500"], rtol=1e-9)
    assert output == pytest.approx(case["published_4dp"]["x_new"], abs=0.01)


def test_golden_concentration(shared: Path):
    """shared/golden/structure/hhi.json: one buyer, one input industry, four countries at 30, 30, 20 and 20 per cent."""
    case = golden(shared, "structure/hhi.json")
    keys = ["DE_C29", "DE_C26", "FR_C26", "TW_C26", "US_C26"]
    flows = np.zeros((5, 5))
    flows[1:, 0] = case["shares"]
    chain = ValueChain.from_matrix(keys, flows, [500, 10, 10, 10, 10])
    concentration = metrics.supplier_concentration(chain)
    assert concentration["DE_C29"] == pytest.approx(case["hhi_unit"], rel=1e-9)
    assert concentration["DE_C29"] * 10_000 == pytest.approx(case["hhi_points"], rel=1e-9)
