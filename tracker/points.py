"""Figures that were computed before, in memory and beside the log, by the address of what they follow from.

Nothing here must be kept: whatever is missing is computed again. Nothing becomes wrong either: a log that says
something else asks for another address.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from graphs.series import FIGURES
from graphs.valuechain import Floats
from tracker.database import metadata, note

MOST = 5_000
"""The newest so many are kept: of the EU, 14 ecosystems and 27 countries they take 15 MB."""
_PART = 500
_TOGETHER = 16
"""So many are written at once."""
_INSERT: dict[str, Callable[[sa.Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

points = sa.Table(
    "points",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("address", sa.String, nullable=False, unique=True),
    sa.Column("figures", sa.LargeBinary, nullable=False),
)
"""``figures``: lines × figures as float64, low byte first, line by line."""


class Points:
    """Points, lines × ``width`` figures each, by address.

    Several threads may use it, and several programs the same database: what one keeps the others find.

    Args:
        most: so many are kept; the oldest go.
        width: figures of a line; by default the ``FIGURES`` of scores over time.

    Examples:
        >>> import tempfile
        >>> from tracker.database import open_database
        >>> engine = open_database(f"sqlite:///{tempfile.mkdtemp()}/log.sqlite")
        >>> one = Points(engine)
        >>> one.put("a", np.full((1, len(FIGURES)), 0.1))
        >>> one.write()
        True
        >>> {address: figures[0, 0] for address, figures in Points(engine).find(["a", "b"]).items()}
        {'a': np.float64(0.1)}
        >>> engine.dispose()
    """

    def __init__(self, engine: sa.Engine, most: int = MOST, width: int = len(FIGURES)) -> None:
        self._engine, self._most, self._width = engine, most, width
        self._held: OrderedDict[str, Floats] = OrderedDict()
        self._unwritten: dict[str, Floats] = {}
        self._lock = threading.Lock()

    def __contains__(self, address: str) -> bool:
        """Whether a point is in memory."""
        return address in self._held

    def find(self, addresses: Iterable[str]) -> dict[str, Floats]:
        """What is known of some addresses: from memory, and what is not there from the database."""
        wanted = dict.fromkeys(addresses)
        with self._lock:
            found = {address: self._held[address] for address in wanted if address in self._held}
        read = self._read([address for address in wanted if address not in found])
        with self._lock:
            for address in wanted:
                if address in read:
                    self._hold(address, read[address])
                elif address in self._held:
                    self._held.move_to_end(address)
        return found | read

    def put(self, address: str, figures: Floats) -> None:
        """Keep a point; from time to time what has gathered is written."""
        with self._lock:
            self._hold(address, figures)
            self._unwritten[address] = figures
            while len(self._unwritten) > self._most:  # the database has been away for long
                del self._unwritten[next(iter(self._unwritten))]
            enough = len(self._unwritten) % _TOGETHER == 0
        if enough:
            self.write()

    def write(self) -> bool:
        """Write what has gathered, if nobody else is writing; whether nothing is left to write.

        Two programs may keep the same; the second changes nothing.
        """
        with self._lock:
            found = dict(self._unwritten)
        rows = [{"address": address, "figures": figures.astype("<f8").tobytes()} for address, figures in found.items()]
        insert, number = _INSERT[self._engine.dialect.name], points.c.number
        oldest = sa.select(number).order_by(number.desc()).offset(self._most).limit(1).scalar_subquery()
        for start in range(0, len(rows), _PART):
            part = insert(points).values(rows[start : start + _PART])
            if not note(self._engine, part.on_conflict_do_nothing(index_elements=["address"])):
                return False
            note(self._engine, points.delete().where(number <= oldest))
        with self._lock:
            for address in found:
                self._unwritten.pop(address, None)
        return True

    def _hold(self, address: str, figures: Floats) -> None:
        self._held[address] = figures
        self._held.move_to_end(address)
        while len(self._held) > self._most:
            self._held.popitem(last=False)

    def _read(self, addresses: list[str]) -> dict[str, Floats]:
        found = {}
        for start in range(0, len(addresses), _PART):
            query = sa.select(points).where(points.c.address.in_(addresses[start : start + _PART]))
            with self._engine.connect() as connection:
                for row in connection.execute(query):
                    found[row.address] = np.frombuffer(row.figures, "<f8").astype(float).reshape(-1, self._width)
        return found
