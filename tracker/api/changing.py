"""What programs may do with records: log, amend, review, and say something about them; the same verbs as for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from graphs.errors import Fault, Faults
from tracker import intake, keeping, log, repeating, workflow
from tracker.api import answer, schema
from tracker.api.frame import (
    WRITES,
    AtDesk,
    By,
    MayComeAgain,
    RecordId,
    Version,
    errors,
    etag_of,
    owner_of_last_change,
    owner_of_record,
    room,
    sent,
)
from tracker.desk import Desk
from tracker.gate.door import named, needs
from tracker.keeping import Change
from tracker.kinds import KINDS, Kind
from tracker.log import Answer, Asked, Standing, Turn
from tracker.permissions import Actor, Owner
from tracker.values import day

router = room()
Take = TypeVar("Take", bound=Callable[..., Response])

_CREATES = {one: told for one, told in WRITES.items() if one not in (404, 412)}
_WHO = {"who", "why"}
_READ_ONLY = {"kind", "version", "reporter", "author", "reported_for", "missing"}
"""What an answer holds besides the fields: a program may send it back as it was read."""
_BY_REVIEW = {"state", "merged_into", "assigned_to"}


@dataclass(frozen=True)
class Doing:
    """A change that a program asks for: who, where and when, from which version, and whether it may come again."""

    desk: Desk
    actor: Actor
    at: datetime
    expected: int | None
    asked: Asked | None

    def change(self, given: Any) -> Change:
        """The change in the words of the log."""
        return Change(named(self.actor, given.who, "API"), self.at, given.why, self.expected)

    def carry_out(self, verb: Callable[[Turn], Standing], status: int = 200, address: str = "") -> Response:
        """Do it once, and answer with the record as it stands then.

        Args:
            address: where the new record will be, up to its id.
        """

        def work(turn: Turn) -> Answer:
            written = verb(turn)
            headers = {"ETag": etag_of(written.version)} | ({"Location": f"{address}{written.id}"} if address else {})
            return Answer(status, headers, answer.record(written))

        return sent(self.desk.write(repeating.once, self.asked, self.at, work))


def _doing(request: Request, desk: AtDesk, actor: By, expected: Version, asked: MayComeAgain) -> Doing:
    return Doing(desk, actor, request.app.state.clock(), expected, asked)


def _new(request: Request, desk: AtDesk, actor: By, asked: MayComeAgain) -> Doing:
    return Doing(desk, actor, request.app.state.clock(), None, asked)


def _from_a_version(request: Request, desk: AtDesk, actor: By, expected: Version) -> Doing:
    """A change that must say what was read.

    Raises:
        HTTPException: 428 if it does not.
    """
    if "if-match" not in request.headers:
        raise HTTPException(428, "Send the ETag of the version that you read as If-Match, so that nothing is lost.")
    return Doing(desk, actor, request.app.state.clock(), expected, None)


Done = Annotated[Doing, Depends(_doing)]
New = Annotated[Doing, Depends(_new)]
FromAVersion = Annotated[Doing, Depends(_from_a_version)]


def _log(kind: Kind) -> Callable[..., Response]:
    def take(doing: New, given: Any) -> Response:
        values = given.model_dump(exclude=_WHO, exclude_none=True)
        return _logged(doing, kind, ({"start": date.today()} if kind.word == "disruption" else {}) | values, given)

    take.__annotations__["given"] = schema.RECORDS_IN[kind.word]  # the shape differs by kind: FastAPI reads it here
    return take


def _logged(doing: Doing, kind: Kind, values: dict[str, Any], given: Any) -> Response:
    record = intake.read(values, doing.desk.industries, kind.word)
    place = "disruptions" if kind.word == "disruption" else "records"
    change = doing.change(given)
    return doing.carry_out(lambda turn: keeping.log_one(turn, record, change), 201, f"/api/v1/{place}/")


for _kind in KINDS.values():
    router.add_api_route(
        f"/{_kind.plural}",
        _log(_kind),
        methods=["POST"],
        name=f"log_{_kind.word}",
        summary=f"Log {_kind.one}",
        description=f"Log {_kind.one}. Lists may be lists or text separated by semicolons, countries codes or names, "
        "dates 2021-03-23 or 23.3.2021, shares 0.4 or 40 %.",
        status_code=201,
        responses=_CREATES,
        response_model=schema.RECORDS_OUT[_kind.word],
        dependencies=[needs(keeping.operation_to_log(_kind.word))],
    )


@router.put(
    "/records/{record_id}",
    responses=WRITES | errors(428),
    response_model=schema.AnyRecordOut,
    dependencies=[needs("amend", owner_of_record)],
)
def amend_record(doing: FromAVersion, record_id: RecordId, given: schema.AmendIn) -> Response:
    """Say something else in place of what was said: read a record, change its fields, send it back with its ETag.

    If-Match is needed. Whoever was slower gets 412 with what the other changed, and nothing is written. A verified
    record is to be verified again.
    """
    kind = KINDS[log.standing(doing.desk.engine, record_id).kind]
    given_by_others = _READ_ONLY | (_BY_REVIEW if issubclass(kind.cls, workflow.REVIEWED) else set())
    values = given.model_dump(exclude=_WHO | given_by_others, exclude_none=True)
    if values.setdefault("id", record_id) != record_id:
        raise Faults([Fault("", "id", "is not that of this address", f"leave it out, or write {record_id}")])
    record, change = intake.read(values, doing.desk.industries, kind.word), doing.change(given)
    return doing.carry_out(lambda turn: keeping.amend(turn, record, change))


def _step(action: str) -> Callable[..., Response]:
    def step(doing: Done, record_id: RecordId, given: schema.StepIn | None = None) -> Response:
        change = doing.change(given or schema.StepIn())
        return doing.carry_out(lambda turn: keeping.review(turn, record_id, action, change))

    return step


for _action, _taken in workflow.STEPS.items():
    if _action != "resolve":
        router.add_api_route(
            f"/records/{{record_id}}/{_action}",
            _step(_action),
            methods=["POST"],
            name=f"{_action}_record",
            summary=f"{_action.capitalize()} a record",
            description=f"A step of the review: from {' or '.join(sorted(_taken.begins))} to {_taken.ends}."
            f"{' The reason is needed.' if _taken.needs_reason else ''}",
            responses=WRITES,
            response_model=schema.AnyRecordOut,
            dependencies=[needs(_action, owner_of_record)],
        )


def _does(path: str, operation: str, owner: Callable[..., Owner] = owner_of_record) -> Callable[[Take], Take]:
    """A route that does something with a record."""
    return router.post(
        path, responses=WRITES, response_model=schema.AnyRecordOut, dependencies=[needs(operation, owner)]
    )


@_does("/records/{record_id}/resolve", "resolve")
def resolve_record(doing: Done, record_id: RecordId, given: schema.ResolveIn | None = None) -> Response:
    """Say that a disruption is over. It counts until its last day; later dates score without it."""
    given = given or schema.ResolveIn()
    end, change = (day("end", given.end) if given.end is not None else None), doing.change(given)
    weeks = doing.desk.duration_weeks
    return doing.carry_out(lambda turn: keeping.review(turn, record_id, "resolve", change, end, weeks))


@_does("/disruptions/{record_id}/resolve", "resolve")
def resolve_disruption(doing: Done, record_id: RecordId, given: schema.ResolveIn) -> Response:
    """Say that a disruption is over. It counts until its last day; later dates score without it."""
    log.standing(doing.desk.engine, record_id, "disruption")
    return resolve_record(doing, record_id, given)


@_does("/records/{record_id}/assign", "assign")
def assign_record(doing: Done, record_id: RecordId, given: schema.AssignIn) -> Response:
    """Say who looks after a disruption."""
    change = doing.change(given)
    return doing.carry_out(lambda turn: keeping.assign(turn, record_id, given.assigned_to, change))


@_does("/records/{record_id}/withdraw", "withdraw")
def withdraw_record(doing: Done, record_id: RecordId, given: schema.StepIn | None = None) -> Response:
    """Take a record back. It stays in the log and can be restored."""
    change = doing.change(given or schema.StepIn())
    return doing.carry_out(lambda turn: keeping.withdraw(turn, record_id, change))


@_does("/records/{record_id}/merge", "merge")
def merge_record(doing: Done, record_id: RecordId, given: schema.MergeIn) -> Response:
    """Say that a disruption tells of the same as another, which goes on with the sources of both."""
    change = doing.change(given)
    return doing.carry_out(lambda turn: keeping.merge(turn, record_id, given.merged_into.strip(), change))


@_does("/records/{record_id}/undo", "undo", owner_of_last_change)
def undo_record(doing: Done, record_id: RecordId, given: schema.StepIn | None = None) -> Response:
    """Take the last change of a record back; one that was only logged is withdrawn. Undone twice, it is redone."""
    change = doing.change(given or schema.StepIn())
    return doing.carry_out(lambda turn: keeping.undo(turn, record_id, change))


@_does("/records/{record_id}/restore", "restore")
def restore_record(doing: Done, record_id: RecordId, given: schema.RestoreIn) -> Response:
    """Make a record what it was at an older version, also one that was withdrawn or merged."""
    change = doing.change(given)
    return doing.carry_out(lambda turn: keeping.restore(turn, record_id, given.version, change))


def _say(kind: Kind) -> Callable[..., Response]:
    def say(doing: New, record_id: RecordId, given: Any) -> Response:
        log.standing(doing.desk.engine, record_id)
        values = given.model_dump(exclude=_WHO, exclude_none=True)
        if values.setdefault("about", record_id) != record_id:
            raise Faults([Fault("", "about", "is not the record of this address", f"leave it out: it is {record_id}")])
        return _logged(doing, kind, values, given)

    say.__annotations__["given"] = schema.SAID_IN[kind.word]
    return say


for _kind, _path in ((KINDS["comment"], "comments"), (KINDS["evidence"], "evidence")):
    router.add_api_route(
        f"/records/{{record_id}}/{_path}",
        _say(_kind),
        methods=["POST"],
        name=f"add_{_kind.word}",
        summary=f"Add {_kind.one}",
        description=f"Log {_kind.one} about a record; `about` may be left out.",
        status_code=201,
        responses=_CREATES | errors(404),
        response_model=schema.RECORDS_OUT[_kind.word],
        dependencies=[needs(keeping.operation_to_log(_kind.word))],
    )
