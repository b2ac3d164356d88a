"""The Handbook's steps against its formulas worked by hand, and what outliers and coherence say."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.score import composite


@pytest.fixture(scope="module")
def handbook(shared: Path) -> dict[str, object]:
    return json.loads((shared / "golden/composite/oecd_handbook.json").read_text("utf-8"))


def test_normalisation(handbook):
    values = np.array(handbook["X"])
    better = [sign > 0 for sign in handbook["polarity"]]
    for i in range(3):
        column = values[:, i]
        scaled = composite.min_max(column, column.min(), column.max(), better[i])
        np.testing.assert_allclose(scaled, np.array(handbook["minmax"])[:, i], atol=1e-12)
        z = composite.z_score(column, column.mean(), column.std(ddof=1), better[i])
        np.testing.assert_allclose(z, np.array(handbook["zscore_ddof1"])[:, i], atol=1e-12)


def test_aggregation_and_ranks(handbook):
    values, weights = np.array(handbook["minmax"]), handbook["weights"]
    np.testing.assert_allclose(composite.linear(values, weights), handbook["linear"], atol=1e-12)
    np.testing.assert_allclose(composite.geometric(values, weights), handbook["geometric_floor_0p01"], atol=1e-12)
    assert composite.ranks(composite.linear(values, weights)).tolist() == handbook["rank_linear"]
    assert composite.ranks(composite.geometric(values, weights)).tolist() == handbook["rank_geometric"]


@given(
    values=st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=1, max_size=4),
    weights=st.lists(st.floats(0.1, 5), min_size=3, max_size=3),
)
def test_the_geometric_mean_is_never_above_the_linear_one(values: list[list[float]], weights: list[float]):
    """But for the floor, which lifts what lies below it; and a zero does not kill the score."""
    table = np.maximum(np.array(values), composite.FLOOR)
    together = composite.geometric(table, weights)
    assert (together <= composite.linear(table, weights) + 1e-12).all()
    assert composite.geometric(np.zeros((1, 3)), weights) == pytest.approx(composite.FLOOR)
    assert composite.linear(table, weights) == pytest.approx(composite.linear(table, 7 * np.array(weights)))


def test_ranks_of_many_rows_at_once():
    assert composite.ranks([[3.0, 1.0, 2.0], [1.0, 1.0, 0.0]]).tolist() == [[1, 3, 2], [1, 1, 3]]


def test_what_lies_beyond_the_bounds_counts_as_the_bound():
    assert composite.min_max([-9.0, 99.0], 0.0, 1.0).tolist() == [0.0, 1.0]
    assert composite.percentile([-9.0, 99.0], [0.0, 1.0, 5.0], [0.1, 0.5, 0.9]).tolist() == [0.1, 0.9]


def test_coherence_by_hand():
    """b runs against a, c is a: correlations −1 and 1; alpha of a and c alone is 1, with b it is below 0."""
    frame = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [4.0, 3, 2, 1], "c": [1.0, 2, 3, 4]})
    table, alpha = composite.coherence(frame)
    assert table.loc["a", ["a", "b", "c"]].tolist() == pytest.approx([1, -1, 1])
    # Σ var = 3 · 5/3, var of the sum (6, 7, 8, 9) = 5/3: 1.5 · (1 − 3) = −3.
    assert alpha == pytest.approx(-3)
    assert composite.coherence(frame[["a", "c"]])[1] == pytest.approx(1)
