"""Answers kept beside the entries, in the same transaction: who sends a request again gets the same answer again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.database import answers, stamp

KEPT = timedelta(hours=24)
"""For how long an answer is known by its key."""


@dataclass(frozen=True)
class Asked:
    """A request that may be sent again: by which account, under which key, and what was asked (a hash of it)."""

    account: str
    key: str
    request: str


@dataclass(frozen=True)
class Answer:
    """What a request was answered: its status, its headers and the values of its body."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class Answers:
    """The answers of one turn and those before it. What is put here is kept together with the entries, or not at all.

    ``Turn`` has it, and keeps it.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._put: list[tuple[Asked, Answer, datetime]] = []

    def find(self, account: str, key: str, at: datetime) -> tuple[str, Answer] | None:
        """The request that came under a key, and its answer; None if there was none within a day."""
        for asked, answer, _ in self._put:
            if (asked.account, asked.key) == (account, key):
                return asked.request, answer
        query = sa.select(answers).where(answers.c.account == account, answers.c.key == key)
        row = self._connection.execute(query.where(answers.c.at > stamp(at - KEPT))).first()
        return (row.request, Answer(row.status, row.headers, row.body)) if row else None

    def put(self, asked: Asked, answer: Answer, at: datetime) -> None:
        """Keep an answer."""
        self._put.append((asked, answer, at))

    def mark(self) -> int:
        """A point to which ``forget`` goes back."""
        return len(self._put)

    def forget(self, mark: int) -> None:
        """Unwrite what was put since a mark."""
        del self._put[mark:]

    def keep(self) -> None:
        """Put all of it into the database; what is older than a day goes."""
        if not self._put:
            return
        newest = max(at for *_, at in self._put)
        self._connection.execute(answers.delete().where(answers.c.at <= stamp(newest - KEPT)))
        self._connection.execute(
            answers.insert(),
            [vars(asked) | vars(answer) | {"at": stamp(at)} for asked, answer, at in self._put],
        )
