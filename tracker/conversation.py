"""The records of what is said about records: comments, evidence, and the sessions of the daily call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from graphs.content import Address, Addresses, AnyDay, Id, Long, Reference, References, Text, Word
from graphs.errors import Fault
from graphs.record import Record

STATES = ("reported", "withdrawn")
_ABOUT = "give the id of the record that it is about, such as D81"


@dataclass(frozen=True)
class Comment(Record):
    """What somebody says about a record; who and when stand in the log.

    Raises:
        Faults: every fault of the record at once.

    Examples:
        >>> Comment("D81", "The plant is open again.").missing()
        []
        >>> Comment("", " ")
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: about: is empty; give the id of the record that it is about, such as D81
        text: is empty; write what you want to say
    """

    about: Annotated[str, Reference(_ABOUT)]
    text: Annotated[str, Text(20_000, "write what you want to say")]
    id: Id = ""
    state: Annotated[str, Word(STATES)] = "reported"


@dataclass(frozen=True)
class Evidence(Record):
    """What shows that a record is true: a web address or a quote, with who said it, from which cluster, and when.

    ``cluster`` is the id of a record or a name, since not everybody who speaks is on record.

    Raises:
        Faults: every fault of the record at once.

    Examples:
        >>> Evidence("D81", quote="Our lines stand still.", said_by="a supplier of glass").missing()
        ['cluster', 'said_on']
        >>> Evidence("D81")
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: address: there is neither an address nor a quote; give a web address, or what was said
    """

    about: Annotated[str, Reference(_ABOUT)]
    address: Annotated[str, Address()] = ""
    quote: Long = ""
    said_by: Annotated[str, Text(300)] = ""
    cluster: Annotated[str, Text(300)] = ""
    said_on: AnyDay = None
    note: Long = ""
    id: Id = ""
    state: Annotated[str, Word(STATES)] = "reported"

    wanted = ("said_by", "cluster", "said_on")

    def rules(self) -> Iterator[Fault]:
        """An address or a quote."""
        if not self.address and not self.quote.strip():
            fault = "there is neither an address nor a quote"
            yield Fault("", "address", fault, "give a web address, or what was said")


@dataclass(frozen=True)
class Session(Record):
    """A session of the daily call: its agenda, who was there, and the disruptions that were spoken of.

    Raises:
        Faults: every fault of the record at once.

    Examples:
        >>> from datetime import date
        >>> Session("Textiles", held_on=date(2020, 4, 2), needs="Elastic for masks", about=("D7",)).missing()
        ['presentation', 'solutions', 'present']
    """

    title: Annotated[str, Text(300, "say what the session was about in a few words")]
    held_on: AnyDay = None
    presentation: Long = ""
    needs: Long = ""
    solutions: Long = ""
    present: Annotated[tuple[str, ...], Text(300)] = ()
    about: References = ()
    links: Addresses = ()
    note: Long = ""
    id: Id = ""
    state: Annotated[str, Word(STATES)] = "reported"

    wanted = ("held_on", "presentation", "needs", "solutions", "present", "about")
