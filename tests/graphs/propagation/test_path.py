"""Readings of a path: Bruneau's triangle, time to recover, drop and loss."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.errors import Faults
from graphs.propagation.path import (
    all_steps_to_recover,
    largest_drop,
    losses,
    recovery_said,
    steps_to_recover,
    triangle_steps,
    triangle_trapezoid,
)


def test_the_triangle_of_bruneau(shared: Path):
    case = json.loads((shared / "golden/dynamics/bruneau.json").read_text("utf-8"))["bruneau"]
    lost = 100 * float(triangle_trapezoid(np.array(case["Q"]) / 100))
    assert lost == pytest.approx(case["resilience_loss_trapezoid"], abs=1e-12)
    line = case["linear_drop_case"]
    path = 1 - np.linspace(line["drop"], 0, line["t1"] - line["t0"] + 1) / 100
    assert 100 * float(triangle_trapezoid(path)) == pytest.approx(line["loss"], abs=1e-12)


def test_trapezoids_and_steps_are_two_readings():
    """Moments with straight lines between, or means of steps: a drop at once and back in a line over 10."""
    path = 1 - np.linspace(0.4, 0, 11)
    assert float(triangle_trapezoid(path)) == pytest.approx(2.0)
    assert float(triangle_steps(path)) == pytest.approx(2.2)
    assert float(triangle_steps(path, step_days=7)) == pytest.approx(7 * 2.2)
    assert float(triangle_trapezoid(path, step_days=7)) == pytest.approx(7 * 2.0)


@given(st.lists(st.floats(0, 1.25), min_size=2, max_size=20), st.integers(1, 10))
def test_the_triangle_is_the_integral(path: list[float], step_days: int):
    kept = np.array(path)
    expected = np.trapezoid(1 - kept, dx=step_days)
    assert float(triangle_trapezoid(kept, step_days)) == pytest.approx(expected, abs=1e-9)


def test_many_paths_at_once():
    paths = np.array([[1.0, 0.5], [0.8, 1.1], [1.0, 0.9]])
    np.testing.assert_allclose(triangle_steps(paths), [0.2, 0.5])
    np.testing.assert_allclose(triangle_trapezoid(paths), [0.2, 0.2])
    np.testing.assert_allclose(largest_drop(paths), [0.2, 0.5])


@pytest.mark.parametrize(("path", "drop"), [([1, 1], 0), ([1.2, 1.1], 0), ([0.9, 0.2, 1], 0.8), ([0], 1)])
def test_the_largest_drop(path: list[float], drop: float):
    assert float(largest_drop(path)) == pytest.approx(drop)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ([1.0, 1.0], 0),
        ([0.9, 1.0], 1),
        ([0.9, 1.1, 1.05], 1),
        ([1.0, 0.9, 1.0, 0.9, 1.0], 4),
        ([1.0, 0.9], None),
        ([0.9985, 0.9995, 0.9995], 1),
        ([0.9], None),
    ],
)
def test_time_to_recover(path: list[float], steps: int | None):
    """The first step from which output stays within 0.1 %, or above normal: making up is no loss."""
    assert steps_to_recover(path) == steps
    assert all_steps_to_recover(np.array([path, path]).T) == [steps, steps]
    assert recovery_said(steps, 7) == ("does not recover within the horizon" if steps is None else f"{7 * steps} days")


def test_the_tolerance():
    path = np.array([0.8, 0.9, 0.96, 1.0])
    assert [steps_to_recover(path, tolerance) for tolerance in (0.001, 0.05, 0.15, 0.5)] == [3, 2, 1, 0]


def test_losses_add_up_to_the_triangle(toy):
    """Million euro: the triangle in days, times output a day; by step, by node."""
    kept = np.random.default_rng(0).uniform(0.3, 1.1, (9, len(toy)))
    table = losses(toy, kept, 7, 364.0)
    assert table.columns.tolist() == ["day", "key", "kept_share", "loss_meur"]
    assert table.day.unique().tolist() == list(range(0, 63, 7))
    by_node = table.groupby("key").loss_meur.sum()[toy.keys]
    np.testing.assert_allclose(by_node, triangle_steps(kept, 7) * toy.output / 364.0)
    row = table[(table.day == 14) & (table.key == toy.keys[3])].iloc[0]
    assert row.kept_share == kept[2, 3]


@pytest.mark.parametrize("path", [[], [1.0, math.nan], [math.inf]])
@pytest.mark.parametrize("reading", [triangle_steps, triangle_trapezoid, largest_drop, steps_to_recover])
def test_what_is_no_path_is_refused(reading, path: list[float]):
    with pytest.raises(Faults, match=r"path: (is empty|holds missing values)"):
        reading(path)
