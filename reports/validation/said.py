"""What validation shows, in sentences made of its figures."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from graphs.method import Method
from graphs.validation import BASELINES, Backtest, Case, Outcome
from graphs.valuechain import Meta

_CONCLUSIVE = 3.0
"""A range whose high reading is more than this many times the low one is called wide."""


@dataclass(frozen=True, eq=False)
class Validation:
    """All that was held against observation. ``backtest`` and ``pairs`` are None without tables of several years."""

    chain: Meta
    method: Method
    outcomes: tuple[Outcome, ...]
    not_testable: tuple[Case, ...]
    backtest: Backtest | None = None
    pairs: pd.DataFrame | None = None


def verdict(one: Outcome) -> str:
    """Whether a prediction holds, in a few words.

    Examples:
        >>> from graphs.validation import cases
        >>> verdict(Outcome(cases()[0], 0.25, 0.5, 0.75, 0.0, 0.875, ()))
        'miss: 12.5 points too low'
    """
    if one.hit:
        wide = one.high_share > _CONCLUSIVE * one.low_share
        return "inside, but the range is wide" if wide else "inside the range"
    return f"miss: {100 * abs(one.miss_share):.1f} points too {'low' if one.miss_share < 0 else 'high'}"


def sentences_of_cases(found: Validation) -> list[str]:
    """What the cases show together."""
    outcomes = found.outcomes
    low = [one for one in outcomes if one.miss_share < 0]
    high = [one for one in outcomes if one.miss_share > 0]
    inside = [one for one in outcomes if one.hit]
    wide = [one for one in inside if verdict(one) != "inside the range"]
    said = [
        f"{len(inside)} of {len(outcomes)} observed outcomes lie inside the range of the prediction"
        f"{f' ({len(wide)} of them only because the range is wide)' if wide else ''}; in {len(low)} the prediction is "
        f"too low, in {len(high)} too high."
    ]
    carried = [one for one in outcomes if one.first_hand_share < 0.1 * one.observed_share]
    if carried:
        parts = sorted(one.likely_share / one.observed_share for one in carried)
        said.append(
            f"In {len(carried)} cases the loss had to travel through the chain. There the likely reading finds "
            f"{percent(parts[0], 0)} to {percent(parts[-1], 0)} of the observed loss "
            f"({percent(parts[len(parts) // 2], 0)} in the middle): what a table of industries carries from a few "
            f"suppliers to their customers is {'a lower bound' if parts[-1] < 1 else 'uncertain in both directions'}."
        )
    said.append(f"{len(found.not_testable)} recorded events cannot be tested with what is recorded of them.")
    return said


def sentences_of_years(found: Backtest) -> list[str]:
    """What a backtest shows: where propagation helps and where it does not."""
    errors = found.errors
    said = []
    for group, row in errors.loc["all"].iterrows():
        baselines = ", ".join(f"{percent(row[f'{name}_error_share'])} by {words}" for name, words in BASELINES.items())
        said.append(
            f"{group}: output changed by {signed(row.observed_change_share)}; predicted "
            f"{signed(row.predicted_change_share)}, by own final demand alone {signed(row.own_demand_change_share)}. "
            f"Node by node the prediction is off by {percent(row.error_share)} of output, against {baselines}: "
            f"propagation {helps(row)}."
        )
    for level in ("kind", "sales"):
        for group, row in errors.loc[level].iterrows():
            said.append(
                f"{group}: off by {percent(row.error_share)}, the best baseline by "
                f"{percent(row.best_baseline_error_share)}: propagation {helps(row)}."
            )
    for level, words in (("industry", "industries"), ("country", "countries")):
        table = errors.loc[level]
        helped = table[table.gain_share > 0]
        share = helped.output_meur.sum() / table.output_meur.sum()
        said.append(
            f"Propagation beats all three baselines in {len(helped)} of {len(table)} {words} ({percent(share, 0)} of "
            f"output). Most: {_named(table.nlargest(3, 'gain_share'))}; least: "
            f"{_named(table.nsmallest(3, 'gain_share'))}."
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


def helps(row: pd.Series) -> str:
    """One word for whether propagation beats every baseline."""
    return "helps" if row.gain_share > 0 else "does not help"


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


def _named(table: pd.DataFrame) -> str:
    return ", ".join(
        f"{group} ({percent(row.error_share)}, best baseline {percent(row.best_baseline_error_share)})"
        for group, row in table.iterrows()
    )
