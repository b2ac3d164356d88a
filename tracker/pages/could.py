"""What could be done about a disruption, as its page tells it: fitting proposals, and what could pay for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from graphs.disruption import Disruption
from graphs.matching import Match, Proposal
from graphs.programmes import CouldPay, Programme, could_pay
from tracker.desk import Desk

_FITTING = 5
_OWN = 20
_PAYING = 5


@dataclass(frozen=True)
class Payer:
    """A programme, and the proposals that it could pay for, each with the reasons."""

    programme: Programme
    over: bool
    of: tuple[tuple[Proposal, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Could:
    """Proposals of others that fit, the best first, what they were made for, and who could pay for what is proposed."""

    fitting: tuple[Match, ...]
    made_for: dict[str, str]
    payers: tuple[Payer, ...]


def could_be_done(desk: Desk, record: Disruption, today: date) -> Could:
    """What could be done about a disruption; its own proposals are listed elsewhere, but paid for here too."""
    found = desk.proposals.of(record, _FITTING + _OWN)
    fitting = [one for one in found if not one.tied][:_FITTING]
    own = [one.record for one in found if one.tied]
    named = {name for one in fitting for name in one.record.about}
    titles = {one.id: one.title for one in desk.disruptions() if one.id in named}
    proposals = [*own, *(one.record for one in fitting)]
    paid = [(one, pay) for one in proposals for pay in could_pay(one, desk.programmes, today)]
    return Could(tuple(fitting), titles, tuple(_payers(paid)))


def _payers(paid: Iterable[tuple[Proposal, CouldPay]]) -> list[Payer]:
    """By programme, those that could pay for most first."""
    by_name: dict[str, list[tuple[Proposal, CouldPay]]] = {}
    for proposal, pay in paid:
        by_name.setdefault(pay.programme.name, []).append((proposal, pay))
    order = sorted(
        by_name.values(), key=lambda of: (of[0][1].over, -sum(pay.weight for _, pay in of), of[0][1].programme.name)
    )
    return [
        Payer(of[0][1].programme, of[0][1].over, tuple((proposal, pay.reasons) for proposal, pay in of))
        for of in order[:_PAYING]
    ]
