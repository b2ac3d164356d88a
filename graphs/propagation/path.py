"""What a path of output over time says: how deep, how long, how much in all, and whether it comes back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.errors import Fault, Faults
from graphs.valuechain import Floats, ValueChain

TOLERANCE_SHARE = 0.001
"""Output within this share of normal counts as normal."""
NO_RECOVERY = "does not recover within the horizon"


_NOISE = 1e-9
"""Losses below this share of output are rounding."""


def triangle_trapezoid(kept: npt.ArrayLike, step_days: float = 1.0) -> Floats:
    """Resilience triangle ∫(1 − Q) dt by trapezoids: each value is the state at one moment, straight between them.

    Args:
        kept: Q, share of normal output, by moment in the first dimension.
        step_days: days from one moment to the next.

    Returns:
        Days of normal output lost; less than 0 where more was made than is normal.

    Raises:
        Faults: a path that is empty or holds missing values.

    References:
        Bruneau et al. 2003, Earthquake Spectra 19(4), doi:10.1193/1.1623497.

    Examples:
        >>> float(triangle_trapezoid([0.6, 0.7, 0.8, 0.9, 1.0]))
        0.8
    """
    lost = 1.0 - _path(kept)
    return np.asarray(step_days * (lost.sum(axis=0) - (lost[0] + lost[-1]) / 2))


def triangle_steps(kept: npt.ArrayLike, step_days: float = 1.0) -> Floats:
    """Resilience triangle Σ(1 − Q) Δt by steps: each value is the mean of a step, as all models here give it.

    Args:
        kept: Q, share of normal output, by step in the first dimension.
        step_days: length of a step.

    Returns:
        Days of normal output lost; less than 0 where more was made than is normal.

    Raises:
        Faults: a path that is empty or holds missing values.

    References:
        Bruneau et al. 2003, Earthquake Spectra 19(4), doi:10.1193/1.1623497.

    Examples:
        >>> float(triangle_steps([0.5, 0.75, 1.0], step_days=7))
        5.25
    """
    return np.asarray(step_days * (1.0 - _path(kept)).sum(axis=0))


def largest_drop(kept: npt.ArrayLike) -> Floats:
    """Largest share of normal output that is lost at any step.

    Examples:
        >>> float(largest_drop([1.0, 0.6, 0.9]))
        0.4
    """
    return np.maximum(1.0 - _path(kept).min(axis=0), 0.0)


def steps_to_recover(kept: npt.ArrayLike, tolerance: float = TOLERANCE_SHARE) -> int | None:
    """Time to recover: first step from which output stays within ``tolerance`` of normal, or above it.

    Args:
        kept: share of normal output, by step.

    Returns:
        Steps from the beginning; None if it does not recover within the horizon.

    Examples:
        >>> steps_to_recover([0.9, 0.95, 1.0, 1.0]), steps_to_recover([0.9, 0.9])
        (2, None)
    """
    return all_steps_to_recover(np.asarray(kept, float).reshape(-1, 1), tolerance)[0]


def all_steps_to_recover(kept: npt.ArrayLike, tolerance: float = TOLERANCE_SHARE) -> list[int | None]:
    """The same of many paths at once (steps × m).

    Examples:
        >>> all_steps_to_recover([[0.9, 1.0], [1.0, 1.0]]), all_steps_to_recover([[1.0], [0.9]])
        ([1, 0], [None])
    """
    path = _path(kept)
    low = path < 1.0 - tolerance
    first = np.where(low.any(axis=0), len(path) - np.argmax(low[::-1], axis=0), 0)
    return [int(step) if step < len(path) else None for step in first]


def recovery_said(steps: int | None, step_days: int) -> str:
    """A time to recover in words.

    Examples:
        >>> recovery_said(4, 7), recovery_said(None, 7)
        ('28 days', 'does not recover within the horizon')
    """
    return NO_RECOVERY if steps is None else f"{steps * step_days} days"


def losses(chain: ValueChain, kept: Floats, step_days: int, days_a_year: float) -> pd.DataFrame:
    """What each node keeps and loses at each step: one row by step and node.

    Args:
        kept: share of normal output (steps × n).
        days_a_year: days that a year of output is spread over.

    Returns:
        ``day`` on which the step begins, ``key``, ``kept_share``, ``loss_meur`` (less than 0 where more is made).

    Examples:
        >>> from graphs import sources
        >>> losses(sources.toy(), np.full((2, 12), 0.5), 7, 364.0).iloc[[0, 12]].loss_meur.round(3).tolist()
        [2.885, 2.885]
    """
    steps, n = kept.shape
    return pd.DataFrame(
        {
            "day": np.repeat(step_days * np.arange(steps), n),
            "key": np.tile(chain.keys.to_numpy(), steps),
            "kept_share": kept.ravel(),
            "loss_meur": ((1.0 - kept) * chain.output * step_days / days_a_year).ravel(),
        }
    )


def clean(kept: Floats) -> Floats:
    """Rounding removed from shares of output kept: within 0–1, and exactly 1 where nothing is lost."""
    kept = np.clip(kept, 0.0, 1.0)
    return np.where(kept > 1.0 - _NOISE, 1.0, kept)


def _path(kept: npt.ArrayLike) -> Floats:
    path = np.asarray(kept, float)
    if not path.size or not np.isfinite(path).all():
        fault = "is empty" if not path.size else "holds missing values"
        raise Faults([Fault("", "path", fault, "give one share of normal output for each step")])
    return path
