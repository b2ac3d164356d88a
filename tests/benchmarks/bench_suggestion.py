"""Suggestions while typing, likeness among 10,000 records, and a full quick log; likeness beside comparing each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from measure import Row, seconds

from tracker import record
from tracker.forms.duplicates import Prepared, Sketch, similar
from tracker.forms.quicklog import parse
from tracker.forms.suggestion import suggest

TODAY = date(2021, 3, 24)
SAID = (
    "Semicondutor shortage in Gemany cuts output by a third since last week; wiring harnesses from western Ukraine are "
    "interrupted and orders of hotels in Italy collapsed. PPE export bans of the EU hit hospitals in Switzerland, "
    "until 15 April 2021, because of a fire; car makers in Lombardia and Catalan textile firms stopped"
)[:300]


def rows() -> Iterator[Row]:
    """Bars: 20 ms for 300 letters, 50 ms among 10,000 records."""
    suggest("once")
    yield Row("suggestions from 300 letters", seconds(lambda: suggest(SAID, TODAY), 20), bar=0.020)
    records = record.embedded([])
    many = [replace(one, id=f"X{n}", title=f"{one.title} {n * 7919 % 997}") for n, one in enumerate(records * 125)]
    prepared = Prepared().extended(many)
    asked = [Sketch(one.title, one.origin, start=one.start) for one in records[::8]]
    own = seconds(lambda: [similar(one, prepared) for one in asked]) / len(asked)
    yield Row("likeness of one title among 10,000 records, prepared", own, bar=0.050)
    parts = [Prepared().extended(many[at : at + 100]) for at in range(0, len(many), 100)]

    def in_full(one: Sketch) -> list[tuple[int, str]]:
        found = [(-found.score, found.record.id) for part in parts for found in similar(one, part)]
        return sorted(found)[:5]

    assert all(in_full(one) == [(-f.score, f.record.id) for f in similar(one, prepared)] for one in asked)
    other = seconds(lambda: in_full(asked[0]), 1)
    yield Row("the same", own, "every record compared in full", other)
    more = [replace(records[0], id="new")]
    yield Row("one record more in the index of 10,000", seconds(lambda: prepared.extended(more)), bar=0.010)
    lines = "\n".join([SAID] * 500)
    yield Row("quick log of 500 lines of 300 letters", seconds(lambda: parse(lines, [], TODAY), 1), bar=2.0)
