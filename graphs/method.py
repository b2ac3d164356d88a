"""Every assumption of the science in one frozen, versioned value, each with its unit and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphs.assumptions import MODELS, Ario, Cascade, Inoperability, Uncertainty
from graphs.assumptions import assumed as _assumed

READINGS = ("low", "likely", "high")
"""The three readings of what is not known exactly; every result is computed for each."""

Range = tuple[float, float, float]
"""A low, likely and high reading."""


@dataclass(frozen=True)
class Indicator:
    """One indicator of structure.

    The figures are frozen with the method's version, so that a new disruption or another chain does not change
    yesterday's scores: of the EU nodes of the 2014 estimate, rounded, the 2.5 and 97.5 percentiles (``low``,
    ``high``: what lies beyond is an outlier and counts as the bound), ``mean``, standard ``deviation`` and
    ``quartiles``.
    """

    name: str
    label: str
    low: float
    high: float
    mean: float
    deviation: float
    quartiles: tuple[float, float, float]
    weight: float = 1.0
    more_is_better: bool = False


INDICATORS = (
    Indicator("supplier_concentration_share", "Supplier concentration", 0.25, 0.88, 0.58, 0.18, (0.44, 0.60, 0.73)),
    Indicator(
        "extra_eu_share", "Inputs bought outside the EU", 0.04, 0.53, 0.165, 0.123, (0.087, 0.129, 0.200), weight=0.5
    ),
    Indicator(
        "extra_eu_look_through_share", "Value added outside the EU, all steps", 0.04, 0.46, 0.167, 0.105,
        (0.094, 0.146, 0.209), weight=0.5,
    ),
    Indicator(
        "random_supplier_loss_share", "Output lost if one supplier fails", 0.02, 0.47, 0.20, 0.129,
        (0.108, 0.177, 0.270),
    ),
    Indicator(
        "substitutability_share", "Inputs that others could replace", 0.02, 0.70, 0.35, 0.205, (0.181, 0.360, 0.508),
        more_is_better=True,
    ),
)  # fmt: skip


_RANGES = ("severity_located", "severity_broad", "region_share", "rest_of_world_share", "duration_weeks")
_SHARES = (
    *_RANGES[:-1],
    "psi",
    "overtime_share",
    "binding_share",
    "goods_in_services_share",
    "severity_spread",
    "state_bound_share",
    "structure_weight",
)


@dataclass(frozen=True)
class Method:
    """The assumptions behind an assessment.

    Examples:
        >>> Method().version, Method().psi
        ('2', 0.8)
        >>> Method(psi=0.1)
        Traceback (most recent call last):
        ...
        ValueError: psi × stock weeks must be 1 or more: a week's use has to come out of the stock
    """

    version: str = _assumed("2", "", "changes whenever an assumption changes")
    horizon_weeks: int = _assumed(26, "weeks", "how far ahead of the date losses are counted: half a year; JUDGEMENT")
    lookback_weeks: int = _assumed(
        26, "weeks", "how far back disruptions in force are followed; stocks begin full; JUDGEMENT"
    )
    psi: float = _assumed(
        0.8, "share", "production slows once stock is below this share of its target; as in ARIO (Hallegatte 2014)"
    )
    stock_weeks_goods: float = _assumed(5.0, "weeks", "stock of goods held by the buyer; ASSUMPTION, not measured")
    stock_weeks_flows: float = _assumed(
        2.0, "weeks", "buffer of energy and transport, which are hardly stored; ASSUMPTION, not measured"
    )
    binding_share: float = _assumed(
        0.005,
        "share",
        "a smaller input (share of the buyer's output) does not stop production within weeks; JUDGEMENT, held against "
        "the Rhine in 2018",
    )
    goods_in_services_share: float = _assumed(
        0.05, "share", "a service stops for want of a good that is at least this share of its output; ASSUMPTION"
    )
    restock_weeks: float = _assumed(4.0, "weeks", "time τ in which a missing stock is ordered again; ASSUMPTION")
    overtime_share: float = _assumed(
        0.10,
        "share",
        "what business customers with short stocks get above their normal share of a supplier, from overtime and "
        "from final customers who wait; ASSUMPTION",
    )
    pooled_stocks: bool = _assumed(
        False,
        "",
        "False: each supplier serves its own customers, who cannot turn to another within weeks; "
        "True: suppliers of one industry replace each other out of one stock (ARIO)",
    )
    severity_spread: float = _assumed(
        0.25, "share of it", "either side of a severity that is stated as one number; JUDGEMENT"
    )
    severity_located: Range = _assumed(
        (0.02, 0.10, 0.30), "share", "severity unknown, place and industry known; JUDGEMENT"
    )
    severity_broad: Range = _assumed(
        (0.002, 0.01, 0.05), "share", "severity unknown, no industry named or the whole EU or world; JUDGEMENT"
    )
    region_share: Range = _assumed(
        (0.05, 0.15, 0.40), "share", "part of a country's industry that lies in a named region; JUDGEMENT"
    )
    rest_of_world_share: Range = _assumed(
        (0.002, 0.01, 0.05), "share", "part of the rest of the world that a country outside the table is; JUDGEMENT"
    )
    duration_weeks: Range = _assumed((4, 8, 26), "weeks", "duration where no end is known; JUDGEMENT")
    state_bound_share: float = _assumed(
        0.25,
        "share",
        "loss of output over the horizon at which the state is 0 points; frozen with the version; JUDGEMENT",
    )
    structure_weight: float = _assumed(0.5, "share", "weight of structure in the score; state has the rest; JUDGEMENT")
    indicators: tuple[Indicator, ...] = _assumed(
        INDICATORS,
        "",
        "name, bounds and weight; equal weights, no evidence for others (OECD/JRC Handbook 2008, step 6), but the two "
        "that measure dependence outside the EU (correlation 0.86) share one",
    )
    model: str = _assumed(MODELS[0], "", f"how a shock travels: one of {', '.join(MODELS)}")
    ario: Ario = _assumed(Ario(), "", "used where the model is ario")
    inoperability: Inoperability = _assumed(Inoperability(), "", "used where the model is inoperability")
    cascade: Cascade = _assumed(Cascade(), "", "used where the model is cascade")
    uncertainty: Uncertainty = _assumed(Uncertainty(), "", "what is drawn for the intervals of scores and ranks")

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise ValueError(f"model {self.model!r} is not known: give one of {', '.join(MODELS)}")
        for name in _SHARES:
            values = getattr(self, name)
            for value in values if isinstance(values, tuple) else (values,):
                if not 0 <= value <= 1:
                    raise ValueError(f"{name} {value} is not a share: give 0 to 1")
        for name in _RANGES:
            values = getattr(self, name)
            if not values[0] <= values[1] <= values[2]:
                raise ValueError(f"{name} {values} is not in order: give low, likely, high")
        for name in ("horizon_weeks", "psi", "state_bound_share", "duration_weeks"):
            values = getattr(self, name)
            if not min(values if isinstance(values, tuple) else (values,)) > 0:
                raise ValueError(f"{name} {values} must be more than 0")
        if self.lookback_weeks < 0:
            raise ValueError("lookback weeks must be 0 or more")
        if not self.indicators or any(not one.low < one.high for one in self.indicators):
            raise ValueError("indicators need bounds in order, and there must be at least one")
        if len({one.name for one in self.indicators}) < len(self.indicators):
            raise ValueError("indicators hold one name twice: give each once")
        for one in self.indicators:
            if not one.low <= one.quartiles[0] <= one.quartiles[1] <= one.quartiles[2] <= one.high:
                raise ValueError(f"quartiles of {one.name} are not in order within its bounds")
        if any(one.weight < 0 or one.deviation <= 0 for one in self.indicators) or not self.weights.sum() > 0:
            raise ValueError("indicators need weights of 0 or more, not all 0, and deviations above 0")
        if not self.restock_weeks >= 1:
            raise ValueError("restock weeks must be 1 or more: a step is one week")
        if not self.psi * min(self.stock_weeks_goods, self.stock_weeks_flows) >= 1:
            raise ValueError("psi × stock weeks must be 1 or more: a week's use has to come out of the stock")

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """Weight of each indicator within structure; they sum to 1."""
        given = np.array([one.weight for one in self.indicators])
        return given / given.sum() if given.sum() > 0 else given

    def table(self) -> pd.DataFrame:
        """Every assumption: name, value, unit and basis, as reports print it; those of a model under its name.

        Examples:
            >>> Method().table().set_index("name").value[["horizon_weeks", "ario.psi"]].tolist()
            ['26', '0.8']
        """
        return pd.DataFrame(_rows(self), columns=["name", "value", "unit", "basis"])


def _rows(of: Any, prefix: str = "") -> list[tuple[str, str, str, str]]:
    found = []
    for one in fields(of):
        value = getattr(of, one.name)
        if is_dataclass(value):
            found += _rows(value, f"{one.name}.")
        else:
            found.append((prefix + one.name, _said(value), one.metadata["unit"], one.metadata["basis"]))
    return found


def _said(value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value)
    if all(isinstance(each, int | float) for each in value):
        return " / ".join(f"{each:g}" for each in value) or "none"
    if all(isinstance(each, Indicator) for each in value):
        return "; ".join(f"{each.name} {each.low:g}–{each.high:g} (weight {each.weight:g})" for each in value)
    if all(isinstance(each, str) for each in value):
        return " / ".join(value)
    return "; ".join(f"{name} {'–'.join(f'{each:g}' for each in figures)}" for name, *figures in value)
