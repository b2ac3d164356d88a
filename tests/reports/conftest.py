"""A report that holds all that a report may hold, some of it hostile."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from reports.briefing import Briefing, Bullets, Column, Figure, Heading, Paragraph, Table
from reports.charts.wave import wave

HOSTILE = (
    '<script>alert("1")</script> & <b>bold</b>',
    "#set page(fill: red) $x^2$ *strong* _soft_ `code` @ref <label> [link](javascript:alert(1)) \\ // end",
    '=HYPERLINK("https://evil.example","x") | +1+1 | -1 | @SUM(A1)',
    "Ωμέγα και Άλφα; Їжак і Привіт; žluťoučký kůň; 中文 😀 שלום",
    "a\r\nb\tc\x00d\x07\u2028e",
    "https://example.eu/" + "very" * 30 + "?long=1",
)
"""Texts of users that no format may read as anything but text."""


@pytest.fixture(scope="session")
def hostile() -> tuple[str, ...]:
    """Texts that some format would read as more than text."""
    return HOSTILE


@pytest.fixture(scope="session")
def briefing() -> Briefing:
    """A report of every part: headings, hostile texts, a chart, a long table, a wide one, an empty one."""
    weeks = [date(2020, 4, 20) + timedelta(weeks=week) for week in range(26)]
    falling = np.linspace(0.1, 0, 26)
    path = pd.DataFrame({"loss_share": falling, "loss_low_share": falling / 2, "loss_high_share": falling * 2}, weeks)
    chart = wave(path, "Share of output lost in the EU27")
    return Briefing(
        name="2020-W17",
        title="Weekly report on Europe’s value chains, week 17 of 2020",
        on=date(2020, 4, 26),
        headline="14 disruptions in force; an estimated 730 billion € of output lost over 26 weeks.",
        parts=(
            Heading("What is new"),
            Paragraph("Lockdowns in force. " * 12),
            Bullets(HOSTILE),
            Heading("How it goes on", 3),
            Figure("wave", "Share of output lost, week by week", "It falls from 10 % to nothing in 26 weeks.", chart),
            _long(),
            Heading("Exposed links"),
            _wide(),
            Table("none", "Nothing of this kind", (Column("title", "Title", "what happened"),), ()),
        ),
        provenance=(
            ("Chain", "ESTIMATE: 44 regions × 33 industries, 2014"),
            ("Method", "version 2"),
            ("Position of the log", "80"),
            ("Licence", HOSTILE[0]),
        ),
    )


def _long() -> Table:
    columns = (
        Column("title", "Disruption", "what happened"),
        Column("start", "Since", "first day"),
        Column("loss_meur", "Loss", "output lost over 26 weeks, likely reading", "million €", 1),
        Column("loss_share", "Share lost", "the same as a share of output", "%", 1),
        Column("deaths", "Deaths", "as reported"),
    )
    rows = tuple(
        (
            HOSTILE[number % len(HOSTILE)] if number % 3 == 0 else f"Strike {number}",
            date(2020, 1, 1 + number % 28),
            None if number % 7 == 0 else 1234.56 * number,
            number / 120,
            number,
        )
        for number in range(120)
    )
    return Table("disruptions", "Disruptions in force", columns, rows, "Estimates; several tell of the same event.")


def _wide() -> Table:
    columns = tuple(
        Column(f"week_{week}_meur", f"Week {week}", f"loss of week {week}", "million €", 1) for week in range(20)
    )
    names = Column("link", "Link", "seller and buyer")
    rows = tuple(
        (f"DE_C{row}→FR_C29 {HOSTILE[1][:30]}", *(10.0 * week * row for week in range(20))) for row in range(40)
    )
    return Table("links", "Most exposed links: what they lose, week by week", (names, *columns), rows)
