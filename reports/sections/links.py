"""The links by which the EU is most exposed, in two tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from graphs.assessment import Assessment
from reports.briefing import Cell, Column, Paragraph, Part, Table
from reports.sections.words import day, meur, share

_ENDS = (
    Column("supplier_label", "Supplier", "Industry and country that sells"),
    Column("buyer_label", "Buyer", "Industry and country of the EU27 that buys"),
    Column("flow_meur", "Flow", "What is normally sold; partly estimated", "million € a year", 0),
)


def exposed(now: Assessment, missing: pd.DataFrame, critical: pd.DataFrame) -> Iterator[Part]:
    """What is not delivered now, and what would hit most if it stopped.

    Args:
        missing: of ``graphs.exposure.missing_goods``.
        critical: of ``graphs.exposure.critical_links``.
    """
    weeks = now.method.horizon_weeks
    yield Paragraph(
        "Links between an industry abroad and a buying industry in the EU27 are looked at in two ways. Both are "
        "estimates: a table of industries knows no single firm or part."
    )
    if missing.empty:
        yield Paragraph(
            "Everything that is ordered across a border into the EU27 can be delivered, as far as is known."
        )
    else:
        columns = (
            *_ENDS,
            Column("missing_share", "Not delivered", "Share that the supplier cannot deliver; estimate", "%", 1),
            Column("missing_meur", "Not delivered", "The same over the horizon; estimate", "million €", 0),
        )
        rows = tuple((*_ends(one), share(one.missing_share), meur(one.missing_meur)) for one in missing.itertuples())
        note = "Estimates, likely reading. What is not ordered for want of demand is not counted here."
        title = (
            f"Links that lose most over the {weeks} weeks from {day(now.on)}: what is ordered and cannot be delivered"
        )
        yield Table("missing_goods", title, columns, rows, note)
    if critical.empty:
        yield Paragraph("No link into the EU27 could stop its buyer by itself.")
        return
    columns = (
        *_ENDS,
        Column("buyer_loss_share", "Buyer would lose", "Share of the buyer's output; estimate", "%", 1),
        Column("buyer_loss_meur", "Buyer would lose", "Output of the buyer; estimate", "million € a week", 0),
    )
    rows = tuple((*_ends(one), share(one.buyer_loss_share), meur(one.buyer_loss_meur)) for one in critical.itertuples())
    note = (
        "Estimates. If the supplier failed and stocks were used up; other suppliers of the industry help with "
        f"{100 * now.method.overtime_share:.0f} % of overtime. It follows from how the chain is built, not from a week."
    )
    yield Table("critical_links", "Links whose failure would hit most", columns, rows, note)


def _ends(one: Any) -> tuple[Cell, ...]:
    return str(one.supplier_label), str(one.buyer_label), meur(one.flow_meur)
