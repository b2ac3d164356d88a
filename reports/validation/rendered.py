"""The same as a page of text, as JSON and as a table of nodes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from graphs.validation import BASELINES, Backtest, Outcome
from reports.to_csv import safe
from reports.validation.matched import lines_of_rankings, sentences_of_ranking
from reports.validation.said import (
    Validation,
    parts_found,
    percent,
    sentences_of_cases,
    sentences_of_pairs,
    sentences_of_years,
    signed,
    verdict,
)

COLUMNS = (
    "Observed",
    "Predicted",
    "Error",
    "Own demand",
    "Country-wide",
    "Same everywhere",
    "Rank",
    "Rank, own demand",
)
"""What ``cells`` shows, in order."""
VARIANT_COLUMNS = ("Inside the range", "Too low", "Too high", "Found of a carried loss, median")
"""What ``variant_cells`` shows, in order."""


def to_markdown(found: Validation) -> str:
    """The whole validation as a page of text."""
    lines = [
        "# Predictions held against what happened",
        "",
        f"Everything here is an estimate. Chain: {found.chain.title}. Method version {found.method.version}.",
        "",
        "## Recorded cases",
        "",
        *(f"* {one}" for one in sentences_of_cases(found)),
        "",
        "Shares of output lost, on average over the period that is observed. First hand: what the cause takes directly "
        "from the output that is observed.",
        "",
        "| Case | Low | Likely | High | First hand | Observed | |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found.outcomes:
        shares = (one.low_share, one.likely_share, one.high_share, one.first_hand_share, one.observed_share)
        lines.append(f"| {one.case.title} | {' | '.join(percent(share, 2) for share in shares)} | {verdict(one)} |")
    for one in found.outcomes:
        lines += ["", f"**{one.case.title}** ({one.case.id}; {one.case.record or 'not in the record'})", ""]
        lines += [f"* goes in: {one.case.cause_basis}"]
        lines += [f"* observed: {one.case.observed.basis}"] if one.case.observed else []
        lines += [f"* caution: {one.case.caution}", *(f"* assumed: {words}" for words in one.assumptions)]
        lines += [f"* source: <{source}>" for source in one.case.sources]
    lines += [
        "",
        "The same cases with one assumption changed at a time (too few cases to choose assumptions by):",
        "",
        f"| Assumption | {' | '.join(VARIANT_COLUMNS)} |",
        "|---" * (1 + len(VARIANT_COLUMNS)) + "|",
        *(f"| {name} | {' | '.join(variant_cells(outcomes))} |" for name, outcomes in found.variants.items()),
    ]
    lines += ["", "Not testable with what is recorded:", ""]
    lines += [f"* {one.title} ({one.record}): {one.not_testable}" for one in found.not_testable]
    lines += lines_of_rankings(found.rankings)
    if found.backtest is not None:
        lines += _lines_of_years(found.backtest)
    if found.pairs is not None:
        lines += _lines_of_pairs(found.pairs)
    return "\n".join(lines) + "\n"


def to_json(found: Validation) -> str:
    """The whole validation as JSON; what is not defined is null."""
    said: dict[str, Any] = {
        "estimate": True,
        "chain": {"title": found.chain.title, "year": found.chain.year, "source": found.chain.source},
        "method_version": found.method.version,
        "cases": [_case(one) for one in found.outcomes],
        "not_testable": [
            {"case": one.id, "title": one.title, "record": one.record, "why": one.not_testable, "sources": one.sources}
            for one in found.not_testable
        ],
        "cases_said": sentences_of_cases(found),
        "assumptions_changed": {
            name: [{"case": one.case.id, **_shares(one), "hit": one.hit} for one in outcomes]
            for name, outcomes in found.variants.items()
        },
    }
    if found.rankings:
        said["proposals"] = {
            name: {
                "cases": len(one.cases),
                "proposals": one.proposals,
                "ways": _records(one.table.reset_index()),
                "said": sentences_of_ranking(name, one),
            }
            for name, one in found.rankings.items()
        }
    if found.backtest is not None:
        said["years"] = {
            "first_year": found.backtest.first,
            "second_year": found.backtest.second,
            "unit": found.backtest.unit,
            "errors": _records(found.backtest.errors.reset_index()),
            "said": sentences_of_years(found.backtest),
        }
    if found.pairs is not None:
        said["pairs"] = {"errors": _records(found.pairs), "said": sentences_of_pairs(found.pairs)}
    return json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False)


def nodes_to_csv(found: Backtest) -> str:
    """Each node of a backtest: output of both years, the prediction and the baselines; safe to open in a spreadsheet.

    Examples:
        >>> from graphs.validation import backtest
        >>> from graphs.valuechain import ValueChain
        >>> chain = ValueChain.from_matrix(["DE_A", "DE_C"], [[0, 50], [0, 0]], [50, 100])
        >>> nodes_to_csv(backtest(chain, chain)).splitlines()[1].split(",")[:6]
        ['DE_A', 'DE_A', 'DE', 'A', '0', '0']
    """
    frame = found.nodes.reset_index(names="key")
    for column in ("key", "label", "country", "industry"):
        frame[column] = [safe(str(text)) for text in frame[column]]
    frame.insert(4, "first_year", found.first)
    frame.insert(5, "second_year", found.second)
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.6f")


def _lines_of_years(found: Backtest) -> list[str]:
    lines = [
        "",
        f"## From {found.first} to {found.second}",
        "",
        f"Output of {found.second} predicted as x' = L f', with L of {found.first} and the final demand of "
        f"{found.second} as it came: a test of whether the input structure carries a change of demand, not a forecast. "
        f"Unit: {found.unit}. Prices and rates of exchange are not taken out.",
        "",
        *(f"* {one}" for one in sentences_of_years(found)),
        "",
        f"| Group | {' | '.join(COLUMNS)} |",
        "|---" * (1 + len(COLUMNS)) + "|",
    ]
    for index, row in found.errors.iterrows():
        lines.append(f"| {index[1]} | {' | '.join(cells(row))} |")
    return lines


def cells(row: pd.Series) -> list[str]:
    """The figures of a group as they stand in a table: changes, errors, rank correlations."""
    changes = [signed(row.observed_change_share), signed(row.predicted_change_share)]
    errors = [percent(row[f"{name}error_share"]) for name in ("", *(f"{one}_" for one in BASELINES))]
    ranks = [row.rank_correlation, row.own_demand_rank_correlation]
    return changes + errors + ["–" if pd.isna(rank) else f"{rank:.2f}" for rank in ranks]


def variant_cells(outcomes: Sequence[Outcome]) -> list[str]:
    """How many outcomes lie inside, below and above the range, and the part found of losses that had to travel."""
    parts = parts_found(outcomes)
    low, high = (sum(sign * one.miss_share > 0 for one in outcomes) for sign in (-1, 1))
    inside = f"{sum(one.hit for one in outcomes)} of {len(outcomes)}"
    return [inside, str(low), str(high), percent(parts.median(), 0) if len(parts) else "–"]


def _lines_of_pairs(pairs: pd.DataFrame) -> list[str]:
    lines = ["", "## Every pair of years", "", *(f"* {one}" for one in sentences_of_pairs(pairs)), ""]
    lines += [
        f"| Years | Group | {' | '.join(COLUMNS)} |",
        "|---" * (2 + len(COLUMNS)) + "|",
    ]
    for _, row in pairs.iterrows():
        lines.append(f"| {row.first_year}–{row.second_year} | {row.group} | {' | '.join(cells(row))} |")
    return lines


def _case(one: Outcome) -> dict[str, Any]:
    case = one.case
    return {
        "case": case.id,
        "title": case.title,
        "record": case.record,
        **_shares(one),
        "hit": one.hit,
        "verdict": verdict(one),
        "goes_in": case.cause_basis,
        "cause": case.cause.to_dict() if case.cause else None,
        "observed": case.observed.basis if case.observed else "",
        "observed_from": case.observed.first_day.isoformat() if case.observed else None,
        "observed_to": case.observed.last_day.isoformat() if case.observed else None,
        "caution": case.caution,
        "assumptions": one.assumptions,
        "sources": case.sources,
    }


def _shares(one: Outcome) -> dict[str, float]:
    names = ("low_share", "likely_share", "high_share", "first_hand_share", "observed_share", "miss_share")
    return {name: getattr(one, name) for name in names}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
