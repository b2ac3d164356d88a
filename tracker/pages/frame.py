"""One page: a template filled in, with what every page shows of who reads it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from graphs.classification import country_name
from graphs.errors import Fault, Faults
from graphs.levels import percent
from tracker.api import desk_of
from tracker.gate.door import actor_of, named, visitor_of
from tracker.keeping import NOBODY, Change


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tracker"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    environment.filters["place"] = lambda codes: ", ".join(country_name(code) for code in codes)
    environment.filters["combine"] = lambda chosen, change: {**chosen, **change}
    return environment


_TEMPLATES = _environment()
_YOU = "you"
_MOST_FIELDS = 20_000
"""A quick log of 500 lines sends some twenty fields of each; the guard bounds their size."""


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page.

    Every template knows ``path``, ``meta``, ``status``, the ``visitor``, whose token its forms carry, and ``you``, the
    name that somebody typed last at a desk without a login.
    """
    html = _TEMPLATES.get_template(template).render(
        path=request.url.path,
        meta=desk_of(request).chain.meta,
        status=status,
        visitor=visitor_of(request),
        you=unquote(request.cookies.get(_YOU, ""))[:200],
        **values,
    )
    return HTMLResponse(html, status)


def error_page(request: Request, status: int, title: str, detail: str, faults: tuple[Fault, ...]) -> Response:
    """An error in the words of the pages."""
    return page(request, "error.html", status=status, title=title, detail=detail, faults=faults)


async def _typed(request: Request) -> dict[str, str]:
    """What a form of these pages holds, lists joined by semicolons.

    Raises:
        Faults: anything that no form of these pages sends.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise Faults([Fault("", "form", "cannot be read", "use the form of this page, or the API for JSON")])
    found: dict[str, list[str]] = {}
    for name, value in (await request.form(max_fields=_MOST_FIELDS)).multi_items():
        found.setdefault(name, []).append(str(value))
    found.pop("csrf", None)  # that one is for the guard
    return {name: "; ".join(one for one in values if one.strip()) for name, values in found.items()}


Typed = Annotated[dict[str, str], Depends(_typed)]
"""What was typed into a form."""


def change_of(request: Request, typed: dict[str, str]) -> Change:
    """Who changes something, now, and from which version, as a form says.

    Raises:
        Faults: a version that is no number.
    """
    version = typed.get("version", "")
    if version and not (version.isascii() and version.isdigit() and len(version) <= 15):
        raise Faults([Fault("", "version", f"{version[:20]!r} is no version", "open the page anew")])
    return Change(
        named(actor_of(request), typed.get("who", ""), NOBODY),
        request.app.state.clock(),
        typed.get("why", ""),
        int(version) if version else None,
    )


def done(request: Request, address: str, typed: dict[str, str]) -> Response:
    """On to the page that shows what was done; a name that was typed need not be typed again."""
    answer = RedirectResponse(address, status_code=303)
    if typed.get("who", "").strip() and visitor_of(request).login is False:
        name = quote(" ".join(typed["who"].split())[:200])
        answer.set_cookie(_YOU, name, max_age=31_536_000, httponly=True, samesite="lax")
    return answer
