"""The description of the API (OpenAPI 3.1): what FastAPI finds out by itself, and what it cannot know."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

_KEY = {"type": "http", "scheme": "bearer", "description": "A key of your account; not needed where there is no login."}
_PROBLEM = "application/problem+json"


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once.

    Errors stand under the media type in which they are sent, keys in their header, and no parameter may be null: one
    that is not given is left out.
    """
    if app.openapi_schema is None:
        spec = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        spec["components"]["securitySchemes"] = {"key": _KEY}
        for operations in spec["paths"].values():
            for operation in operations.values():
                _complete(operation)
        app.openapi_schema = spec
    return app.openapi_schema


def _complete(operation: dict[str, Any]) -> None:
    operation["security"] = [{"key": []}, {}]
    for status, answer in operation["responses"].items():
        if status[0] in "45":
            answer["content"] = {_PROBLEM: answer["content"]["application/json"]}
    for one in operation.get("parameters", ()):
        one["schema"] = _never_null(one["schema"])
        if one["name"] == "If-Match" and "428" in operation["responses"]:
            one["required"] = True


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    others = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return {name: value for name, value in schema.items() if name != "anyOf"} | others[0] if others else schema
