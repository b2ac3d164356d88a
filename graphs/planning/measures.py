"""Measures against a disruption: what kinds there are, what each does to the model, and the record of one of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from graphs.disruption import ACTIONS
from graphs.errors import Fault, Faults
from graphs.recommendation import THEMES

_EURO = Decimal(1_000_000)


@dataclass(frozen=True)
class Kind:
    """A kind of measure.

    ``unit`` is that of its amount, up to ``most``; ``needs`` names the fields that must be given; ``does`` is its
    formula in words, ``assumes`` what has to be believed of it. Where ``stated`` is true nobody can model the effect
    honestly, so the amount is the user's own word for it. Where ``can_harm`` is true, loss can grow.
    """

    name: str
    unit: str
    most: float
    needs: tuple[str, ...]
    theme: str
    act: str
    does: str
    assumes: str
    stated: bool = False
    can_harm: bool = False


KINDS = {
    one.name: one
    for one in (
        Kind(
            "stock", "weeks of normal use", 104, ("at", "supplier"), "less dependence on foreign markets", "funding",
            "the buyer holds so many weeks more of what it buys from the supplier, and fills them up like the rest",
            "the goods can be bought and kept; what it costs to hold them is in the cost",
        ),
        Kind(
            "second supplier", "share of the flow", 1, ("at", "supplier", "stand_in"),
            "less dependence on foreign markets", "coordination",
            "when the supplier fails, the stand-in delivers up to this share of the normal flow on top of what it can, "
            "as far as it produces itself",
            "contracts and approvals are in place; it has overtime for it, the method's share of its output, and "
            "promises no euro of that twice",
        ),
        Kind(
            "nearer supplier", "share of the flow", 1, ("at", "supplier", "stand_in"),
            "less dependence on foreign markets", "coordination",
            "this share of the flow is bought from the stand-in in place of the supplier, for good",
            "the supplier finds other customers and the stand-in other room, so that neither's normal output changes; "
            "where the stand-in is hit worse, loss grows",
            can_harm=True,
        ),
        Kind(
            "substitution", "share of the flow", 1, ("at", "supplier"), "innovation and digitalisation", "funding",
            "when the supplier fails, another material replaces up to this share of what the buyer normally uses of it",
            "the material comes from outside this chain and is there when needed",
        ),
        Kind(
            "new capacity", "million EUR a year", 1e6, ("supplier", "stand_in"), "less dependence on foreign markets",
            "funding",
            "a new plant of the stand-in's industry and country delivers so much a year to the supplier's customers in "
            "the EU, or to those named, each by its share, when the supplier fails",
            "the plant has the inputs of its industry there, and stops with it; what it makes in calm times is not "
            "counted",
        ),
        Kind(
            "shared capacity", "share of normal capacity", 1, ("at", "stand_in"), "collaboration and coordination",
            "coordination",
            "what is cut of the node's capacity is put back, up to this share of it, on machines of a partner",
            "the partner has overtime for it, the method's share of its output, and promises no euro of that twice; "
            "it is not hit by the same shock",
        ),
        Kind(
            "transport alternative", "share of the cut sales", 1, (), "collaboration and coordination", "regulation",
            "this share of the sales that a cut link takes goes another way: the cut c becomes c (1 − share)",
            "the other way has room; what it costs more is in the cost",
        ),
        Kind(
            "demand support", "share of normal final demand", 1, ("at",), "funding", "funding",
            "what is cut of the node's final demand is put back, up to this share of it",
            "the money is spent on these goods and moves no purchase from elsewhere or from later",
        ),
        Kind(
            "skills", "share of normal capacity", 1, ("at",), "skills", "funding",
            "what is cut of the node's capacity is put back, up to this share of it",
            "how much capacity trained people bring back is the user's own word: the tables know no skills",
            stated=True,
        ),
        Kind(
            "simpler rule", "weeks", 520, (), "legal framework", "regulation",
            "the cuts at the named nodes, or all, end so many weeks earlier",
            "how much earlier is the user's own word: the tables know no rules",
            stated=True,
        ),
    )
}  # fmt: skip
"""The catalogue, by name."""

_READINGS = ("low", "likely", "high")


@dataclass(frozen=True)
class Measure:
    """One measure that could be taken.

    Args:
        kind: one of ``KINDS``.
        amount: how much of it, in the unit of its kind.
        at: nodes that it helps (keys, or ``EU_C29`` for an industry in all of the EU): the buyers of an input, the
            nodes whose capacity or demand is put back, the sellers behind a cut link. Empty: all, where the kind lets.
        supplier: whose failure it is against: keys, or ``C26`` for an industry wherever it is.
        stand_in: the node that helps out.
        delay_weeks: from the decision to when it works.
        cost_low_meur: what it costs, million EUR, as the user gives it: a whole number of euros, or None.
        theme, act: as the kind has them, if left out.

    Raises:
        Faults: every fault at once.

    Examples:
        >>> chips = Measure("M1", "stock", 4, at=("DE_C29",), supplier=("TW_C26",), cost_likely_meur="1.5")
        >>> chips.cost_eur, chips.theme, chips.act
        ((1500000, 1500000, 1500000), 'less dependence on foreign markets', 'funding')
        >>> Measure("M2", "stocks", -1)
        Traceback (most recent call last):
        ...
        graphs.errors.Faults: M2, kind: 'stocks' is not known; write one of stock, second supplier, nearer supplier, \
substitution, new capacity, shared capacity, transport alternative, demand support, skills, simpler rule
        M2, amount: -1 is not a number above 0; write how much of it
    """

    id: str
    kind: str
    amount: float
    at: tuple[str, ...] = ()
    supplier: tuple[str, ...] = ()
    stand_in: str = ""
    delay_weeks: int = 0
    title: str = ""
    cost_low_meur: Decimal | float | str | None = None
    cost_likely_meur: Decimal | float | str | None = None
    cost_high_meur: Decimal | float | str | None = None
    theme: str = ""
    act: str = ""

    def __post_init__(self) -> None:
        faults = [fault.at(self.id) for fault in self._faults()]
        if faults:
            raise Faults(faults)
        object.__setattr__(self, "theme", self.theme or self.of.theme)
        object.__setattr__(self, "act", self.act or self.of.act)
        object.__setattr__(self, "title", self.title or _title(self))

    @property
    def of(self) -> Kind:
        """Its kind."""
        return KINDS[self.kind]

    @property
    def cost_eur(self) -> tuple[int, int, int] | None:
        """Its cost, low, likely and high, in whole euros; None if none is given."""
        given = [_euros(getattr(self, f"cost_{name}_meur")) for name in _READINGS]
        known = [one for one in given if one is not None]
        if not known:
            return None
        likely = given[1] if given[1] is not None else known[0] + (known[-1] - known[0]) // 2
        return given[0] if given[0] is not None else likely, likely, given[2] if given[2] is not None else likely

    def _faults(self) -> Iterator[Fault]:
        if not self.id.strip():
            yield Fault("", "id", "is empty", "give each measure a short name of its own, such as M1")
        kind = KINDS.get(self.kind)
        if kind is None:
            yield Fault("", "kind", f"{self.kind!r} is not known", f"write one of {', '.join(KINDS)}")
        if not (0 < self.amount < math.inf):
            yield Fault("", "amount", f"{self.amount:g} is not a number above 0", "write how much of it")
        elif kind is not None and self.amount > kind.most:
            fault = f"{self.amount:g} is more than {kind.most:g} {kind.unit}"
            yield Fault("", "amount", fault, f"write {kind.unit} up to {kind.most:g}")
        for name in kind.needs if kind is not None else ():
            if not getattr(self, name):
                yield Fault("", name, f"is empty, but a {self.kind} needs it", "name nodes, such as DE_C29")
        if not 0 <= self.delay_weeks <= 1040:
            yield Fault("", "delay_weeks", f"{self.delay_weeks} is no delay", "write whole weeks from 0 to 1040")
        yield from self._faults_of_cost()
        for name, known in (("theme", THEMES), ("act", ACTIONS)):
            if getattr(self, name) and getattr(self, name) not in known:
                yield Fault("", name, f"{getattr(self, name)!r} is not known", f"write one of {', '.join(known)}")

    def _faults_of_cost(self) -> Iterator[Fault]:
        known = []
        for name in _READINGS:
            value = getattr(self, f"cost_{name}_meur")
            try:
                euros = _euros(value)
            except ValueError as error:
                yield Fault("", f"cost_{name}_meur", f"{value!r} {error}", "write million EUR, such as 1.5")
                continue
            known += [] if euros is None else [euros]
        if known != sorted(known):
            said = ", ".join(f"{Decimal(one) / _EURO:f}" for one in known)
            yield Fault("", "cost_low_meur", f"the costs {said} are not in order", "write low, likely, high")


def _euros(value: Decimal | float | str | None) -> int | None:
    """Million EUR as whole euros, exactly.

    Examples:
        >>> _euros("0.1"), _euros(0.3), _euros(None)
        (100000, 300000, None)
    """
    if value is None or value == "":
        return None
    try:
        euros = Decimal(str(value)) * _EURO
    except InvalidOperation:
        raise ValueError("is not a number") from None
    if not euros.is_finite() or not 0 <= euros <= 10**15:
        raise ValueError("is not an amount of 0 or more")
    if euros != euros.to_integral_value():
        raise ValueError("is finer than one euro")
    return int(euros)


def euros(value: Decimal | float | str) -> int:
    """A budget in million EUR as whole euros, exactly.

    Raises:
        Faults: what is no amount.

    Examples:
        >>> euros("50"), euros(0.1)
        (50000000, 100000)
    """
    try:
        found = _euros(value)
    except ValueError as error:
        raise Faults([Fault("", "budget", f"{value!r} {error}", "write million EUR, such as 50")]) from None
    if found is None:
        raise Faults([Fault("", "budget", "is empty", "write million EUR, such as 50")])
    return found


def _title(one: Measure) -> str:
    """What it is in a few words, where the user gave none."""
    kind, at = one.of, ", ".join(one.at)
    share = f"{100 * one.amount:.3g} %"
    of, at_them = ", ".join(one.supplier), f" at {at}" if at else ""
    return {
        "stock": f"Stock of {one.amount:g} more weeks of {of}{at_them}",
        "second supplier": f"{one.stand_in} stands in for {share} of {of}{at_them}",
        "nearer supplier": f"{share} of {of}{at_them} bought from {one.stand_in} instead",
        "substitution": f"Another material for {share} of {of}{at_them}",
        "new capacity": f"New plant for {one.amount:g} million EUR a year in {one.stand_in} against {of}{at_them}",
        "shared capacity": f"{one.stand_in} makes {share} of the capacity{at_them}",
        "transport alternative": f"Another way for {share} of the cut sales{f' of {at}' if at else ''}",
        "demand support": f"Support of {share} of final demand{at_them}",
        "skills": f"Trained people for {share} of the capacity{at_them}",
        "simpler rule": f"A simpler rule ends cuts {one.amount:g} weeks earlier{at_them}",
    }[kind.name]
