"""The weekly report to the Commission: a week of value chains, from the log alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from graphs.assessment import Assessment
from graphs.disruption import Disruption
from graphs.recommendation import Action, Practice
from reports.briefing import Briefing, Heading, Part
from reports.morning import headline
from reports.sections import disruptions, ground, help, links, news, state
from reports.sections.news import Logged
from reports.sections.words import span


@dataclass(frozen=True, eq=False)
class Week:
    """What the report of a week is made from; all of it as it stood at one position of the log.

    ``now`` is the assessment of the Sunday, ``before`` that of the Sunday before; ``on_record`` every disruption;
    ``logged`` the entries of the week; ``alone`` what each disruption in force would cost the EU by itself (million
    euro: low, likely, high); ``missing`` and ``critical`` are the tables of ``graphs.exposure``.
    """

    now: Assessment
    before: Assessment
    on_record: Sequence[Disruption]
    actions: Sequence[Action]
    practices: Sequence[Practice]
    logged: Sequence[Logged]
    alone: Mapping[str, tuple[float, float, float]]
    missing: pd.DataFrame
    critical: pd.DataFrame
    position: int | None = None


def weekly(week: Week) -> Briefing:
    """The report of an ISO week, Monday to Sunday.

    It says the same whenever it is made from the same: no clock, no chance, no order of a set.

    Raises:
        ValueError: if the assessments are not of a Sunday and the Sunday before.

    Examples:
        >>> from graphs import sources
        >>> from graphs.assessment import assess
        >>> from graphs.exposure import critical_links, missing_goods
        >>> from graphs.method import Method
        >>> chain, days = sources.toy(), (date(2020, 4, 26), date(2020, 4, 19))
        >>> now, before = (assess(chain, [], day, Method()) for day in days)
        >>> tables = missing_goods(chain, now), critical_links(chain, Method())
        >>> report = weekly(Week(now, before, [], [], [], [], {}, *tables))
        >>> report.name, report.title
        ('2020-W17', 'Disruptions of European value chains: week 17 of 2020 (20–26 April 2020)')
    """
    last = week.now.on
    if last.isoweekday() != 7 or last - week.before.on != timedelta(weeks=1):
        raise ValueError("a week is assessed on its Sunday and on the Sunday before")
    year, number, _ = last.isocalendar()
    return Briefing(
        name=name_of(last),
        title=f"Disruptions of European value chains: week {number} of {year} ({span(monday_of(last), last)})",
        on=last,
        headline=headline(week.now),
        parts=tuple(_parts(week)),
        provenance=ground.provenance(week.now, week.position),
    )


def name_of(on: date) -> str:
    """The ISO week of a day.

    Examples:
        >>> name_of(date(2020, 4, 26)), name_of(date(2021, 1, 3))
        ('2020-W17', '2020-W53')
    """
    year, number, _ = on.isocalendar()
    return f"{year}-W{number:02d}"


def monday_of(on: date) -> date:
    """The Monday of the week of a day."""
    return on - timedelta(days=on.isoweekday() - 1)


def _parts(week: Week) -> Iterator[Part]:
    now = week.now
    yield from state.in_short(now, week.before)
    yield Heading("What is new this week")
    yield from news.news(week.on_record, monday_of(now.on), now.on, week.logged)
    yield Heading("State of the ecosystems")
    yield from state.ecosystems(now, week.before)
    yield Heading("Where it hurts")
    yield from state.where_it_hurts(now)
    yield Heading("Disruptions in force")
    yield from disruptions.in_force(now, week.alone)
    yield Heading("By origin, stage, horizon and action required", 3)
    yield from disruptions.sorted_by_kind(now)
    yield from disruptions.stages(now)
    yield Heading("Most exposed links")
    yield from links.exposed(now, week.missing, week.critical)
    yield Heading("Proposals and good practices")
    yield from disruptions.needs(now)
    yield from help.proposals(now)
    yield from help.actions(now, week.actions)
    yield from help.practices(now, week.practices)
    yield Heading("What is not known")
    yield from ground.unknown(now)
    yield Heading("Method")
    yield from ground.method(now)
    yield Heading("Sources")
    yield from disruptions.sources(now)
