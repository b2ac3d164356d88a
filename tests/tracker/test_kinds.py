"""Every kind of record keeps the same promises: a letter, an id, a state; JSON, CSV and intake leave it unchanged."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.content import Word
from graphs.errors import Fault, Faults
from graphs.record import Record
from tracker import intake
from tracker.kinds import KINDS, kind_of, revive

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
ANY_RECORD = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.from_type(KINDS[kind].cls))


def test_no_two_kinds_share_a_word_a_letter_or_a_class() -> None:
    assert "".join(kind.letter for kind in KINDS.values()) == "DCNPAMES"
    for name in ("word", "plural", "cls", "one"):
        assert len({getattr(kind, name) for kind in KINDS.values()}) == len(KINDS)
    assert all(word == kind.word for word, kind in KINDS.items())


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.word)
def test_every_kind_has_an_id_and_can_be_withdrawn(kind: Any) -> None:
    fields = {field.name: field for field in kind.cls.fields()}
    assert fields["id"].default == ""
    assert isinstance(fields["state"].content, Word)
    assert "withdrawn" in fields["state"].content.words
    assert set(kind.cls.wanted) <= set(fields)


@given(one=ANY_RECORD)
def test_json_and_back(one: Record) -> None:
    kind = kind_of(one)
    kept = json.dumps(one.to_dict(), ensure_ascii=False).encode()
    assert revive(kind, json.loads(kept)) == one
    assert type(revive(kind, json.loads(kept))) is KINDS[kind].cls
    assert set(one.missing()) <= {*one.to_dict(), "severity"}
    assert hash(one) == hash(revive(kind, json.loads(kept)))


def outcome(function: Callable[..., Record], *given: Any) -> tuple[Record | None, tuple[Fault, ...]]:
    """What it gives, or its faults; anything else is raised."""
    try:
        return function(*given), ()
    except Faults as found:
        return None, found.faults


@given(one=ANY_RECORD)
def test_an_older_version_had_fewer_fields(one: Record) -> None:
    """Each field that may be empty takes its default; those that are needed, or hang on each other, are named."""
    for field in type(one).fields():
        values = {name: value for name, value in one.to_dict().items() if name != field.name}
        if field.default is not dataclasses.MISSING:
            read, faults = outcome(type(one).from_dict, values)
            assert getattr(read, field.name) == field.default if read else {fault.field for fault in faults}


def written(name: str, value: Any) -> str:
    """As a program writes a value into a cell; the whole as a percentage, since a lone 1 is refused."""
    if isinstance(value, list):
        return ";".join(value)
    return "" if value is None else "100 %" if name.startswith("severity") and value == 1 else str(value)


@given(one=ANY_RECORD)
def test_the_intake_reads_what_was_read_before(one: Record) -> None:
    """By JSON and by CSV, once white space around texts is gone and the id can stand in an address."""
    kind = kind_of(one)
    read = intake.read(one.to_dict() | {"id": "X1"}, [], kind)
    assert type(read) is type(one)
    assert intake.read(json.loads(json.dumps(read.to_dict())), [], kind) == read
    row = {name: written(name, value) for name, value in read.to_dict().items()}
    file = io.StringIO()
    writer = csv.DictWriter(file, row)
    writer.writeheader()
    writer.writerow(row)
    assert intake.read_csv(file.getvalue(), [], kind) == [read]


@given(kind=st.sampled_from(sorted(KINDS)), data=st.data())
def test_anything_is_a_record_or_its_faults(kind: str, data: st.DataObject) -> None:
    names = st.sampled_from([field.name for field in KINDS[kind].cls.fields()]) | st.text(max_size=4)
    values = data.draw(st.dictionaries(names, JSON, max_size=6))
    read, faults = outcome(intake.read, values, [], kind)
    if read is None:
        assert faults
        assert all(fault.fault and fault.mend for fault in faults)
    else:
        assert intake.read(read.to_dict(), [], kind) == read


@given(one=ANY_RECORD, data=st.data())
def test_every_field_that_is_broken_is_named(one: Record, data: st.DataObject) -> None:
    """A number is the value of no field of text or list; a list is no date and no number."""
    fields = {field.name: field for field in type(one).fields()}
    broken = data.draw(st.sets(st.sampled_from(sorted(fields)), min_size=1))
    wrong = {name: {"a": 1} for name in broken}
    with pytest.raises(Faults) as found:
        intake.read(one.to_dict() | {"id": "X1"} | wrong, [], kind_of(one))
    assert {fault.field for fault in found.value.faults} >= broken


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.word)
def test_an_unknown_field_is_told_with_the_kind(kind: Any) -> None:
    with pytest.raises(Faults) as found:
        intake.read({"colour": "red"}, [], kind.word)
    assert f"is not a field of {kind.one}" in {fault.fault for fault in found.value.faults}
