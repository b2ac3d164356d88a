"""The pages of people: the way in, one's own account, and who else is here."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from graphs.errors import Fault, Faults, Unknown
from tracker import log
from tracker.accounts import invitations, keys, people, sessions
from tracker.accounts.entrance import Entrance
from tracker.accounts.invitations import Invitation
from tracker.accounts.people import Account
from tracker.accounts.provider import Provider, enter
from tracker.accounts.tokens import TOKEN_LENGTH, new_token
from tracker.api import By, desk_of
from tracker.gate.door import Door, needs, refuse, visitor_of
from tracker.pages.frame import page
from tracker.permissions import ALLIANCE, ROLES, SCOPES, Actor, Owner, allowed, may_give

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_ENTER = needs("enter")


async def _form(request: Request) -> dict[str, list[str]]:
    """What a form holds.

    Raises:
        Faults: anything that no form of these pages sends.
    """
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind not in ("", "application/x-www-form-urlencoded"):  # a form without fields may come without a kind
        raise Faults([Fault("", "form", "cannot be read", "use the form of this page")])
    form = await request.form()
    found = {name: [str(one) for one in form.getlist(name)] for name in form}
    faults = [
        Fault("", name, "holds control characters", "type it again as plain text")
        for name, values in found.items()
        if any("\0" in one for one in values)
    ]
    if faults:
        raise Faults(faults)
    return found


class Typed:
    """What was typed into a form; what is missing is empty."""

    def __init__(self, form: Annotated[dict[str, list[str]], Depends(_form)]) -> None:
        self._form = form

    def __getitem__(self, name: str) -> str:
        return (self._form.get(name) or [""])[0]

    def all(self, name: str) -> list[str]:
        """Every box that was ticked."""
        return self._form.get(name, [])


Form = Annotated[Typed, Depends()]


def own(request: Request) -> Owner:
    """Whoever asks, asks about his or her own account."""
    actor = visitor_of(request).actor
    return Owner(frozenset({actor.account} if actor else ()))


_OWN = needs("keep_account", own)
_HERE = ("localhost", "127.0.0.1", "::1")


@router.get("/login", dependencies=[_ENTER])
def login_form(request: Request, back: str = "/") -> Response:
    """The way in."""
    return _login(request, back, "", ())


@router.post("/login", dependencies=[_ENTER])
def log_in(request: Request, typed: Form) -> Response:
    """Begin a session; the one this browser held before ends."""
    held, browser = visitor_of(request).token, request.headers.get("user-agent", "")
    try:
        token = _entrance(request).log_in(
            typed["name"], typed["password"], _address(request), browser, _at(request), held
        )
    except Faults as found:
        return _login(request, typed["back"], typed["name"], found.faults, 422)
    return _let_in(request, token, typed["back"])


@router.get("/login/provider", dependencies=[_ENTER])
def log_in_elsewhere(request: Request, back: str = "/") -> Response:
    """Send the browser to the provider of logins."""
    provider, door, token = _provider(request), _door(request), new_token()
    try:
        answer = RedirectResponse(provider.begin(token, _way_back(request)), 303)
    except Faults as found:
        return _login(request, back, "", found.faults, 502)
    kept = token + quote(_inside(back), safe="")
    answer.set_cookie(f"{door.cookie}-provider", kept, 600, path="/", secure=door.secure, httponly=True, samesite="lax")
    return answer


@router.get("/login/provider/back", dependencies=[_ENTER])
def come_back(request: Request) -> Response:
    """Let in who comes back from the provider, if it confirms who that is."""
    provider, door, engine, at = _provider(request), _door(request), desk_of(request).engine, _at(request)
    kept = request.cookies.get(f"{door.cookie}-provider", "")
    token, back = kept[:TOKEN_LENGTH], unquote(kept[TOKEN_LENGTH:])
    try:
        identity = provider.finish(token, _way_back(request), dict(request.query_params), at)
        account = enter(engine, identity, at)
        held, browser = visitor_of(request).token, request.headers.get("user-agent", "")
        answer = _let_in(request, sessions.begin(engine, account.id, browser, at, held), back)
    except Faults as found:
        answer = _login(request, back, "", found.faults, 422)
    answer.delete_cookie(
        f"{door.cookie}-provider", path="/", secure=door.secure, httponly=True, samesite="lax"
    )  # it serves once
    return answer


@router.post("/logout", dependencies=[_OWN])
def log_out(request: Request) -> Response:
    """End this session."""
    sessions.end(desk_of(request).engine, visitor_of(request).token)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(_door(request).cookie, path="/", secure=_door(request).secure, httponly=True, samesite="lax")
    return answer


@router.get("/invitations/{token}", dependencies=[_ENTER])
def invitation(request: Request, token: str) -> Response:
    """What somebody is invited to; looking at it does not use it."""
    invited = invitations.read(desk_of(request).engine, token, _at(request))
    return _page(request, "invitation.html", invited=invited, name="", email=invited.email, faults=())


@router.post("/invitations/{token}", dependencies=[_ENTER])
def accept(request: Request, token: str, typed: Form) -> Response:
    """Make the account and let its owner in."""
    entrance, at = _entrance(request), _at(request)
    invited = invitations.read(desk_of(request).engine, token, at)
    try:
        account = entrance.accept(token, typed["name"], typed["email"], typed["password"], typed["again"], at)
    except Faults as found:
        typed_before = {"name": typed["name"], "email": invited.email or typed["email"]}
        return _page(request, "invitation.html", 422, invited=invited, faults=found.faults, **typed_before)
    held, browser = visitor_of(request).token, request.headers.get("user-agent", "")
    _door(request).forget()
    return _let_in(request, sessions.begin(entrance.engine, account.id, browser, at, held), "/")


@router.get("/account", dependencies=[_OWN])
def my_account(request: Request, actor: By) -> Response:
    """One's own account: roles, password, sessions, keys."""
    return _account(request, actor)


@router.post("/account/password", dependencies=[_OWN])
def change_password(request: Request, actor: By, typed: Form) -> Response:
    """Change the password; every other session ends."""
    mine = people.account(desk_of(request).engine, actor.account)
    try:
        _entrance(request).change_password(
            mine, typed["old"], typed["password"], typed["again"], _address(request), visitor_of(request).token
        )
    except Faults as found:
        return _account(request, actor, found.faults, 422)
    return _account(request, actor, done="The password is changed, and every other session has ended.")


@router.post("/account/sessions/end", dependencies=[_OWN])
def end_sessions(request: Request, actor: By, typed: Form) -> Response:
    """End one session, or all but this one."""
    engine = desk_of(request).engine
    if typed["session"]:
        sessions.end_one(engine, actor.account, typed["session"])
    else:
        sessions.end_others(engine, actor.account, visitor_of(request).token)
    return RedirectResponse("/account", 303)


@router.post("/account/keys", dependencies=[needs("make_key", own)])
def make_key(request: Request, actor: By, typed: Form) -> Response:
    """Make a key and show it, this once."""
    days = int(typed["days"]) if typed["days"].isascii() and typed["days"].isdigit() and len(typed["days"]) < 6 else 0
    try:
        key = keys.make(desk_of(request).engine, actor.account, typed["label"], typed.all("scopes"), days, _at(request))
    except Faults as found:
        return _account(request, actor, found.faults, 422)
    return _account(request, actor, key=key)


@router.post("/account/keys/revoke", dependencies=[_OWN])
def revoke_key(request: Request, actor: By, typed: Form) -> Response:
    """Stop a key."""
    keys.revoke(desk_of(request).engine, actor.account, typed["key"], _at(request))
    return RedirectResponse("/account", 303)


@router.get("/people", dependencies=[needs("read_accounts", own)])
def everybody(request: Request, actor: By) -> Response:
    """Who is here: all for members of the alliance who coordinate it, else those of one's own associations."""
    return _people(request, actor)


def _there(typed: Form) -> Owner:
    """The association that was chosen."""
    return Owner(association=typed["association"].strip())


def _of_invitation(request: Request, typed: Form) -> Owner:
    return Owner(association=_waiting(request, typed["invitation"]).association)


def _account_there(account_id: str, typed: Form) -> Owner:
    return Owner(frozenset({account_id}), typed["association"].strip())


def _of_account(request: Request, account_id: str) -> Owner:
    account = people.account(desk_of(request).engine, account_id)
    return Owner(frozenset({account_id}), next(iter(account.roles), ALLIANCE))


@router.post("/people/invite", dependencies=[needs("invite", _there)])
def invite(request: Request, actor: By, typed: Form) -> Response:
    """Invite somebody and show the link, this once."""
    association, role = typed["association"].strip(), typed["role"]
    _may_give(actor, association, role)
    try:
        token = invitations.invite(desk_of(request).engine, typed["email"], association, role, actor.name, _at(request))
    except Faults as found:
        return _people(request, actor, found.faults, 422)
    return _people(request, actor, link=f"{_door(request).address(request)}/invitations/{token}")


@router.post("/people/invitations/withdraw", dependencies=[needs("invite", _of_invitation)])
def withdraw(request: Request, actor: By, typed: Form) -> Response:
    """End an invitation before it is used."""
    one = _waiting(request, typed["invitation"])
    _may_give(actor, one.association, one.role)
    invitations.withdraw(desk_of(request).engine, one.id)
    return RedirectResponse("/people", 303)


@router.post("/people/{account_id}/role", dependencies=[needs("change_role", _account_there)])
def change_role(request: Request, actor: By, account_id: str, typed: Form) -> Response:
    """Give a role, or take it: nobody his or her own, nobody more than he or she has."""
    engine, association = desk_of(request).engine, typed["association"].strip()
    for role in (people.account(engine, account_id).roles.get(association, ""), typed["role"]):
        _may_give(actor, association, role)
    try:
        people.set_role(engine, account_id, association, typed["role"])
    except Faults as found:
        return _people(request, actor, found.faults, 422)
    return RedirectResponse("/people", 303)


@router.post("/people/{account_id}/disable", dependencies=[needs("disable_account", _of_account)])
def disable(request: Request, actor: By, account_id: str, typed: Form) -> Response:
    """Lock somebody out at once, or let him or her in again: for who coordinates all associations of the account."""
    engine = desk_of(request).engine
    for association, role in people.account(engine, account_id).roles.items():
        refuse(actor, "disable_account", Owner(frozenset({account_id}), association))
        _may_give(actor, association, role)
    try:
        if typed["again"]:
            people.enable(engine, account_id)
        else:
            people.disable(engine, account_id, _at(request))
    except Faults as found:
        return _people(request, actor, found.faults, 422)
    return RedirectResponse("/people", 303)


def _waiting(request: Request, invitation_id: str) -> Invitation:
    for one in invitations.waiting(desk_of(request).engine, _at(request)):
        if one.id == invitation_id:
            return one
    raise Unknown(invitation_id)


def _may_give(actor: Actor, association: str, role: str) -> None:
    refusal = may_give(actor, association, role)
    if refusal:
        raise HTTPException(refusal.status, refusal.text)


def _login(request: Request, back: str, name: str, faults: tuple[Fault, ...], status: int = 200) -> Response:
    return _page(
        request,
        "login.html",
        status,
        back=_inside(back),
        name=name,
        provider=request.app.state.provider.name,
        faults=faults,
    )


def _account(
    request: Request, actor: Actor, faults: tuple[Fault, ...] = (), status: int = 200, key: str = "", done: str = ""
) -> Response:
    engine, at = desk_of(request).engine, _at(request)
    return _page(
        request,
        "account.html",
        status,
        account=people.account(engine, actor.account),
        sessions=sessions.listed(engine, actor.account, at),
        this=sessions.session_id(engine, visitor_of(request).token),
        keys=keys.listed(engine, actor.account, at),
        scopes=SCOPES,
        hooks=allowed(actor, "keep_hooks", Owner(frozenset({actor.account}), actor.association)) is None,
        key=key,
        done=done,
        faults=faults,
    )


def _people(
    request: Request, actor: Actor, faults: tuple[Fault, ...] = (), status: int = 200, link: str = ""
) -> Response:
    engine = desk_of(request).engine

    def shown(account: Account) -> bool:
        return account.id == actor.account or any(
            allowed(actor, "read_accounts", Owner(association=one)) is None for one in account.roles or (ALLIANCE,)
        )

    found = [one for one in people.everybody(engine) if shown(one)]
    names = {one: one for account in found for one in account.roles}
    names |= {one.id: str(one.body["name"]) for one in log.every(engine, "association")}

    def coordinates(association: str) -> bool:
        return allowed(actor, "invite", Owner(association=association)) is None

    return _page(
        request,
        "people.html",
        status,
        found=found,
        waiting=[one for one in invitations.waiting(engine, _at(request)) if coordinates(one.association)],
        coordinates=coordinates,
        names=names,
        mine=sorted((one for one in {*names, *actor.roles} if coordinates(one)), key=lambda one: (not one, one)),
        roles=[role for role in ROLES if ROLES.index(role) <= ROLES.index(actor.highest or ROLES[0])],
        actor=actor,
        link=link,
        here=urlsplit(link).hostname in _HERE,
        faults=faults,
    )


def _page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    answer = page(request, template, status, **values)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _let_in(request: Request, token: str, back: str) -> Response:
    door, answer = _door(request), RedirectResponse(_inside(back), 303)
    answer.set_cookie(door.cookie, token, path="/", secure=door.secure, httponly=True, samesite="lax")
    return answer


def _inside(back: str) -> str:
    """An address of this desk, never one elsewhere."""
    return back if re.fullmatch(r"/([^/\\\x00-\x20\x7f][^\\\x00-\x20\x7f]*)?", back) else "/"


def _way_back(request: Request) -> str:
    return f"{_door(request).address(request)}/login/provider/back"


def _provider(request: Request) -> Provider:
    provider: Provider = request.app.state.provider
    if not provider.issuer:
        raise Unknown("provider")
    return provider


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _at(request: Request) -> datetime:
    at: datetime = request.app.state.clock()
    return at


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


def _entrance(request: Request) -> Entrance:
    entrance: Entrance = request.app.state.entrance
    return entrance
