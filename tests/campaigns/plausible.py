"""Makes every second well-formed request of schemathesis plausible, so that it gets past the first look of the intake.

Its own texts are no countries, its ids no records; and a request that may be sent again needs a key of its own.
"""

from __future__ import annotations

import itertools
import random
from typing import Any

import schemathesis
from schemathesis import Case, HookContext

_CHOICE = random.Random(5)
_NUMBERS = itertools.count()
_RECORDS = [f"R{number}" for number in range(1, 81)]
_LIKELY: dict[str, list[Any]] = {
    "origin": [["DE"], "Taiwan; FR", ["EU"]],
    "felt": [["PL22"], None],
    "places": [["IT"], None],
    "country": ["Poland", "LT"],
    "region": ["PL22", None],
    "start": ["2021-03-01", "23.3.2020", None],
    "end": ["2021-06-30", None],
    "ecosystems": [["Electronics"], "Textiles; Health", None],
    "industries": [["A"], "C", None],
    "stages": [["operations"], None],
    "severity_low": [0.1, None],
    "severity_likely": [0.4, "40 %", None],
    "severity_high": [0.9, None],
    "effect": ["supply", "demand", None],
    "state": ["draft", "reported", None],
    "sources": [["https://example.org/a"], None],
    "links": [None],
    "address": ["https://example.org/b", None],
    "website": [None],
    "actions_required": [["funding"], None],
    "horizon": ["short", None],
    "confidence": ["high", None],
    "recommendation": ["need", None],
    "theme": ["collaboration and coordination"],
    "about": _RECORDS[:5],
    "merged_into": _RECORDS,
    "id": [None],
    "assigned_to": ["Ana"],
}


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Put likely values in the place of some, and an id that there is."""
    if case.meta is None or not case.meta.generation.mode.is_positive or _CHOICE.random() < 0.5:
        return
    number = next(_NUMBERS)
    if "record_id" in (case.path_parameters or {}):
        case.path_parameters["record_id"] = _CHOICE.choice(_RECORDS)
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"request-{number}"
    if not isinstance(case.body, dict):
        return
    known = {name: value for name, value in case.body.items() if name in _LIKELY or name in ("who", "why", "version")}
    said = {name: f"Number {number}" for name in ("title", "name", "text", "quote") if name in case.body}
    case.body = known | {name: _CHOICE.choice(_LIKELY[name]) for name in known if name in _LIKELY} | said
