"""A network of firms: every fault at once, and what is taken as it stands."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from graphs import sources
from graphs.errors import Faults
from graphs.firms import FirmNetwork
from graphs.firms.checks import NAMED
from graphs.valuechain import ValueChain


def faults(firms: pd.DataFrame, links: pd.DataFrame, essential: pd.DataFrame | None = None) -> list[str]:
    with pytest.raises(Faults) as caught:
        FirmNetwork.from_tables(firms, links, essential)
    assert all(fault.mend for fault in caught.value.faults)
    return [str(fault).split(";")[0] for fault in caught.value.faults]


def firms(sector: list[object], keys: str = "abc", **more: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"sector": sector, **more}, index=list(keys))


def links(*rows: tuple[object, object, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["supplier", "customer", "weight"])


def test_every_fault_is_said_at_once():
    matrix = pd.DataFrame([[0, 3], [1, "x"]], ["x", "y"], ["x", "y"])
    found = faults(
        firms(["x", "", "z"], "aab", revenue=[1.0, -1.0, np.nan]),
        links(
            ("a", "b", 1.0), ("a", "b", 2.0), ("q", "b", 1.0), ("b", "a", -1.0), ("b", "r", np.nan), ("b", "b", "much")
        ),
        matrix,
    )
    assert found == [
        "firms row 3, firm: 'a' stands in an earlier row already",
        "firms row 3, sector: is empty",
        "firms row 3, revenue: -1.0 is not a number of 0 or more",
        "firms row 4, revenue: an empty cell is not a number of 0 or more",
        "essential row z, sector: the sector has firms but is missing in the matrix",
        "essential column z, sector: the sector has firms but is missing in the matrix",
        "essential row x, y: 3 is not a code",
        "essential row y, y: 'x' is not a code",
        "links row 4, supplier: 'q' is not among the firms",
        "links row 6, customer: 'r' is not among the firms",
        "links row 5, weight: -1.0 is not a number of 0 or more",
        "links row 6, weight: an empty cell is not a number of 0 or more",
        "links row 7, weight: 'much' is not a number of 0 or more",
        "links row 3, supplier: a supplies b in an earlier row already",
    ]


def test_thousands_of_faults_are_counted():
    found = faults(firms(["x"], "a"), links(*[("a", f"q{i}", 1.0) for i in range(1000)]))
    assert len(found) == NAMED + 1
    assert found[-1] == f"links, customer: {1000 - NAMED} more like these"


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (pd.DataFrame([[0, 1]], ["x"], ["x", "y"]), "has 1 rows and 2 columns"),
        (pd.DataFrame([[0, 1], [1, 1]], ["x", "x"], ["x", "y"]), "stands more than once"),
        (pd.DataFrame([[np.nan]], ["x"], ["x"]), "is not a code"),
        (pd.DataFrame([[1.5]], ["x"], ["x"]), "is not a code"),
    ],
)
def test_a_matrix_that_does_not_fit(matrix: pd.DataFrame, words: str):
    assert any(words in fault for fault in faults(firms(["x"], "a"), links(), matrix))


def test_columns_that_are_missing():
    assert faults(pd.DataFrame(index=["a"]), links()) == ["firms, sector: the column is missing"]
    assert faults(firms(["x"], "a"), links().drop(columns="weight")) == ["links, weight: the column is missing"]


@pytest.mark.parametrize(
    ("matrix", "words"),
    [(np.ones((2, 3)), "is 2 × 3"), (-np.ones((3, 3)), "9 are not"), (np.full((3, 3), np.inf), "9")],
)
def test_a_sparse_matrix_that_does_not_fit(matrix: np.ndarray, words: str):
    with pytest.raises(Faults, match=words):
        FirmNetwork(firms(["x", "x", "y"]), sparse.csr_array(matrix))


def test_revenue_below_sales_is_a_fault():
    found = faults(firms(["x", "y", "y"], revenue=[2.0, 0.0, 0.0]), links(("a", "b", 3.0)))
    assert found == ["firms row 2, revenue: 2 is less than its sales to firms, 3"]


def test_a_link_of_zero_is_none_and_a_self_link_counts():
    network = FirmNetwork.from_tables(firms(["x", "y", "y"]), links(("a", "b", 0.0), ("c", "c", 2.0)))
    assert network.links.nnz == 1
    assert network.sales.tolist() == [0, 0, 2]


def test_a_chain_of_nodes_with_stocks_that_run_down():
    """Final demand below zero: revenue is what is sold, so that no share exceeds the whole."""
    chain = ValueChain.from_matrix(["DE_A", "DE_J"], [[0, 50], [20, 0]], [-10, 100])
    network = FirmNetwork.of(chain)
    assert network.revenue_or_sales.tolist() == [50, 120]
    assert network.essential.to_numpy().tolist() == [[2, 2], [1, 1]]


def test_a_chain_keeps_its_flows():
    chain = sources.toy()
    network = FirmNetwork.of(chain)
    assert (network.links != chain.flows).nnz == 0
    assert network.firms.sector.tolist() == chain.nodes.industry.tolist()
