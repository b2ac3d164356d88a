"""What the disruptions in force on a date cost, and what they do to the scores: the answer, with its reasons."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.disruption import Disruption
from graphs.method import READINGS, Method
from graphs.propagation import Impact, propagate_beside
from graphs.propagation.path import clean
from graphs.score import attribution, composite, uncertainty
from graphs.score.outcome import Outcome, outcome, scored
from graphs.score.panel import Panel
from graphs.shock import DatedShock, Recorded, shock
from graphs.valuechain import Floats, Integers, Meta, ValueChain

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
    from the date, in the likely reading; low and high are the readings of severity and duration. ``score_low`` and
    ``score_high`` hold 90 % of the draws of ``score.uncertainty``, which says what varies and what does not.
    ``nodes`` has the losses of every node, inside and outside the EU. ``path`` is the share of output lost by week
    (first day) for the EU and each ecosystem, ``path_low`` and ``path_high`` the same in the other readings.
    """

    on: date
    method: Method
    chain: Meta
    chain_version: str
    shock: DatedShock
    scores: pd.DataFrame
    nodes: pd.DataFrame
    path: pd.DataFrame
    path_low: pd.DataFrame
    path_high: pd.DataFrame
    lost_share: npt.NDArray[np.float32]
    """Share of output lost by week, from ``shock.first_day`` on, and node, likely reading; below 0: made up for."""
    short_share: Floats
    """Share of output that each node could not supply over the horizon for want of capacity or inputs, likely reading.

    What it lost beyond that found no buyer. Only the model inventories tells the two apart; elsewhere it is the loss.
    """
    points: pd.DataFrame
    direct: pd.DataFrame
    panel: Panel
    state: Floats
    """How resilient in state: bounds of the method's uncertainty × readings × rows, 0–1."""
    impact: Impact | None
    """How the shock went, to go on from; None where it was let go to save memory."""
    costs: tuple[Floats, ...]
    """What each disruption would cost alone, share of output by node."""

    @property
    def disruptions(self) -> list[Disruption]:
        """The disruptions in force on the date, oldest first."""
        return [effect.disruption for effect in self.shock.effects]

    @property
    def indicators(self) -> pd.DataFrame:
        """The indicators of structure by row: means of the nodes, weighted by output."""
        names = [one.name for one in self.method.indicators]
        return pd.DataFrame(self.panel.indicators, self.panel.rows, names)

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

    def ranks(self, level: str) -> pd.DataFrame:
        """Rank of each score within its level, 1 is best, and the interval that holds 90 % of the draws.

        Returns:
            ``rank, rank_low, rank_high`` by key: the nominal rank, the best and the worst of the interval.

        Examples:
            >>> from datetime import date
            >>> from graphs import sources
            >>> assess(sources.toy(), [], date(2021, 3, 1), Method()).ranks("country").loc["DE"].tolist()
            [2, 2, 2]
        """
        rows = self._of_level(level)
        scores = self.scores.score.to_numpy()[rows]
        structure, state = self.panel.resilient[:, rows], self.state[:, :, rows]
        drawn = uncertainty.drawn_scores(structure, state, uncertainty.Draws.of(self.method), self.method)
        best, worst = uncertainty.rank_intervals(drawn, self.method.uncertainty.coverage_share)
        rank = composite.ranks(scores)
        return pd.DataFrame(
            {"rank": rank, "rank_low": np.minimum(best, rank), "rank_high": np.maximum(worst, rank)},
            self.panel.rows[rows].get_level_values("key"),
        )

    def change(self, before: Assessment, level: str) -> pd.DataFrame:
        """By how many points the scores of a level differ from those of another date, and the interval of that.

        The same draw (weights, normalisation, aggregation, bound, reading of the disruptions) is taken on both dates,
        so what is not known but the same on both does not widen the interval; it holds 90 % of the draws.

        Args:
            before: of the same chain, by the same method.

        Returns:
            ``score_change, score_change_low, score_change_high`` by key, points.

        Raises:
            ValueError: if the other assessment is of another chain or method.

        Examples:
            >>> from datetime import date
            >>> from graphs import sources
            >>> calm = assess(sources.toy(), [], date(2021, 3, 1), Method())
            >>> strike = Disruption("Strike", ("DE",), date(2021, 3, 1), effect="supply", severity_likely=0.4)
            >>> hit = assess(sources.toy(), [strike], date(2021, 3, 1), Method())
            >>> hit.change(calm, "country").loc["DE"].round(1).tolist()
            [-27.7, -53.2, -8.2]
        """
        if (self.chain_version, self.method) != (before.chain_version, before.method):
            raise ValueError("only assessments of one chain by one method can be compared")
        rows, draws = self._of_level(level), uncertainty.Draws.of(self.method)
        now, then = (
            uncertainty.drawn_scores(one.panel.resilient[:, rows], one.state[:, :, rows], draws, self.method)
            for one in (self, before)
        )
        change = (self.scores.score - before.scores.score).to_numpy(float)[rows]
        low, high = uncertainty.interval(now - then, self.method.uncertainty.coverage_share)
        table = {"score_change": change, "score_change_low": np.minimum(low, change)}
        table["score_change_high"] = np.maximum(high, change)
        return pd.DataFrame(table, self.panel.rows[rows].get_level_values("key"))

    def sensitivity(self, level: str) -> pd.DataFrame:
        """Which choice moves the scores and ranks of a level: see ``uncertainty.sensitivity``."""
        rows = self._of_level(level)
        return uncertainty.sensitivity(self.panel.resilient[:, rows], self.state[:, :, rows], self.method)

    def reasons(self, level: str, key: str) -> list[Reason]:
        """Why a score is what it is, the largest term first; the points sum to 100 − score.

        Raises:
            KeyError: if there is no such score.

        Examples:
            >>> from datetime import date
            >>> from graphs import sources
            >>> result = assess(sources.toy(), [], date(2021, 3, 1), Method())
            >>> result.reasons("country", "DE")[0].text
            'Supplier concentration 0.74 (0.25 is best, 0.88 worst)'
        """
        row = self._rows[(level, key)]
        lost, found = self._lost[row].tolist(), self.panel.indicators[row].tolist()
        reasons = []
        for one, points, value in zip(self.method.indicators, lost, found, strict=False):
            best, worst = (one.high, one.low) if one.more_is_better else (one.low, one.high)
            text = f"{one.label} {value:.2f} ({best:g} is best, {worst:g} worst)"
            reasons.append(Reason("structure", one.name, points, text))
        hits = zip(self._ids, self.shock.effects, lost[len(reasons) :], self._cut[row].tolist(), strict=True)
        for name, effect, points, cut in hits:
            if points > _NO_POINTS:
                reasons.append(Reason("disruption", name, points, _sentence(effect, cut), effect.assumptions))
        return sorted(reasons, key=lambda reason: -reason.points)

    def _of_level(self, level: str) -> Integers:
        return np.flatnonzero(self.panel.rows.get_level_values("level") == level)

    @functools.cached_property
    def _rows(self) -> dict[tuple[str, str], int]:
        return {index: row for row, index in enumerate(self.points.index)}

    @functools.cached_property
    def _lost(self) -> Floats:
        return self.points.to_numpy(float)

    @functools.cached_property
    def _ids(self) -> list[str]:
        return [str(name) for name in self.direct]

    @functools.cached_property
    def _cut(self) -> Floats:
        return self.direct.to_numpy(float)


def assess(
    chain: ValueChain,
    disruptions: Sequence[Disruption],
    on: date,
    method: Method,
    known: Assessment | None = None,
) -> Assessment:
    """Assess a date: shock, propagation, losses, scores, reasons.

    The points that lost output takes from a node are split among the disruptions in proportion to what each would
    cost it alone: an ESTIMATE, since losses of several disruptions do not add up exactly.

    Args:
        disruptions: any records; those in force on the date are taken.
        known: an assessment of the same date, chain and method with other disruptions: what did not change is taken
            from it, and the result is the same to rounding.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> strike = Disruption("Strike", ("DE",), date(2021, 3, 1), "D1", effect="supply", severity_likely=0.4)
        >>> result = assess(sources.toy(), [strike], date(2021, 3, 1), Method())
        >>> result.scores.loc[("country", "DE"), ["score_low", "score", "score_high"]].round(1).tolist()
        [15.8, 45.9, 58.9]
        >>> result.reasons("country", "DE")[0].text
        'Strike: cuts 40 % of its capacity'
    """
    if known is not None and (known.on, known.chain_version, known.method) != (on, chain.version, method):
        known = None
    found = shock(chain, disruptions, on, method, known.shock if known else None)
    impact, costs = _carried(chain, found, method, known)
    reached = outcome(chain, found, impact, method)
    panel = reached.panel
    points, direct = _blamed(chain, found, panel, reached.points, costs, method)
    low, path, high = _paths(found, panel, reached.lost)
    return Assessment(
        on=on,
        method=method,
        chain=chain.meta,
        chain_version=chain.version,
        shock=found,
        scores=reached.scores,
        nodes=_nodes(chain, found, reached),
        path=path,
        path_low=low,
        path_high=high,
        lost_share=reached.lost[:, :, 1].astype(np.float32),
        short_share=_short(found, impact, reached.loss_share[:, 1]),
        points=points,
        direct=direct,
        panel=panel,
        state=reached.state,
        impact=impact,
        costs=costs,
    )


def regrouped(chain: ValueChain, assessment: Assessment, members: pd.DataFrame, labels: tuple[str, ...]) -> Assessment:
    """The same assessment for other groups of nodes: losses, scores, ranks and reasons by the same rules.

    Args:
        chain: the one that was assessed.
        members: nodes × (level, key), shares in 0–1; each group needs some output, and all of it in the EU.
        labels: what each group is called.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.score import resilience
        >>> chain = sources.toy()
        >>> whole = assess(chain, [], date(2021, 3, 1), Method())
        >>> again = regrouped(chain, whole, resilience.groups(chain)[[("country", "DE")]], ("Germany",))
        >>> bool(again.level("country").score["DE"] == whole.level("country").score["DE"])
        True
    """
    method, found, nodes = assessment.method, assessment.shock, assessment.nodes
    panel = Panel.of_groups(chain, method, members, labels)
    shares = nodes[["loss_low_share", "loss_share", "loss_high_share"]].to_numpy(float)
    amounts = nodes[["loss_low_meur", "loss_meur", "loss_high_meur"]].to_numpy(float)
    ahead = assessment.lost_share[found.weeks_before :].astype(float)
    scores, taken, state = scored(chain, panel, shares, amounts, ahead, method)
    points, direct = _blamed(chain, found, panel, taken, assessment.costs, method)
    return replace(assessment, scores=scores, panel=panel, points=points, direct=direct, state=state, impact=None)


def _blamed(
    chain: ValueChain, found: DatedShock, panel: Panel, taken: Floats, costs: tuple[Floats, ...], method: Method
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """By row of the panel, the points that each reason takes, and what each disruption cuts at first hand."""
    ids = [effect.disruption.id or f"#{number}" for number, effect in enumerate(found.effects, 1)]
    split = attribution.shares(costs, len(chain)) * taken[:, [1]]
    reasons = [("structure", one.name) for one in method.indicators] + [("disruption", name) for name in ids]
    points = pd.DataFrame(np.hstack([panel.lost, panel.means(split)]), panel.rows, pd.MultiIndex.from_tuples(reasons))
    cuts = [attribution.direct(chain, effect) for effect in found.effects]
    cut = panel.means(np.column_stack(cuts)) if cuts else np.zeros((len(panel.rows), 0))
    return points, pd.DataFrame(cut, panel.rows, ids)


def _carried(
    chain: ValueChain, found: DatedShock, method: Method, known: Assessment | None
) -> tuple[Impact, tuple[Floats, ...]]:
    """What all disruptions do together, and what each would cost alone, side by side."""
    paid = dict(zip(known.disruptions, known.costs, strict=True)) if known else {}
    runs = [
        [] if effect.disruption in paid else attribution.alone(chain, found, effect, method) for effect in found.effects
    ]
    flat = [run for one in runs for run in one]
    impact, courses = propagate_beside(chain, found, method, flat, known.impact if known else None)
    ran = iter(courses)
    costs = []
    for effect, own in zip(found.effects, runs, strict=True):
        course = next(ran) if own else None
        kept = paid.get(effect.disruption)
        costs.append(attribution.cost(chain, found, effect, course) if kept is None else kept)
    return impact, tuple(costs)


def _nodes(chain: ValueChain, found: DatedShock, reached: Outcome) -> pd.DataFrame:
    nodes = chain.nodes[["label", "country", "industry", "output_meur"]].copy()
    for reading, name in enumerate(("_low", "", "_high")):
        nodes[f"loss{name}_meur"] = reached.loss_meur[:, reading]
        nodes[f"loss{name}_share"] = reached.loss_share[:, reading]
    cuts = [effect.cut[:, 1] for effect in found.effects if effect.kind != "link"]
    nodes["direct_cut_share"] = 1.0 - np.prod(1.0 - np.array(cuts), axis=0) if cuts else 0.0
    return nodes


def _short(found: DatedShock, impact: Impact, loss_share: Floats) -> Floats:
    """What could not be supplied; where the inventory model had nothing to carry, nothing was short."""
    if impact.model != "inventories":
        return loss_share
    if impact.course is None:
        return np.zeros_like(loss_share)
    return np.asarray(1.0 - clean(impact.course.can[found.weeks_before :, :, 1]).mean(axis=0))


def _paths(found: DatedShock, panel: Panel, lost: Floats) -> list[pd.DataFrame]:
    """The share lost by week and group, a frame for each reading."""
    groups = [row for row, (level, _) in enumerate(panel.rows) if level in ("eu", "ecosystem")]
    index = pd.Index([found.first_day + timedelta(weeks=week) for week in range(found.steps)], name="week")
    columns = pd.Index([panel.rows[row][1] for row in groups], name="group")
    weights = panel.weights[:, groups]
    return [pd.DataFrame(lost[:, :, reading] @ weights, index, columns) for reading in range(len(READINGS))]


def _sentence(effect: Recorded, direct: float) -> str:
    what = {"supply": "of its capacity", "demand": "of its final demand", "link": "of its inputs"}[effect.kind]
    how = f"cuts {100 * direct:.2g} % {what}" if direct >= 5e-5 else "reaches it through suppliers and customers"
    return f"{effect.disruption.title}: {how}"
