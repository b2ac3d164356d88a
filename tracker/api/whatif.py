"""What would be if something happened: disruptions in, losses and scores out, and nothing stored."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, StrictBool, StrictInt
from starlette.exceptions import HTTPException

from graphs.assessment import Assessment
from graphs.classification import EU27
from graphs.content import EARLIEST, LATEST
from graphs.disruption import Disruption
from graphs.errors import Fault, Faults, Unknown
from graphs.fields import describe
from tracker import intake
from tracker.api import answer, schema
from tracker.api.frame import READS, AtDesk, By, errors, room
from tracker.desk import Desk
from tracker.gate.door import needs
from tracker.jobs import Job, Jobs, Told
from tracker.values import day

router = room()

_AT_ONCE_S = 2.0
"""So long a program waits; what takes longer gets an address."""
_SECONDS = 2
"""After which a program may look again."""
_MOST = 20
_MOST_NODES = 200
_LOSSES = ("loss_meur", "loss_low_meur", "loss_high_meur", "loss_share")
_RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}


class WhatIfIn(BaseModel):
    """What shall be supposed, on which date, and whose scores are wanted."""

    disruptions: list[schema.DisruptionIn] = Field(  # type: ignore[valid-type]
        min_length=1,
        max_length=_MOST,
        description="What happens, each in the fields of POST /disruptions; a state is not needed and not used.",
        examples=[
            [
                {
                    "title": "No chips from Taiwan",
                    "origin": "TW",
                    "industries": "C26",
                    "start": "2021-03-01",
                    "severity_likely": "40 %",
                }
            ]
        ],
    )
    on: Any = Field(
        None,
        description=f"Date to assess, {EARLIEST}–{LATEST}, such as 2021-03-01; left out: the first day of the "
        "earliest disruption.",
    )
    with_record: StrictBool = Field(
        False, description="Whether what is in force by the log counts too; else the disruptions stand alone."
    )
    level: Literal["eu", "ecosystem", "country", "industry", "node"] = Field(
        "ecosystem", description="Whose scores and losses are told, besides those of the EU."
    )
    nodes: StrictInt = Field(
        20, ge=0, le=_MOST_NODES, description="How many nodes are told, of those that lose most by this, anywhere."
    )


class SupposedOut(BaseModel):
    """A disruption as it was understood."""

    id: str = Field(description="How it is called in the reasons: what-if-1, what-if-2, … in the order given.")
    title: str = Field(description="Its title.")
    start: str = Field(description="Its first day.", json_schema_extra={"format": "date"})
    in_force: bool = Field(description="Whether it is in force on the date; if not, it changes nothing there.")
    effect: str = Field(description="supply, demand or link; empty if it is not in force.")
    assumptions: list[str] = Field(description="What had to be assumed of it.")


class ImpactOut(BaseModel):
    """What a group or node would lose, and how it would score; losses over the horizon from the date (estimates)."""

    key: str = Field(description=describe("key"))
    label: str = Field(description=describe("label"))
    score: float = Field(description=describe("score"))
    score_low: float = Field(description=describe("score_low"))
    score_high: float = Field(description=describe("score_high"))
    score_before: float = Field(description="The score without what is supposed (points, 0–100).")
    score_change: float = Field(description="Score less that without what is supposed (points, −100–100).")
    loss_meur: float = Field(description=describe("loss_meur"))
    loss_low_meur: float = Field(description=describe("loss_low_meur"))
    loss_high_meur: float = Field(description=describe("loss_high_meur"))
    loss_share: float = Field(description=describe("loss_share"))
    loss_before_meur: float = Field(description=describe("loss_before_meur"))
    added_loss_meur: float = Field(description=describe("added_loss_meur"))
    reasons: list[schema.ReasonOut] = Field(description="What takes its points, most first.")


class HitOut(BaseModel):
    """A node that would be hit hard, inside or outside the EU (estimates)."""

    key: str = Field(description=describe("key"))
    label: str = Field(description=describe("label"))
    country: str = Field(description=describe("country"))
    industry: str = Field(description=describe("industry"))
    in_eu: bool = Field(description="Whether it lies in one of the 27 member states.")
    output_meur: float = Field(description=describe("output_meur"))
    direct_cut_share: float = Field(description=describe("direct_cut_share"))
    loss_meur: float = Field(description=describe("loss_meur"))
    loss_low_meur: float = Field(description=describe("loss_low_meur"))
    loss_high_meur: float = Field(description=describe("loss_high_meur"))
    loss_share: float = Field(description=describe("loss_share"))
    added_loss_meur: float = Field(description=describe("added_loss_meur"))


class WhatIfOut(schema.MadeFrom):
    """What would be, with what it was computed from. Nothing of it is stored."""

    on: str = Field(description=describe("on"))
    with_record: bool = Field(description="Whether what is in force by the log counts too.")
    disruptions: list[SupposedOut] = Field(description="What was supposed, as it was understood.")
    eu: ImpactOut | None = Field(description="The EU; null where the chain has no node in it.")
    impact: list[ImpactOut] = Field(description="One for each key of the level.")
    nodes: list[HitOut] = Field(description="The nodes that lose most by what is supposed, the hardest first.")


class JobOut(BaseModel):
    """A question whose answer takes longer than a program should wait."""

    status: Literal["running", "done", "failed"] = Field(description="Whether it is there already.")
    done: int = Field(description="Steps that are done.")
    of: int = Field(description="Steps in all; 0 before it has begun.")
    doing: str = Field(description="What is being done now; empty if nothing is.")
    result: WhatIfOut | None = Field(description="The answer; null until it is done.")
    faults: list[schema.FaultOut] = Field(description="Why it failed, if it did.")


_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {
        "model": JobOut,
        "description": "It takes longer. Look at the address in Location after the seconds in Retry-After.",
        "headers": {"Location": {"schema": {"type": "string"}, "description": "Where the answer will be."}} | _RETRY,
    }
}


@router.post(
    "/what-if",
    responses=_ANSWERS | READS | errors(400, 413, 415),
    response_model=WhatIfOut,
    dependencies=[needs("suppose")],
)
def suppose(request: Request, desk: AtDesk, actor: By, given: WhatIfIn) -> Response:
    """What disruptions would cost and do to the scores, if they happened. Nothing is logged or kept.

    What takes longer than two seconds gets 202 and an address where its progress and its answer are, for ten minutes
    after it is done. Two are computed at once; whoever comes beyond that gets 429.
    """
    supposed, on = _read(desk, given)
    position = desk.position
    jobs: Jobs = request.app.state.jobs
    job = jobs.begin(actor.account, lambda told: _answered(desk, given, supposed, on, position, told))
    if job is None:
        told = "Two questions are being computed just now: try again in some seconds."
        raise HTTPException(429, told, {"Retry-After": str(_SECONDS)})
    if not job.wait(_AT_ONCE_S):
        return JSONResponse(_told(job), 202, {"Location": f"/api/v1/what-if/{job.id}", "Retry-After": str(_SECONDS)})
    jobs.drop(job)
    if job.broken:
        raise HTTPException(500, "This went wrong by a fault of this program. Nothing was stored.")
    if job.faults:
        raise Faults(job.faults)
    return JSONResponse(job.result)


@router.get(
    "/what-if/{job}",
    responses={200: {"headers": _RETRY}} | READS | errors(404),
    response_model=JobOut,
)
def read_what_if(
    request: Request,
    actor: By,
    job: Annotated[str, Path(max_length=40, description="From the Location of the answer to POST /what-if.")],
) -> Response:
    """How far a question is, and its answer when it is done: for whoever asked it. While it runs, ask again."""
    jobs: Jobs = request.app.state.jobs
    found = jobs.find(job, actor.account)
    if found is None:
        raise Unknown(job)
    wait = {"Retry-After": str(_SECONDS)} if found.status == "running" else {}
    return JSONResponse(_told(found), headers=wait)


def _read(desk: Desk, given: WhatIfIn) -> tuple[list[Disruption], date]:
    """What is supposed, and the date.

    Raises:
        Faults: every fault of every disruption and of the date.
    """
    faults, supposed, on = list[Fault](), list[Disruption](), None
    for number, one in enumerate(given.disruptions, 1):
        values = {"start": date.today()} | one.model_dump(exclude={"who", "why"}, exclude_none=True)  # type: ignore[attr-defined]
        try:
            record = intake.read(values, desk.industries)
        except Faults as found:
            faults += [fault.at(f"disruption {number}") for fault in found.faults]
        else:
            supposed.append(dataclasses.replace(record, id=f"what-if-{number}", state="reported", merged_into=""))
    try:
        on = None if given.on is None else day("on", given.on)
    except Faults as found:
        faults += found.faults
    if on is not None and not EARLIEST <= on <= LATEST:
        faults.append(Fault("", "on", f"{on} is out of range", f"give a day from {EARLIEST} to {LATEST}"))
    if faults:
        raise Faults(faults)
    return supposed, on or min(one.start for one in supposed if one.start)


def _answered(
    desk: Desk, given: WhatIfIn, supposed: list[Disruption], on: date, position: int, told: Told
) -> dict[str, Any]:
    told(0, 2, "what the disruptions do")
    with desk.timeline.guest():  # somebody waits for it: what is computed beside the work begins later
        before, after = desk.suppose(supposed, on, given.with_record)
    told(1, 2, "scores and their reasons")
    understood = {one.disruption.id: one for one in after.shock.effects}
    rows = _impact(before, after, given.level)
    eu = rows if given.level == "eu" else _impact(before, after, "eu")
    return answer.provenance(after, position) | {
        "level": given.level,
        "with_record": given.with_record,
        "disruptions": [
            {
                "id": one.id,
                "title": one.title,
                "start": str(one.start),
                "in_force": one.id in understood,
                "effect": understood[one.id].kind if one.id in understood else "",
                "assumptions": list(understood[one.id].assumptions) if one.id in understood else [],
            }
            for one in supposed
        ],
        "eu": eu[0] if eu else None,
        "impact": rows,
        "nodes": _nodes(before, after, given.nodes),
    }


def _impact(before: Assessment, after: Assessment, level: str) -> list[dict[str, Any]]:
    was, rows = before.level(level), []
    for key, now in after.level(level).iterrows():
        name = str(key)
        score_before, loss_before = float(was.score[key]), float(was.loss_meur[key])
        figures = {one: float(now[one]) for one in ("score", "score_low", "score_high")}
        figures |= {"score_before": score_before, "score_change": float(now["score"]) - score_before}
        figures |= {one: float(now[one]) for one in _LOSSES}
        figures |= {"loss_before_meur": loss_before, "added_loss_meur": float(now["loss_meur"]) - loss_before}
        told = {one: round(value, 6) + 0.0 for one, value in figures.items()}
        rows.append({"key": name, "label": str(now["label"]), **told, "reasons": answer.reasons(after, level, name)})
    return rows


def _nodes(before: Assessment, after: Assessment, most: int) -> list[dict[str, Any]]:
    added = after.nodes.loss_meur - before.nodes.loss_meur
    hardest = after.nodes.assign(added_loss_meur=added).sort_values("added_loss_meur", ascending=False, kind="stable")
    figures = ("output_meur", "direct_cut_share", *_LOSSES, "added_loss_meur")
    return [
        {"key": str(key), "label": row["label"], "country": row["country"], "industry": row["industry"]}
        | {"in_eu": row["country"] in EU27}
        | {name: round(float(row[name]), 6) + 0.0 for name in figures}
        for key, row in hardest[hardest.added_loss_meur > 0].head(most).to_dict("index").items()
    ]


def _told(job: Job) -> dict[str, Any]:
    status = job.status  # before the rest is read: what is done stays as it is
    done, of, doing = job.progress
    ended = status == "done"
    return {
        "status": status,
        "done": of if ended else done,
        "of": of,
        "doing": doing if status == "running" else "",
        "result": job.result if ended else None,
        "faults": [answer.fault(one) for one in job.faults] if status == "failed" else [],
    }
