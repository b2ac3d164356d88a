"""Who mails reports: one at once when asked, and each Monday, beside the work, that of the week that ended."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email.utils import getaddresses, parseaddr
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from graphs.errors import Fault, Faults
from reports.briefing import Briefing
from tracker.database import AWAY
from tracker.mail import mailings
from tracker.mail.message import compose
from tracker.mail.server import SETTING, Server, Unsent, deliver
from tracker.settings import Settings

_EVERY_S = 20.0
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Post:
    """Through which server reports go, from whom, and to whom."""

    server: Server
    sender: str
    to: tuple[str, ...]
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    """Whose certificates are believed; those that this machine believes if left out."""

    @classmethod
    def of(cls, settings: Settings) -> Post | None:
        """As the settings say; None if none of them does.

        Raises:
            Faults: some that are missing, or no addresses.

        Examples:
            >>> Post.of(Settings()) is None
            True
            >>> Post.of(Settings(report_to="ana@example.eu"))
            Traceback (most recent call last):
            graphs.errors.Faults: TRACKER_SMTP_URL: is not set; give smtps://USER:PASSWORD@HOST:465
            TRACKER_REPORT_FROM: '' is no address; give one such as desk@example.eu
        """
        url = settings.smtp_url.get_secret_value()
        if not (url or settings.report_from or settings.report_to):
            return None
        faults, server = list[Fault](), None
        try:
            if not url:
                raise Faults([Fault("", SETTING, "is not set", "give smtps://USER:PASSWORD@HOST:465")])
            server = Server.read(url)
        except Faults as found:
            faults += found.faults
        if not _is_address(settings.report_from):
            fault = f"{settings.report_from!r} is no address"
            faults.append(Fault("", "TRACKER_REPORT_FROM", fault, "give one such as desk@example.eu"))
        given = [one.strip() for one in settings.report_to.split(",")]
        for one in given:
            if not _is_address(one):
                mend = "give addresses separated by commas"
                faults.append(Fault("", "TRACKER_REPORT_TO", f"{one!r} is no address", mend))
        if faults or server is None:
            raise Faults(faults)
        return cls(server, settings.report_from.strip(), tuple(dict.fromkeys(given)))

    def send(self, briefing: Briefing, at: datetime) -> str:
        """Mail a report now; says for whom it was not taken, and nothing if it was for all.

        Raises:
            Faults: a report that cannot be written.
            Unsent: if it was taken for nobody.
        """
        refused = deliver(compose(briefing, self.sender, self.to, at), self.server, self.trust)
        return "; ".join(f"{who} was refused: {said}" for who, said in refused.items())


class Postman:
    """Mails the report of the week that ended, each Monday at a time, by one thread beside the work.

    Each report is claimed in the database, so that of several processes one mails it, and a restart does not mail it
    again. What was not taken is tried again; what was missed, because nothing ran on Monday, is mailed later in the
    week. Who is killed between handing a mail over and writing that down mails it again, under the same Message-ID.

    Args:
        post: None: nothing is ever sent.
        when: time of day with its zone, such as ``07:00 Europe/Brussels``.
        clock: tells the time.
        report: the report of the week that ends on a Sunday.
    """

    def __init__(
        self,
        engine: sa.Engine,
        post: Post | None,
        when: str,
        clock: Callable[[], datetime],
        report: Callable[[date], Briefing],
    ) -> None:
        self._engine, self._post, self._clock, self._report = engine, post, clock, report
        self._at, self._zone = read_time(when)
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if there is anything to send through."""
        if self._post is not None:
            self._thread = threading.Thread(target=self._run, name="postman", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Finish the mail that is under way."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def turn(self) -> bool:
        """Mail the report that is due, if it is ours to mail; whether it was taken."""
        if self._post is None:
            return False
        last = ended(self._clock(), self._at, self._zone)
        year, week, _ = last.isocalendar()
        name = f"weekly {year}-W{week:02}"
        attempt = mailings.claim(self._engine, name, self._clock())
        if not attempt:
            return False
        try:
            fault = self._post.send(self._report(last), self._clock())
        except (Unsent, Faults) as error:
            again = mailings.failed(self._engine, name, attempt, self._clock(), str(error))
            _LOG.warning("The report %s was not mailed: %s. It is tried again at %s.", name, error, again)
            return False
        mailings.sent(self._engine, name, self._clock(), fault)
        if fault:
            _LOG.warning("The report %s was mailed, but not to all: %s.", name, fault)
        return True

    def _run(self) -> None:
        while not self._closed.wait(_EVERY_S):
            try:
                self.turn()
            except AWAY:
                _LOG.warning("The database does not answer; reports are mailed when it does.")
            except Exception:
                _LOG.exception("The report was not mailed just now; it is tried again.")


def read_time(when: str) -> tuple[time, ZoneInfo]:
    """A time of day and the zone in which it is meant.

    Raises:
        Faults: if it is none, or there is no such zone.

    Examples:
        >>> read_time("07:00 Europe/Brussels")
        (datetime.time(7, 0), zoneinfo.ZoneInfo(key='Europe/Brussels'))
    """
    clock, _, zone = when.strip().partition(" ")
    try:
        return time.fromisoformat(clock), ZoneInfo(zone.strip() or "Europe/Brussels")
    except (ValueError, ZoneInfoNotFoundError, OSError):
        mend = "give time and zone such as 07:00 Europe/Brussels"
        raise Faults([Fault("", "TRACKER_REPORT_AT", f"{when!r} is no time of day", mend)]) from None


def ended(now: datetime, at: time, zone: ZoneInfo) -> date:
    """The Sunday of the newest week whose report is due: from the Monday after it on, at the time of day.

    Examples:
        >>> from datetime import UTC
        >>> zone = ZoneInfo("Europe/Brussels")
        >>> [ended(datetime(2020, 4, 27, 4, minute, tzinfo=UTC), time(7), zone).isoformat() for minute in (0, 59)]
        ['2020-04-19', '2020-04-19']
        >>> ended(datetime(2020, 4, 27, 5, tzinfo=UTC), time(7), zone).isoformat()
        '2020-04-26'
    """
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    if datetime.combine(monday, at, zone) > now:
        monday -= timedelta(weeks=1)
    return monday - timedelta(days=1)


def _is_address(text: str) -> bool:
    """Whether this is one address, with or without a name, that can stand in a head of a mail."""
    _, address = parseaddr(text)
    local, _, host = address.partition("@")
    plain = text.isprintable() and address.isascii() and " " not in address
    return plain and bool(local and host) and "@" not in host and len(getaddresses([text])) == 1
