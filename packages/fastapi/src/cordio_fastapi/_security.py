"""Who may call what, in the OpenAPI document (OpenAPI 3.1, section 4.8.27, Security Scheme Object)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from cordio_core import Plan
from cordio_fastapi._route import PlanRoute

if TYPE_CHECKING:
    from fastapi import FastAPI

    from cordio_core.auth import Allow, AuthSettings

__all__ = ["describe", "guards"]

_Document = dict[str, Any]

_PROBLEM = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
_RESPONSES = {
    "401": {"description": "Unauthorized: no credentials, or none that hold", **_PROBLEM},
    "403": {"description": "Forbidden: the caller has no right to it", **_PROBLEM},
}


def guards(plan: Plan) -> list[Allow]:
    """Return what lets callers pass to a handler.

    Parameters
    ----------
    plan : Plan
        The way of an event.

    Returns
    -------
    list of Allow
        Each asks for rights of its own; empty for a handler that anybody may call.
    """
    if "cordio_core.auth" not in sys.modules:  # else nobody can have used it
        return []
    from cordio_core.auth import Allow

    owners = (getattr(step.handler, "__self__", None) for step in plan.chain.before)
    return [owner for owner in owners if isinstance(owner, Allow)]


def describe(application: FastAPI, settings: AuthSettings) -> None:
    """Let the document say who may call what, and how that is shown.

    Parameters
    ----------
    application : FastAPI
        The application.
    settings : AuthSettings
        The section ``auth``: what is not set is no way in, and is not told.
    """
    schemes = _schemes(settings, _takes_basic(application.router.routes))
    for route in application.router.routes:
        if isinstance(route, PlanRoute) and (found := guards(route.plan)):
            route.openapi_extra = _operation(found, schemes)
    original = cast("Callable[[], _Document]", getattr(application.openapi, "original", application.openapi))

    def openapi() -> _Document:
        document = original()
        if schemes:
            components = document.setdefault("components", {})
            components["securitySchemes"] = {**schemes, **components.get("securitySchemes", {})}
        return document

    vars(openapi)["original"] = original
    vars(application)["openapi"] = openapi
    application.openapi_schema = None


def _takes_basic(routes: Iterable[object]) -> bool:
    plans = (route.plan for route in routes if isinstance(route, PlanRoute))
    return any(guard.basic for plan in plans for guard in guards(plan))


def _schemes(settings: AuthSettings, basic: bool) -> Mapping[str, _Document]:
    schemes: dict[str, _Document] = {}
    if settings.jwks is not None:
        schemes["bearer"] = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    if settings.keys:
        schemes["apiKey"] = {"type": "apiKey", "in": "header", "name": settings.header}
    if settings.certificates:
        schemes["certificate"] = {"type": "mutualTLS"}
    if basic and settings.users:
        schemes["basic"] = {"type": "http", "scheme": "basic"}
    return schemes


def _operation(found: list[Allow], schemes: Mapping[str, object]) -> _Document:
    rights = sorted({right for guard in found for right in guard.rights})
    basic = all(guard.basic for guard in found)
    ways = [{name: rights} for name in schemes if name != "basic" or basic]
    return {"responses": _RESPONSES} | ({"security": ways} if ways else {})
