"""What all records share: fields that say what they may hold, every fault at once, plain values and back."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self, get_origin, get_type_hints

from graphs.content import Content, Day
from graphs.errors import Fault, Faults

MOST_VALUES = 200
_EMPTY = (None, "", ())


class Record:
    """What somebody said: a frozen dataclass whose fields are annotated with what they may hold.

    Every kind of record has an ``id``, which the log gives, and a ``state``. What is not known is left empty.

    Raises:
        Faults: every fault of the record at once.

    Examples:
        >>> from graphs.recommendation import Practice
        >>> shared = Practice("Tool of shared stocks", transitions=("digital",), places=("IT",))
        >>> shared.missing()[:3]
        ['theme', 'ecosystems', 'evidence']
        >>> Practice(" ", places=("Narnia",))
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: title: is empty; say what was done in a few words
        places: 'Narnia' is no known country or region; write an ISO code (DE), a NUTS code (DE21), EU or WORLD
    """

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    id: str
    state: str
    wanted: ClassVar[tuple[str, ...]] = ()
    """Fields that one would like to know."""

    @classmethod
    @functools.cache
    def fields(cls) -> tuple[Field, ...]:
        """The fields of this kind of record, in their order.

        Examples:
            >>> from graphs.disruption import Disruption
            >>> [field.name for field in Disruption.fields() if isinstance(field.content, Day)]
            ['start', 'end']
        """
        hints = get_type_hints(cls, include_extras=True)
        return tuple(
            Field(one.name, hint.__metadata__[0], get_origin(hint.__origin__) is tuple, one.default)
            for one in dataclasses.fields(cls)
            for hint in (hints[one.name],)
        )

    def __post_init__(self) -> None:
        values = [(field, getattr(self, field.name)) for field in self.fields()]
        faults = [fault for field, value in values for fault in field.faults_of_type(value)]
        if faults:
            raise Faults(faults)
        faults = [fault for field, value in values for fault in field.faults(value)]
        faults += self.rules()
        if faults:
            raise Faults(faults)

    def rules(self) -> Iterable[Fault]:
        """What is wrong between the fields; each has a value of its type, which may have faults of its own."""
        return ()

    def missing(self) -> list[str]:
        """What the record does not say and one would like to know."""
        return [name for name in self.wanted if getattr(self, name) in _EMPTY]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: lists and ISO dates.

        Examples:
            >>> from graphs.disruption import Disruption
            >>> Disruption("Strike", ("FR",), date(2021, 3, 1)).to_dict()["start"]
            '2021-03-01'
        """
        return {field.name: _plain(getattr(self, field.name)) for field in self.fields()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The inverse of ``to_dict``; fields that an older version did not have are empty.

        Examples:
            >>> from graphs.disruption import Disruption
            >>> Disruption.from_dict({"title": "Strike", "origin": ["FR"], "start": "2021-03-01"}).merged_into
            ''
        """
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        for field in cls.fields():
            if isinstance(field.content, Day) and kept.get(field.name):
                kept[field.name] = date.fromisoformat(kept[field.name])
        return cls(**kept)


@dataclass(frozen=True)
class Field:
    """A field of a record: its name, what it may hold, one or ``many`` of it, and what it holds if nothing is said."""

    name: str
    content: Content
    many: bool
    default: Any

    def faults_of_type(self, value: Any) -> Iterator[Fault]:
        """Values that cannot be looked at any further."""
        if self.many and not (isinstance(value, tuple) and all(isinstance(word, str) for word in value)):
            yield Fault("", self.name, f"{value!r} is not a list of words", "give a list of texts")
        elif self.many and len(value) > MOST_VALUES:
            yield Fault("", self.name, "holds too many values", f"give at most {MOST_VALUES}")
        elif not self.many and value != self.default:
            yield from (Fault("", self.name, *one) for one in self.content.wrong_type(value))

    def faults(self, value: Any) -> Iterator[Fault]:
        """What is wrong with a value of the right type."""
        if self.content.needed and (value is None or not str(value).strip()):
            yield Fault("", self.name, self.content.absent, self.content.needed)
            return
        for one in value if self.many else () if value == self.default else (value,):
            yield from (Fault("", self.name, *found) for found in self.content.wrong(one))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value
