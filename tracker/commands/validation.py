"""The job behind ``validate``: run the cases and the years, and show them as tables."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from rich import box
from rich.table import Table

from graphs import sources
from graphs.errors import Fault, Faults
from graphs.method import Method
from graphs.sources import wiod2013
from graphs.validation import Backtest, Ranking, backtest, cases, leave_one_out, outcome, pairs_table, variants
from reports import validation as report
from reports.validation import Validation
from tracker import record
from tracker.terminal import progress, written

HOW_TO = (
    "Only the recorded cases were run. To predict each year of the World Input-Output Database from the one before, "
    f"add --wiod FOLDER. The folder holds {wiod2013.LAYOUT}. It is the 2013 release and does not ship with this "
    "program."
)


def validate(wiod: Path | None, first: int, second: int) -> Validation:
    """Hold the recorded cases, and with tables of several years the years, against what was observed."""
    known = _years(wiod, first, second) if wiod is not None else []
    method, every, varied = Method(), cases(), {}
    with progress("Reading the estimate"):
        chain = sources.estimate_2014()
    for name, changed in variants(method).items():
        with progress(f"Running the recorded cases: {name}"):
            varied[name] = tuple(outcome(chain, case, changed) for case in every if case.cause)
    found = pairs = None
    if wiod is not None:
        found, pairs = _backtests(wiod, known, first, second)
    not_testable = tuple(case for case in every if case.cause is None)
    table = pairs_table(pairs) if pairs is not None else None
    with progress("Ranking proposals for each recorded disruption, its own hidden"):
        ranked = rankings()
    return Validation(chain.meta, method, next(iter(varied.values())), not_testable, varied, found, table, ranked)


def rankings() -> dict[str, Ranking]:
    """Whether the matching finds what was really proposed, by what counts as the same kind of proposal."""
    disruptions = record.embedded([])
    known = record.proposed(disruptions)
    proposals = [one.record for one in known]
    measures = {one.record.id: one.measures for one in known}
    themes = {one.id: frozenset([one.theme] if one.theme else []) for one in proposals}
    return {
        "kind of measure": leave_one_out(disruptions, proposals, measures),
        "kind of measure, other pages only": leave_one_out(disruptions, proposals, measures, apart=True),
        "theme": leave_one_out(disruptions, proposals, themes),
    }


def tables(found: Validation) -> list[Table]:
    """The results as tables for the terminal."""
    shown = [_cases_table(found), _variants_table(found), _rankings_table(found)]
    if found.backtest is not None:
        shown.append(_years_table(found.backtest))
    if found.pairs is not None:
        shown.append(_pairs_table(found))
    return shown


def write(found: Validation, out: Path) -> list[str]:
    """Write the results into a folder, each file whole or not at all; the names of the files."""
    files = {"validation.md": report.to_markdown(found), "validation.json": report.to_json(found)}
    if found.backtest is not None:
        files["validation.csv"] = report.nodes_to_csv(found.backtest)
    for name, text in files.items():
        with written(out / name) as whole:
            whole.write_text(text, "utf-8")
    return list(files)


def _years(wiod: Path, first: int, second: int) -> list[int]:
    """The years that can be read; every fault of the two that are asked for."""
    known = wiod2013.years(wiod)
    faults = []
    if first >= second:
        mend = "give a later second year, such as --first 2008 --second 2009"
        faults.append(Fault("", "second", f"{second} is not after {first}", mend))
    for year in (first, second):
        if year not in known:
            try:
                wiod2013.read_year(wiod, year)
            except Faults as found:
                faults += found.faults
    if faults:
        raise Faults(dict.fromkeys(faults))
    return known


def _backtests(wiod: Path, known: list[int], first: int, second: int) -> tuple[Backtest, list[Backtest]]:
    """The chosen pair of years, and every pair of neighbours; each table is read once, two are kept at a time."""
    chosen, pairs, before = None, [], None
    for year, following in pairwise(known):
        with progress(f"Predicting {following} from {year}"):
            before = before if before is not None else wiod2013.read_year(wiod, year)
            after = wiod2013.read_year(wiod, following)
            pairs.append(backtest(before, after))
            before = after
        if (year, following) == (first, second):
            chosen = pairs[-1]
    if chosen is None:
        with progress(f"Predicting {second} from {first}"):
            chosen = backtest(wiod2013.read_year(wiod, first), wiod2013.read_year(wiod, second))
    return chosen, pairs


def _cases_table(found: Validation) -> Table:
    table = _table("Recorded cases: share of output lost, predicted and observed", "Case")
    for name in ("Likely", "Low–high", "Observed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for one in found.outcomes:
        table.add_row(
            one.case.title,
            f"{100 * one.likely_share:.2f} %",
            f"{100 * one.low_share:.2f}–{100 * one.high_share:.2f} %",
            f"{100 * one.observed_share:.1f} %",
            report.verdict(one),
        )
    table.caption = "Estimates. Low–high are readings of severity and duration, no confidence interval."
    return table


def _variants_table(found: Validation) -> Table:
    table = _table("The same cases with one assumption changed at a time", "Assumption")
    for name in report.VARIANT_COLUMNS:
        table.add_column(name, justify="right")
    for name, outcomes in found.variants.items():
        table.add_row(name, *report.variant_cells(outcomes))
    table.caption = "Estimates. Too few cases to choose assumptions by: it shows what the misses hang on."
    return table


def _rankings_table(found: Validation) -> Table:
    table = _table("Proposals for recorded disruptions, their own hidden: a right kind among the first five", "Way")
    for name in ("Same kind means", "Hits", "Share", "95 % interval"):
        table.add_column(name, justify="left" if name == "Same kind means" else "right")
    for name, one in found.rankings.items():
        for way in one.table.index:
            table.add_row(
                str(way), name, *report.ranking_cells(one, str(way)), style="bold" if way == "matching" else ""
            )
    table.caption = (
        "Kinds were coded from the words by one person before anything was ranked; points are fitted to nothing. "
        "Chance is computed; the ceiling is the share of cases whose kind anybody else proposed."
    )
    return table


def _years_table(found: Backtest) -> Table:
    table = _table(f"From {found.first} to {found.second}: output predicted from final demand", "Group", wrap=True)
    for name in ("Observed", "Predicted", "Error", "Own\ndemand", "Country-\nwide", "Same", "Rank", "Rank,\nown"):
        table.add_column(name, justify="right", no_wrap=True)
    for level in ("all", "kind", "sales"):
        for group, row in found.errors.loc[level].iterrows():
            table.add_row(str(group), *report.cells(row), style="bold" if level == "all" else "")
    table.caption = (
        "Estimates. Error: mean absolute error of the change, weighted by output; beside it that of three baselines "
        "without a network. Rank: correlation of predicted and observed changes. In current US dollars."
    )
    return table


def _pairs_table(found: Validation) -> Table:
    assert found.pairs is not None  # the caller saw to it
    table = _table("Every pair of years: error of the prediction, and of the best baseline", "Years")
    groups = list(dict.fromkeys(found.pairs.group))
    for group in groups:
        table.add_column(group, justify="right", no_wrap=True)
    for (first, second), rows in found.pairs.groupby(["first_year", "second_year"]):
        by_group = rows.set_index("group")
        table.add_row(
            f"{first}–{second}",
            *(
                f"{100 * by_group.error_share[one]:.1f} / {100 * by_group.best_baseline_error_share[one]:.1f} %"
                for one in groups
            ),
        )
    table.caption = "Estimates. The best baseline is chosen afterwards, for each cell."
    return table


def _table(title: str, first: str, wrap: bool = True) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, caption_justify="left")
    table.add_column(first, no_wrap=not wrap)
    return table
