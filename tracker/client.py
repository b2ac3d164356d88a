"""The API from Python: frames of pandas and graphs of networkx, with requests and nothing of the server."""

from __future__ import annotations

import io
import sys
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote, urlencode

import networkx as nx
import pandas as pd
import requests

from graphs.errors import Fault

_DAYS = frozenset({"on", "at", "start", "end"})
_WHOLE = frozenset(
    {"rank", "rank_low", "rank_high", "recovery_weeks", "log_position", "number", "version", "horizon_weeks"}
)
MOST_OF_A_PAGE = 200
_MOST_KEPT = 64
_SECONDS_OF_AN_ANSWER = 120
_BETWEEN_TRIES_S = 1.0


class Problem(Exception):
    """The desk refused, or something is wrong with what was sent: every fault at once, each with its mend.

    Examples:
        >>> fault = Fault("", "title", "is empty", "say what happened")
        >>> print(Problem(422, "The input has faults", "1 to mend.", [fault]))
        422 The input has faults: 1 to mend.
        title: is empty; say what happened
    """

    def __init__(self, status: int, title: str, detail: str, faults: Iterable[Fault] = ()) -> None:
        self.status, self.title, self.detail, self.faults = status, title, detail, tuple(faults)
        super().__init__("\n".join([f"{status} {title}: {detail}", *map(str, self.faults)]))


@dataclass(frozen=True)
class WhatIf:
    """What would be: the scores of a level, the nodes that lose most, and the disruptions as they were understood."""

    impact: pd.DataFrame
    nodes: pd.DataFrame
    disruptions: pd.DataFrame
    eu: dict[str, Any] | None


def to_stderr(text: str) -> None:
    """Tell whoever waits what is waited for."""
    print(text, file=sys.stderr, flush=True)


class Tracker:
    """A desk of the tracker, asked over its API.

    An answer that was read before comes from memory if the desk says that it still holds (ETag). Where the desk asks to
    come back later (202, 429, 503), or the connection breaks, it is asked again for as long as ``patience_s``.

    Args:
        address: of the desk, without a path.
        key: of an account; not needed where there is no login.
        patience_s: seconds after which waiting ends.
        tell: hears what is waited for.

    Raises:
        Problem: by every method, if the desk refuses.
        TimeoutError: by every method, if the desk is not ready within the patience.
        ConnectionError: by every method, if it cannot be reached within the patience.

    Examples:
        >>> desk = Tracker("http://localhost:8000")
        >>> desk.scores(level="country", on="2020-04-26")[["label", "score"]]  # doctest: +SKIP
        >>> desk.log(title="Strike", origin="FR", start="2021-03-01")["id"]  # doctest: +SKIP
        'D81'
    """

    def __init__(
        self,
        address: str = "http://localhost:8000",
        *,
        key: str = "",
        patience_s: float = 600,
        tell: Callable[[str], None] = to_stderr,
    ) -> None:
        self.address, self.patience_s, self.tell = address.rstrip("/"), patience_s, tell
        self._session = requests.Session()
        self._kept: OrderedDict[tuple[str, str], requests.Response] = OrderedDict()
        if key:
            self._session.headers["Authorization"] = f"Bearer {key}"

    def scores(
        self,
        *,
        level: str = "ecosystem",
        on: date | str | None = None,
        key: str | None = None,
        log_position: int | None = None,
    ) -> pd.DataFrame:
        """Scores of a level on a day with interval, ranks, losses (million EUR) and reasons, one row for each key.

        Args:
            level: eu, ecosystem, country, industry or node.
            on: today if left out.
            log_position: of the log as it was then.
        """
        asked = {"level": level, "on": on, "key": key, "log_position": log_position}
        return _table(self._get("scores", asked, "text/csv"))

    def series(
        self,
        *,
        level: str = "ecosystem",
        key: str | None = None,
        first: date | str | None = None,
        last: date | str | None = None,
    ) -> pd.DataFrame:
        """Scores of every Monday from one day to another, one row for each day and key, when all are computed.

        Weeks that nobody asked for before take some time: ``tell`` hears how many are left.
        """
        asked = {"level": level, "key": key, "first": first, "last": last}
        return _table(self._get("series", asked, "text/csv"))

    def records(
        self,
        kind: str = "disruption",
        *,
        q: str | None = None,
        state: str | None = None,
        country: str | None = None,
        ecosystem: str | None = None,
        about: str | None = None,
        assigned_to: str | None = None,
        on: date | str | None = None,
    ) -> pd.DataFrame:
        """Records that fit every filter, all pages, the newest day first; lists stay lists."""
        asked: dict[str, Any] = {"kind": kind, "q": q, "state": state, "country": country, "ecosystem": ecosystem}
        asked |= {"about": about, "assigned_to": assigned_to, "on": on, "limit": MOST_OF_A_PAGE}
        return _typed(pd.DataFrame([one for page in self._pages("records", asked) for one in page["records"]]))

    def record(self, record_id: str) -> dict[str, Any]:
        """One record as it stands; its ``version`` says by which entry of the log."""
        found: dict[str, Any] = self._get(f"records/{quote(record_id, safe='')}", {}).json()
        return found

    def log(self, kind: str = "disruption", *, again: str | None = None, **said: Any) -> dict[str, Any]:
        """Log one record, once, even if the connection breaks and it must be sent again; the record as it stands.

        Args:
            kind: disruption, cluster, association, practice, action, comment, evidence or session.
            again: a key of your own for this record: with the same key nothing is logged twice within a day, even by a
                program that was started anew. Made up if left out.
            said: the fields, as ``/docs`` has them: ``title="Strike", origin="FR", severity_likely="40 %"``.
        """
        headers = {"Idempotency-Key": again or uuid.uuid4().hex}
        path = f"/api/v1/{kind if kind == 'evidence' else f'{kind}s'}"
        logged: dict[str, Any] = self._ask("POST", path, headers=headers, json=_plain(said)).json()
        return logged

    def changes(self, after: int = 0) -> pd.DataFrame:
        """The entries of the log after a position, oldest first; ``changes`` holds each field before and after."""
        asked = {"after": after, "limit": MOST_OF_A_PAGE}
        return _typed(pd.DataFrame([one for page in self._pages("changes", asked) for one in page["entries"]]))

    def chain(self, min_flow_meur: float = 1000) -> nx.DiGraph:
        """The value chain: industries of countries with their figures, and flows from there on (million EUR a year)."""
        answer = self._get("chain", {"min_flow_meur": min_flow_meur}).json()
        return nx.node_link_graph(answer, edges="links")

    def metrics(
        self, *, country: str | None = None, industry: str | None = None, ecosystem: str | None = None
    ) -> pd.DataFrame:
        """Every metric of structure of each node, one row for each."""
        asked = {"country": country, "industry": industry, "ecosystem": ecosystem, "limit": 5_000}
        return _typed(pd.DataFrame([one for page in self._pages("metrics", asked) for one in page["metrics"]]))

    def what_if(
        self,
        *disruptions: Mapping[str, Any],
        on: date | str | None = None,
        with_record: bool = False,
        level: str = "ecosystem",
        nodes: int = 20,
    ) -> WhatIf:
        """What disruptions would cost and do to the scores; nothing is logged.

        Args:
            disruptions: each in the fields of ``log``.
            on: the first day of the earliest if left out.
            with_record: whether what is on record counts too.
            nodes: how many of those that lose most are told.
        """
        asked = {"disruptions": list(disruptions), "on": on, "with_record": with_record, "level": level, "nodes": nodes}
        found = self._ask("POST", "/api/v1/what-if", json=_plain(asked))
        told = found.json()
        if found.status_code == 202:
            told = self._done(found.headers["Location"])
        impact, hit, supposed = (pd.DataFrame(told[one]) for one in ("impact", "nodes", "disruptions"))
        return WhatIf(impact, hit, _typed(supposed), told["eu"])

    def _done(self, path: str) -> dict[str, Any]:
        """The result of a job, when it is there."""
        end = monotonic() + self.patience_s
        while True:
            answer = self._ask("GET", path)
            job = answer.json()
            if job["status"] == "failed":
                raise Problem(422, "The input has faults", "It failed.", [Fault(**one) for one in job["faults"]])
            if job["status"] == "done":
                result: dict[str, Any] = job["result"]
                return result
            self._wait(answer, end, f"{job['doing']}: {job['done']} of {job['of']}")

    def _pages(self, path: str, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        page = self._get(path, asked).json()
        yield page
        while page["next"]:
            page = self._known(page["next"], "application/json").json()
            yield page

    def _get(self, path: str, asked: Mapping[str, Any], accept: str = "application/json") -> requests.Response:
        wanted = {name: _plain(value) for name, value in asked.items() if value is not None}
        return self._known(f"/api/v1/{path}?{urlencode(wanted)}", accept)

    def _known(self, path: str, accept: str) -> requests.Response:
        """What is there when nothing is being computed any more; from memory if it still holds."""
        kept = self._kept.pop((path, accept), None)
        headers = {"Accept": accept} | ({"If-None-Match": kept.headers["ETag"]} if kept is not None else {})
        answer = self._ask("GET", path, headers=headers)
        if answer.status_code == 304 and kept is not None:
            answer = kept
        if "ETag" in answer.headers:
            self._kept[path, accept] = answer
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return answer

    def _ask(self, verb: str, path: str, **sent: Any) -> requests.Response:
        """The answer, after waiting where the desk asks for it. What is sent may be sent again."""
        end = monotonic() + self.patience_s
        while True:
            try:
                answer = self._session.request(
                    verb, self.address + path, timeout=_SECONDS_OF_AN_ANSWER, allow_redirects=False, **sent
                )
            except (requests.ConnectionError, requests.Timeout):
                self._wait(None, end, f"{self.address} does not answer")
                continue
            later = answer.status_code in (429, 503) and "Retry-After" in answer.headers
            if later or (answer.status_code == 202 and verb == "GET"):
                self._wait(answer, end, _left(answer) if answer.status_code == 202 else _problem(answer).detail)
            elif answer.ok and (answer.status_code < 300 or answer.status_code == 304):
                return answer
            else:
                raise _problem(answer)

    def _wait(self, answer: requests.Response | None, end: float, told: str) -> None:
        """As long as the desk says, and no longer than the patience lasts."""
        seconds = float(answer.headers.get("Retry-After", 1)) if answer is not None else _BETWEEN_TRIES_S
        if monotonic() + seconds > end:
            if answer is None:
                raise ConnectionError(f"{told}, for {self.patience_s:g} seconds")
            raise TimeoutError(f"not ready after {self.patience_s:g} seconds ({told})")
        self.tell(f"{told}; asked again in {seconds:g} s")
        sleep(seconds)


def _left(answer: requests.Response) -> str:
    """What is still being computed."""
    if answer.headers["Content-Type"].startswith("text/csv"):
        days = _table(answer).groupby("on").score.count()
        return f"{(days == 0).sum()} of {len(days)} weeks are still being computed"
    progress = answer.json()["progress"]
    return f"{progress['doing']}: {progress['done']} of {progress['of']}"


def _problem(answer: requests.Response) -> Problem:
    """What the desk says is wrong; what is no answer of a desk says so."""
    try:
        told = answer.json()
        return Problem(answer.status_code, told["title"], told["detail"], [Fault(**one) for one in told["faults"]])
    except (ValueError, KeyError, TypeError):
        return Problem(answer.status_code, answer.reason, f"{answer.url} is no answer of a desk", ())


def _table(answer: requests.Response) -> pd.DataFrame:
    """A CSV as a frame; a text such as NA, the code of Namibia, stays a text."""
    return _typed(pd.read_csv(io.BytesIO(answer.content), keep_default_na=False, na_values=[""]))


def _typed(found: pd.DataFrame) -> pd.DataFrame:
    """With days as days, and whole numbers as such also where some are missing."""
    for name in found:
        if name in _DAYS or str(name).endswith("_on"):
            found[name] = pd.to_datetime(found[name], format="ISO8601", utc=name == "at")
        elif name in _WHOLE:
            found[name] = found[name].astype("Int64")
    return found


def _plain(value: Any) -> Any:
    """Days as text, and what holds them."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
