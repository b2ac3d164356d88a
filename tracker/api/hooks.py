"""Hooks: programs that are told of every new entry of the log instead of asking for it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from tracker import repeating
from tracker.api.frame import READS, AtDesk, By, MayComeAgain, desk_of, errors, room, sent
from tracker.gate.door import needs, visitor_of
from tracker.hooks import register
from tracker.hooks.register import Delivery, Hook
from tracker.log import Answer, Turn
from tracker.permissions import Owner, allowed

router = room()

_MOST = 200
_CHANGES = READS | errors(400, 413, 415)
HookId = Annotated[str, Path(max_length=40, description="Id of the hook.", examples=["H0123456789abcdef"])]


class HookIn(BaseModel):
    """Where to send what is new."""

    url: str = Field(
        max_length=500,
        description="Address that gets each entry by POST. It begins with https:// and leads to the public web, unless "
        "TRACKER_HOOKS_TO names its host. Redirects are not followed.",
        examples=["https://erp.example.eu/hooks"],
    )
    after: int | None = Field(
        None,
        ge=0,
        le=2**53,
        description="Position of the log that you know: it is told of the entries after it. The newest if left out.",
    )


class DeliveryOut(BaseModel):
    """One attempt to tell of an entry."""

    number: int = Field(description="Its place among all attempts.")
    entry: int = Field(description="Number of the entry of the log.")
    attempt: int = Field(description="Which attempt for this entry, from 1 on.")
    at: str = Field(description="Time in UTC.")
    took_ms: int = Field(description="For how long it took, in milliseconds; 10,000 at most.")
    status: int | None = Field(description="Status of the answer; null if there was none. From 200 to 299 it arrived.")
    fault: str = Field(description="Why it did not arrive; empty if it did.")


class HookOut(BaseModel):
    """A hook and how far it is. Its secret is not told again."""

    id: str = Field(description="Its id.")
    url: str = Field(description="Where it sends.")
    made_by: str = Field(description="Who made it.")
    made_at: str = Field(description="When, in UTC.")
    position: int = Field(description="Number of the last entry that arrived, or after which it began.")
    waiting: int = Field(description="Number of entries that it has not been told yet.")
    failures: int = Field(description="Attempts that did not arrive since one did.")
    next_at: str = Field(description="No attempt before this time, in UTC.")
    last: DeliveryOut | None = Field(description="The last attempt; null if there was none.")


class HookMadeOut(HookOut):
    """A new hook with its secret."""

    secret: str = Field(
        description="Told this once. A message is ours if `webhook-signature` holds v1, and the base64 of HMAC-SHA256 "
        "over `webhook-id`.`webhook-timestamp`.body, with the bytes after whsec_ (base64) as key."
    )


class HooksOut(BaseModel):
    """Hooks, the newest first."""

    hooks: list[HookOut] = Field(description="One's own, and those of one's association for a coordinator.")


class DeliveriesOut(BaseModel):
    """Attempts, the newest first; the newest 500 are kept."""

    next: str | None = Field(description="Address of earlier attempts; null if there are none.")
    deliveries: list[DeliveryOut] = Field(description="The attempts.")


def own(request: Request) -> Owner:
    """Whoever makes a hook, makes it for himself or herself."""
    actor = visitor_of(request).actor
    return Owner(frozenset({actor.account}), actor.association) if actor else Owner()


def owner_of_hook(request: Request) -> Owner:
    """Whose the hook of this address is.

    Raises:
        Unknown: if there is none.
    """
    return register.hook(desk_of(request).engine, request.path_params["hook_id"]).owner


@router.post(
    "/hooks",
    status_code=201,
    responses=_CHANGES,
    response_model=HookMadeOut,
    dependencies=[needs("keep_hooks", own)],
)
def make_hook(request: Request, desk: AtDesk, actor: By, asked: MayComeAgain, given: HookIn) -> Response:
    """Have every new entry of the log sent to an address, one message each, oldest first.

    A message is JSON: `type` (such as disruption.verify), `timestamp`, and `data`, the entry as /api/v1/changes gives
    it. An answer from 200 to 299 within ten seconds says that it arrived; until then it is sent again, after 1, 2, 4, …
    seconds, 15 minutes at most, and nothing after it. It may come twice, with the same `webhook-id`. Headers and
    signature are those of Standard Webhooks.
    """
    newest, at = desk.position, request.app.state.clock()
    after = newest if given.after is None else given.after
    register.check(given.url, after, newest, desk.settings.own_hosts)

    def work(turn: Turn) -> Answer:
        hook, secret = register.add(turn.connection, given.url, after, actor, at)
        address = f"/api/v1/hooks/{hook.id}"
        return Answer(201, {"Location": address}, _told(hook, [], newest) | {"secret": secret})

    return sent(desk.write(repeating.once, asked, at, work))


@router.get("/hooks", responses=READS, response_model=HooksOut, dependencies=[needs("keep_hooks", own)])
def read_hooks(desk: AtDesk, actor: By) -> Response:
    """The hooks that one may see, and how far each is."""
    newest = desk.position
    mine = [one for one in register.listed(desk.engine) if allowed(actor, "keep_hooks", one.owner) is None]
    return JSONResponse({"hooks": [_told(one, register.attempts(desk.engine, one.id, most=1), newest) for one in mine]})


@router.get(
    "/hooks/{hook_id}",
    responses=READS | errors(404),
    response_model=HookOut,
    dependencies=[needs("keep_hooks", owner_of_hook)],
)
def read_hook(desk: AtDesk, hook_id: HookId) -> Response:
    """One hook, and how far it is."""
    hook = register.hook(desk.engine, hook_id)
    return JSONResponse(_told(hook, register.attempts(desk.engine, hook_id, most=1), desk.position))


@router.delete(
    "/hooks/{hook_id}",
    status_code=204,
    responses=_CHANGES | errors(404),
    response_class=Response,
    dependencies=[needs("keep_hooks", owner_of_hook)],
)
def delete_hook(desk: AtDesk, hook_id: HookId) -> Response:
    """Tell it nothing any more."""
    register.delete(desk.engine, hook_id)
    return Response(status_code=204)


@router.get(
    "/hooks/{hook_id}/deliveries",
    responses=READS | errors(404),
    response_model=DeliveriesOut,
    dependencies=[needs("keep_hooks", owner_of_hook)],
)
def read_deliveries(
    request: Request,
    desk: AtDesk,
    hook_id: HookId,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="Only attempts before this number.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most attempts of an answer.")] = 50,
) -> Response:
    """What was tried to tell a hook, the newest first, and why it did not arrive."""
    found = register.attempts(desk.engine, hook_id, before, limit + 1)
    told = found[:limit]
    follows = f"{request.url.path}?before={told[-1].number}&limit={limit}" if len(found) > limit else None
    return JSONResponse({"next": follows, "deliveries": [vars(one) for one in told]})


def _told(hook: Hook, last: list[Delivery], newest: int) -> dict[str, Any]:
    names = ("id", "url", "made_by", "made_at", "position", "failures", "next_at")
    waiting = max(0, newest - hook.position)
    return {name: getattr(hook, name) for name in names} | {
        "waiting": waiting,
        "last": vars(last[0]) if last else None,
    }
