"""What validation shows, in sentences made of its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from graphs import classification
from graphs.method import Method
from graphs.validation import BASELINES, Backtest, Case, Outcome, Ranking
from graphs.valuechain import Meta

INSIDE = "inside the range"
_WIDE = 3.0
"""A range whose high reading is more than this many times the low one is called wide."""
_MOSTLY_CARRIED = 0.1
"""A loss has travelled if the cause itself takes less than this share of it."""
_NAMED = 3


@dataclass(frozen=True, eq=False)
class Validation:
    """All that was held against observation. ``backtest`` and ``pairs`` are None without tables of several years."""

    chain: Meta
    method: Method
    outcomes: tuple[Outcome, ...]
    not_testable: tuple[Case, ...]
    variants: Mapping[str, tuple[Outcome, ...]]
    """The same cases with one assumption changed at a time."""
    backtest: Backtest | None = None
    pairs: pd.DataFrame | None = None
    rankings: Mapping[str, Ranking] = field(default_factory=dict)
    """Whether the matching finds what was really proposed, by what counts as the same kind of proposal."""


def verdict(one: Outcome) -> str:
    """Whether a prediction holds, in a few words.

    Examples:
        >>> from graphs.validation import cases
        >>> verdict(Outcome(cases()[0], 0.25, 0.5, 0.75, 0.0, 0.875, ()))
        'miss: 12.5 points too low'
    """
    if one.hit:
        return "inside, but the range is wide" if one.high_share > _WIDE * one.low_share else INSIDE
    return f"miss: {100 * abs(one.miss_share):.1f} points too {'low' if one.miss_share < 0 else 'high'}"


def sentences_of_cases(found: Validation) -> list[str]:
    """What the cases show together."""
    outcomes = found.outcomes
    inside = [verdict(one) for one in outcomes if one.hit]
    wide = sum(words != INSIDE for words in inside)
    low = sum(one.miss_share < 0 for one in outcomes)
    only = f" ({wide} only because the range is wide)" if wide else ""
    said = [
        f"Inside the range of the prediction: {len(inside)} of {len(outcomes)} observed outcomes{only}. Predicted too "
        f"low: {low}, too high: {len(outcomes) - len(inside) - low}."
    ]
    parts = parts_found(outcomes)
    if len(parts):
        bias = "always too little" if parts.max() < 1 else "not always too little"
        said.append(
            f"Where the loss had to travel through the chain ({len(parts)} cases), the likely reading finds "
            f"{percent(parts.min(), 0)} to {percent(parts.max(), 0)} of it, {percent(parts.median(), 0)} in the median "
            f"case: {bias}."
        )
    hits = {name: sum(one.hit for one in changed) for name, changed in found.variants.items()}
    best = max(hits, key=lambda name: hits[name], default="")
    if hits.get(best, 0) > len(inside):
        said.append(f"The misses hang most on one assumption: '{best}' brings {hits[best]} of {len(outcomes)} inside.")
    said.append(f"{len(found.not_testable)} more recorded events cannot be tested with what is recorded of them.")
    return said


def parts_found(outcomes: Sequence[Outcome]) -> pd.Series[float]:
    """Likely over observed loss, for each case whose loss had to travel through the chain."""
    carried = [one for one in outcomes if one.first_hand_share < _MOSTLY_CARRIED * one.observed_share]
    return pd.Series([one.likely_share / one.observed_share for one in carried], dtype=float)


def sentences_of_years(found: Backtest) -> list[str]:
    """What a backtest shows: where propagation helps and where it does not."""
    errors = found.errors
    said = [_headline(found, group) for group in ("All", "EU27") if ("all", group) in errors.index]
    groups = errors[errors.index.isin(["all", "kind", "sales"], level="level")].droplevel("level")
    for words, chosen in (("helps", groups[groups.gain_share > 0]), ("does not help", groups[groups.gain_share <= 0])):
        if len(chosen):
            said.append(f"Propagation {words} (error, and that of the best baseline): {_named(chosen, {})}.")
    moved = groups.input_use_change_share
    most = str(moved.abs().idxmax())
    said.append(
        "The prediction holds what industries buy per euro of their output as it was. That changed by "
        f"{signed(moved['All'])} for all, most for {most}: {signed(moved[most])}."
    )
    industry = found.nodes.groupby("industry").label.first().str.replace(r" \([^()]*\)$", "", regex=True)
    country = {code: classification.country_name(code) for code in found.nodes.country.unique()}
    for level, words, names in (("industry", "industries", industry.to_dict()), ("country", "countries", country)):
        table = errors.loc[level]
        helped = table[table.gain_share > 0]
        share = percent(helped.output_meur.sum() / table.output_meur.sum(), 0)
        said.append(
            f"It helps in {len(helped)} of {len(table)} {words} ({share} of output). Most: "
            f"{_named(table.nlargest(_NAMED, 'gain_share'), names)}. Least: "
            f"{_named(table.nsmallest(_NAMED, 'gain_share'), names)}."
        )
    ranks = errors.loc["country"][["rank_correlation", "own_demand_rank_correlation"]].dropna()
    if len(ranks):
        ours, own = ranks.median()
        said.append(
            f"Which industries of a country change most: rank correlation {ours:.2f} in the median country, {own:.2f} "
            "by own final demand alone."
        )
    return said


def sentences_of_pairs(pairs: pd.DataFrame) -> list[str]:
    """What the pairs of years show together, and which pair is hardest to predict."""
    said = []
    for group, table in pairs.groupby("group", sort=False):
        worst = table.loc[table.error_share.idxmax()]
        said.append(
            f"{group}: propagation beats all three baselines in {int((table.gain_share > 0).sum())} of {len(table)} "
            f"pairs of years; its error is {percent(table.error_share.min())} to {percent(table.error_share.max())} of "
            f"output, largest {worst.first_year}–{worst.second_year}."
        )
    return said


def signed(share: float) -> str:
    """A change in percent with its sign.

    Examples:
        >>> signed(-0.0703)
        '−7.0 %'
    """
    return f"{100 * share:+.1f} %".replace("-", "−")


def percent(share: float, digits: int = 1) -> str:
    """A share in percent.

    Examples:
        >>> percent(0.0375)
        '3.8 %'
    """
    return f"{100 * share:.{digits}f} %"


def _headline(found: Backtest, group: str) -> str:
    row = found.errors.loc[("all", group)]
    members = len(set(found.nodes.country) & classification.EU27)
    whom = f"EU27 ({members} of 27 are in the table)" if group == "EU27" else group
    baselines = ", ".join(f"{percent(row[f'{name}_error_share'])} by {words}" for name, words in BASELINES.items())
    return (
        f"{whom}: output changed by {signed(row.observed_change_share)}; predicted "
        f"{signed(row.predicted_change_share)}, by own final demand alone {signed(row.own_demand_change_share)}. "
        f"Node by node the prediction is off by {percent(row.error_share)} of output, against {baselines}."
    )


def _named(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    return "; ".join(
        f"{names.get(str(group), group)} {percent(row.error_share)} ({percent(row.best_baseline_error_share)})"
        for group, row in table.iterrows()
    )
