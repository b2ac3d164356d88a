"""The command line: the main job, the server, and the log without a browser."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

import typer
import uvicorn
from rich import box
from rich.table import Table

from graphs.assessment import Assessment
from graphs.errors import Unknown
from graphs.picture import picture_page
from graphs.score.resilience import LEVELS
from reports.morning import headline, morning
from reports.to_csv import to_csv
from reports.to_html import to_html
from tracker import intake, keeping, log
from tracker.accounts import invitations
from tracker.api import answer
from tracker.app import create_app
from tracker.commands import archive, chain, files, graph, people, plan, report, sweep, workbench
from tracker.commands.files import say_written
from tracker.commands.opening import at_desk, change, now
from tracker.desk import Desk
from tracker.gate.door import LOOPBACK
from tracker.gate.heads import Bounded
from tracker.pages.today import prepare
from tracker.terminal import console, fail, progress, written

app = typer.Typer(
    add_completion=False, help="Log disruptions of Europe's value chains and read what they do.", rich_markup_mode=None
)
for part in (files, archive, graph, plan, report, sweep, workbench):
    app.add_typer(part.app)
app.add_typer(people.app, name="people")
app.add_typer(chain.app, name="chain")


@app.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Assess the worst day of the record and today; results go to out/."""
    if context.invoked_subcommand is not None:
        return
    with at_desk() as desk:
        with progress("Assessing today and finding the worst day on record"):
            today, worst = desk.assess(date.today()), desk.worst_day() or date.today()
        with progress(f"Assessing the worst day on record, {worst}"):
            hardest = desk.assess(worst)
        with progress("Writing the graph, the briefing and the scores"):
            _write(desk, hardest, today)
        console.print(_table(hardest))
        console.print(headline(today))
        console.print(f"\nResults in {desk.settings.out}/: graph.html, briefing.html, scores.csv, assessment.json")
        console.print(
            f"To log disruptions and look at them: python3 -m tracker serve (http://localhost:{desk.settings.port})"
        )


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address to serve on; TRACKER_HOST if left out. Any but this machine's own has a login.")
    ] = "",
) -> None:
    """Serve the pages and the API: without a login on this machine only, with one wherever you say."""
    with at_desk(host) as desk:
        desk.seed_proposals(now())
        with progress("Assessing today and the worst day on record"):
            desk.assess(date.today())
            desk.assess(desk.worst_day() or date.today())
            desk.timeline.change(date.today())
        with progress("Drawing the first page"):
            prepare(desk, date.today())
        desk.timeline.series(date.today())  # what is missing of it is computed while others work
        settings, app = desk.settings, create_app(desk)
        _say_where(desk, app.state.door.login_demanded)
        # Of a request that comes through a proxy only named ones are believed to say where it is from.
        trusted = [one.strip() for one in settings.proxies.split(",") if one.strip()]
        try:
            uvicorn.run(
                app,
                host=settings.host,
                port=settings.port,
                http=Bounded,
                log_level="warning",
                proxy_headers=bool(trusted),
                forwarded_allow_ips=trusted,
            )
        finally:
            app.state.uploads.close()


@app.command("log")
def log_one(
    title: Annotated[str, typer.Argument(help="What happened, in a few words.")],
    origin: Annotated[str, typer.Option(help="Where: countries or regions, separated by ;")],
    start: Annotated[str, typer.Option(help="First day; today if left out.")] = "",
    end: Annotated[str, typer.Option(help="Last day, if known.")] = "",
    industries: Annotated[str, typer.Option(help="NACE codes, separated by ;")] = "",
    ecosystems: Annotated[str, typer.Option(help="Ecosystems, separated by ;")] = "",
    effect: Annotated[str, typer.Option(help="supply, demand or link.")] = "",
    felt: Annotated[str, typer.Option(help="For a link: the places no longer served.")] = "",
    severity: Annotated[str, typer.Option(help="Share lost, likely: 40 % or 0.4")] = "",
    sources: Annotated[str, typer.Option(help="Web addresses, separated by ;")] = "",
    who: Annotated[str, typer.Option(help="Your name and cluster.")] = "command line",
) -> None:
    """Log one disruption."""
    values = {
        "title": title,
        "origin": origin,
        "start": start or date.today(),
        "end": end,
        "industries": industries,
        "ecosystems": ecosystems,
        "effect": effect,
        "felt": felt,
        "severity_likely": severity,
        "sources": sources,
    }
    with at_desk() as desk:
        say_written(desk.write(keeping.import_records, [intake.read(values, desk.industries)], change(who)))


@app.command()
def resolve(
    record_id: Annotated[str, typer.Argument(help="Id of the disruption, such as D81.")],
    end: Annotated[str, typer.Option(help="Last day; if left out today, for what is still in force.")] = "",
    who: Annotated[str, typer.Option(help="Your name and cluster.")] = "command line",
) -> None:
    """Say that a disruption is over."""
    with at_desk() as desk:
        try:
            log.disruption(desk.engine, record_id)
            last = intake.day("end", end) if end else None
            closed = desk.write(keeping.review, record_id, "resolve", change(who), last, desk.duration_weeks)
        except Unknown:
            fail(f"{record_id}: there is no such disruption in the log")
        console.print(f"{record_id} is resolved; its last day is {closed.body['end']}.")


def _say_where(desk: Desk, login: bool) -> None:
    settings = desk.settings
    if not login:
        console.print(f"Serving on http://localhost:{settings.port} (this machine only). Stop with Ctrl+C.")
        return
    address = settings.url or f"http://localhost:{settings.port}"
    console.print(f"Serving on {address}, with a login. Stop with Ctrl+C.", soft_wrap=True)
    if not settings.url and settings.host not in LOOPBACK:
        told = "Others reach it by the name of this machine: set TRACKER_URL to that address, else it does not know it."
        console.print(told, soft_wrap=True)
    token = invitations.first_administrator(desk.engine, now())
    if token:
        console.print("There is no administrator yet. This link makes one; it works once, for a day:")
        console.print(people.link(settings, token), soft_wrap=True)


def _write(desk: Desk, hardest: Assessment, today: Assessment) -> None:
    out = desk.settings.out
    found = {"worst_day_on_record": _answers(hardest, desk.position), "today": _answers(today, desk.position)}
    dates = [hardest] if hardest is today else [hardest, today]
    results = {
        "assessment.json": json.dumps(found, indent=1, ensure_ascii=False),
        "scores.csv": to_csv(dates),
        "briefing.html": to_html(morning(hardest, other=today, position=desk.position)),
        "graph.html": picture_page(desk.chain, [(one, headline(one)) for one in dates]),
    }
    for name, text in results.items():
        with written(out / name) as whole:
            whole.write_text(text, "utf-8")


def _answers(assessment: Assessment, position: int) -> dict[str, Any]:
    levels = set(assessment.scores.index.get_level_values("level"))
    found = answer.provenance(assessment, position) | {"disruptions_in_force": answer.in_force(assessment)}
    return found | {
        "scores": {
            level: answer.scores(assessment, position, level)["scores"]
            for level in LEVELS
            if level in levels and level != "node"
        }
    }


def _table(assessment: Assessment) -> Table:
    number = len(assessment.disruptions)
    title = f"{assessment.on}: {number} disruption{'' if number == 1 else 's'} in force"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Ecosystem (EU27)", no_wrap=True)
    for name in ("Score", "Low–high", "Structure", "State", "Loss bn EUR"):
        table.add_column(name, justify="right", no_wrap=True)
    levels = assessment.scores.index.get_level_values("level")
    rows = assessment.scores[levels.isin(["eu", "ecosystem"])].sort_values("score")
    for row in rows.itertuples():
        table.add_row(
            row.label,
            f"{row.score:.1f}",
            f"{row.score_low:.1f}–{row.score_high:.1f}",
            f"{row.structure:.1f}",
            f"{row.state:.1f}",
            f"{row.loss_meur / 1000:,.1f}",
            style="bold" if row.Index[0] == "eu" else "",
        )
    table.caption = "Estimates. 100 is best; low–high holds 9 of 10 draws of severity, duration, weights and method."
    table.caption_justify = "left"
    return table
