"""Whether the matching finds what was really proposed: as sentences, and as lines of a page of text."""

from __future__ import annotations

from collections.abc import Mapping

from graphs.validation import Ranking
from reports.validation.said import percent

_RIVALS = ("words alone", "commonest kinds")
_CLEAR = 0.05


def sentences_of_ranking(name: str, found: Ranking) -> list[str]:
    """What one table shows: the share that is hit beside the others, and whether the cases are enough to tell.

    Args:
        name: what counts as the same kind of proposal.
    """
    table = found.table
    ours = table.hit_share["matching"]
    said = [
        f"Proposals, same {name}: in {table.hits['matching']:.0f} of {len(found.cases)} cases ({percent(ours, 0)}) one "
        f"of the first five is of a kind that was really proposed; by chance {percent(table.hit_share['chance'], 0)} "
        f"(so many or more by chance: p = {found.by_chance:.2g})."
    ]
    for way in _RIVALS:
        better, worse, doubt = found.beats(way)
        enough = "the cases are enough to tell" if doubt < _CLEAR else "too few cases to tell"
        said.append(
            f"Against {way} ({percent(table.hit_share[way], 0)}): {better} cases only the matching hits, {worse} only "
            f"the other ({enough}, sign test p = {doubt:.2g})."
        )
    return said


def ranking_cells(found: Ranking, way: str) -> list[str]:
    """Hits, their share and its interval; chance and ceiling are computed and have none."""
    row = found.table.loc[way]
    certain = row.low_share == row.high_share
    between = "" if certain else f"{percent(row.low_share, 0)}–{percent(row.high_share, 0)}"
    return [f"{row.hits:.1f}" if way == "chance" else f"{row.hits:.0f}", percent(row.hit_share, 0), between]


def lines_of_rankings(found: Mapping[str, Ranking]) -> list[str]:
    """The tables as lines of a page of text."""
    lines = ["", "## Proposals"] if found else []
    for name, one in found.items():
        lines += [
            "",
            f"Ranked for {len(one.cases)} recorded disruptions, each with its own proposals hidden, out of "
            f"{one.proposals} in all. A hit: one of the first five is of the same {name}.",
            "",
            "| Way | Hits | Share | 95 % interval |",
            "|---|---|---|---|",
            *(f"| {way} | {' | '.join(ranking_cells(one, str(way)))} |" for way in one.table.index),
            "",
            *(f"* {sentence}" for sentence in sentences_of_ranking(name, one)),
        ]
    return lines
