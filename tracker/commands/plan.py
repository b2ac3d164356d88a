"""The command that plans: from a disruption to the measures that are worth their money, with reasons."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich import box
from rich.table import Table

from graphs.disruption import Disruption
from graphs.errors import Fault, Faults, Unknown
from graphs.method import Method
from graphs.planning.alternatives import alternatives
from graphs.planning.avoided import Avoided, losses, what_if
from graphs.planning.candidates import candidates
from graphs.planning.measures import Measure, euros
from graphs.planning.plan import Plan, plan
from graphs.planning.volumes import UNITS, Prices, priced
from graphs.propagation import WEEKS_A_YEAR, propagate
from graphs.shock import DatedShock, shock
from graphs.valuechain import ValueChain, share_of
from reports import planning as said
from tracker import intake, log
from tracker.chains.store import opened
from tracker.commands.opening import at_desk, now
from tracker.files.measures import read_measures, read_prices, written_out
from tracker.settings import Settings
from tracker.terminal import check_writable, console, counting, in_words, progress, written

app = typer.Typer()
_SHOCK = re.compile(r"\s*(\S+)\s+(\d+(?:[.,]\d+)?)\s*%\s+(\d{1,3})\s*weeks?\s*", re.I)
_FRONTIER_ROWS = 12


@app.command("plan")
def write_plan(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the plan: tables in CSV, and plan.json.")],
    disruption: Annotated[str, typer.Option(help="Id of a disruption in the log, such as D81 …")] = "",
    shock_words: Annotated[str, typer.Option("--shock", help='… or a shock in words: "TW_C26 40 % 8 weeks".')] = "",
    measures: Annotated[
        Path | None, typer.Option(help="CSV or XLSX with measures and costs; if left out, the chain proposes some.")
    ] = None,
    cost_per_unit: Annotated[
        Path | None, typer.Option(help="CSV: kind, cost_likely_meur (and low, high) for a unit of each kind.")
    ] = None,
    budget: Annotated[str, typer.Option(help="Million EUR; no limit if left out.")] = "",
    on: Annotated[
        str, typer.Option(help="Date of the decision; if left out the disruption's first day, or today.")
    ] = "",
) -> None:
    """Find the measures that avoid most loss for their money within a budget, and say why."""
    with in_words():
        check_writable(out / "plan.json", Settings().chain, measures, cost_per_unit)
        asked = _Asked(
            day=(intake.day("on", on) if on else None),
            given=read_measures(measures) if measures else None,
            prices=read_prices(cost_per_unit) if cost_per_unit else {},
            budget=budget or None,
        )
        if asked.budget is not None:
            euros(asked.budget)
        if bool(disruption) == bool(shock_words):
            mend = 'give --disruption D81, or --shock "TW_C26 40 % 8 weeks"'
            raise Faults([Fault("", "disruption", "give either a disruption or a shock", mend)])
        if shock_words:
            with progress("Reading the value chain"):
                settings = Settings()
                chain = opened(settings.chain, settings.chains, settings.ecosystems)
            _planned(chain, Method(), [_in_words(chain, shock_words, asked.day or now().date())], asked, out)
            return
    with at_desk() as desk:
        try:
            record = log.disruption(desk.engine, disruption)
        except Unknown:
            fault = Fault("", "disruption", f"{disruption} is not in the log", "give the id of one, such as D81")
            raise Faults([fault]) from None
        _planned(desk.chain, desk.method, [record], asked, out)


@dataclass(frozen=True)
class _Asked:
    """What the user gave beside the disruption."""

    day: date | None
    given: list[Measure] | None
    prices: Prices
    budget: str | None


def _in_words(chain: ValueChain, words: str, day: date) -> Disruption:
    """``TW_C26 40 % 8 weeks`` as a disruption that begins on a day.

    Examples:
        >>> from graphs import sources
        >>> one = _in_words(sources.toy(), "TW_C26 40 % 8 weeks", date(2021, 3, 1))
        >>> one.origin, one.industries, one.severity_likely, one.end
        (('TW',), ('C26',), 0.4, datetime.date(2021, 4, 25))
    """
    found = _SHOCK.fullmatch(words)
    mend = 'write the node, the share and the weeks, such as "TW_C26 40 % 8 weeks"'
    if not found:
        raise Faults([Fault("", "shock", f"{words!r} is not understood", mend)])
    key, share, weeks = found[1], float(found[2].replace(",", ".")) / 100, int(found[3])
    faults = []
    if key not in chain.keys:
        faults.append(Fault("", "shock", f"{key!r} is not in the value chain", mend))
    if not 0 < share <= 1:
        faults.append(Fault("", "shock", f"{found[2]} % is not more than 0 and at most 100 %", mend))
    if not weeks:
        faults.append(Fault("", "shock", "0 weeks is no time", mend))
    if faults:
        raise Faults(faults)
    node = chain.nodes.loc[key]
    title = f"{key} loses {100 * share:g} % of its capacity for {weeks} week{'s' * (weeks > 1)}"
    end = day + timedelta(days=7 * weeks - 1)
    return Disruption(
        title, (node.country,), day, industries=(node.industry,), effect="supply", end=end, severity_likely=share
    )


def _planned(chain: ValueChain, method: Method, records: Sequence[Disruption], asked: _Asked, out: Path) -> None:
    """Plan, write and say it."""
    day = asked.day or records[0].start
    assert day is not None  # a record begins
    found = shock(chain, records, day, method)
    if not found.effects:
        mend = "give --on a day within it, or a disruption that counts"
        raise Faults([Fault("", "on", f"{records[0].title!r} is not in force on {day}", mend)])
    with progress("Looking for who is hit, and who could help"):
        measures = asked.given if asked.given is not None else candidates(chain, found, method)
        if not measures:
            fault = "the chain proposes no measure against it"
            raise Faults([Fault("", "measures", fault, "give --measures a file with some")])
        measures = priced(chain, measures, asked.prices)
        helpers = _helpers(chain, found, method)
    with counting("Trying portfolios, then other views of the shock") as tell:
        made = plan(chain, found, measures, asked.budget, method, told=tell)
    with progress("Writing the plan"):
        chosen = [one for one in measures if one.id in made.chosen]
        avoided = what_if(chain, found, chosen, method)
        _write(out, made, avoided, helpers, records, day, chain)
    _say(made, avoided, helpers, records, day, chain, out)


def _helpers(chain: ValueChain, found: DatedShock, method: Method) -> pd.DataFrame:
    """Who could stand in for the node that is cut most: ``alternatives`` of it, with its key as ``instead_of``."""
    cut = np.zeros(len(chain))
    for effect in (*found.of_kind("supply"), *found.of_kind("link")):
        cut = np.maximum(cut, effect.cut[:, 1])
    hit = str(chain.keys[int(np.argmax(cut * chain.output))])
    lost = losses(chain, propagate(chain, found, method))[:, 1]
    weeks = found.steps - found.present
    share = pd.Series(share_of(lost, chain.output * weeks / WEEKS_A_YEAR), chain.keys)
    if not cut.any():
        return pd.DataFrame()
    table = alternatives(chain, share, hit, method)
    table.insert(0, "instead_of", hit)
    return table


def _write(
    out: Path, made: Plan, avoided: Avoided, helpers: pd.DataFrame, records: Sequence[Disruption], day: date,
    chain: ValueChain,
) -> None:  # fmt: skip
    """All files of a plan; each whole or not at all."""
    tables = {
        "measures.csv": written_out(list(made.measures)).set_index("id"),
        "effects.csv": said.ranked(made).assign(reason=said.reasons(made)),
        "frontier.csv": made.frontier.set_index("cost_meur"),
        "robustness.csv": made.robustness,
        "avoided.csv": avoided.table.join(avoided.value_added),
        "alternatives.csv": helpers,
    }
    whole_plan = {
        "on": day.isoformat(),
        "disruptions": [{"id": one.id, "title": one.title} for one in records],
        "chain": chain.meta.title,
        "chain_version": chain.version,
        "budget_meur": None if made.budget_eur is None else made.budget_eur / 1e6,
        "chosen": list(made.chosen),
        "cost_meur": dict(zip(("low", "likely", "high"), (one / 1e6 for one in made.cost_eur), strict=True)),
        "avoided_value_added_meur": made.avoided_meur,
        "loss_value_added_meur": float(made.loss_meur[0]),
        "most_within_budget": list(made.fullest),
        "exact": made.exact,
        "portfolios_tried": made.tried,
        "bound_meur": made.bound_meur,
        "returns": {"compared": made.returns.compared, "grew": made.returns.grew},
        "headline": said.headline(made, avoided),
        "sentences": said.sentences(made, avoided),
        "reasons": said.reasons(made),
        "assumptions": said.assumptions(made),
        **{name: _rows(tables[f"{name}.csv"]) for name in ("effects", "frontier", "robustness")},
    }
    texts = {name: table.to_csv(float_format="%.10g", lineterminator="\n") for name, table in tables.items()}
    texts["plan.json"] = json.dumps(whole_plan, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    for name, text in texts.items():
        with written(out / name) as whole:
            whole.write_text(text, "utf-8")


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON: what is not known is null."""
    return json.loads(table.reset_index().to_json(orient="records", double_precision=10))


def _say(
    made: Plan, avoided: Avoided, helpers: pd.DataFrame, records: Sequence[Disruption], day: date, chain: ValueChain,
    out: Path,
) -> None:  # fmt: skip
    console.print(f"\nPlan against: {'; '.join(one.title for one in records)} (decided on {day})")
    console.print(said.headline(made, avoided))
    console.print(_measures(made))
    if made.chosen or made.fullest:
        console.print(_frontier(made))
    if names := said.places(made.measures, chain):
        console.print(f"Names: {'; '.join(names)}.")
    console.print("\nWhy:")
    for sentence in said.reasons(made):
        console.print(f"• {sentence}")
    console.print("\nWhat to know:")
    for sentence in said.sentences(made, avoided):
        console.print(f"• {sentence}")
    if len(helpers):
        best = [f"{key} ({row.usable_meur:,.0f})" for key, row in helpers.head(5).iterrows()]
        console.print(
            f"• Who could stand in for {helpers.instead_of.iloc[0]}, with million EUR a year of overtime that the same "
            f"shock leaves: {', '.join(best)}."
        )
    if any(one.cost_eur is None for one in made.measures):
        units = dict.fromkeys(f"{one.kind}: {UNITS[one.kind]}" for one in made.measures if one.cost_eur is None)
        console.print(
            f"• To give costs, fill them into {out / 'measures.csv'} and give it back with --measures; or give "
            f"--cost-per-unit a file with kind and cost_likely_meur. Units: {'; '.join(units)}."
        )
    if chain.meta.estimate:
        console.print(f"• The chain is an estimate: {chain.meta.title}. {chain.meta.accuracy}")
    console.print(
        f"\nIn {out}/: plan.json, effects.csv (each measure with its reason), frontier.csv, robustness.csv, "
        "avoided.csv (by ecosystem), alternatives.csv, measures.csv (to change and give back)"
    )


def _measures(made: Plan) -> Table:
    if made.table.cost_likely_meur.isna().all():
        return _without_costs(made)
    table = _table("In plan", "Measure", "Costs", "Keeps alone", "Per euro", "Adds to plan")
    for name, row in said.ranked(made).iterrows():
        table.add_row(
            "yes" if row.in_plan else "no",
            f"{name} {row.title}",
            "not given" if pd.isna(row.cost_likely_meur) else f"{row.cost_likely_meur:,.2f}",
            _meur(row.alone_value_added_meur),
            "" if pd.isna(row.alone_per_euro) else f"{row.alone_per_euro:,.1f}",
            _meur(row.in_plan_meur),
        )
    table.caption = "Million EUR of value added kept in the EU, likely. “Adds to plan”: to the others in it."
    return table


def _without_costs(made: Plan) -> Table:
    """What can be said of measures before anybody has said what they cost."""
    table = _table("Measure", "Keeps alone", "For each unit")
    for name, row in said.ranked(made).iterrows():
        table.add_row(f"{name} {row.title}", _meur(row.alone_value_added_meur), f"{row.alone_per_volume_meur:,.1f}")
    table.caption = "Million EUR of value added kept in the EU, likely. What a unit is stands under “Why”."
    return table


def _frontier(made: Plan) -> Table:
    table = _table("Budget", "Measures", "Keeps", "Net of cost", "Last step")
    rows = made.frontier
    if len(rows) > _FRONTIER_ROWS:
        kept = np.unique(np.linspace(0, len(rows) - 1, _FRONTIER_ROWS).round().astype(int))
        rows = rows.iloc[kept]
    before = None
    for row in rows.itertuples():
        step = ""
        if before is not None and row.cost_meur > before.cost_meur:
            more = row.avoided_value_added_meur - before.avoided_value_added_meur
            step = f"{more / (row.cost_meur - before.cost_meur):,.1f}"
        own = row.measures == " + ".join(made.chosen)
        table.add_row(
            f"{row.cost_meur:,.2f}",
            (row.measures or "nothing") + (" (the plan)" if own else ""),
            _meur(row.avoided_value_added_meur),
            _meur(row.net_meur),
            step,
        )
        before = row
    table.caption = "The most that each budget keeps, million EUR; last step: euros kept for each euro more."
    return table


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption_justify="left")
    for name in names:
        left = name in ("In plan", "Measure", "Measures")
        table.add_column(name, justify="left" if left else "right", no_wrap=not left)
    return table


def _meur(value: float) -> str:
    return f"{round(value, 1) + 0.0:,.1f}"
