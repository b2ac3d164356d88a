"""Scores over time: what a date's scores follow from, as an address, and the few figures that are kept of each date."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter

import numpy as np
import pandas as pd

from graphs import program
from graphs.disruption import COUNTED, Disruption
from graphs.method import Method
from graphs.propagation import propagate
from graphs.score.outcome import outcome
from graphs.score.panel import Panel
from graphs.shock import shock
from graphs.valuechain import Floats, ValueChain

LEVELS = ("eu", "ecosystem", "country")
"""Levels whose scores are followed over time."""
FIGURES = (
    "score", "score_low", "score_high", "structure", "state", "loss_share", "loss_meur", "loss_low_meur",
    "loss_high_meur",
)  # fmt: skip
"""What is kept of each date, as in ``Assessment.scores``."""
UNSEEN = frozenset(
    "id title description stages horizon confidence cause actions_required proposals sources source_kind magnitude "
    "note state merged_into assigned_to".split()
)
"""Fields of a disruption that no score depends on, once it is in force. A new field counts until it stands here."""

_SEEN = attrgetter(*(one.name for one in fields(Disruption) if one.name not in UNSEEN | {"start", "end"}))


def lines(chain: ValueChain, method: Method) -> pd.DataFrame:
    """What has a score over time: ``label`` by (level, key).

    Examples:
        >>> from graphs import sources
        >>> lines(sources.toy(), Method()).index[0], lines(sources.toy(), Method()).loc["country"].label.tolist()
        (('eu', 'EU'), ['Germany', 'France'])
    """
    panel = Panel.of(chain, method)
    return pd.DataFrame({"label": panel.labels}, panel.rows).loc[panel.rows.get_level_values("level").isin(LEVELS)]


def point(chain: ValueChain, disruptions: Iterable[Disruption], on: date, method: Method) -> Floats:
    """The figures of a date, as ``assess`` has them, without what the reasons take.

    Returns:
        ``lines`` × ``FIGURES``.

    Examples:
        >>> from graphs import sources
        >>> strike = Disruption("Strike", ("DE",), date(2021, 3, 1), effect="supply", severity_likely=0.4)
        >>> point(sources.toy(), [strike], date(2021, 3, 1), Method())[:, 0].round(1).tolist()[-2:]
        [45.9, 71.0]
    """
    found = shock(chain, disruptions, on, method)
    scores = outcome(chain, found, propagate(chain, found, method), method).scores
    return scores.loc[scores.index.get_level_values("level").isin(LEVELS), list(FIGURES)].to_numpy(float)


def addresses(chain: ValueChain, disruptions: Iterable[Disruption], days: Sequence[date], method: Method) -> list[str]:
    """What the scores of each day follow from, as one hash: the same address, the same scores.

    It covers the chain, the method, this program, and of each record in force on the day all that a score depends on,
    with its days counted from the day. So days on which nothing is in force share one address, and it does not matter
    when or how a record came to say what it says. What is kept under an address never becomes wrong; it is only no
    longer asked for.

    Examples:
        >>> from graphs import sources
        >>> strike = Disruption("Strike", ("DE",), date(2021, 3, 2), severity_likely=0.4, end=date(2021, 3, 9))
        >>> days = [date(2021, 3, 1), date(2021, 3, 8), date(2021, 3, 15)]
        >>> before, during, after = addresses(sources.toy(), [strike], days, Method())
        >>> before == after, before == during
        (True, False)
    """
    base = hashlib.sha256("\n".join((program.version(), chain.version, repr(method))).encode())
    counted = [one for one in disruptions if one.state in COUNTED]
    longest = max(method.duration_weeks)
    first = np.array([(one.start or date.min).toordinal() for one in counted], np.int64)
    last = np.array([one.last_day(longest).toordinal() for one in counted], np.int64)
    said: dict[int, str] = {}
    found = []
    for day in days:
        today, facts = day.toordinal(), []
        for number in np.flatnonzero((first <= today) & (today <= last)).tolist():
            one = counted[number]
            if number not in said:
                said[number] = repr(_SEEN(one))
            end = "" if one.end is None else one.end.toordinal() - today
            facts.append(f"{int(first[number]) - today} {end} {said[number]}")
        seal = base.copy()
        seal.update("\n".join(["", *sorted(facts)]).encode())
        found.append(seal.hexdigest())
    return found


@dataclass(frozen=True, eq=False)
class Series:
    """Scores over some days: of those that are known, and which are ``missing``, being computed.

    ``lines``: (level, key) with their labels; ``values``: known days × lines × ``FIGURES``.
    """

    lines: pd.DataFrame
    days: tuple[date, ...]
    missing: tuple[date, ...]
    values: Floats

    @classmethod
    def of(cls, lines: pd.DataFrame, days: Sequence[date], known: Mapping[date, Floats]) -> Series:
        """The series of some days, of which some are known."""
        there = tuple(day for day in days if day in known)
        shape = (len(there), len(lines), len(FIGURES))
        values = np.array([known[day] for day in there], float).reshape(shape)
        return cls(lines, there, tuple(day for day in days if day not in known), values)

    def line(self, level: str, key: str) -> pd.DataFrame:
        """One line: ``FIGURES`` by day (``on``), the oldest first.

        Raises:
            KeyError: if there is no such line.

        Examples:
            >>> from graphs import sources
            >>> chain, day = sources.toy(), date(2021, 3, 1)
            >>> found = Series.of(lines(chain, Method()), [day], {day: point(chain, [], day, Method())})
            >>> found.line("country", "DE").score.round(1).to_dict()
            {datetime.date(2021, 3, 1): 73.6}
        """
        row = self.lines.index.get_loc((level, key))
        return pd.DataFrame(self.values[:, row], pd.Index(self.days, name="on", dtype=object), list(FIGURES))

    def table(self, level: str, key: str | None = None) -> pd.DataFrame:
        """Lines of a level day by day: ``on, level, key, label`` and ``FIGURES``, the oldest day first.

        Args:
            key: of the only one that is wanted.

        Examples:
            >>> from graphs import sources
            >>> chain, day = sources.toy(), date(2021, 3, 1)
            >>> found = Series.of(lines(chain, Method()), [day], {day: point(chain, [], day, Method())})
            >>> found.table("country")[["on", "key", "label"]].values.tolist()
            [[datetime.date(2021, 3, 1), 'DE', 'Germany'], [datetime.date(2021, 3, 1), 'FR', 'France']]
        """
        of_level, of_key = (self.lines.index.get_level_values(name) for name in ("level", "key"))
        rows = np.flatnonzero((of_level == level) & ((of_key == key) if key is not None else True))
        head = {
            "on": np.repeat(np.array(self.days, object), len(rows)),
            "level": level,
            "key": np.tile(of_key[rows].to_numpy(), len(self.days)),
            "label": np.tile(self.lines.label.iloc[rows].to_numpy(), len(self.days)),
        }
        figures = pd.DataFrame(self.values[:, rows].reshape(-1, len(FIGURES)), columns=list(FIGURES))
        return pd.concat([pd.DataFrame(head), figures], axis=1)
