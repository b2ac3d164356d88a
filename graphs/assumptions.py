"""What a model of propagation assumes: one small frozen value for each model, with unit and basis of each figure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MODELS = ("inventories", "ario", "inoperability", "cascade", "leontief")
"""The models of propagation by name, the default first; see ``propagation.propagate``."""


def assumed(default: Any, unit: str, basis: str) -> Any:
    """A field with its unit and where its value comes from."""
    return field(default=default, metadata={"unit": unit, "basis": basis})


@dataclass(frozen=True)
class Ario:
    """The assumptions of ``propagation.ario``.

    Examples:
        >>> Ario(psi=0.9).alpha_max
        1.25
        >>> Ario(psi=1.2, alpha_days=0)
        Traceback (most recent call last):
        ...
        ValueError: psi 1.2 is not a share above 0: give more than 0, up to 1
    """

    psi: float = assumed(
        0.8, "share", "production slows once a stock is below this share of its target; BoARIO's value"
    )
    stock_days_goods: float = assumed(
        90.0, "days", "stock of goods for normal use held by the buyer; BoARIO's value, ASSUMPTION, not measured"
    )
    stock_days_flows: float = assumed(
        14.0, "days", "buffer of energy and transport, which are hardly stored; as in inventories; ASSUMPTION"
    )
    stock_days_services: float = assumed(
        float("inf"), "days", "services: endless, so that their lack never stops production; ASSUMPTION"
    )
    stock_days_of: tuple[tuple[str, float], ...] = assumed(
        (), "days", "input industries with a stock of their own, as (code, days); by default none"
    )
    binding_share: float = assumed(
        0.00001, "share", "a smaller input (share of the buyer's output) never stops production; as BoARIO means it"
    )
    restock_days: float = assumed(60.0, "days", "time τ in which a missing stock is ordered again; BoARIO's value")
    alpha_base: float = assumed(1.0, "share of capacity", "production possible in normal times; BoARIO's value")
    alpha_max: float = assumed(1.25, "share of capacity", "production possible with all overtime; BoARIO's value")
    alpha_days: float = assumed(
        365.0, "days", "time τ_α in which overtime builds up under scarcity, and ends after it; BoARIO's value"
    )
    substitution_share: float = assumed(
        0.0, "share", "part of the orders behind a cut link that goes to other suppliers of the industry; ASSUMPTION"
    )
    orders_by_capacity: bool = assumed(
        False,
        "",
        "False: buyers order by normal shares (Hallegatte 2014); True: more from suppliers with more capacity left "
        "(Guan et al. 2020, doi:10.1038/s41562-020-0896-8)",
    )

    def __post_init__(self) -> None:
        if not 0 < self.psi <= 1:
            raise ValueError(f"psi {self.psi} is not a share above 0: give more than 0, up to 1")
        for name in ("binding_share", "substitution_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} {getattr(self, name)} is not a share: give 0 to 1")
        if not 1 <= self.alpha_base <= self.alpha_max < float("inf"):
            raise ValueError(f"alpha {self.alpha_base}–{self.alpha_max} is not in order: give 1 or more, base first")
        for name in ("restock_days", "alpha_days"):
            if not getattr(self, name) >= 1:
                raise ValueError(f"{name} {getattr(self, name)} must be 1 or more: a step is at least one day")
        for name, days in (*self.stock_days_by_kind(), *self.stock_days_of):
            if not self.psi * days >= 1:
                raise ValueError(f"psi × stock days of {name} must be 1 or more: a day's use comes out of the stock")

    def stock_days_by_kind(self) -> tuple[tuple[str, float], ...]:
        """Days of stock of goods, flows and services."""
        kinds = ("goods", "flows", "services")
        return tuple((kind, getattr(self, f"stock_days_{kind}")) for kind in kinds)


@dataclass(frozen=True)
class Inoperability:
    """The assumptions of ``propagation.inoperability``.

    Examples:
        >>> Inoperability().recovery_days
        60.0
    """

    recovery_days: float = assumed(
        60.0, "days", "time T in which a node by itself recovers most of what it lost; ASSUMPTION, not measured"
    )
    recovered_share: float = assumed(
        0.99, "share", "how much it has recovered by then: k = ln(q₀/q_T)/(T(1−a_ii)); as in Lian and Haimes 2006"
    )

    def __post_init__(self) -> None:
        if not 0 < self.recovered_share < 1:
            raise ValueError(f"recovered_share {self.recovered_share} is not a share within 0 and 1: give one between")
        if not 0 < self.recovery_days < float("inf"):
            raise ValueError(f"recovery_days {self.recovery_days} must be more than 0")


@dataclass(frozen=True)
class Cascade:
    """The assumptions of ``propagation.cascades``.

    Examples:
        >>> Cascade().epsilon
        0.01
        >>> Cascade(mode="both", epsilon=2)
        Traceback (most recent call last):
        ...
        ValueError: mode 'both' is none of mixed, linear, leontief; epsilon 2 is not within 0 and 1
    """

    mode: str = assumed("mixed", "", "mixed by essential inputs, linear (none essential) or leontief (all essential)")
    epsilon: float = assumed(0.01, "share", "a cascade ends when no node falls by more in a step; results depend on it")
    replacement: bool = assumed(True, "", "True: others of the industry take over; as in Diem et al. 2022")

    def __post_init__(self) -> None:
        wrong = []
        if self.mode not in ("mixed", "linear", "leontief"):
            wrong.append(f"mode {self.mode!r} is none of mixed, linear, leontief")
        if not 0 < self.epsilon < 1:
            wrong.append(f"epsilon {self.epsilon} is not within 0 and 1")
        if wrong:
            raise ValueError("; ".join(wrong))


@dataclass(frozen=True)
class Uncertainty:
    """What is drawn, and how widely, for the intervals of scores and ranks (``score.uncertainty``).

    Examples:
        >>> Uncertainty().draws
        500
        >>> Uncertainty(draws=0, coverage_share=2)
        Traceback (most recent call last):
        ...
        ValueError: draws 0 must be 1 or more; coverage_share 2 is not a share between 0 and 1
    """

    draws: int = assumed(500, "draws", "Monte Carlo sample; the ends of an interval then err by about 0.3 points")
    seed: int = assumed(2020, "", "the same draws each time: a score can be recomputed exactly")
    coverage_share: float = assumed(0.9, "share", "part of the draws that an interval holds; the Handbook shows 90 %")
    weight_concentration: float = assumed(
        20.0, "", "weights of indicators: Dirichlet around the method's; larger is closer; JUDGEMENT"
    )
    structure_weight_spread: float = assumed(
        0.2, "share", "weight of structure: triangular, up to this much either side of the method's; JUDGEMENT"
    )
    state_bound_factors: tuple[float, ...] = assumed(
        (0.6, 1.0, 1.6), "", "loss at which the state is 0 points: the method's bound times one of these; JUDGEMENT"
    )
    normalisations: tuple[str, ...] = assumed(
        ("min-max", "z-score", "percentile"), "", "how indicators are made comparable: one of these; the method's first"
    )
    aggregations: tuple[str, ...] = assumed(
        ("linear", "geometric"), "", "how they are put together: one of these; the method's first"
    )

    def __post_init__(self) -> None:
        wrong = []
        if self.draws < 1:
            wrong.append(f"draws {self.draws} must be 1 or more")
        if not 0 < self.coverage_share < 1:
            wrong.append(f"coverage_share {self.coverage_share} is not a share between 0 and 1")
        if not self.weight_concentration > 0:
            wrong.append(f"weight_concentration {self.weight_concentration} must be more than 0")
        if not 0 <= self.structure_weight_spread <= 1:
            wrong.append(f"structure_weight_spread {self.structure_weight_spread} is not a share within 0 and 1")
        if 1.0 not in self.state_bound_factors or not all(factor > 0 for factor in self.state_bound_factors):
            wrong.append(f"state_bound_factors {self.state_bound_factors} must be above 0, and 1 must be one of them")
        for name, first, known in (
            ("normalisations", "min-max", {"min-max", "z-score", "percentile"}),
            ("aggregations", "linear", {"linear", "geometric"}),
        ):
            given = getattr(self, name)
            if given[:1] != (first,) or not set(given) <= known or len(set(given)) < len(given):
                wrong.append(
                    f"{name} {given} must begin with {first}, and may hold {', '.join(sorted(known - {first}))}"
                )
        if wrong:
            raise ValueError("; ".join(wrong))
