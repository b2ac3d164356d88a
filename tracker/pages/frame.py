"""One page: a template filled in, with what every page shows of who reads it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from graphs.classification import country_name
from graphs.errors import Fault, Faults
from tracker.api import desk_of
from tracker.door import visitor_of


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tracker"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["place"] = lambda codes: ", ".join(country_name(code) for code in codes)
    return environment


_TEMPLATES = _environment()


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page; every template knows ``path``, ``meta``, ``status``, and the ``visitor``, whose token its forms carry."""
    html = _TEMPLATES.get_template(template).render(
        path=request.url.path, meta=desk_of(request).chain.meta, status=status, visitor=visitor_of(request), **values
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
    for name, value in (await request.form()).multi_items():
        found.setdefault(name, []).append(str(value))
    found.pop("csrf", None)  # that one is for the guard
    return {name: "; ".join(one for one in values if one.strip()) for name, values in found.items()}


Typed = Annotated[dict[str, str], Depends(_typed)]
"""What was typed into a form."""
