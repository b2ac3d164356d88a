"""A composite indicator by the OECD/JRC Handbook: outliers, normalisation, weights, aggregation, ranks, coherence.

OECD/JRC 2008, Handbook on Constructing Composite Indicators, ISBN 978-92-64-04345-9; its table 1 has the steps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.valuechain import Floats

FLOOR = 0.01
"""Least value that enters a geometric mean: a zero would kill the whole score."""
SKEWNESS, KURTOSIS = 2.0, 3.5
"""An indicator with both beyond these has outliers to treat: the usual thresholds of audits of such indices."""


def min_max(values: npt.ArrayLike, low: float, high: float, more_is_better: bool = True) -> Floats:
    """Step 5, min–max: (x − low) / (high − low), cut to 0–1; one less that where more is worse.

    Cutting at frozen bounds that are percentiles is the treatment of outliers (winsorising).

    Returns:
        Share in 0–1, of the shape of ``values``; 1 is best.

    Examples:
        >>> min_max([10, 20, 15, 40], 10, 40).round(3).tolist()
        [0.0, 0.333, 0.167, 1.0]
        >>> min_max([0.2, 0.4, 0.9, 0.5], 0.2, 0.9, more_is_better=False).round(3).tolist()
        [1.0, 0.714, 0.0, 0.571]
    """
    share = np.clip((np.asarray(values, float) - low) / (high - low), 0.0, 1.0)
    return share if more_is_better else 1.0 - share


def z_score(values: npt.ArrayLike, mean: float, deviation: float, more_is_better: bool = True) -> Floats:
    """Step 5, standardisation: (x − mean) / deviation, with the sign turned where more is worse.

    Returns:
        Standard deviations from the mean, of the shape of ``values``; more is better.

    Examples:
        >>> values = np.array([10.0, 20.0, 15.0, 40.0])
        >>> z_score(values, values.mean(), values.std(ddof=1)).round(3).tolist()
        [-0.856, -0.095, -0.475, 1.426]
    """
    z = (np.asarray(values, float) - mean) / deviation
    return z if more_is_better else -z


def percentile(
    values: npt.ArrayLike, quantiles: npt.ArrayLike, shares: npt.ArrayLike, more_is_better: bool = True
) -> Floats:
    """Step 5, ranking against a frozen distribution: the share of it that lies below, linear between its quantiles.

    Args:
        quantiles: values of the reference, in order; what lies beyond the first and the last counts as these.
        shares: of the reference that lie below each.

    Returns:
        Share in 0–1, of the shape of ``values``; 1 is best.

    Examples:
        >>> percentile([0, 1, 2, 9], [0, 2, 4], [0.025, 0.5, 0.975]).tolist()
        [0.025, 0.2625, 0.5, 0.975]
    """
    share = np.interp(np.asarray(values, float), np.asarray(quantiles, float), np.asarray(shares, float))
    return share if more_is_better else 1.0 - share


def linear(values: Floats, weights: npt.ArrayLike) -> Floats:
    """Step 6, linear aggregation: Σ w_i y_i with weights made to sum to 1. Indicators compensate each other.

    Args:
        values: units × indicators.
        weights: one for each indicator, 0 or more; or several such sets (sets × indicators), then one column a set.

    Examples:
        >>> linear(np.array([[0.0, 1.0, 0.5]]), [0.5, 0.3, 0.2]).tolist()
        [0.4]
    """
    return np.asarray(values @ _whole(weights).T)


def geometric(values: Floats, weights: npt.ArrayLike, floor: float = FLOOR) -> Floats:
    """Step 6, geometric aggregation: Π max(y_i, floor)^w_i. A weak indicator is made up for only in part.

    Examples:
        >>> geometric(np.array([[0.0, 1.0, 0.5]]), [0.5, 0.3, 0.2]).round(6).tolist()
        [0.087055]
    """
    return np.asarray(np.exp(np.log(np.maximum(values, values.dtype.type(floor))) @ _whole(weights).T))


def ranks(scores: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Rank of each score along the last dimension: 1 is best; equals share the better rank.

    Examples:
        >>> ranks([0.4, 0.38, 0.13, 0.87, 0.4]).tolist()
        [2, 4, 5, 1, 2]
    """
    values = -np.asarray(scores, float)
    if not values.size:
        return np.zeros(values.shape, np.int64)
    ordered = np.sort(values, axis=-1)
    flat, sheet = values.reshape(-1, values.shape[-1]), ordered.reshape(-1, values.shape[-1])
    found = [np.searchsorted(line, row) for line, row in zip(sheet, flat, strict=True)]
    return 1 + np.array(found, np.int64).reshape(values.shape)


def outliers(values: pd.DataFrame) -> pd.DataFrame:
    """Step 5 looks first: skewness and excess kurtosis of each indicator, and whether outliers need treatment.

    Examples:
        >>> outliers(pd.DataFrame({"even": [1.0, 2, 3, 4, 5, 6], "odd": [1.0, 1, 1, 1, 1, 60]})).treat.tolist()
        [False, True]
    """
    skewness, kurtosis = values.skew(), values.kurt()
    treat = (skewness.abs() > SKEWNESS) & (kurtosis > KURTOSIS)
    return pd.DataFrame({"skewness": skewness, "kurtosis": kurtosis, "treat": treat})


def coherence(values: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Step 4: Pearson correlations of the normalised indicators, and Cronbach's alpha.

    α = (I / (I − 1)) (1 − Σ var_i / var(Σ y_i)): high where the indicators measure one thing, near 0 or below where
    they measure different ones. Correlations near 1 count one thing twice.

    Returns:
        Indicators × indicators in −1–1, and alpha (at most 1; not a number for one indicator or no variation).

    Examples:
        >>> frame = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [0.0, 0.5, 1.0]})
        >>> table, alpha = coherence(frame)
        >>> float(table.loc["a", "b"].round(6)), round(alpha, 6)
        (1.0, 1.0)
    """
    count, total = values.shape[1], values.sum(axis=1).var()
    alpha = count / (count - 1) * (1.0 - values.var().sum() / total) if count > 1 and total > 0 else float("nan")
    return values.corr(), float(alpha)


def _whole(weights: npt.ArrayLike) -> Floats:
    given = np.asarray(weights)
    return given / given.sum(axis=-1, keepdims=True)
