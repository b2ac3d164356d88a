"""The score: structure and state made into points that add up, 100 at best.

Following the OECD/JRC Handbook on composite indicators (2008, ISBN 978-92-64-04345-9): indicator, bounds, weights,
sum. Bounds are frozen with the method's version; the sum is linear, so the points lost to each reason add up.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from graphs import metrics
from graphs.classification import EU27, country_name
from graphs.errors import Fault, Faults
from graphs.method import Indicator, Method
from graphs.score import composite
from graphs.valuechain import Floats, ValueChain

LEVELS = ("eu", "ecosystem", "country", "industry", "node")
"""Levels at which a score is given, coarse to fine; each stands for nodes in the EU27."""

_CLOSE = 0.8

METRICS: dict[str, Callable[[ValueChain], pd.Series[float]]] = {
    "supplier_concentration_share": metrics.supplier_concentration,
    "extra_eu_share": metrics.extra_eu_dependency,
    "extra_eu_look_through_share": metrics.extra_eu_dependency_look_through,
    "random_supplier_loss_share": metrics.expected_loss_of_a_random_supplier,
    "substitutability_share": metrics.substitutability,
    "upstreamness_steps": metrics.upstreamness,
    "extraction_multiplier": metrics.extraction_multiplier,
}
"""The metrics that may be indicators of structure, by the name of their column."""


def structure(chain: ValueChain, method: Method) -> pd.DataFrame:
    """The indicators of structure, one column each, for every node.

    Examples:
        >>> from graphs import sources
        >>> structure(sources.toy(), Method()).columns.tolist()[:2]
        ['supplier_concentration_share', 'extra_eu_share']
    """
    unknown = [one.name for one in method.indicators if one.name not in METRICS]
    if unknown:
        mend = f"choose from {', '.join(METRICS)}"
        raise Faults(Fault("method", "indicators", f"{name!r} is no indicator of structure", mend) for name in unknown)
    return pd.concat([METRICS[one.name](chain) for one in method.indicators], axis=1)


def normalised(values: Floats, indicator: Indicator, how: str = "min-max") -> Floats:
    """How resilient an indicator's values are, 0–1; 1 is best.

    Args:
        how: ``min-max`` between the frozen bounds; ``z-score``: two frozen standard deviations either side of the
            frozen mean; ``percentile`` of the frozen distribution.

    Examples:
        >>> one = Indicator("x", "X", 1.0, 3.0, 2.0, 0.5, (1.5, 2.0, 2.5))
        >>> [normalised(np.array([1.5]), one, how).tolist() for how in ("min-max", "z-score", "percentile")]
        [[0.75], [0.75], [0.75]]
    """
    better = indicator.more_is_better
    if how == "z-score":
        return np.clip(0.5 + composite.z_score(values, indicator.mean, indicator.deviation, better) / 4.0, 0.0, 1.0)
    if how == "percentile":
        quantiles = (indicator.low, *indicator.quartiles, indicator.high)
        return composite.percentile(values, quantiles, (0.025, 0.25, 0.5, 0.75, 0.975), better)
    return composite.min_max(values, indicator.low, indicator.high, better)


def diagnosis(chain: ValueChain, method: Method) -> list[str]:
    """What the Handbook asks of indicators before they are put together, in sentences: outliers and coherence.

    Examples:
        >>> from graphs import sources
        >>> diagnosis(sources.toy(), Method())[0]
        'Outliers that the bounds treat: none.'
    """
    table = structure(chain, method)[chain.in_eu & (chain.output > 0)]
    if len(table) < 3:
        return ["Too few nodes in the EU to look for outliers and coherence."]
    treated = composite.outliers(table)
    found = ", ".join(treated.index[treated.treat.fillna(False)])
    scaled = {one.name: normalised(table[one.name].to_numpy(), one) for one in method.indicators}
    correlation, alpha = composite.coherence(pd.DataFrame(scaled))
    pairs = correlation.where(np.triu(np.ones(correlation.shape, bool), 1)).stack()
    close = "; ".join(f"{one} and {other} {value:.2f}" for (one, other), value in pairs.items() if value > _CLOSE)
    return [
        f"Outliers that the bounds treat: {found or 'none'}.",
        f"Correlated above {_CLOSE:g}, as if one thing counted twice: {close or 'none'}.",
        f"Cronbach's alpha {alpha:.2f}: near 1 where all measure one thing, near 0 or below where they do not.",
    ]


def structure_points_lost(indicators: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Points of the score that each indicator takes: 100 · w · w_i · (1 − y_i), y_i normalised by min–max.

    Returns:
        Nodes × indicators; each row sums to at most 100 × ``structure_weight``.

    Examples:
        >>> frame = pd.DataFrame({"upstreamness_steps": [1.0, 2.0, 9.0]})
        >>> one = Indicator("upstreamness_steps", "Steps", 1.0, 3.0, 2.0, 0.5, (1.5, 2.0, 2.5))
        >>> structure_points_lost(frame, Method(indicators=(one,))).upstreamness_steps.tolist()
        [0.0, 25.0, 50.0]
    """
    lost = {
        one.name: 100.0 * method.structure_weight * weight * (1.0 - normalised(indicators[one.name].to_numpy(), one))
        for one, weight in zip(method.indicators, method.weights, strict=True)
    }
    return pd.DataFrame(lost, indicators.index)


def state_kept(loss_share: Floats, bound_share: float) -> Floats:
    """How resilient a state is, 0–1: 1 without a loss, 0 from a loss of ``bound_share`` on.

    Examples:
        >>> state_kept(np.array([0.0, 0.05, 0.5]), 0.25).tolist()
        [1.0, 0.8, 0.0]
    """
    return 1.0 - np.minimum(1.0, loss_share / bound_share)


def state_points_lost(loss_share: Floats, method: Method) -> Floats:
    """Points of the score that lost output takes: 100 · (1 − w) · min(1, loss / bound).

    Args:
        loss_share: share of output lost over the horizon, any shape.

    Examples:
        >>> state_points_lost(np.array([0.0, 0.05, 0.5]), Method()).round(2).tolist()
        [0.0, 10.0, 50.0]
    """
    return 100.0 * (1.0 - method.structure_weight) * (1.0 - state_kept(loss_share, method.state_bound_share))


def groups(chain: ValueChain) -> pd.DataFrame:
    """Who belongs to what is scored, and how much of it: nodes × (level, key), shares in 0–1.

    Only nodes in the EU count. What a group is scored by are means of its nodes, weighted by output times this share;
    groups without output in the EU are left out.

    Examples:
        >>> from graphs import sources
        >>> groups(sources.toy())[("country", "DE")].tolist()[:5]
        [1.0, 1.0, 1.0, 1.0, 0.0]
    """
    members = metrics.groups(chain).mul(chain.in_eu.astype(float), axis=0)
    return members.loc[:, chain.output @ members.to_numpy(float) > 0]


def label(chain: ValueChain, level: str, key: str) -> str:
    """What a group is called.

    Examples:
        >>> from graphs import sources
        >>> label(sources.toy(), "country", "DE"), label(sources.toy(), "node", "DE_C29")
        ('Germany', 'Motor vehicles (Germany)')
    """
    if level == "node":
        return str(chain.nodes.label[key])
    if level == "country":
        return country_name(key) if key in EU27 else key
    if level == "industry":
        first = str(chain.nodes.label[chain.nodes.industry == key].iloc[0])
        return first.rpartition(" (")[0] or first
    return "EU27" if level == "eu" else key
