"""The command for reports: of a week or of a day, in every form."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from graphs.errors import Fault, Faults
from reports.briefing import Briefing
from reports.publish import files
from tracker import briefings, intake
from tracker.commands.opening import at_desk, now
from tracker.desk import Desk
from tracker.mail.postman import Post
from tracker.mail.server import Unsent
from tracker.terminal import check_writable, console, counting, fail, in_words, progress, written

app = typer.Typer()


@app.command("report")
def write_report(
    out: Annotated[Path, typer.Option(help="Folder for the files; those of the same name are replaced.")],
    week: Annotated[str, typer.Option(help="ISO week, such as 2020-W17: the weekly report.")] = "",
    on: Annotated[str, typer.Option("--day", help="Date, such as 2020-04-26: the morning brief of that day.")] = "",
    position: Annotated[
        int | None, typer.Option(help="Position of the log to report from, as an older report names it; the newest.")
    ] = None,
    mail: Annotated[bool, typer.Option("--mail", help="Mail it too, to TRACKER_REPORT_TO.")] = False,
) -> None:
    """Write the report of a week or of a day: HTML, PDF, XLSX, Markdown and CSV; with ``--mail`` also mail it."""
    with in_words():
        last, day = _asked(week, on)
        check_writable(out / "report")
    with at_desk() as desk:
        desk.seed_proposals(now())
        post = _post(desk) if mail else None
        if last is not None:
            with counting(f"Assessing week {week}, and each disruption by itself") as tell:
                briefing = briefings.of_week(desk, last, position, tell)
        elif day is not None:
            with progress(f"Assessing {day}"):
                briefing = briefings.of_day(desk, day, position)
        names = []
        with progress("Writing it as HTML, PDF, XLSX, Markdown and CSV"):
            for name, content in files(briefing).items():
                with written(out / name) as whole:
                    whole.write_bytes(content)
                names.append(name)
        console.print(briefing.headline)
        console.print(f"In {out}: {', '.join(names)}")
        at = dict(briefing.provenance).get("Position of the log")
        console.print(f"Made from the log up to position {at}; --position {at} makes the same files again.")
        if post is not None:
            _mail(post, briefing)


def _post(desk: Desk) -> Post:
    """Through whom it is mailed, known before anything is computed.

    Raises:
        Faults: if the settings do not say it.
    """
    post = Post.of(desk.settings)
    if post is None:
        mend = "set it, TRACKER_REPORT_FROM and TRACKER_REPORT_TO; see the settings in the README"
        raise Faults([Fault("", "TRACKER_SMTP_URL", "is not set, so nothing can be mailed", mend)])
    return post


def _mail(post: Post, briefing: Briefing) -> None:
    try:
        with progress(f"Mailing it through {post.server.host}"):
            fault = post.send(briefing, now())
    except Unsent as error:
        fail(f"The report was written, but not mailed: {error}")
    console.print(f"Mailed to {', '.join(post.to)}." if not fault else f"Mailed, but not to all: {fault}")


def _asked(week: str, on: str) -> tuple[date | None, date | None]:
    """The Sunday of the week, or the day.

    Raises:
        Faults: if it is neither or both, or no week or date.
    """
    if bool(week) == bool(on):
        fault = "and a day are both given" if week else "is not given, nor a day"
        raise Faults([Fault("", "week", fault, "give --week 2020-W17 or --day 2020-04-26")])
    return (briefings.sunday_of(week), None) if week else (None, intake.day("day", on))
