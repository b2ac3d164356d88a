"""The state of ecosystems and countries: scores and losses with their ranges, and what changed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from graphs.assessment import Assessment
from graphs.levels import percent
from graphs.propagation import WEEKS_A_YEAR
from reports import figures
from reports.amounts import between, euros
from reports.briefing import Cell, Column, Figure, Paragraph, Part, Table
from reports.charts import league, tile_map
from reports.charts.drawing import printed
from reports.sections.words import counted, day, listed, meur, points, share

_MOST_COUNTRIES = 10
_STILL = 0.05
"""Points of a score: what changed less is called unchanged."""
_SCORE = (
    Column("score", "Score", "Resilience, 0 to 100, 100 is best; estimate", "of 100", 1, ("score_low", "score_high")),
    Column("score_low", "Score, low", "Lower end of the range that holds nine of ten draws", "of 100", 1),
    Column("score_high", "Score, high", "Upper end of the same range", "of 100", 1),
)
_CHANGE = (
    Column(
        "score_change", "Change in a week", "Score less that of seven days before; estimate", "points", 1,
        ("score_change_low", "score_change_high"), signed=True,
    ),
    Column("score_change_low", "Change, low", "Lower end of the range of nine of ten draws", "points", 1, signed=True),
    Column("score_change_high", "Change, high", "Upper end of the same range", "points", 1, signed=True),
)  # fmt: skip
_PARTS = (
    Column("structure", "Structure", "How the chain is built; changes slowly", "of 100", 1),
    Column("state", "State", "What the disruptions in force leave; 100: nothing is lost", "of 100", 1),
)
_LOSS = (
    Column(
        "loss_share", "Output lost", "Share of output lost over the horizon, likely reading; estimate", "%", 1,
        ("loss_low_share", "loss_high_share"),
    ),
    Column("loss_low_share", "Output lost, low", "The same, low reading of severity and duration", "%", 1),
    Column("loss_high_share", "Output lost, high", "The same, high reading", "%", 1),
    Column(
        "loss_meur", "Output lost", "Output lost over the horizon, likely reading; estimate", "million €", 0,
        ("loss_low_meur", "loss_high_meur"),
    ),
    Column("loss_low_meur", "Output lost, low", "The same, low reading of severity and duration", "million €", 0),
    Column("loss_high_meur", "Output lost, high", "The same, high reading", "million €", 0),
)  # fmt: skip


def in_short(now: Assessment, before: Assessment | None) -> Iterator[Part]:
    """The score of the EU in a few sentences, with its change in a week where a week before is given."""
    if ("eu", "EU") not in now.scores.index:
        yield Paragraph("No place of this value chain lies in the EU27, so it has losses, but no scores.")
        return
    eu = now.scores.loc[("eu", "EU")]
    said = [f"The EU27 scores {eu.score:.1f} of 100 (range {eu.score_low:.1f}–{eu.score_high:.1f})."]
    if before is not None:
        said.append(f"{_changed(now.change(before, 'eu').loc['EU'])}.")
    said.append(
        f"The score has two parts: {eu.structure:.1f} for how the value chains are built, which changes slowly, and "
        f"{eu.state:.1f} for what the disruptions in force leave. They take an estimated {euros(eu.loss_meur)} of "
        f"output ({between(eu.loss_low_meur, eu.loss_high_meur)}) over the {now.method.horizon_weeks} weeks from "
        f"{day(now.on)}, {percent(eu.loss_share)} of it."
    )
    yield Paragraph(" ".join(said))


def ecosystems(now: Assessment, before: Assessment) -> Iterator[Part]:
    """Scores and losses of every ecosystem, the lowest score first, with what changed in a week."""
    table = _ranked(now, "ecosystem")
    if table.empty:
        yield Paragraph("No ecosystem of this value chain has a score.")
        return
    change = now.change(before, "ecosystem")
    yield Paragraph(_said_of_change(table, change))
    index = [("eu", "EU"), *(("ecosystem", str(key)) for key in table.index)]
    both = pd.concat([change, now.change(before, "eu")])
    rows = tuple(
        (str(now.scores.label[one]), *_scores(now, one), *map(points, both.loc[one[1]]), *_parts(now, one))
        for one in index
    )
    name = Column("label", "Ecosystem", "Industrial ecosystem of European industrial policy; EU27: all of them")
    yield Table(
        "ecosystem_scores",
        f"Scores of the ecosystems on {day(now.on)}, and change in a week",
        (name, *_SCORE, *_CHANGE, *_PARTS),
        rows,
        "Estimates. Lowest score first. A range holds nine of ten draws of what is not known; that of the change draws "
        "the same for both days.",
    )
    yield _league(now, table)
    yield Table(
        "ecosystem_losses",
        f"Output that the ecosystems lose over the {now.method.horizon_weeks} weeks from {day(now.on)}",
        (name, *_LOSS),
        tuple((str(now.scores.label[one]), *_losses(now, one)) for one in index),
        "Estimates. Low and high are the readings of severity and duration.",
    )


def lowest(now: Assessment, most: int) -> Iterator[Part]:
    """The EU and the ecosystems with the lowest scores, for a report of one page."""
    table = _ranked(now, "ecosystem").head(most)
    index = [
        one for one in [("eu", "EU"), *(("ecosystem", str(key)) for key in table.index)] if one in now.scores.index
    ]
    if index:
        name = Column("label", "Ecosystem", "Industrial ecosystem of European industrial policy; EU27: all of them")
        rows = tuple((str(now.scores.label[one]), *_scores(now, one), *_losses(now, one)) for one in index)
        title = f"The EU27 and the {counted(len(table), 'ecosystem')} with the lowest scores"
        yield Table("lowest_scores", title, (name, *_SCORE, *_LOSS), rows, "Estimates. 100 is best.")


def where_it_hurts(now: Assessment) -> Iterator[Part]:
    """The map of what each country loses, and the EU countries that lose most."""
    table = figures.countries(now)
    title = f"Share of its output, in per cent, that each country loses over {now.method.horizon_weeks} weeks"
    svg = printed(tile_map.tile_map(table[["loss_share", "score"]], title))
    caption = f"{title} from {day(now.on)}. Likely reading; estimate. Dashed: outside the EU27, without a score."
    yield Figure("map", caption, tile_map.reading(table), svg)
    inside = table[table.score.notna()].head(_MOST_COUNTRIES)
    if inside.empty:
        return
    columns = (Column("label", "Country", "Country of the EU27"), *_LOSS, *_SCORE)
    rows = tuple(
        (str(now.scores.label[one]), *_losses(now, one), *_scores(now, one))
        for one in [("country", str(key)) for key in inside.index]
    )
    title = (
        f"The {counted(len(inside), 'country', 'countries')} of the EU27 that lose the largest share of their output"
    )
    yield Table("countries", title, columns, rows, "Estimates, over the same weeks.")


def _ranked(now: Assessment, level: str) -> pd.DataFrame:
    return now.level(level).sort_values(["score", "label"])


def _scores(now: Assessment, index: tuple[str, str]) -> tuple[Cell, ...]:
    row = now.scores.loc[index]
    return tuple(points(row[name]) for name in ("score", "score_low", "score_high"))


def _parts(now: Assessment, index: tuple[str, str]) -> tuple[Cell, ...]:
    row = now.scores.loc[index]
    return points(row.structure), points(row.state)


def _losses(now: Assessment, index: tuple[str, str]) -> tuple[Cell, ...]:
    row = now.scores.loc[index]
    losses = [row[name] for name in ("loss_meur", "loss_low_meur", "loss_high_meur")]
    output_meur = row.output_meur * now.method.horizon_weeks / WEEKS_A_YEAR
    return *(share(one / output_meur) if output_meur else None for one in losses), *map(meur, losses)


def _changed(row: pd.Series) -> str:
    if abs(row.score_change) < _STILL:
        return "That is what it was a week before"
    more = "more" if row.score_change > 0 else "less"
    low, high = (f"{value:+.1f}".replace("-", "−") for value in (row.score_change_low, row.score_change_high))
    return f"That is {abs(row.score_change):.1f} points {more} than a week before (range {low} to {high})"


def _said_of_change(table: pd.DataFrame, change: pd.DataFrame) -> str:
    low = [f"{row.label} ({row.score:.1f})" for row in table.head(3).itertuples()]
    said = [f"{listed(low)} {'has the lowest score' if len(low) == 1 else 'have the lowest scores'}."]
    moved = table.label.to_frame().join(change).sort_values("score_change")
    fell, rose = moved[moved.score_change <= -_STILL].head(3), moved[moved.score_change >= _STILL].tail(3)[::-1]
    for words, rows in (("fell", fell), ("rose", rose)):
        named = [f"{row.label} ({row.score_change:+.1f})".replace("(-", "(−") for row in rows.itertuples()]
        said.append(f"In a week {listed(named)} {words} most." if named else f"No score {words} in a week.")
    return " ".join(said)


def _league(now: Assessment, table: pd.DataFrame) -> Figure:
    title = f"Scores of the ecosystems with their ranges, {day(now.on)}"
    svg = printed(league.league(figures.league(now, "ecosystem"), title))
    (low, worst), (high, best) = ((row.label, row.score) for row in (table.iloc[0], table.iloc[-1]))
    words = f"From {low} with {worst:.1f} to {high} with {best:.1f}."
    return Figure(
        "league", f"{title}. 100 is best; a bar is the range of a score, and each rank has its own.", words, svg
    )
