"""Many who ask at the same moment are answered by one piece of work."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Collection, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Together(Generic[K, V]):
    """Does blocking work beside the event loop, once for all who wait; whoever comes meanwhile waits for the next time.

    So each answer was found after it was asked for, however many ask. The work has a thread of its own: it waits for
    no request that takes long.

    Args:
        work: finds the answer to each of the keys that are asked for.

    Examples:
        >>> async def both():
        ...     lengths = Together(lambda words: {word: len(word) for word in words})
        ...     return await asyncio.gather(lengths.ask("flood"), lengths.ask("strike"))
        >>> asyncio.run(both())
        [5, 6]
    """

    def __init__(self, work: Callable[[Collection[K]], Mapping[K, V]]) -> None:
        self._work, self._pool = work, ThreadPoolExecutor(1, "together")
        self._lines = weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Line[K, V]]()

    async def ask(self, key: K) -> V:
        """The answer to a key.

        Raises:
            Exception: whatever the work raises; all who waited for it hear it.
        """
        loop = asyncio.get_running_loop()
        line = self._lines.get(loop)
        if line is None:
            line = self._lines[loop] = _Line()
        place: asyncio.Future[V] = loop.create_future()
        line.waiting.append((key, place))
        if line.served is None:
            line.served = loop.create_task(self._serve(loop, line))
        return await place

    async def _serve(self, loop: asyncio.AbstractEventLoop, line: _Line[K, V]) -> None:
        while line.waiting:
            now, line.waiting = line.waiting, []
            try:
                found = await loop.run_in_executor(self._pool, self._work, {key for key, _ in now})
            except Exception as error:
                for _, place in now:
                    if not place.done():  # who asked has gone meanwhile
                        place.set_exception(error)
            else:
                for key, place in now:
                    if not place.done():
                        place.set_result(found[key])
        line.served = None


class _Line(Generic[K, V]):
    """Who waits in one event loop."""

    def __init__(self) -> None:
        self.waiting = list[tuple[K, asyncio.Future[V]]]()
        self.served: asyncio.Task[None] | None = None
