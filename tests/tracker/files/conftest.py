"""What the tests of whole files of a log share: others who go on writing meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

Meanwhile = Callable[[Callable[[], None]], AbstractContextManager[list[BaseException]]]


@pytest.fixture
def meanwhile() -> Meanwhile:
    """Does some work again and again on three threads while the block lasts: ``with meanwhile(write) as errors``.

    What went wrong in it is in the list at once, and fails the test at the end.
    """

    @contextmanager
    def others(work: Callable[[], None]) -> Iterator[list[BaseException]]:
        stop, errors = threading.Event(), list[BaseException]()

        def go_on() -> None:
            try:
                while not stop.is_set():
                    work()
            except BaseException as error:  # told by the test
                errors.append(error)

        threads = [threading.Thread(target=go_on) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            yield errors
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert errors == []

    return others
