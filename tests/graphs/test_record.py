"""What all records share: fields as they are declared, types before values, every fault at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import pytest

from graphs.content import AnyCount, AnyDay, Id, Places, Reference, Text, Word
from graphs.errors import Fault, Faults
from graphs.record import Field, Record


@dataclasses.dataclass(frozen=True)
class Rumour(Record):
    """A kind of record that only this test knows."""

    text: Annotated[str, Text(20, "say what is told")]
    about: Annotated[str, Reference("say which record it is about")] = ""
    heard_on: AnyDay = None
    places: Places = ()
    times: AnyCount = None
    id: Id = ""
    state: Annotated[str, Word(("heard", "withdrawn"))] = "heard"

    wanted = ("heard_on", "places", "times")

    def rules(self) -> Iterator[Fault]:
        if self.times == 0:
            yield Fault("", "times", "nobody heard it", "leave it out")


def faults(**values: Any) -> list[str]:
    with pytest.raises(Faults) as found:
        Rumour(**{"text": "No pasta", "about": "D1"} | values)
    return [str(one) for one in found.value.faults]


def test_fields_are_those_of_the_class_in_their_order() -> None:
    fields = {field.name: field for field in Rumour.fields()}
    assert list(fields) == ["text", "about", "heard_on", "places", "times", "id", "state"]
    assert fields["text"] == Field("text", Text(20, "say what is told"), False, dataclasses.MISSING)
    assert (fields["places"].many, fields["places"].default) == (True, ())
    assert [name for name, field in fields.items() if field.many] == ["places"]


def test_kinds_do_not_share_their_fields() -> None:
    @dataclasses.dataclass(frozen=True)
    class Other(Record):
        id: Id = ""

    Other.__annotations__["id"] = Id  # the class stands in a function, where its hints cannot be looked up
    assert [field.name for field in Other.fields()] == ["id"]
    assert len(Rumour.fields()) == 7


def test_every_fault_is_found_at_once_in_the_order_of_the_fields_and_rules_last() -> None:
    found = faults(text="x" * 21, about=" ", heard_on=date(1900, 1, 1), places=("Narnia", "Mordor"), times=0)
    assert [one.partition(":")[0] for one in found] == ["text", "about", "heard_on", "places", "places", "times"]
    assert found[-1] == "times: nobody heard it; leave it out"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": None}, "text: None is not text; write text"),
        ({"text": 3}, "text: 3 is not text; write text"),
        ({"state": None}, "state: None is not text; write text"),
        ({"places": "DE"}, "places: 'DE' is not a list of words; give a list of texts"),
        ({"places": ["DE"]}, "places: ['DE'] is not a list of words; give a list of texts"),
        ({"places": (None,)}, "places: (None,) is not a list of words; give a list of texts"),
        ({"places": None}, "places: None is not a list of words; give a list of texts"),
        ({"places": ("DE",) * 201}, "places: holds too many values; give at most 200"),
        ({"heard_on": "2021-03-01"}, "heard_on: '2021-03-01' is no date; give a date such as 2021-03-23"),
        ({"heard_on": ""}, "heard_on: '' is no date; give a date such as 2021-03-23"),
        ({"times": 1.5}, "times: 1.5 is no whole number; give 12"),
        ({"times": False}, "times: False is no whole number; give 12"),
    ],
)
def test_a_value_of_another_type_is_a_fault_and_no_error(values: dict[str, Any], said: str) -> None:
    assert faults(**values) == [said]


def test_types_are_looked_at_first() -> None:
    assert faults(text=3, places=("Narnia",)) == ["text: 3 is not text; write text"]


def test_what_is_needed_may_not_be_empty() -> None:
    assert faults(text="\n ", about="") == [
        "text: is empty; say what is told",
        "about: is empty; say which record it is about",
    ]


def test_what_was_not_said_is_missing_and_nothing_is_something() -> None:
    assert Rumour("No pasta", "D1").missing() == ["heard_on", "places", "times"]
    assert Rumour("No pasta", "D1", times=7, places=("DE",)).missing() == ["heard_on"]


def test_plain_values_and_back() -> None:
    one = Rumour("No pasta", "D1", date(2020, 3, 1), ("IT", "DE"), 3, "M1", "withdrawn")
    assert one.to_dict() == {
        "text": "No pasta",
        "about": "D1",
        "heard_on": "2020-03-01",
        "places": ["IT", "DE"],
        "times": 3,
        "id": "M1",
        "state": "withdrawn",
    }
    assert Rumour.from_dict(one.to_dict()) == one


def test_an_older_version_is_read_with_what_it_had() -> None:
    assert Rumour.from_dict({"text": "No pasta", "about": "D1"}) == Rumour("No pasta", "D1")
