"""Every field of every kind of record is described, and the examples are records."""

from __future__ import annotations

import pytest

from graphs.fields import record_fields
from tracker import intake, tables
from tracker.files.columns import columns, example
from tracker.kinds import KINDS


def test_every_field_is_described_and_nothing_else() -> None:
    described = record_fields()
    assert list(described.index) == [(kind, field.name) for kind in KINDS for field in KINDS[kind].cls.fields()]
    assert (described.meaning != "").all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_is_a_record(kind: str) -> None:
    names = [field.name for field in columns(kind)]
    record = intake.read(dict(zip(names, example(kind), strict=True)), [], kind)
    assert record.to_dict() == record.from_dict(record.to_dict()).to_dict()


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_template_is_read(kind: str) -> None:
    book = tables.template(kind, columns(kind), example(kind))
    assert tables.read("t.xlsx", book, kind=kind).columns == tuple(field.name for field in columns(kind))
    filled = tables.to_csv(columns(kind), [example(kind)])
    [read] = intake.read_table(tables.read("t.csv", filled), [], kind)
    assert (
        read.to_dict()["state"] == dict(zip([one.name for one in columns(kind)], example(kind), strict=True))["state"]
    )
