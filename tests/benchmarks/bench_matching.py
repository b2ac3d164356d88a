"""Matching a disruption with thousands of proposals, beside comparing each of them in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from measure import Row, seconds

from graphs.disruption import Disruption
from graphs.matching import Match, Prepared, matches, prepare
from tracker import record

MANY = 5_000


def rows() -> Iterator[Row]:
    """Bars: 50 ms for one disruption among 5,000 proposals; 20 times faster than one at a time."""
    disruptions = record.embedded([])
    known = [one.record for one in record.proposed(disruptions)]
    by_id = {one.id: one for one in disruptions}
    many = [replace(known[n % len(known)], id=f"X{n}", title=f"{known[n % len(known)].title} {n}") for n in range(MANY)]
    yield Row(f"making {MANY:,} proposals ready", seconds(lambda: prepare(many, by_id), 1), bar=5.0)
    ready, asked = prepare(many, by_id), disruptions[::16]
    own = seconds(lambda: [matches(one, ready) for one in asked]) / len(asked)
    yield Row(f"one disruption among {MANY:,} proposals", own, bar=0.050)
    few = many[:200]
    small = prepare(few, by_id)
    facets = [replace_rows(small, at) for at in range(len(few))]

    def one_at_a_time(disruption: Disruption) -> list[Match]:
        found = [match for part in facets for match in matches(disruption, part)]
        return sorted(found, key=lambda one: (not one.tied, -round(one.score, 6), one.record.id))[:5]

    for one in asked:
        assert [f.record.id for f in one_at_a_time(one)] == [f.record.id for f in matches(one, small)]
    own = seconds(lambda: matches(asked[0], small))
    yield Row(
        f"among {len(few)}", own, "each compared by itself", seconds(lambda: one_at_a_time(asked[0]), 1), bar=20.0
    )


def replace_rows(whole: Prepared, at: int) -> Prepared:
    """One proposal alone, with the weights of words that it has among all."""
    facets = {name: replace(facet, has=facet.has[[at]]) for name, facet in whole.facets.items()}
    texts, causes = (replace(of, vectors=of.vectors[[at]]) for of in (whole.texts, whole.causes))
    return Prepared((whole.proposals[at],), facets, texts, causes)
