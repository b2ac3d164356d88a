"""What programs are told: an assessment and the log as plain JSON values, each score with its provenance."""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphs.assessment import Assessment
from graphs.errors import Fault, Unknown
from graphs.method import Method
from graphs.score.uncertainty import INTERVAL
from graphs.series import FIGURES, Series
from graphs.valuechain import Meta, ValueChain
from tracker.log import Entry, Standing

_WHOLE = {"recovery_weeks", "rank", "rank_low", "rank_high"}


def scores(assessment: Assessment, position: int, level: str, key: str | None = None) -> dict[str, Any]:
    """Scores of one level with intervals and reasons, and what they were computed from.

    Raises:
        Unknown: if the level has no such key.
    """
    rows = assessment.level(level).join(assessment.ranks(level))
    if key is not None:
        if key not in rows.index:
            raise Unknown(key)
        rows = rows.loc[[key]]
    before = {"on": assessment.on.isoformat(), "level": level}
    after = of_each_row(assessment.chain, assessment.chain_version, assessment.method, position)
    return provenance(assessment, position) | {
        "level": level,
        "scores": [before | _score(assessment, level, str(name), row) | after for name, row in rows.iterrows()],
    }


def series(
    found: Series, chain: ValueChain, method: Method, position: int, level: str, key: str | None = None
) -> dict[str, Any]:
    """Scores of one level over some weeks, one for each week and key, and what they were computed from."""
    return _made_from(chain.meta, chain.version, method, position) | {
        "level": level,
        "missing": [day.isoformat() for day in found.missing],
        "scores": points(found, chain, method, position, level, key),
    }


def points(
    found: Series, chain: ValueChain, method: Method, position: int, level: str, key: str | None = None
) -> list[dict[str, Any]]:
    """The rows of a series: one for each week that is known and key, with what it was computed from."""
    after = of_each_row(chain.meta, chain.version, method, position)
    return [
        {"on": row["on"].isoformat(), "level": level, "key": row["key"], "label": row["label"]}
        | {name: round(row[name], 6) for name in FIGURES}
        | after
        for row in found.table(level, key).to_dict("records")
    ]


def provenance(assessment: Assessment, position: int) -> dict[str, Any]:
    """What an answer was computed from."""
    made_from = _made_from(assessment.chain, assessment.chain_version, assessment.method, position)
    return {"on": assessment.on.isoformat()} | made_from


def of_each_row(chain: Meta, chain_version: str, method: Method, position: int | None = None) -> dict[str, Any]:
    """What a row was computed from, the same in each, so that rows of several answers can stand in one table.

    Args:
        position: of the log; None for what does not follow from it.
    """
    made_from = {
        "chain_year": chain.year,
        "chain_is_estimate": chain.estimate,
        "chain_version": chain_version,
        "method_version": method.version,
    }
    return made_from | ({} if position is None else {"log_position": position})


def chain_source(chain: Meta, chain_version: str) -> dict[str, Any]:
    """Where the value chain comes from."""
    return {
        "title": chain.title,
        "year": chain.year,
        "estimate": chain.estimate,
        "source": chain.source,
        "version": chain_version,
    }


def reasons(assessment: Assessment, level: str, key: str) -> list[dict[str, Any]]:
    """What takes the points of a score, most first."""
    return [
        {"kind": one.kind, "id": one.id, "points": round(one.points, 6), "text": one.text}
        | ({"assumptions": list(one.assumptions)} if one.assumptions else {})
        for one in assessment.reasons(level, key)
    ]


def in_force(assessment: Assessment) -> list[dict[str, Any]]:
    """The disruptions behind an assessment, each with what had to be assumed."""
    return [
        {
            "id": effect.disruption.id,
            "title": effect.disruption.title,
            "effect": effect.kind,
            "assumptions": list(effect.assumptions),
            "sources": list(effect.disruption.sources),
        }
        for effect in assessment.shock.effects
    ]


def record(one: Standing) -> dict[str, Any]:
    """A record as it stands, and what it does not say."""
    found = one.record
    return found.to_dict() | {
        "kind": one.kind,
        "version": one.version,
        "reporter": one.reporter,
        "author": one.author,
        "reported_for": one.association,
        "missing": found.missing(),
    }


def entry(one: Entry) -> dict[str, Any]:
    """An entry of the log, with what it changed."""
    changes = {name: {"before": before, "after": after} for name, (before, after) in one.changes().items()}
    return {
        "number": one.number,
        "at": one.at,
        "who": one.who,
        "action": one.action,
        "kind": one.kind,
        "record_id": one.record_id,
        "why": one.why,
        "reported_for": one.association,
        "changes": changes,
        "hash": one.hash,
    }


def fault(one: Fault) -> dict[str, str]:
    """A fault with its mend."""
    return {"where": one.where, "field": one.field, "fault": one.fault, "mend": one.mend}


def _made_from(chain: Meta, chain_version: str, method: Method, position: int) -> dict[str, Any]:
    return {
        "log_position": position,
        "method_version": method.version,
        "horizon_weeks": method.horizon_weeks,
        "chain": chain_source(chain, chain_version),
        "interval": f"losses: the low and high readings of severity and duration; scores and ranks: {INTERVAL}",
    }


def _score(assessment: Assessment, level: str, key: str, row: pd.Series) -> dict[str, Any]:
    figures = {
        name: None if pd.isna(value) else int(value) if name in _WHOLE else round(float(value), 6)
        for name, value in row.items()
        if name != "label"
    }
    return {"key": key, "label": row["label"], **figures, "reasons": reasons(assessment, level, key)}
