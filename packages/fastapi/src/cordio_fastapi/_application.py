"""The FastAPI application that the entrypoint serves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from fastapi import FastAPI
from fastapi.exceptions import FastAPIError
from starlette.routing import BaseRoute

from cordio_core import EntrypointError, HandlerError, HttpEvent, Plan
from cordio_fastapi._failures import install
from cordio_fastapi._route import PlanRoute

__all__ = ["add", "application", "has", "name", "pages"]

_UNNAMED = "FastAPI"
_NAME_IN_PATH = re.compile(r"\{[^}:]*")


def application() -> FastAPI:
    """Make an application without a route that answers what goes wrong with problem documents.

    Returns
    -------
    FastAPI
        The application.

    Examples
    --------
    >>> application().routes
    []
    """
    made = FastAPI(title=_UNNAMED, openapi_url=None)
    install(made)
    return made


def name(application: FastAPI, title: str) -> None:
    """Give an application its title, unless it has one.

    Parameters
    ----------
    application : FastAPI
        The application.
    title : str
        The title.
    """
    if application.title == _UNNAMED:
        application.title = title
        application.openapi_schema = None


def add(application: FastAPI, plans: Sequence[Plan]) -> None:
    """Add one flat route for each plan.

    Parameters
    ----------
    application : FastAPI
        The application.
    plans : sequence of Plan
        Plans of HTTP events.

    Raises
    ------
    HandlerError
        If one plan cannot be a route.
    EntrypointError
        If several cannot: all of them in one error.
    """
    problems = []
    for plan in plans:
        try:
            application.router.routes.append(_route(application, plan))
        except HandlerError as error:
            problems.append(error)
    application.openapi_schema = None
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise EntrypointError("http", "\n  ".join(map(str, problems)), "mend each of them")


def has(application: FastAPI, method: str, path: str) -> bool:
    """Tell whether an application has a route of its own for exactly this method and path.

    Parameters
    ----------
    application : FastAPI
        The application.
    method : str
        The method, in capitals.
    path : str
        The path as it stands in the route.

    Returns
    -------
    bool
        Whether there is one.
    """
    return any(
        getattr(route, "path", None) == path and method in (getattr(route, "methods", None) or ())
        for route in application.router.routes
    )


def pages(application: FastAPI) -> list[BaseRoute]:
    """Add the routes of the OpenAPI document and its pages behind all others.

    Parameters
    ----------
    application : FastAPI
        The application.

    Returns
    -------
    list of BaseRoute
        The routes that were added.
    """
    before = len(application.router.routes)
    application.openapi_url = "/openapi.json"
    application.setup()
    return list(application.router.routes[before:])


def _route(application: FastAPI, plan: Plan) -> PlanRoute:
    if not isinstance(plan.event, HttpEvent):
        raise HandlerError(plan.place, f"answers {plan.event.name!r}", "attach it to get, post, put, …")
    _refuse_double(application, plan, plan.event)
    try:
        return PlanRoute(plan, plan.event, application)
    except (AssertionError, FastAPIError, RuntimeError, TypeError, ValueError) as error:
        raise HandlerError(
            plan.place,
            f"cannot be a route for {plan.event.name!r}: {str(error).partition('. If you are')[0]}",
            "give its parameters and its result types that FastAPI takes",
        ) from error


def _refuse_double(application: FastAPI, plan: Plan, event: HttpEvent) -> None:
    wanted = _key(event)
    for route in application.router.routes:
        if isinstance(route, PlanRoute) and _key(route.plan.event) == wanted:
            raise HandlerError(
                plan.place,
                f"answers {event.name!r}, which {route.plan.place} answers already",
                "give one of them another path or method",
            )


def _key(event: object) -> tuple[str, str] | None:
    """Return what a request can tell events apart by: the names in a path are no part of it."""
    return (event.method, _shape(event.path)) if isinstance(event, HttpEvent) else None


@lru_cache(4096)  # each path is compared to each other one at the start
def _shape(path: str) -> str:
    return _NAME_IN_PATH.sub("{", path)
