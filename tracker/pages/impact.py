"""What a disruption does by itself, as pages tell it: losses with their ranges, and the wave as a drawing."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import pandas as pd

from graphs.assessment import Assessment
from graphs.classification import EU27
from graphs.disruption import Disruption
from graphs.errors import Fault, Faults
from graphs.levels import percent
from graphs.propagation import WEEKS_A_YEAR
from graphs.shock import Recorded
from reports import figures
from reports.charts import wave
from reports.charts.words import day
from tracker.desk import Desk
from tracker.pages.figure import Column, Figure, origin, source

_MOST_NODES = 30
_MOST_SHOWN = 6
_COLUMNS = (
    Column("week", "Week from", day),
    Column("loss_share", "Likely", percent),
    Column("loss_low_share", "Low", percent),
    Column("loss_high_share", "High", percent),
)
_NOTHING = 1e-9
"""A million euro of a scale that has nothing on it."""
_OF = {
    "supply": "of the capacity to produce",
    "demand": "of what final customers buy",
    "link": "of the sales between the places",
}


@dataclass(frozen=True)
class Row:
    """What a place loses, and where its low, likely and high lie on a scale that ends at the largest high, in %."""

    key: str
    label: str
    loss_meur: float
    loss_low_meur: float
    loss_high_meur: float
    loss_share: float
    recovery_weeks: int | None
    left: float
    at: float
    right: float


@dataclass(frozen=True)
class Beside:
    """What the estimate says of something that was published: of what, and the share of its output lost."""

    of: str
    low_share: float
    share: float
    high_share: float
    worst_week_share: float


@dataclass(frozen=True)
class Impact:
    """What a disruption does by itself; ``eu`` is None where the chain has no place in the EU."""

    on: date
    horizon_weeks: int
    effect: Recorded
    eu: Row | None
    ecosystems: tuple[Row, ...]
    countries: tuple[Row, ...]
    inside: tuple[Row, ...]
    """Industries of the EU's countries."""
    nodes: tuple[Row, ...]
    """Industries of any country."""
    beside: tuple[Beside, ...]
    wave: Figure
    group: str
    """Whose wave it is: ``EU`` or an ecosystem."""
    called: str
    """That in words."""
    groups: tuple[str, ...]
    """Those whose waves are worth a look."""
    worst: tuple[date, float] | None
    """The week that loses most of the group's output, and the share; None if none loses."""


def severity_said(record: Disruption, effect: Recorded | None) -> str:
    """How severe a disruption is, as stated, and what is assumed where it is not.

    Args:
        effect: what it takes away; None if it does not count.

    Examples:
        >>> strike = Disruption("Strike", ("FR",), date(2021, 3, 1), effect="supply", severity_likely=0.4)
        >>> severity_said(strike, None).replace("\xa0", " ")
        'likely 40 % of the capacity to produce'
    """
    of = _OF[record.effect or "supply"]
    named = {"low": record.severity_low, "likely": record.severity_likely, "high": record.severity_high}
    stated = {name: share for name, share in named.items() if share is not None}
    if len(stated) == len(named) and len(set(stated.values())) == 1:
        return f"{percent(stated['likely'])} {of}, as stated"
    said = ", ".join(f"{name} {percent(share)}" for name, share in stated.items())
    said = f"{said} {of}" if said else "not stated"
    assumed = [one.partition(": ")[2] for one in (effect.assumptions if effect else ()) if one.startswith("severity")]
    return "; ".join([said, *assumed])


def impact_of(desk: Desk, alone: Assessment, record: Disruption, group: str) -> Impact:
    """The impact of the one disruption of an assessment.

    Args:
        group: whose wave is drawn: ``EU`` or an ecosystem; empty for the EU.

    Raises:
        Faults: a group that the chain does not have.
    """
    nodes = alone.nodes.assign(recovery_weeks=None)
    losing = alone.path.max().sort_values(ascending=False)
    lost = figures.wave(alone, group or "EU").loss_share
    eu = [_row(one, 100.0 / max(one.loss_high_meur, _NOTHING)) for one in alone.level("eu").itertuples()]
    return Impact(
        on=alone.on,
        horizon_weeks=alone.method.horizon_weeks,
        effect=alone.shock.effects[0],
        eu=eu[0] if eu else None,
        ecosystems=_rows(alone.level("ecosystem"), 14),
        countries=_rows(alone.level("country"), 27),
        inside=_rows(nodes[nodes.country.isin(EU27)], _MOST_SHOWN),
        nodes=_rows(nodes, _MOST_NODES),
        beside=tuple(_beside(alone)),
        wave=wave_of(desk, alone, record, group),
        group=group or "EU",
        called=_called(alone, group),
        groups=("EU", *[str(one) for one in losing.index[losing > 0] if one != "EU"][:_MOST_SHOWN]),
        worst=(lost.idxmax(), float(lost.max())) if lost.max() > 0 else None,
    )


def wave_of(desk: Desk, alone: Assessment, record: Disruption, group: str) -> Figure:
    """The wave of the EU or an ecosystem as a figure.

    Raises:
        Faults: a group that the chain does not have.
    """
    known = [str(one) for one in alone.path] or ["EU"]
    if group and group not in known:
        raise Faults([Fault("", "wave", f"{group[:60]!r} has no wave here", f"choose from {', '.join(known)}")])
    weeks = figures.wave(alone, group or "EU")
    title = f"Output lost by week, {_called(alone, group)}: {record.title}"
    days = {"begins": record.start, "ends": record.end}
    marks = {name: when for name, when in days.items() if when is not None}
    return Figure(
        name=f"wave-{record.id}",
        title=title,
        reading=wave.reading(weeks),
        frame=weeks.reset_index(),
        origin=origin(desk, disruption=record.id, group=group or "EU"),
        columns=[one for one in _COLUMNS if one.name in weeks or one.name == "week"],
        chart=functools.partial(wave.wave, weeks, title, marks),
        address=f"/disruptions/{quote(record.id)}/wave",
        query={"wave": group},
        notes=f"Line: likely reading; band: low to high. {source(desk)}",
    )


def _called(alone: Assessment, group: str) -> str:
    whole = "the whole EU" if "EU" in alone.path else "the whole value chain"
    return whole if group in ("", "EU") else group


def _rows(table: pd.DataFrame, most: int) -> tuple[Row, ...]:
    """Those that lose in any reading, the largest loss first."""
    losing = table[table.loss_high_meur > 0].sort_values("loss_meur", ascending=False, kind="stable").head(most)
    scale = 100.0 / max(losing.loss_high_meur.max(), _NOTHING) if len(losing) else 0.0
    return tuple(_row(one, scale) for one in losing.itertuples())


def _row(one: Any, scale: float) -> Row:
    return Row(
        key=str(one.Index),
        label=str(one.label),
        loss_meur=float(one.loss_meur),
        loss_low_meur=float(one.loss_low_meur),
        loss_high_meur=float(one.loss_high_meur),
        loss_share=float(one.loss_share),
        recovery_weeks=None if pd.isna(one.recovery_weeks) else int(one.recovery_weeks),
        left=scale * float(one.loss_low_meur),
        at=scale * float(one.loss_meur),
        right=scale * float(one.loss_high_meur),
    )


def _beside(alone: Assessment) -> Iterator[Beside]:
    """Shares of output lost that published figures can be put beside: of what is cut, and of all the EU."""
    inside, cut = alone.nodes.country.isin(EU27), alone.nodes.direct_cut_share > 0
    chosen = {"What is cut, in the EU": cut & inside, "All of the EU": inside}
    if (cut & ~inside).any():
        chosen = {"What is cut, anywhere": cut} | chosen
    for of, which in chosen.items():
        nodes, lost = alone.nodes[which], alone.lost_share[alone.shock.weeks_before :, which.to_numpy()]
        output = float(nodes.output_meur.sum())
        if output > 0:
            whole = output * alone.method.horizon_weeks / WEEKS_A_YEAR
            low, likely, high = (float(nodes[f"loss{one}_meur"].sum()) / whole for one in ("_low", "", "_high"))
            worst = (lost.astype(float) * (nodes.output_meur.to_numpy(float) / output)).sum(axis=1).max()
            yield Beside(of, low, likely, high, float(worst))
