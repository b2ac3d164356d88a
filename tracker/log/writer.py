"""The one who writes: takes all work that waits, writes it in one transaction, and answers when it is on disk."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import sqlalchemy as sa

from tracker.database import writing
from tracker.log.turn import Turn

T = TypeVar("T")
Piece = tuple[Callable[[Turn], Any], Future[Any]]
"""What is to be done in a turn, and who waits for it."""
_MOST = 256
"""Pieces of work that share a transaction."""


class Writer:
    """Group commit: many may ask at once, one thread writes; each is answered after its transaction is on disk.

    While one transaction reaches the disk the next pieces of work gather, so the wait is shared. A piece of work that
    fails is forgotten alone; what the database refuses is tried again, each piece alone, so a piece may be done twice
    and must only depend on its turn. If the database itself fails, all that shared the transaction hear of it and none
    is written. Other programs may write to the same log: the database gives the turns.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._waiting: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def write(self, work: Callable[[Turn], T]) -> T:
        """Do the work in a turn to write; what it returns, once it is on disk.

        Raises:
            Exception: whatever the work raises; then nothing of it is written.
        """
        return self.begin(work).result()

    def begin(self, work: Callable[[Turn], T]) -> Future[T]:
        """The same without waiting; what is cancelled before its turn comes is not done."""
        done: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the log is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
                self._thread.start()
            self._waiting.put((work, done))
        return done

    def close(self) -> None:
        """Finish what waits, then end."""
        with self._lock:
            self._closed = True
            if self._thread is not None:
                self._waiting.put(None)
        if self._thread is not None:
            self._thread.join()
        self.engine.dispose()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, last = [first], False
            while len(group) < _MOST and not last:
                try:
                    one = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if one is None:
                    last = True
                else:
                    group.append(one)
            self._write([one for one in group if one[1].set_running_or_notify_cancel()])
            if last:
                return

    def _write(self, group: list[Piece]) -> None:
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with writing(self.engine) as connection:
                turn = Turn(connection)
                for work, done in group:
                    mark = turn.mark()
                    try:
                        answers.append((done, work(turn), None))
                    except sa.exc.DBAPIError:
                        raise  # the transaction itself has failed
                    except BaseException as error:
                        turn.forget(mark)
                        answers.append((done, None, error))
                turn.keep()
        except (sa.exc.DataError, sa.exc.IntegrityError) as error:
            if len(group) > 1:  # the database refused what one of them wrote, and does not say whose
                for one in group:
                    self._write([one])
                return
            answers = [(done, None, error) for _, done in group]
        except BaseException as error:
            answers = [(done, None, error) for _, done in group]
        for done, answer, failed in answers:
            if failed is not None:
                done.set_exception(failed)
            else:
                done.set_result(answer)
