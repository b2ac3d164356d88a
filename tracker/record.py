"""The embedded record that a new log begins with: 80 disruptions of 2018–2025, each with its source, and proposals.

What a disruption's record proposes ships as actions and, where the words say that it was done, as good practices. Their
titles are the words of the record. Kind, theme, recommendation and act were coded from these words afterwards, before
anything was matched; each ``note`` says so. Nobody has verified them, and no action says more than that it is proposed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import resources

from graphs.disruption import Disruption
from graphs.recommendation import Action, Practice
from tracker import intake

CODED = "theme, recommendation and act coded afterwards from the words; not verified"


@dataclass(frozen=True)
class Proposed:
    """A proposal of the record as a practice or an action, and the kinds of measure that its words speak of.

    ``measures`` are words of 21 that were written down beside the proposals; they are used to test the matching.
    """

    record: Practice | Action
    measures: frozenset[str]


def embedded(industries: Collection[str]) -> list[Disruption]:
    """The recorded disruptions, through the same door as everybody's.

    Args:
        industries: codes of a value chain that must have every industry of the record; none: any will do.

    Examples:
        >>> records = embedded([])
        >>> len(records), all(record.sources for record in records)
        (80, True)
    """
    return intake.read_csv(_text("record.csv"), industries)


def proposed(records: Sequence[Disruption]) -> list[Proposed]:
    """What the recorded disruptions propose, in the order of the record.

    Args:
        records: the embedded ones; what they do not hold is left out.

    Examples:
        >>> found = proposed(embedded([]))
        >>> len(found), len({one.record.about for one in found})
        (80, 39)
        >>> found[0].record.id, found[0].record.title
        ('R05.1', 'people from tourism, social and restaurant sectors help in agriculture')
    """
    by_id = {one.id: one for one in records}
    rows = csv.DictReader(io.StringIO(_text("proposals.csv"), newline=""))
    return [_proposed(row, by_id[row["about"]]) for row in rows if row["about"] in by_id]


def _proposed(row: dict[str, str], of: Disruption) -> Proposed:
    whole = of.proposals if of.proposals != row["title"] else ""
    values = {
        **{name: row[name] for name in ("id", "about", "title", "theme")},
        "description": f"Recorded as: {whole}" if whole else "",
        "ecosystems": list(of.ecosystems),
        "note": f"Words of the record of {of.id}; {CODED}",
    }
    if row["kind"] == "practice":
        values |= {name: row[name] for name in ("transitions", "places")} | {"sources": list(of.sources)}
    else:
        values |= {name: row[name] for name in ("recommendation", "actions_required")}
        values["state_source"] = of.sources[0] if of.sources else ""
    record = intake.read(values, [], row["kind"])
    assert isinstance(record, Practice | Action)  # the file has no other kinds
    return Proposed(record, frozenset(row["measures"].split("; ")) - {""})


def _text(name: str) -> str:
    return (resources.files("tracker") / "data" / name).read_text("utf-8")
