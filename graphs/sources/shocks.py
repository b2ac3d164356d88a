"""Shocks from a CSV file, one row each: what is cut, by how much, from when to when, and how it comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from graphs.errors import Fault, Faults
from graphs.shock import Effect, Shock
from graphs.valuechain import Floats, ValueChain

COLUMNS = ("key", "kind", "share", "start_day", "end_day", "recovery", "recovery_days", "buyer")
KINDS = ("supply", "demand", "link")
RECOVERIES = ("none", "linear", "exponential")
STEP_DAYS = (1, 7)
_NEEDED = COLUMNS[:5]
_MOST_DAYS = 3660
_EXPONENT = float(np.log(20.0))


def read_shocks(file: Path, chain: ValueChain, days: int, step_days: int = 7) -> Shock:
    """The shock that a file describes: one scenario, in steps from day 0.

    Columns: ``key`` (a node), ``kind`` (supply: its capacity; demand: its final demand; link: its sales to ``buyer``),
    ``share`` (0–1, what is lost), ``start_day`` (from 0), ``end_day`` (the last day of the whole cut; empty: it lasts),
    ``recovery`` after it (none: all back on the next day; linear: in equal steps over ``recovery_days``; exponential:
    95 % back after ``recovery_days``; empty: none), ``buyer`` (for a link: a node, or a country, even its own; empty:
    all other countries). A step takes the mean of its days; a last step that is not full looks past ``days``.

    Args:
        days: the horizon.
        step_days: 1 or 7.

    Raises:
        Faults: every fault of every row, each with its row: nothing is taken from a file that has one.

    Examples:
        >>> import tempfile
        >>> from graphs import sources
        >>> file = Path(tempfile.mkdtemp()) / "shocks.csv"
        >>> _ = file.write_text("key,kind,share,start_day,end_day,recovery,recovery_days\\n"
        ...     "TW_C26,supply,0.4,0,9,linear,4\\n")
        >>> read_shocks(file, sources.toy(), days=21).effects[0].active[:, 0].round(3).tolist()
        [1.0, 0.714, 0.0]
    """
    faults = _faults_of_horizon(days, step_days)
    table = _table(Path(file), faults)
    if table is None:
        raise Faults(faults)
    if faults:  # the rows are read all the same, to say what is wrong with them too
        days, step_days = _MOST_DAYS, STEP_DAYS[-1]
    effects = []
    for row, words in table.iterrows():
        where = f"{Path(file).name} row {int(str(row)) + 1}"
        found = _Row(where, {str(name): str(value).strip() for name, value in words.items()})
        effects.append(found.effect(chain, days, step_days))
        faults += found.faults
    if not len(table):
        faults.append(Fault(Path(file).name, "rows", "there are none", "write one row for each shock"))
    if faults:
        raise Faults(faults)
    steps = -(-days // step_days)
    return Shock(tuple(one for one in effects if one is not None), steps, step_days, scenarios=1)


class _Row:
    """One row, read word by word; what is wrong with it is kept until all is read."""

    def __init__(self, where: str, words: dict[str, str]) -> None:
        self.where, self.words = where, words
        self.faults: list[Fault] = []

    def effect(self, chain: ValueChain, days: int, step_days: int) -> Effect | None:
        """The effect, or None if the row has a fault."""
        kind = self._one_of("kind", KINDS)
        seller = self._node(chain, "key")
        share = self._number("share", lambda value: 0 <= value <= 1, "a share", "write 0 to 1, such as 0.4")
        active = self._active(days, step_days)
        buyers, domestic = self._buyers(chain, kind, seller)
        if self.faults:
            return None
        assert seller is not None  # else there is a fault
        cut = np.zeros((len(chain), 1))
        cut[seller] = share
        return Effect(kind, cut, active, buyers, domestic)

    def _active(self, days: int, step_days: int) -> Floats:
        """Share of each step in force (steps × 1)."""
        whole = ("a whole number of 0 or more", "count days from 0, the first day")
        start = self._number("start_day", _is_day, *whole)
        given = bool(self.words.get("end_day"))
        end = self._number("end_day", _is_day, *whole) if given else float("inf")
        recovery = self._one_of("recovery", RECOVERIES) if self.words.get("recovery") else "none"
        length = 0.0
        if recovery in RECOVERIES[1:]:
            length = self._number("recovery_days", lambda value: value > 0, "a number above 0", "say how many days")
            if not given:
                self._fault("recovery", "there is no end to recover from", "give end_day, or leave recovery empty")
        elif self.words.get("recovery_days"):
            self._number("recovery_days", lambda value: value >= 0, "a number of 0 or more", "say how many days")
            if self.words["recovery_days"] not in ("0", "0.0"):
                self._fault("recovery_days", "is given for no recovery", "say linear or exponential, or leave it empty")
        if end < start:
            self._fault("end_day", f"{end:g} is before the start, {start:g}", "give the last day of the cut")
        if start >= days:
            self._fault(
                "start_day", f"{start:g} is past the horizon of {days} days", "give an earlier day, or more --days"
            )
        day = np.arange(max(-(-days // step_days), 1) * step_days)
        after = np.maximum(day - end, 0.0)
        share = np.where(after > 0, 0.0, 1.0)
        if recovery == "linear":
            share = np.maximum(1.0 - after / (length + 1.0), 0.0)
        elif recovery == "exponential" and length > 0:
            share = np.exp(-_EXPONENT * after / length)
        return np.where(day < start, 0.0, share).reshape(-1, step_days).mean(axis=1)[:, None]

    def _buyers(self, chain: ValueChain, kind: str, seller: int | None) -> tuple[Floats, bool]:
        """Who is no longer served (n × 1), and whether that can be inside the country."""
        buyers, word = np.zeros((len(chain), 1)), self.words.get("buyer", "")
        if kind != "link":
            if word and kind:
                self._fault("buyer", f"is given for a cut of {kind}", "leave it empty, or make the kind link")
            return buyers, False
        countries = chain.nodes.country.to_numpy(str)
        if word in chain.keys:
            buyers[chain.keys.get_loc(word)] = 1.0
        elif word in countries:
            buyers[countries == word] = 1.0
        elif word:
            self._fault(
                "buyer", f"{word!r} is neither a node nor a country of the chain", "write DE_C29 or DE, or nothing"
            )
            return buyers, True
        else:
            buyers[:] = 1.0
        if seller is not None:
            if not word:
                buyers[countries == countries[seller]] = 0.0
            if not (chain.flows[[seller]].toarray()[0] * buyers[:, 0]).any():
                whom = word or "other countries"
                self._fault("buyer", f"{self.words['key']} sells nothing to {whom}", "name one that it sells to")
        return buyers, bool(word)

    def _node(self, chain: ValueChain, name: str) -> int | None:
        word = self.words.get(name, "")
        if word in chain.keys:
            return int(chain.keys.get_loc(word))
        fault = f"{word!r} is not in the value chain" if word else "is empty"
        self._fault(name, fault, "write a key of its nodes, such as DE_C29")
        return None

    def _one_of(self, name: str, known: tuple[str, ...]) -> str:
        word = self.words.get(name, "").lower()
        if word in known:
            return word
        fault = f"{self.words[name]!r} is not known" if word else "is empty"
        self._fault(name, fault, f"write {', '.join(known[:-1])} or {known[-1]}")
        return ""

    def _number(self, name: str, right: Callable[[float], bool], what: str, mend: str) -> float:
        """The number; what is neither too early nor too late if it is none."""
        word = self.words.get(name, "")
        try:
            value = float(word)
        except ValueError:
            value = float("nan")
        if np.isfinite(value) and right(value):
            return value
        self._fault(name, f"{word} is not {what}" if word else "is empty", mend)
        return float("nan")

    def _fault(self, name: str, fault: str, mend: str) -> None:
        self.faults.append(Fault(self.where, name, fault, mend))


def _is_day(value: float) -> bool:
    return value >= 0 and value == int(value)


def _faults_of_horizon(days: int, step_days: int) -> list[Fault]:
    faults = []
    if step_days not in STEP_DAYS:
        faults.append(Fault("", "step-days", f"{step_days} is not known", "give 1 or 7"))
    if not 1 <= days <= _MOST_DAYS:
        faults.append(Fault("", "days", f"{days} is no horizon", f"give 1 to {_MOST_DAYS} days"))
    return faults


def _table(file: Path, faults: list[Fault]) -> pd.DataFrame | None:
    """The file as text; None if it cannot be read or lacks a column."""
    mend = "save it as CSV in UTF-8, with commas and the names of the columns in the first row"
    if not file.is_file():
        faults.append(Fault(str(file), "file", "is missing", f"write one with {', '.join(COLUMNS)}"))
        return None
    try:
        # Without a header, a row with a word too many is an error and not an index.
        cells = pd.read_csv(file, header=None, dtype=str, na_filter=False, skip_blank_lines=False, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        faults.append(Fault(file.name, "file", f"cannot be read ({str(error).strip()})", mend))
        return None
    names = [str(name).strip() for name in cells.iloc[0]]
    missing = [name for name in _NEEDED if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    twice = sorted({name for name in names if names.count(name) > 1})
    faults += [Fault(file.name, name, "the column is missing", f"add a column {name}") for name in missing]
    faults += [Fault(file.name, name, "is not a column of shocks", f"name {', '.join(COLUMNS)}") for name in unknown]
    faults += [Fault(file.name, name, "the column stands twice", "keep one of them") for name in twice]
    table = cells[1:].set_axis(names, axis=1)
    return None if missing or unknown or twice else table[(table != "").any(axis=1)]
