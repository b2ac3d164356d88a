"""What the disruptions in force on a date cost, and what they do to the scores: the answer, with its reasons."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from graphs.disruption import Disruption
from graphs.method import READINGS, Method
from graphs.propagation import WEEKS_A_YEAR, propagate, weeks_to_recover
from graphs.score import attribution, resilience
from graphs.shock import DatedShock, Recorded, shock
from graphs.valuechain import Floats, Meta, ValueChain

_NO_POINTS = 5e-7
"""Disruptions that take fewer points than this from a score are not named."""


@dataclass(frozen=True)
class Reason:
    """One term of a score: the points it takes, and why. Terms of a score sum to 100 − score."""

    kind: str
    """``structure`` or ``disruption``."""
    id: str
    """Name of the indicator, or id of the disruption."""
    points: float
    text: str
    assumptions: tuple[str, ...] = ()
    """What had to be assumed of the disruption."""


@dataclass(frozen=True, eq=False)
class Assessment:
    """An assessment of one date.

    ``scores`` is indexed by (level, key): ``label, score, score_low, score_high, structure, state, loss_share,
    loss_meur, loss_low_meur, loss_high_meur, output_meur, recovery_weeks``. Losses are of output over the horizon
    from the date, in the likely reading; low and high are the readings of severity and duration, not a confidence
    interval, and do not cover the error of the chain. ``nodes`` has the losses of every node, inside and outside
    the EU. ``path`` is the share of output lost by week (first day) for the EU and each ecosystem.
    """

    on: date
    method: Method
    chain: Meta
    shock: DatedShock
    scores: pd.DataFrame
    nodes: pd.DataFrame
    path: pd.DataFrame
    indicators: pd.DataFrame
    points: pd.DataFrame
    direct: pd.DataFrame

    @property
    def disruptions(self) -> list[Disruption]:
        """The disruptions in force on the date, oldest first."""
        return [effect.disruption for effect in self.shock.effects]

    def level(self, name: str) -> pd.DataFrame:
        """The scores of one level, by key; empty if there are none.

        Examples:
            >>> from datetime import date
            >>> from graphs import sources
            >>> assess(sources.toy(), [], date(2021, 3, 1), Method()).level("country").index.tolist()
            ['DE', 'FR']
        """
        rows = self.scores[self.scores.index.get_level_values("level") == name]
        return rows.droplevel("level")

    def reasons(self, level: str, key: str) -> list[Reason]:
        """Why a score is what it is, the largest term first; the points sum to 100 − score.

        Raises:
            KeyError: if there is no such score.

        Examples:
            >>> from datetime import date
            >>> from graphs import sources
            >>> result = assess(sources.toy(), [], date(2021, 3, 1), Method())
            >>> result.reasons("country", "DE")[0].text
            'Supplier concentration 0.74 (0.25 is best, 0.9 worst)'
        """
        row = self._rows[(level, key)]
        reasons = []
        for one, points, value in zip(self.method.indicators, self._lost[row], self._values[row], strict=False):
            text = f"{one.label} {value:.2f} ({one.low:g} is best, {one.high:g} worst)"
            reasons.append(Reason("structure", one.name, float(points), text))
        hits = zip(self.direct, self.shock.effects, self._lost[row, len(reasons) :], self._cut[row], strict=True)
        for name, effect, points, cut in hits:
            if points > _NO_POINTS:
                text = _sentence(effect, float(cut))
                reasons.append(Reason("disruption", str(name), float(points), text, effect.assumptions))
        return sorted(reasons, key=lambda reason: -reason.points)

    @functools.cached_property
    def _rows(self) -> dict[tuple[str, str], int]:
        return {index: row for row, index in enumerate(self.points.index)}

    @functools.cached_property
    def _lost(self) -> Floats:
        return self.points.to_numpy(float)

    @functools.cached_property
    def _values(self) -> Floats:
        return self.indicators.to_numpy(float)

    @functools.cached_property
    def _cut(self) -> Floats:
        return self.direct.to_numpy(float)


def assess(chain: ValueChain, disruptions: Sequence[Disruption], on: date, method: Method) -> Assessment:
    """Assess a date: shock, propagation, losses, scores, reasons.

    The points that lost output takes from a node are split among the disruptions in proportion to what each would
    cost it alone: an ESTIMATE, since losses of several disruptions do not add up exactly.

    Args:
        disruptions: any records; those in force on the date are taken.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> strike = Disruption("Strike", ("DE",), date(2021, 3, 1), "D1", effect="supply", severity_likely=0.4)
        >>> result = assess(sources.toy(), [strike], date(2021, 3, 1), Method())
        >>> result.scores.loc[("country", "DE"), ["score_low", "score", "score_high"]].round(1).tolist()
        [39.0, 61.3, 79.1]
        >>> result.reasons("country", "DE")[0].text
        'Strike: cuts 40 % of its capacity'
    """
    found = shock(chain, disruptions, on, method)
    impact = propagate(chain, found, method)
    lost = 1.0 - impact.kept
    loss_share = lost[found.weeks_before :].mean(axis=0)
    ids = [effect.disruption.id or f"#{number}" for number, effect in enumerate(found.effects, 1)]

    indicators = resilience.structure(chain)
    structure = resilience.structure_points_lost(indicators, method)
    state = resilience.state_points_lost(loss_share, method)
    split = attribution.split(chain, found, method) * state[:, [1]]
    members = _members(chain)
    weights = members.mul(chain.output, axis=0)
    weights /= weights.sum()
    points = pd.DataFrame(
        weights.to_numpy().T @ np.hstack([structure.to_numpy(), split]),
        index=weights.columns,
        columns=pd.MultiIndex.from_tuples(
            [("structure", name) for name in structure] + [("disruption", name) for name in ids]
        ),
    )
    direct = np.column_stack(
        [attribution.direct(chain, effect) for effect in found.effects] or [np.zeros((len(chain), 0))]
    )
    nodes = _nodes(chain, found, loss_share)
    ahead = lost[found.weeks_before :, :, 1]
    return Assessment(
        on=on,
        method=method,
        chain=chain.meta,
        shock=found,
        scores=_scores(chain, members, weights, points["structure"].sum(axis=1), state, nodes, ahead, method),
        nodes=nodes,
        path=_path(found, weights, lost[:, :, 1]),
        indicators=_by_group(weights, indicators.to_numpy(), list(indicators)),
        points=points,
        direct=_by_group(weights, direct, ids),
    )


def _members(chain: ValueChain) -> pd.DataFrame:
    """Share of each node in all that is scored: the groups, and each EU node by itself."""
    scored = chain.keys[chain.in_eu & (chain.output > 0)]
    single = pd.DataFrame(np.eye(len(chain)), chain.keys, chain.keys)[scored]
    single.columns = pd.MultiIndex.from_product([["node"], scored])
    members = pd.concat([resilience.groups(chain), single], axis=1)
    members.columns.names = ["level", "key"]
    return members


def _by_group(weights: pd.DataFrame, values: Floats, names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(weights.to_numpy().T @ values, index=weights.columns, columns=names)


def _scores(
    chain: ValueChain,
    members: pd.DataFrame,
    weights: pd.DataFrame,
    structure_lost: pd.Series[float],
    state_lost: Floats,
    nodes: pd.DataFrame,
    ahead: Floats,
    method: Method,
) -> pd.DataFrame:
    share = method.structure_weight
    state = _by_group(weights, state_lost, list(READINGS))
    scores = pd.DataFrame(index=weights.columns)
    scores["label"] = [resilience.label(chain, level, key) for level, key in weights.columns]
    scores["score"] = 100.0 - structure_lost - state["likely"]
    scores["score_low"] = 100.0 - structure_lost - state["high"]
    scores["score_high"] = 100.0 - structure_lost - state["low"]
    scores["structure"] = 100.0 - structure_lost / share if share else 100.0
    scores["state"] = 100.0 - state["likely"] / (1.0 - share) if share < 1 else 100.0
    for column in ("output_meur", "loss_meur", "loss_low_meur", "loss_high_meur"):
        scores[column] = members.to_numpy().T @ nodes[column].to_numpy()
    horizon_output = scores.output_meur * method.horizon_weeks / WEEKS_A_YEAR
    scores["loss_share"] = scores.loss_meur / horizon_output
    path = ahead @ weights.to_numpy()
    recovery = [weeks_to_recover(1.0 - column) for column in path.T]
    scores["recovery_weeks"] = pd.array(recovery, dtype="Int64")
    return scores


def _nodes(chain: ValueChain, found: DatedShock, loss_share: Floats) -> pd.DataFrame:
    period = found.steps - found.weeks_before
    nodes = chain.nodes[["label", "country", "industry", "output_meur"]].copy()
    for name, share in zip(("_low", "", "_high"), loss_share.T, strict=True):
        nodes[f"loss{name}_meur"] = share * chain.output * period / WEEKS_A_YEAR
        nodes[f"loss{name}_share"] = share
    cuts = [effect.cut[:, 1] for effect in found.effects if effect.kind != "link"]
    nodes["direct_cut_share"] = 1.0 - np.prod(1.0 - np.array(cuts), axis=0) if cuts else 0.0
    return nodes


def _path(found: DatedShock, weights: pd.DataFrame, lost: Floats) -> pd.DataFrame:
    shown = [column for column in weights.columns if column[0] in ("eu", "ecosystem")]
    days = [found.first_day + timedelta(weeks=week) for week in range(found.steps)]
    frame = pd.DataFrame(lost @ weights[shown].to_numpy(), index=days, columns=[key for _, key in shown])
    return frame.rename_axis(index="week", columns="group")


def _sentence(effect: Recorded, direct: float) -> str:
    what = {"supply": "of its capacity", "demand": "of its final demand", "link": "of its inputs"}[effect.kind]
    how = f"cuts {100 * direct:.2g} % {what}" if direct >= 5e-5 else "reaches it through suppliers and customers"
    return f"{effect.disruption.title}: {how}"
