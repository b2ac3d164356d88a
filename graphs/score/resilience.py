"""The score: structure and state made into points that add up, 100 at best.

Following the OECD/JRC Handbook on composite indicators (2008, ISBN 978-92-64-04345-9): indicator, bounds, weights,
sum. Bounds are frozen with the method's version; the sum is linear, so the points lost to each reason add up.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphs import metrics
from graphs.classification import EU27, country_name
from graphs.method import Indicator, Method
from graphs.valuechain import Floats, ValueChain

LEVELS = ("eu", "ecosystem", "country", "industry", "node")
"""Levels at which a score is given, coarse to fine; each stands for nodes in the EU27."""


def structure(chain: ValueChain) -> pd.DataFrame:
    """The indicators of structure, one column each, for every node.

    Examples:
        >>> from graphs import sources
        >>> structure(sources.toy()).columns.tolist()[:2]
        ['supplier_concentration_share', 'extra_eu_share']
    """
    columns = (
        metrics.supplier_concentration(chain),
        metrics.extra_eu_dependency(chain),
        metrics.extra_eu_dependency_look_through(chain),
        metrics.upstreamness(chain),
        metrics.extraction_multiplier(chain),
    )
    return pd.concat(columns, axis=1)


def structure_points_lost(indicators: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Points of the score that each indicator takes: 100 · w · min(1, max(0, (value − low) / (high − low))).

    Returns:
        Nodes × indicators; each row sums to at most 100 × ``structure_weight``.

    Examples:
        >>> frame = pd.DataFrame({"upstreamness_steps": [1.0, 2.3, 9.0]})
        >>> method = Method(indicators=(Indicator("upstreamness_steps", "Steps", 1.1, 3.5),))
        >>> structure_points_lost(frame, method).upstreamness_steps.round(2).tolist()
        [0.0, 25.0, 50.0]
    """
    each = 100.0 * method.structure_weight / len(method.indicators)
    return pd.DataFrame({one.name: each * normalised(indicators[one.name], one) for one in method.indicators})


def normalised(values: pd.Series[float], indicator: Indicator) -> pd.Series[float]:
    """Min–max with the frozen bounds, cut to 0–1; 1 is least resilient."""
    return ((values - indicator.low) / (indicator.high - indicator.low)).clip(0.0, 1.0)


def state_points_lost(loss_share: Floats, method: Method) -> Floats:
    """Points of the score that lost output takes: 100 · (1 − w) · min(1, loss / bound).

    Args:
        loss_share: share of output lost over the horizon, any shape.

    Examples:
        >>> state_points_lost(np.array([0.0, 0.05, 0.5]), Method()).round(2).tolist()
        [0.0, 10.0, 50.0]
    """
    return 100.0 * (1.0 - method.structure_weight) * np.minimum(1.0, loss_share / method.state_bound_share)


def groups(chain: ValueChain) -> pd.DataFrame:
    """Who belongs to what is scored, and how much of it: nodes × (level, key), shares in 0–1.

    Only nodes in the EU count. A group's score is the mean of its nodes, weighted by output times this share;
    groups without output in the EU are left out.

    Examples:
        >>> from graphs import sources
        >>> groups(sources.toy())[("country", "DE")].tolist()[:5]
        [1.0, 1.0, 1.0, 1.0, 0.0]
    """
    inside = pd.Series(chain.in_eu.astype(float), chain.keys)
    columns: dict[tuple[str, str], pd.Series[float]] = {("eu", "EU"): inside}
    shares = chain.membership.reindex(chain.nodes.industry).to_numpy(float)
    for position, name in enumerate(chain.membership.columns):
        columns["ecosystem", str(name)] = inside * shares[:, position]
    for level in ("country", "industry"):
        for key in chain.nodes[level].unique():
            columns[level, key] = inside.where(chain.nodes[level] == key, 0.0)
    frame = pd.DataFrame(columns)
    return frame.loc[:, frame.mul(chain.output, axis=0).sum() > 0]


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
