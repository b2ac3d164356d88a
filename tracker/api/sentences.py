"""An entry of the log in words: a title, and a sentence of what was changed."""

from __future__ import annotations

from typing import Any

from tracker.log import Entry

_DONE = {
    "log": "logged {}",
    "import": "imported {}",
    "amend": "changed {}",
    "submit": "handed in {} for review",
    "verify": "verified {}",
    "reject": "rejected {}",
    "reopen": "reopened {}",
    "resolve": "said that {} is over",
    "assign": "changed who looks after {}",
    "merge": "merged {} into another record",
    "withdraw": "withdrew {}",
    "undo": "undid the last change of {}",
    "restore": "restored an older version of {}",
}
_LONGEST = 120
"""Letters of a value; the record has the rest."""


def title(one: Entry) -> str:
    """What the entry is about and what was done, in a line.

    Examples:
        >>> strike = Entry(7, "", "Ana", "verify", "disruption", "D1", {}, {"title": "Strike"}, "", "", "", "")
        >>> title(strike)
        'Strike (D1): verify'
    """
    return f"{_name(one)} ({one.record_id}): {one.action}"


def sentence(one: Entry) -> str:
    """Who did what, which fields became what, and why.

    Examples:
        >>> before, after = {"title": "Strike", "end": None}, {"title": "Strike", "end": "2021-03-09"}
        >>> print(sentence(Entry(7, "", "Ana", "resolve", "disruption", "D1", before, after, "Over", "", "", "")))
        Ana said that the disruption “Strike” (D1) is over. End: 2021-03-09. Reason: Over
    """
    done = _DONE.get(one.action, f"did “{one.action}” to {{}}")
    about = f" about {one.after['about']}" if one.after.get("about") and one.kind in ("comment", "evidence") else ""
    said = f"{one.who} " + done.format(f"the {one.kind} “{_name(one)}” ({one.record_id}){about}") + "."
    changed = one.changes() if one.before is not None else {}
    if changed:
        said += " " + "; ".join(_change(name, *values) for name, values in changed.items()) + "."
    return f"{said} Reason: {one.why}" if one.why else said


def _name(one: Entry) -> str:
    said = (one.after.get(name) for name in ("title", "name", "text", "quote", "address"))
    return _short(next((one for one in said if one), "")) or one.record_id


def _change(name: str, before: Any, after: Any) -> str:
    words, old, new = name.replace("_", " ").capitalize(), _short(before), _short(after)
    if not new:
        return f"{words}: {old} taken out"
    return f"{words}: {old} → {new}" if old else f"{words}: {new}"


def _short(value: Any) -> str:
    if value is None:
        return ""
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
