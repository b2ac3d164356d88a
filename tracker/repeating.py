"""Requests that may be sent again: who does not know whether one arrived sends it once more; nothing is doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from graphs.errors import Fault, Faults
from tracker.log import Answer, Asked, Turn


def once(turn: Turn, asked: Asked | None, at: datetime, work: Callable[[Turn], Answer]) -> Answer:
    """Do the work, or give the answer that it was given before under the same key.

    The answer is kept in the transaction of what was written, so that after a crash there are both or neither. What
    was refused is not kept: it may be mended and sent under the same key.

    Args:
        asked: None for a request that does not come under a key.

    Raises:
        Faults: a key under which something else was asked.
        Exception: whatever the work raises.
    """
    if asked is None:
        return work(turn)
    known = answered(turn, asked, at)
    if known is not None:
        return known
    answer = work(turn)
    turn.answers.put(asked, answer, at)
    return answer


def answered(turn: Turn, asked: Asked, at: datetime) -> Answer | None:
    """What a request was answered before, if it was within a day.

    Raises:
        Faults: a key under which something else was asked.
    """
    known = turn.answers.find(asked.account, asked.key, at)
    if known is None:
        return None
    request, answer = known
    if request != asked.request:
        raise Faults([Fault("", "Idempotency-Key", "came with another request before", "give every request its own")])
    return answer
