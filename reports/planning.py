"""A plan in plain sentences: what to do, why, what the next euro would bring, and how far it can be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from graphs.planning.avoided import Avoided
from graphs.planning.measures import Measure
from graphs.planning.plan import Plan
from graphs.valuechain import ValueChain
from reports.amounts import between, euros

_SEEN = 5e-4
"""Million EUR below which an amount is said as nothing."""


def headline(plan: Plan, avoided: Avoided) -> str:
    """The plan in one sentence or two: what it costs and what it keeps, or that nothing is worth it."""
    lost = f"of the {euros(plan.loss_meur[0])} of value added that {_where(avoided)} is likely to lose"
    if not plan.chosen:
        if not any(one.cost_eur for one in plan.measures):
            ranking = "the measures are ranked by what each unit of them keeps"
            return f"No cost is given, so nothing is chosen: {ranking} {lost}."
        best = plan.frontier.avoided_value_added_meur.max()
        if best < _SEEN:
            return f"No measure is worth its cost: none keeps anything {lost}."
        return f"No measure is worth its cost: at most {euros(best)} would be kept, {lost}."
    low, likely, high = (one / 1e6 for one in plan.cost_eur)
    spend = f"Spend {_exactly(plan.cost_eur[1])}" + (f" ({between(low, high)})" if low < high else "")
    limit = "" if plan.budget_eur is None else f" of {_exactly(plan.budget_eur)}"
    kept = _readings(avoided)
    return (
        f"{spend}{limit} on {len(plan.chosen)} of {len(plan.measures)} measures, to keep {euros(plan.avoided_meur)} "
        f"({between(*kept)}) {lost}, {plan.avoided_meur / likely:.1f} euros for each that is spent."
        if likely
        else f"Take {_free(len(plan.chosen))} {euros(plan.avoided_meur)} {lost}."
    )


def sentences(plan: Plan, avoided: Avoided) -> list[str]:
    """What a reader should know beside the tables, the most useful first."""
    said = [_money(plan), _next(plan), _how_good(plan), *_views(plan), _output(avoided)]
    return [one for one in said if one]


def reasons(plan: Plan) -> list[str]:
    """Why each measure is in the plan or not, in the order of ``ranked``."""
    return [_reason(plan, str(name), row) for name, row in ranked(plan).iterrows()]


def ranked(plan: Plan) -> pd.DataFrame:
    """The measures: those of the plan first, then by what each keeps for a euro, or for a unit if it has no cost."""
    table = plan.table
    order = pd.DataFrame(
        {
            "out": ~table.in_plan,
            "euro": -table.alone_per_euro.astype(float).fillna(math.inf),
            "alone": -table.alone_per_volume_meur,
        }
    )
    order.loc[table.cost_likely_meur.isna(), "euro"] = 0.0
    return table.loc[order.sort_values(["out", "euro", "alone"], kind="stable").index]


def assumptions(plan: Plan) -> list[str]:
    """What has to be believed of each kind that is looked at, and of the figures."""
    kinds = {one.kind: one.of for one in plan.measures}
    said = [f"{name}: {kind.does}; assumed: {kind.assumes}." for name, kind in kinds.items()]
    said.append("Costs are the user's. Value added kept counts each euro once; output kept counts inputs again.")
    return said


def _free(count: int) -> str:
    return "1 measure that costs nothing: it keeps" if count == 1 else f"{count} measures that cost nothing: they keep"


def _exactly(euro: int) -> str:
    """Whole euros in millions, to the last that counts.

    Examples:
        >>> _exactly(1_750_000).replace("\\xa0", " ")
        '1.75 million €'
    """
    return f"{euro / 1e6:,.6f}".rstrip("0").rstrip(".") + "\N{NO-BREAK SPACE}million\N{NO-BREAK SPACE}€"


def _where(avoided: Avoided) -> str:
    return "the EU" if ("eu", "EU") in avoided.table.index else "the chain"


def _readings(avoided: Avoided) -> tuple[float, float]:
    row = ("eu", "EU") if ("eu", "EU") in avoided.table.index else ("all", "ALL")
    values = avoided.value_added.loc[row]
    return max(0.0, float(values.min())), max(0.0, float(values.max()))


def _reason(plan: Plan, name: str, row: pd.Series[float]) -> str:
    alone, inside = row.alone_value_added_meur, row.in_plan_meur
    begins = f"{name} ({row.title})"
    if alone < _SEEN and inside < _SEEN:
        harm = f"adds a loss of {euros(-alone)}" if alone < -_SEEN else "keeps nothing"
        return f"{begins} {harm} in this shock."
    for_each = "" if pd.isna(row.alone_per_euro) else f", {row.alone_per_euro:.1f} euros for each that it costs"
    keeps = f"{begins} keeps {euros(alone)} by itself{for_each}"
    if row.in_plan:
        return f"{keeps}; without it the plan would keep {euros(inside)} less."
    if row.fits == "no cost is given":
        costless = " No cost is given." if plan.table.cost_likely_meur.notna().any() else ""
        return f"{keeps}: {euros(row.alone_per_volume_meur)} for each unit ({row.volume_unit}).{costless}"
    adds = f"would add {euros(inside)}" if inside >= _SEEN else "would add nothing"
    if inside < _SEEN:
        return f"{keeps}, but {adds} to the plan: its work is done by others."
    if row.fits and inside > row.cost_likely_meur:
        return f"{keeps} and {adds} to the plan, but {row.fits}."
    return f"{keeps}, but {adds} to the plan for {euros(row.cost_likely_meur)}: less than it costs."


def _money(plan: Plan) -> str:
    if plan.budget_eur is not None and plan.cost_eur[2] > plan.budget_eur:
        over = (plan.cost_eur[2] - plan.budget_eur) / 1e6
        return f"If everything costs the most that was given, the plan is {euros(over)} over the budget."
    return ""


def _next(plan: Plan) -> str:
    """The marginal measure: the best for a euro of those that the budget, and only the budget, keeps out."""
    table = plan.table[~plan.table.in_plan & plan.table.fits.str.contains("budget")]
    table = table[table.in_plan_meur > table.cost_likely_meur.astype(float)]
    if not len(table):
        return "More money would bring nothing that is worth its cost among these measures." if plan.chosen else ""
    best = (table.in_plan_meur / table.cost_likely_meur.astype(float)).idxmax()
    row = table.loc[best]
    return (
        f"With more money the next would be {best} ({row.title}): {euros(row.in_plan_meur)} more for "
        f"{euros(row.cost_likely_meur)}."
    )


def _how_good(plan: Plan) -> str:
    if not len(plan.frontier) or not any(one.cost_eur for one in plan.measures):
        return ""
    if plan.exact:
        return (
            "Every portfolio that fits was carried through the chain: none does better, at any budget up to this one."
        )
    most = plan.frontier.avoided_value_added_meur.max()
    part = most / plan.bound_meur if plan.bound_meur > 0 else 1.0
    why = "" if plan.returns.grew else ", if no two measures help only together (none tried did)"
    return (
        f"There are too many portfolios to try all: {plan.tried:,} were tried. No portfolio within the budget can keep "
        f"more than {euros(plan.bound_meur)}{why}; the best found keeps {100 * part:.0f} % of that."
    )


def _views(plan: Plan) -> list[str]:
    if not plan.chosen:
        return []
    said = []
    known = plan.robustness[plan.robustness.note == ""]
    lost = known[~known.worth_it.astype(bool)]
    if len(lost):
        views = [f"“{view}” (keeps {euros(max(0.0, row.avoided_value_added_meur))})" for view, row in lost.iterrows()]
        said.append(
            f"Not robust: it is worth less than it costs in the view {_listed(views)}. Find out first whether your "
            "buyers are in that position; in the other views it is worth it."
            if len(lost) < len(known)
            else f"Not robust: it is worth less than it costs in each other view: {_listed(views)}."
        )
    for view, row in known.drop(lost.index).iterrows():
        if row.regret_meur > 0.1 * max(row.net_meur, _SEEN):
            said.append(
                f"In the view “{view}” it is still worth it, but {row.best_measures or 'doing nothing'} would be "
                f"better by {euros(row.regret_meur)}."
            )
    if not said and len(known):
        said.append(
            f"Robust: in {_listed([str(one) for one in known.index])} too it is worth it and nearly the best found."
        )
    for view, row in plan.robustness[plan.robustness.note != ""].iterrows():
        said.append(f"Not tested in the view “{view}”: {row.note}.")
    return said


def _output(avoided: Avoided) -> str:
    if not avoided.measures:
        return ""
    row = avoided.table.loc[("all", "ALL")]
    where = "in the EU and elsewhere together"
    inside = ""
    if ("eu", "EU") in avoided.table.index:
        inside = f"{euros(max(0.0, avoided.table.loc[('eu', 'EU')].avoided_likely_meur))} in the EU, "
    said = f"Output kept, inputs counted again: {inside}{euros(max(0.0, row.avoided_likely_meur))} {where}."
    if "ecosystem" in avoided.table.index.get_level_values("level"):
        most = avoided.table.loc["ecosystem"].avoided_likely_meur.nlargest(3)
        most = most[most >= _SEEN]
        if len(most):
            said += f" Most in {_listed([f'{name} ({euros(value)})' for name, value in most.items()])}."
    return said


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def places(measures: Iterable[Measure], chain: ValueChain) -> list[str]:
    """What the keys stand for that measures name, in the order in which they come.

    Examples:
        >>> from graphs import sources
        >>> places([Measure("M1", "stock", 4, ("DE_C29",), ("TW_C26",))], sources.toy())
        ['TW_C26: Electronics (Taiwan)', 'DE_C29: Motor vehicles (Germany)']
    """
    keys = dict.fromkeys(key for one in measures for key in (*one.supplier, *one.at, one.stand_in))
    return [f"{key}: {chain.nodes.label[key]}" for key in keys if key in chain.keys]
