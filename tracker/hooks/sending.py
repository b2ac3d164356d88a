"""The one who sends: every new entry of the log to every hook, in order, until it has arrived."""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from graphs.errors import Faults, Unknown
from tracker import log
from tracker.accounts import people
from tracker.database import AWAY, entries, stamp, writing
from tracker.hooks import target
from tracker.hooks.register import Hook
from tracker.hooks.signing import signed
from tracker.hooks.tables import deliveries, hooks, leases
from tracker.hooks.target import Line, Unsent
from tracker.log import Entry
from tracker.permissions import Actor, allowed

LEASE_S = 15.0
"""For so long one process is the one who sends; longer than an attempt may take."""
MOST_KEPT = 500
"""So many attempts of each hook stay on record."""
_EVERY_S, _AWAY_S = 0.5, 5.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 900.0
_TOGETHER, _TOGETHER_S = 100, 1.0
"""Deliveries to one hook that are written down together, and for how long at most."""
_MEANT = {"Content-Type": "application/json", "User-Agent": "value-chain-disruption-tracker"}
_LEASE = "hooks"
Attempt = dict[str, Any]
"""A row of ``deliveries``."""
_LOG = logging.getLogger(__name__)


class Sender:
    """Tells hooks what is new, by one thread beside the work.

    What arrived is written down after it did, so a message may come twice, with the same ``webhook-id``, and none is
    left out, whoever is down or killed. Of several processes on one database the holder of a lease sends.

    Args:
        to: hosts of own networks that may be told.
        clock: tells the time.
        tell: what a receiver is told of an entry.
    """

    def __init__(
        self,
        engine: sa.Engine,
        to: Collection[str],
        clock: Callable[[], datetime],
        tell: Callable[[Entry], Mapping[str, Any]],
    ) -> None:
        self._engine, self._to, self._clock, self._tell = engine, to, clock, tell
        self._me = secrets.token_hex(8)
        self._renewed = float("-inf")
        self._closed, self._line = threading.Event(), Line()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="hooks", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Cut what is under way, which will be sent again, and leave the sending to others."""
        self._closed.set()
        self._line.cut()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        wait = _EVERY_S
        while not self._closed.wait(wait):
            try:
                sent = [self._send(one) for one in self._due() if self._is_mine()]
                wait = 0.0 if any(sent) else _EVERY_S
            except AWAY:
                wait = _AWAY_S
            except Exception:
                _LOG.exception("Hooks are not told just now; it is tried again.")
                wait = _AWAY_S
        self._leave()

    def _due(self) -> list[Hook]:
        """The hooks that something is new to and that may be told now, whoever has waited longest first."""
        columns = [hooks.c[name] for name in Hook.__dataclass_fields__]
        newest = sa.select(sa.func.coalesce(sa.func.max(entries.c.number), 0)).scalar_subquery()
        query = sa.select(*columns).where(hooks.c.position < newest, hooks.c.next_at <= stamp(self._clock()))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(hooks.c.next_at, hooks.c.id)).all()
        return [one for one in (Hook(**row._mapping) for row in rows) if self._may(one)]

    def _may(self, one: Hook) -> bool:
        """Whether whoever made it still may: an account that is locked out, or has lost its role, tells nobody."""
        if one.account_id is None:  # made at a desk without a login
            return True
        try:
            account = people.account(self._engine, one.account_id)
        except Unknown:
            return False
        actor = Actor(account.name, account.id, account.roles)
        return not account.disabled and allowed(actor, "keep_hooks", one.owner) is None

    def _send(self, hook: Hook) -> bool:
        """Tell a hook what is new, until something does not arrive; whether anything did."""
        with self._engine.connect() as connection:
            secret = connection.scalar(sa.select(hooks.c.secret).where(hooks.c.id == hook.id))
        if secret is None:
            return False  # deleted a moment ago
        tried: list[Attempt] = []
        ends, position = time.monotonic() + _TOGETHER_S, hook.position
        for one in log.since(self._engine, hook.position, _TOGETHER):
            tried.append(self._attempt(hook, secret, one, 1 if tried else hook.failures + 1))
            if tried[-1]["fault"]:
                break
            position = one.number
            if time.monotonic() > ends or self._closed.is_set():
                break
        if self._closed.is_set() and tried and tried[-1]["fault"]:
            tried.pop()  # it was we who cut it
        if tried:
            self._write_down(hook, position, tried)
        return position > hook.position

    def _attempt(self, hook: Hook, secret: str, one: Entry, attempt: int) -> Attempt:
        told = {"type": f"{one.kind}.{one.action}", "timestamp": one.at, "data": self._tell(one)}
        body, at, begin = json.dumps(told).encode(), self._clock(), time.monotonic()
        status, fault = None, ""
        try:
            headers = _MEANT | signed(secret, f"{hook.id}-{one.number}", at, body)
            where, self._line = target.read(hook.url, self._to), Line()
            if not self._closed.is_set():
                status = target.post(where, self._to, headers, body, self._line)
            if status is None or not 200 <= status < 300:
                fault = "redirects are not followed" if status and 300 <= status < 400 else "refused"
        except Unsent as error:
            fault = str(error)
        except Faults as error:  # a host that may no longer be told
            fault = error.faults[0].fault
        took_ms = round(1_000 * (time.monotonic() - begin))
        return {
            "hook_id": hook.id,
            "entry": one.number,
            "attempt": attempt,
            "at": stamp(at),
            "took_ms": took_ms,
            "status": status,
            "fault": fault[:200],
        }

    def _write_down(self, hook: Hook, position: int, tried: list[Attempt]) -> None:
        """Keep what arrived and what did not, and keep the lease."""
        failures, now = tried[-1]["attempt"] if tried[-1]["fault"] else 0, self._clock()
        pause = min(_FIRST_PAUSE_S * 2 ** min(failures - 1, 20), _LONGEST_PAUSE_S) if failures else 0.0
        values = {"position": position, "failures": failures, "next_at": stamp(now + timedelta(seconds=pause))}
        here = (hooks.c.id == hook.id) & (hooks.c.position == hook.position)
        mine = deliveries.c.hook_id == hook.id
        newest = sa.select(deliveries.c.number).where(mine).order_by(deliveries.c.number.desc())
        with writing(self._engine) as connection:
            if not connection.execute(hooks.update().where(here).values(values)).rowcount:
                return  # deleted, or told by another process: what that wrote down stands
            connection.execute(deliveries.insert(), tried)
            oldest = connection.scalar(newest.offset(MOST_KEPT).limit(1))
            if oldest is not None:
                connection.execute(deliveries.delete().where(mine, deliveries.c.number <= oldest))

    def _is_mine(self) -> bool:
        """Whether this process is the one who sends, for a while from now on."""
        if self._closed.is_set():
            return False
        if time.monotonic() - self._renewed < LEASE_S / 10:
            return True
        now = self._clock()
        others = sa.select(leases.c.holder).where(leases.c.name == _LEASE, leases.c.until > stamp(now))
        with self._engine.connect() as connection:
            if connection.scalar(others) not in (None, self._me):
                return False
        row = {"holder": self._me, "until": stamp(now + timedelta(seconds=LEASE_S))}
        here = leases.c.name == _LEASE
        free = (leases.c.holder == self._me) | (leases.c.until <= stamp(now))
        with writing(self._engine) as connection:
            held = connection.execute(leases.update().where(here, free).values(row)).rowcount > 0
            if not held and connection.scalar(sa.select(leases.c.name).where(here)) is None:
                connection.execute(leases.insert().values(name=_LEASE, **row))
                held = True
        self._renewed = time.monotonic() if held else float("-inf")
        return held

    def _leave(self) -> None:
        """Let another process go on at once."""
        if self._renewed == float("-inf"):
            return
        try:
            with writing(self._engine) as connection:
                connection.execute(leases.delete().where(leases.c.name == _LEASE, leases.c.holder == self._me))
        except AWAY:
            _LOG.warning("The lease of the hooks could not be given back; it ends in %.0f seconds.", LEASE_S)
