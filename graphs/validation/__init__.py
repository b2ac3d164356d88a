"""Predictions held against what really happened: from one year's table to the next, and case by case."""

from __future__ import annotations

from graphs.validation.cases import Case, Observed, Outcome, cases, outcome, variants
from graphs.validation.proposals import Ranking, leave_one_out
from graphs.validation.years import BASELINES, Backtest, backtest, pairs_table

__all__ = [
    "BASELINES",
    "Backtest",
    "Case",
    "Observed",
    "Outcome",
    "Ranking",
    "backtest",
    "cases",
    "leave_one_out",
    "outcome",
    "pairs_table",
    "variants",
]
