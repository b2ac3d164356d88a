"""What an assessment says of every place in the atlas: losses and their wave, scores with reasons, disruptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy import sparse

from graphs.assessment import Assessment
from graphs.atlas import KINDS, Atlas
from graphs.atlas.links import Links
from graphs.disruption import Disruption
from graphs.levels import BREAKS, HIT_LEVEL
from graphs.score import attribution
from graphs.valuechain import Floats, Integers, ValueChain

EVERYBODY = 0.75
"""A disruption that hits a larger share of the EU's nodes marks nobody in particular."""
MOST_REASONS = 6
MOST_CUT = 200
"""How many disrupted links outside the backbone are told of each kind."""
LEAST_CUT = 0.0005
"""A link is called disrupted if more of its flow is cut than this."""
_LEAST_POINTS = 0.05
_LEVELS = ("eu", "ecosystem", "country", "node")


@dataclass(frozen=True, eq=False)
class Cause:
    """One disruption in force: what had to be assumed of it, where it strikes, and which part of a loss is its own."""

    record: Disruption
    kind: str
    assumptions: tuple[str, ...]
    hits: npt.NDArray[np.bool_]
    """Nodes of which it cuts more than 0.1 % at first hand; none if these are nearly all."""
    part: Floats
    """Share of each node's loss (n), 0–1: an estimate, by what each disruption would cost alone."""


@dataclass(frozen=True, eq=False)
class Told:
    """A score and the reasons for it: points with a sentence, the largest first."""

    score: float
    low: float
    high: float
    rank: tuple[int, int, int] | None
    reasons: tuple[tuple[float, str], ...]


@dataclass(frozen=True, eq=False)
class Cut:
    """Links of one kind that are disrupted, likely reading: shares of their flow, 0–1."""

    drawn_share: Floats
    """For each link of the backbone."""
    supplier: Integers
    """The others, which lose most first."""
    buyer: Integers
    flow_meur: Floats
    share: Floats


@dataclass(frozen=True, eq=False)
class Day:
    """One date as the page shows it.

    ``loss_share`` (n × 3) is the share of output lost over the horizon in the low, likely and high reading;
    ``lost_share`` (weeks × n) the same week by week from ``first_day``, likely; the date lies in week
    ``weeks_before``. ``told`` has the scores by (level, key), ``cut`` the disrupted links by kind of thing.
    """

    on: date
    horizon_weeks: int
    first_day: date
    weeks_before: int
    loss_share: Floats
    lost_share: npt.NDArray[np.float32]
    causes: tuple[Cause, ...]
    told: dict[tuple[str, str], Told]
    cut: dict[str, Cut]


def day_of(found: Atlas, assessment: Assessment) -> Day:
    """What an assessment of the atlas's chain says of every place in it.

    Raises:
        ValueError: if the assessment is of another chain.

    Examples:
        >>> from datetime import date
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.atlas import atlas
        >>> from graphs.method import Method
        >>> chain, on = sources.toy(), date(2021, 3, 1)
        >>> strike = Disruption("Strike", ("DE",), on, "D1", effect="supply", severity_likely=0.4)
        >>> day = day_of(atlas(chain), assess(chain, [strike], on, Method()))
        >>> points, text = day.told["country", "DE"].reasons[0]
        >>> day.causes[0].record.id, round(points, 1), text
        ('D1', 27.7, 'Strike: cuts 40 % of its capacity')
    """
    chain = found.chain
    if chain.version != assessment.chain_version:
        raise ValueError("the assessment is of another chain than the atlas")
    nodes = assessment.nodes
    return Day(
        on=assessment.on,
        horizon_weeks=assessment.method.horizon_weeks,
        first_day=assessment.shock.first_day,
        weeks_before=assessment.shock.weeks_before,
        loss_share=nodes[["loss_low_share", "loss_share", "loss_high_share"]].to_numpy(float),
        lost_share=assessment.lost_share,
        causes=tuple(causes(chain, assessment)),
        told=dict(told(assessment)),
        cut=dict(_cut(found, assessment)),
    )


def causes(chain: ValueChain, assessment: Assessment) -> Iterator[Cause]:
    """The disruptions in force, oldest first: each with where it strikes at first hand and its part of every loss."""
    part = attribution.shares(assessment.costs, len(chain))
    for number, effect in enumerate(assessment.shock.effects):
        hits = attribution.direct(chain, effect) > BREAKS[HIT_LEVEL - 1]
        if hits[chain.in_eu].sum() > EVERYBODY * chain.in_eu.sum():
            hits = np.zeros(len(chain), bool)
        yield Cause(effect.disruption, effect.kind, effect.assumptions, hits, part[:, number])


def told(assessment: Assessment) -> Iterator[tuple[tuple[str, str], Told]]:
    """The score of the EU, every ecosystem, country and node of it, by (level, key), with the largest reasons."""
    rows = assessment.scores[["score", "score_low", "score_high"]].to_numpy(float)
    ranks = {
        (level, key): (int(rank), int(best), int(worst))
        for level in ("ecosystem", "country")
        for key, rank, best, worst in assessment.ranks(level).itertuples()
    }
    for (level, key), (score, low, high) in zip(assessment.scores.index, rows.tolist(), strict=True):
        if level in _LEVELS:
            reasons = assessment.reasons(level, key)[:MOST_REASONS]
            said = tuple((one.points, one.text) for one in reasons if one.points >= _LEAST_POINTS)
            yield (level, key), Told(score, low, high, ranks.get((level, key)), said)


def cut_share(chain: ValueChain, assessment: Assessment) -> Floats:
    """Share of each flow of ``chain.inputs`` that links in force cut, likely reading.

    Where several cut the same flow, each cuts of what the others leave: 1 − Π(1 − cut).
    """
    share = np.zeros(len(chain.inputs.flow_meur))
    for effect in assessment.shock.of_kind("link"):
        gone = effect.links(chain)
        share[gone.where] = 1.0 - (1.0 - share[gone.where]) * (1.0 - gone.cut[:, 1])
    return share


def _cut(found: Atlas, assessment: Assessment) -> Iterator[tuple[str, Cut]]:
    """The disrupted links by kind of thing: of groups and countries, what is cut of their members' flows."""
    inputs, n = found.chain.inputs, len(found.chain)
    share = cut_share(found.chain, assessment)
    where = np.flatnonzero(share)
    lost = share[where] * inputs.flow_meur[where]
    gone = sparse.csr_array((lost, (inputs.supplier[where], inputs.buyer[where])), (n, n))
    for kind in KINDS:
        members, links = found.members[kind], found.links[kind]
        table = gone if kind == "nodes" or not len(where) else sparse.csr_array(members.T @ gone @ members)
        drawn = _entries(table, links.supplier, links.buyer) if len(where) else np.zeros(len(links.flow_meur))
        yield kind, Cut(drawn / links.flow_meur, *_others(table, found.flows[kind], links))


def _others(gone: sparse.csr_array, flows: sparse.csr_array, links: Links) -> tuple[Integers, Integers, Floats, Floats]:
    """Disrupted links outside the backbone, those that lose most: supplier, buyer, flow and the share that is cut."""
    table, n = gone.tocoo(), gone.shape[1]
    known = np.isin(table.row * n + table.col, links.supplier * n + links.buyer)
    other = np.flatnonzero(~known & (table.row != table.col) & (table.data > 0))
    order = other[np.argsort(-table.data[other], kind="stable")][:MOST_CUT]
    supplier, buyer = table.row[order].astype(np.int64), table.col[order].astype(np.int64)
    flow = _entries(flows, supplier, buyer)
    share = table.data[order] / flow
    told = share > LEAST_CUT
    return supplier[told], buyer[told], flow[told], share[told]


def _entries(table: sparse.csr_array, row: Integers, column: Integers) -> Floats:
    return np.asarray(table[row, column], float).ravel() if len(row) else np.zeros(0)
