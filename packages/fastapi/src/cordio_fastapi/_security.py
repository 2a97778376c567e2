"""Who may call what, in the OpenAPI document (OpenAPI 3.1, section 4.8.27, Security Scheme Object)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cordio_core import Plan
from cordio_fastapi._route import PlanRoute

if TYPE_CHECKING:
    from fastapi import FastAPI

    from cordio_core.auth import Allow, AuthSettings

__all__ = ["guards", "secure"]

_Scheme = dict[str, Any]


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


def secure(application: FastAPI, settings: AuthSettings) -> Mapping[str, _Scheme]:
    """Let the document say who may call what.

    Parameters
    ----------
    application : FastAPI
        The application.
    settings : AuthSettings
        The section ``auth``: what is not set is no way in, and is not told.

    Returns
    -------
    mapping of str to dict
        The Security Scheme Objects by name: how callers show who they are.
    """
    schemes = _schemes(settings, _takes_basic(application.router.routes))
    for route in application.router.routes:
        if isinstance(route, PlanRoute) and (found := guards(route.plan)):
            route.openapi_extra = {"security": _ways(found, schemes)} if schemes else None
    return schemes


def _takes_basic(routes: Iterable[object]) -> bool:
    plans = (route.plan for route in routes if isinstance(route, PlanRoute))
    return any(guard.basic for plan in plans for guard in guards(plan))


def _schemes(settings: AuthSettings, basic: bool) -> Mapping[str, _Scheme]:
    schemes: dict[str, _Scheme] = {}
    if settings.jwks is not None:
        schemes["bearer"] = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    if settings.keys:
        schemes["apiKey"] = {"type": "apiKey", "in": "header", "name": settings.header}
    if settings.certificates:
        schemes["certificate"] = {"type": "mutualTLS"}
    if basic and settings.users:
        schemes["basic"] = {"type": "http", "scheme": "basic"}
    return schemes


def _ways(found: list[Allow], schemes: Iterable[str]) -> list[dict[str, list[str]]]:
    """Return the ways in, each of which is enough, with the rights that are needed."""
    rights = sorted({right for guard in found for right in guard.rights})
    basic = all(guard.basic for guard in found)
    return [{name: rights} for name in schemes if name != "basic" or basic]
