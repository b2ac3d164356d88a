"""Passwords: what is asked of them, and how they are kept and compared without exhausting the machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pwdlib.hashers.argon2 import Argon2Hasher

from graphs.errors import Fault

SHORTEST, LONGEST = 12, 1000
TIMES, MEMORY_KIB, LANES = 3, 65536, 4
"""Cost of one comparison, the second choice of RFC 9106: 64 MB and four threads."""
AT_ONCE = 2


class Busy(Exception):
    """Too many are logging in at this moment."""

    retry_after_seconds = 5


class Gate:
    """Hashes and compares passwords with argon2id, two at a time; a few more wait, the rest are told to come back.

    Args:
        at_once: how many are computed at the same time.
        waiting: how many more may wait.
        patience_seconds: how long one waits at most.

    Examples:
        >>> gate = Gate()
        >>> gate.fits("a long pass phrase", gate.hash("a long pass phrase"))
        True
        >>> gate.fits("a long pass phrase", None)
        False
    """

    def __init__(self, at_once: int = AT_ONCE, waiting: int = 64, patience_seconds: float = 10) -> None:
        self._hasher = Argon2Hasher(TIMES, MEMORY_KIB, LANES)
        self._patience_seconds = patience_seconds
        self._inside = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._nobody = f"$argon2id$v=19$m={MEMORY_KIB},t={TIMES},p={LANES}${'A' * 22}${'A' * 43}"

    def hash(self, password: str) -> str:
        """The hash to keep.

        Raises:
            Busy: if too many are waiting.
        """
        with self._turn():
            return self._hasher.hash(_bytes(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether the password is the one that was hashed; for ``None`` False after the same work.

        Raises:
            Busy: if too many are waiting.
        """
        with self._turn():
            fits = self._hasher.verify(_bytes(password)[: 4 * LONGEST], kept or self._nobody)
        return fits and kept is not None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._inside.acquire(timeout=self._patience_seconds):
                raise Busy
            try:
                yield
            finally:
                self._inside.release()
        finally:
            self._places.release()


def faults(password: str, again: str, *names: str) -> list[Fault]:
    """What is wrong with a new password: too short, too long, a name, or typed differently the second time.

    No kind of character is demanded: length is what counts.

    Examples:
        >>> [one.fault for one in faults("short", "short", "Ana")]
        ['has 5 characters']
        >>> faults("correct horse battery", "correct horse battery", "Ana")
        []
    """
    found = []
    if not SHORTEST <= len(password) <= LONGEST:
        count = f"has {len(password)} character{'' if len(password) == 1 else 's'}" if password else "is empty"
        found.append(Fault("", "password", count, f"take from {SHORTEST} to {LONGEST:,}, such as four or five words"))
    plain = _plain(password)
    if password and (len(set(plain)) < 4 or any(_told_by(plain, _plain(name)) for name in names)):
        found.append(Fault("", "password", "is easily guessed", "take words that do not stand for you"))
    if password != again:
        found.append(Fault("", "again", "is not the same", "type the new password twice"))
    return found


def _told_by(password: str, name: str) -> bool:
    return bool(name) and password.replace(name, "").strip("0123456789") == ""


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
