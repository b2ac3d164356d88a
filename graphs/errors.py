"""What is wrong with an input, in words an expert understands: all faults at once, each with its mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Examples:
        >>> print(Fault("row 3", "severity_likely", "140 % is more than the whole", "write a share up to 100 %"))
        row 3, severity_likely: 140 % is more than the whole; write a share up to 100 %
    """

    where: str
    """Row, file or cell; empty where there is only one record."""
    field: str
    fault: str
    mend: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.where, self.field) if part)
        return f"{place}: {self.fault}; {self.mend}"

    def at(self, where: str) -> Fault:
        """The same fault, found at ``where``."""
        return Fault(where, self.field, self.fault, self.mend)


class Unknown(KeyError):
    """Asked for by a name that nothing has."""


class Faults(ValueError):
    """Raised once, with every fault of an input.

    Examples:
        >>> Faults([Fault("", "title", "is empty", "say what happened in a few words")]).faults[0].field
        'title'
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[Faults], tuple[tuple[Fault, ...]]]:
        return Faults, (self.faults,)
