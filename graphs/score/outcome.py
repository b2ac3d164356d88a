"""From a shock that was carried through the chain to losses and scores, without the reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from graphs.method import READINGS, Method
from graphs.propagation import WEEKS_A_YEAR, Impact
from graphs.propagation.path import all_steps_to_recover
from graphs.score import composite, resilience, uncertainty
from graphs.score.panel import Panel
from graphs.shock import DatedShock
from graphs.valuechain import Floats, ValueChain


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a date loses and how it scores.

    ``scores``: as in ``assessment.Assessment``; ``lost``: share of output by step, node and reading (steps × n × 3);
    ``loss_share``: the same over the horizon from the date (n × 3), at least 0; ``loss_meur``: the same in million euro
    (n × 3); ``points``: what that takes from the score of each node (n × 3); ``state``: how resilient in state
    (bounds × readings × rows of the panel, 0–1).
    """

    panel: Panel
    scores: pd.DataFrame
    lost: Floats
    loss_share: Floats
    loss_meur: Floats
    points: Floats
    state: Floats


def outcome(chain: ValueChain, shock: DatedShock, impact: Impact, method: Method) -> Outcome:
    """The losses and scores of a date.

    Args:
        impact: what the shock did to the chain.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.propagation import propagate
        >>> from graphs.shock import shock
        >>> calm = shock(sources.toy(), [], date(2021, 3, 1), Method())
        >>> found = outcome(sources.toy(), calm, propagate(sources.toy(), calm, Method()), Method())
        >>> float(found.scores.score[("country", "DE")].round(1))
        73.6
    """
    lost = 1.0 - impact.kept
    ahead = lost[shock.weeks_before :]
    # Net of what overtime makes up later, where a model has that; making up more than was lost is no resilience.
    loss_share = np.maximum(ahead.mean(axis=0), 0.0)
    loss_meur = loss_share * chain.output[:, None] * len(ahead) / WEEKS_A_YEAR
    panel = Panel.of(chain, method)
    scores, points, state = scored(chain, panel, loss_share, loss_meur, ahead[:, :, 1], method)
    return Outcome(panel, scores, lost, loss_share, loss_meur, points, state)


def scored(
    chain: ValueChain, panel: Panel, loss_share: Floats, loss_meur: Floats, ahead: Floats, method: Method
) -> tuple[pd.DataFrame, Floats, Floats]:
    """``scores``, ``points`` and ``state`` of an outcome, for the rows of a panel.

    Args:
        loss_share: as in an outcome, and so ``loss_meur`` (n × 3).
        ahead: share of output lost by step from the date on, likely reading (steps × n).
    """
    points = resilience.state_points_lost(loss_share, method)
    factors = method.uncertainty.state_bound_factors
    gone = [1.0 - resilience.state_kept(loss_share, factor * method.state_bound_share) for factor in factors]
    state = 1.0 - panel.means(np.hstack(gone)).T.reshape(len(factors), len(READINGS), len(panel.rows))
    return _scores(chain, panel, points, state, loss_meur, ahead, method), points, state


def _scores(
    chain: ValueChain, panel: Panel, points: Floats, state: Floats, loss_meur: Floats, ahead: Floats, method: Method
) -> pd.DataFrame:
    score = 100.0 - panel.lost.sum(axis=1) - panel.means(points)[:, 1]
    drawn = uncertainty.drawn_scores(panel.resilient, state, uncertainty.Draws.of(method), method)
    low, high = uncertainty.interval(drawn, method.uncertainty.coverage_share)
    output, loss_low, loss, loss_high = panel.sums(np.column_stack([chain.output, loss_meur])).T
    recovery = all_steps_to_recover(1.0 - panel.means(ahead.T).T) if len(panel.rows) else []
    return pd.DataFrame(
        {
            "label": panel.labels,
            "score": score,
            # The method's own choices are one draw of many: an interval always holds its score.
            "score_low": np.minimum(low, score),
            "score_high": np.maximum(high, score),
            "structure": 100.0 * composite.linear(panel.resilient[0], method.weights),
            "state": 100.0 * state[method.uncertainty.state_bound_factors.index(1.0), 1],
            "output_meur": output,
            "loss_meur": loss,
            "loss_low_meur": loss_low,
            "loss_high_meur": loss_high,
            "loss_share": loss / (output * method.horizon_weeks / WEEKS_A_YEAR),
            "recovery_weeks": pd.array(recovery, dtype="Int64"),
        },
        panel.rows,
    )
