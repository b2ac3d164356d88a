"""The disruptions in force: by origin, stage, horizon and action required, and each with loss, range and sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from graphs.assessment import Assessment
from graphs.classification import STAGES, country_name
from graphs.disruption import ACTIONS as ALL_ACTIONS
from graphs.disruption import HORIZONS, Disruption
from reports import figures
from reports.briefing import Cell, Column, Figure, Paragraph, Part, Table
from reports.charts import heat_map
from reports.charts.drawing import printed
from reports.sections.words import (
    ACTIONS,
    COUNT,
    ID,
    IDS,
    NOT_STATED,
    ORIGIN,
    POINTS,
    START,
    TITLE,
    counted,
    day,
    listed,
    meur,
    points,
    some,
    where,
)  # fmt: skip

Range = tuple[float, float, float]
"""What a disruption would cost the EU alone, million euro: low, likely, high."""
_ALONE = (
    Column(
        "loss_meur", "Loss if alone", "Output that the EU27 would lose over the horizon if nothing else were in force; "
        "estimate", "million €", 0, ("loss_low_meur", "loss_high_meur"),
    ),
    Column("loss_low_meur", "Loss if alone, low", "The same, low reading of severity and duration", "million €", 0),
    Column("loss_high_meur", "Loss if alone, high", "The same, high reading", "million €", 0),
)  # fmt: skip


def points_taken(now: Assessment) -> dict[str, float]:
    """Points that each disruption in force takes from the EU score, the most first; 0 where there is no such score."""
    scored = ("eu", "EU") in now.points.index
    row = now.points.loc[("eu", "EU")] if scored else {}
    taken = {str(name): float(row.get(("disruption", name), 0.0)) for name in now.direct.columns}
    return dict(sorted(taken.items(), key=lambda one: (-one[1], one[0])))


def in_force(now: Assessment, alone: Mapping[str, Range], most: int | None = None) -> Iterator[Part]:
    """Every disruption in force, the costliest first, with its loss alone and the range of it.

    Args:
        most: list only so many; then without losses alone.
    """
    records = _by_id(now)
    if not records:
        yield Paragraph(f"No disruption on record is in force on {day(now.on)}.")
        return
    taken = points_taken(now)
    shown = list(taken)[:most]
    columns = (ID, TITLE, ORIGIN, START, POINTS, *(() if most else _ALONE), ACTIONS)
    rows = tuple(
        (
            name, records[name].title, where(records[name]), records[name].start, points(taken[name]),
            *(() if most else _alone(alone.get(name))), ", ".join(records[name].actions_required) or NOT_STATED,
        )
        for name in shown
    )  # fmt: skip
    rest = len(records) - len(shown)
    note = "Estimates. Points of all together make up what the EU score loses to disruptions."
    if rest:
        note += f" {counted(rest, 'more disruption')} that {'takes' if rest == 1 else 'take'} less not shown."
    elif not most:
        note += " Losses alone overlap: they must not be added up."
    yield Table("in_force", f"Disruptions in force on {day(now.on)}, the costliest first", columns, rows, note)


def sorted_by_kind(now: Assessment) -> Iterator[Part]:
    """How many are in force, and what they take, by place, stage, horizon and action required."""
    if not now.disruptions:
        yield Paragraph(f"No disruption on record is in force on {day(now.on)}, so there is nothing to sort.")
        return
    kinds: tuple[tuple[str, str, tuple[str, ...] | None, Callable[[Disruption], Iterable[str]]], ...] = (
        ("origin", "Origin", None, lambda one: [country_name(code) for code in one.origin or one.felt]),
        ("stage", "Stage of the value chain", STAGES, lambda one: one.stages),
        ("horizon", "Time horizon", HORIZONS, lambda one: [one.horizon] if one.horizon else []),
        ("action_required", "Action required", ALL_ACTIONS, lambda one: one.actions_required),
    )
    for name, label, order, of in kinds:
        yield _by(now, name, label, order, of)


def stages(now: Assessment) -> Iterator[Part]:
    """The heat map of stages by ecosystem, of what is in force."""
    if not now.disruptions:
        return
    title = f"Disruptions in force on {day(now.on)} by ecosystem and stage of the value chain"
    cells = figures.stages(now.disruptions)
    svg = printed(heat_map.heat_map(cells, title))
    silent = sum(not one.stages for one in now.disruptions)
    told = f"{silent} of {len(now.disruptions)} state no stage"
    caption = f"{title}. One of several stages or ecosystems counts in each; {told}."
    yield Figure("stages", caption, heat_map.reading(cells), svg)


def sources(now: Assessment) -> Iterator[Part]:
    """Where each disruption in force was read."""
    if now.disruptions:
        column = Column("sources", "Sources", "Web addresses as recorded")
        rows = tuple(
            (one.id, one.title, " ".join(one.sources) or "no source given", "; ".join(effect.assumptions))
            for effect in now.shock.effects
            for one in [effect.disruption]
        )
        assumed = Column("assumptions", "Assumed", "What the record does not say and had to be assumed")
        yield Table("sources", "Sources of the disruptions in force", (ID, TITLE, column, assumed), rows)


def _by(
    now: Assessment, name: str, label: str, order: tuple[str, ...] | None, of: Callable[[Disruption], Iterable[str]]
) -> Table:
    taken, groups = points_taken(now), dict[str, list[str]]()
    for one in now.disruptions:
        for group in dict.fromkeys(of(one)) or [NOT_STATED]:
            groups.setdefault(group, []).append(one.id)
    if order is None:
        chosen = sorted(groups, key=lambda group: (group == NOT_STATED, -len(groups[group]), group))
    else:
        chosen = [group for group in (*order, NOT_STATED) if group in groups]
    absent = [group for group in order or () if group not in groups]
    note = "One that names several counts in each."
    if absent:
        note += f" None in force for {listed(absent)}."
    meaning = "As reported; one of several counts in each"
    rows = tuple(
        (group, len(groups[group]), points(sum(taken.get(one, 0.0) for one in groups[group])), some(groups[group]))
        for group in chosen
    )
    return Table(
        f"by_{name}",
        f"In force by {label[:1].lower()}{label[1:]}",
        (Column(name, label, meaning), COUNT, POINTS, IDS),
        rows,
        note,
    )


def _by_id(now: Assessment) -> dict[str, Disruption]:
    return {str(name): one for name, one in zip(now.direct.columns, now.disruptions, strict=True)}


def _alone(found: Range | None) -> tuple[Cell, ...]:
    return (None, None, None) if found is None else (meur(found[1]), meur(found[0]), meur(found[2]))


def needs(now: Assessment) -> Iterator[Part]:
    """What the disruptions in force ask for, in a sentence."""
    counts = {action: sum(action in one.actions_required for one in now.disruptions) for action in ALL_ACTIONS}
    most_first = sorted(counts.items(), key=lambda one: -one[1])
    named = [f"{action} ({count})" for action, count in most_first if count]
    if named:
        yield Paragraph(f"Action required, by number of disruptions that ask for it: {listed(named)}.")
    elif now.disruptions:
        yield Paragraph("No disruption in force says which action it requires.")
