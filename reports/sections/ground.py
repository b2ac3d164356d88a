"""What a report stands on: what is not known, the method with its assumptions, and where everything comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from graphs.assessment import Assessment
from graphs.score.uncertainty import INTERVAL
from reports.briefing import Bullets, Column, Paragraph, Part, Table
from reports.sections.words import listed

_RECORDS = "Facts with the web addresses where they were read; the pages behind them belong to their owners."
_ASSUMPTIONS = "; the weekly report lists every assumption"


def unknown_in_short(now: Assessment) -> Iterator[Part]:
    """The same in a few lines, for a report of one page."""
    missing, total = Counter(name for one in now.disruptions for name in one.missing()), len(now.disruptions)
    gaps = listed([f"{name} in {count}" for name, count in sorted(missing.items(), key=_most)])
    yield Paragraph(
        f"{f'Of {total} disruptions in force these are not stated: {gaps}. ' if gaps else ''}"
        f"Ranges of losses are low and high readings of severity and duration; those of scores: {INTERVAL}."
    )


def unknown(now: Assessment) -> Iterator[Part]:
    """What the records do not say, and what no figure here can know."""
    missing = Counter(name for one in now.disruptions for name in one.missing())
    total = len(now.disruptions)
    gaps = [
        f"{name.capitalize()}: not stated in {count} of {total} disruptions in force"
        f"{'; a range is assumed, see the method' if name in ('severity', 'end') else ''}."
        for name, count in sorted(missing.items(), key=_most)
    ]
    chain = [f"The value chain is an estimate for {now.chain.year}. {now.chain.accuracy}"] if now.chain.estimate else []
    yield Bullets(
        (
            *gaps,
            f"Ranges of losses are the low and high readings of severity and duration; those of scores: {INTERVAL}.",
            "Which disruption costs how many points is an estimate: losses of several do not add up exactly.",
            "Several records may tell of the same event; then their losses overlap.",
            *chain,
        )
    )


def method(now: Assessment) -> Iterator[Part]:
    """How the figures come about, and every assumption with its unit and where it comes from."""
    weeks = now.method.horizon_weeks
    yield Paragraph(
        "Each record says where, from when to when and how much capacity, demand or trade is lost; what it does not "
        "say is assumed within a range. The loss is carried from industry to industry through the table of who buys "
        "from whom, week by week: buyers live on their stocks first, then they slow down, and so do their suppliers. "
        f"Losses are counted over {weeks} weeks from the day. A score is 100 less the points that its reasons take: "
        f"{100 * now.method.structure_weight:.0f} % of its weight is how the chain is built, the rest what is lost now."
    )
    columns = (
        Column("name", "Assumption", "Name in the program"),
        Column("value", "Value", "One figure, or low / likely / high"),
        Column("unit", "Unit", "Unit of the value"),
        Column("basis", "Where it comes from", "Reference, or JUDGEMENT or ASSUMPTION where there is none"),
    )
    rows = tuple(tuple(str(cell) for cell in row) for row in now.method.table().itertuples(index=False))
    yield Table("assumptions", f"Every assumption of the method, version {now.method.version}", columns, rows)


def provenance(now: Assessment, position: int | None, short: bool = False) -> tuple[tuple[str, str], ...]:
    """What a report was made from, as labels with values; what is not known of the chain is left out.

    Args:
        position: of the log; None if the records are of no log.
        short: leave out where the chain comes from, for a report of one page.
    """
    chain = now.chain
    said = (
        ("Position of the log", "" if position is None else str(position)),
        ("Value chain", f"{'ESTIMATE: ' if chain.estimate else ''}{chain.title}, {chain.year}; {chain.unit}"),
        ("Source of the chain", "" if short else chain.source),
        ("Accuracy of the chain", chain.accuracy),
        ("Licence of the chain", chain.licence),
        ("Version of the chain", "" if short else now.chain_version[:16]),
        ("Version of the method", f"{now.method.version}{_ASSUMPTIONS if short else ''}"),
        ("Records", "" if short else _RECORDS),
    )
    return tuple((label, words) for label, words in said if words)


def _most(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
