"""Whether the matching finds what was really proposed: every recorded disruption in turn, its own proposals hidden.

A case is a recorded disruption with a proposal whose kind is known. Its own proposals are taken away, and those of the
others are ranked for it. It is a hit if one of the first five is of a kind that its own have. Hidden from the matching
are also the act that it asks for and its remarks, since these were coded from the very proposals. Cases differ in how
many kinds they have, and some kinds stand in one record only and cannot be found: the ceiling says how many can.

Beside it, in the same cases: the words alone; the five commonest kinds of the others, whatever happened; and chance,
which is computed: 1 − C(n − m, 5) / C(n, 5) for m proposals of its kinds among n.

Two other designs were tried on the same cases, hit fewer of the 38 than the 25 of the one that stands, and were
dropped: spread over themes and records (23), and points for like proposals that were made for like disruptions (21).
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from graphs.disruption import Disruption
from graphs.matching import Proposal, matches, prepare
from graphs.terms import weigh

FIRST = 5
WAYS = ("matching", "words alone", "commonest kinds", "chance")
_Z = 1.959964
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True)
class Ranking:
    """The cases, and by way of ranking whether each was a hit (0 or 1; for chance its probability)."""

    cases: pd.DataFrame
    proposals: int
    apart: bool
    """Whether proposals of the same page of the record were hidden too."""

    @property
    def table(self) -> pd.DataFrame:
        """By way: ``hits``, ``hit_share`` and its 95 % interval ``low_share``, ``high_share`` (Wilson 1927)."""
        count = len(self.cases)
        rows = {}
        for way in (*WAYS, "ceiling"):
            share = float(self.cases[way].mean())
            low, high = interval(share, count) if way not in ("chance", "ceiling") else (share, share)
            rows[way] = {"hits": share * count, "hit_share": share, "low_share": low, "high_share": high}
        return pd.DataFrame(rows).T.rename_axis("way")

    @property
    def by_chance(self) -> float:
        """How likely chance alone has as many hits as the matching, or more; the cases taken as independent."""
        likely = np.ones(1)
        for one in self.cases["chance"]:
            likely = np.convolve(likely, (1 - one, one))
        return float(likely[round(self.cases["matching"].sum()) :].sum())

    def beats(self, way: str) -> tuple[int, int, float]:
        """Cases that only the matching hits, those that only another way hits, and the two-sided sign test of it."""
        ours, theirs = self.cases["matching"], self.cases[way]
        better, worse = int((ours > theirs).sum()), int((ours < theirs).sum())
        tail = sum(math.comb(better + worse, k) for k in range(min(better, worse) + 1)) / 2 ** (better + worse)
        return better, worse, min(1.0, 2 * tail)


def leave_one_out(
    disruptions: Sequence[Disruption],
    proposals: Sequence[Proposal],
    kinds: Mapping[str, frozenset[str]],
    apart: bool = False,
) -> Ranking:
    """Rank the others' proposals for every disruption whose own are of a known kind.

    Args:
        disruptions: those on record.
        proposals: each about disruptions of these.
        kinds: of each proposal by its id; one without any is ranked too and is never a hit.
        apart: whether to hide also proposals of records that share a source with the case.
    """
    by_id = {one.id: one for one in disruptions}
    rows = {}
    for case in disruptions:
        own = frozenset().union(*(kinds[one.id] for one in proposals if case.id in one.about))
        hidden = {case.id} | ({one.id for one in disruptions if {*one.sources} & {*case.sources}} if apart else set())
        others = [one for one in proposals if hidden.isdisjoint(one.about)]
        if own and others:
            rows[case.id] = _case(case, own, others, kinds, {k: v for k, v in by_id.items() if k not in hidden})
    return Ranking(pd.DataFrame(rows).T.rename_axis("case"), len(proposals), apart)


def interval(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of so many cases (Wilson 1927, Journal of the American Statistical Association).

    Examples:
        >>> [round(one, 3) for one in interval(0.5, 40)]
        [0.352, 0.648]
    """
    if not count:
        return 0.0, 1.0
    middle = share + _Z**2 / (2 * count)
    half = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    whole = 1 + _Z**2 / count
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def _case(
    case: Disruption,
    own: frozenset[str],
    others: Sequence[Proposal],
    kinds: Mapping[str, frozenset[str]],
    known: Mapping[str, Disruption],
) -> dict[str, float]:
    shown = dataclasses.replace(case, proposals="", actions_required=(), note="")
    ready = prepare(others, known)
    found = matches(shown, ready, FIRST, least=0.0)
    same = sum(not own.isdisjoint(kinds[one.id]) for one in others)
    commonest = [kind for kind, _ in _by_count(kind for one in others for kind in kinds[one.id])[:FIRST]]
    return {
        "matching": float(any(not own.isdisjoint(kinds[one.record.id]) for one in found)),
        "words alone": float(any(not own.isdisjoint(kinds[one.id]) for one in _by_words(shown, others, known))),
        "commonest kinds": float(not own.isdisjoint(commonest)),
        "chance": 1 - math.comb(len(others) - same, FIRST) / math.comb(len(others), min(FIRST, len(others))),
        "ceiling": float(same > 0),
    }


def _by_words(case: Disruption, others: Sequence[Proposal], known: Mapping[str, Disruption]) -> list[Proposal]:
    """The first by the words alone: of the proposal and of what it was made for, beside those of the case."""
    texts = []
    for one in others:
        about = " ".join(f"{known[name].title} {known[name].description}" for name in one.about if name in known)
        texts.append(f"{one.title} {one.description} {about}")
    alike = weigh(texts).alike(f"{case.title} {case.description}")
    order = sorted(range(len(others)), key=lambda at: (-round(float(alike[at]), 9), others[at].id))
    return [others[at] for at in order[:FIRST]]


def _by_count(words: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(words).items(), key=lambda one: (-one[1], one[0]))
