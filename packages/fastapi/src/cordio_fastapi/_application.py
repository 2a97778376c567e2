"""The FastAPI application that the entrypoint serves."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from fastapi import FastAPI
from fastapi.exceptions import FastAPIError
from starlette.routing import BaseRoute

from cordio_core import (
    EntrypointError,
    Event,
    HandlerError,
    HttpEvent,
    Plan,
    SseEvent,
    StaticEvent,
    WebSocketEvent,
)
from cordio_fastapi._failures import install
from cordio_fastapi._route import PlanRoute

if TYPE_CHECKING:
    from cordio_fastapi._socket_route import SocketRoute
    from cordio_fastapi._static_route import StaticRoute

__all__ = ["add", "application", "files_last", "has", "name", "pages", "refuse_mute"]

_Route: TypeAlias = "PlanRoute | SocketRoute | StaticRoute"
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
    files_last(application)
    application.openapi_schema = None
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise EntrypointError("http", "\n  ".join(map(str, problems)), "mend each of them")


def files_last(application: FastAPI) -> None:
    """Put the routes of files behind all others, whose paths may be below theirs; the longest path first.

    Parameters
    ----------
    application : FastAPI
        The application.
    """
    application.router.routes.sort(key=_rank)


def refuse_mute(application: FastAPI) -> None:
    """Refuse to listen where handlers answer WebSockets that the server cannot speak.

    Parameters
    ----------
    application : FastAPI
        The application.

    Raises
    ------
    EntrypointError
        If there are such handlers, and no library for them.
    """
    from cordio_fastapi._parting import speaks

    plans = [
        plan for route in application.router.routes if isinstance(plan := getattr(route, "plan", None), Plan)
    ]
    found = next((plan for plan in plans if isinstance(plan.event, WebSocketEvent)), None)
    if found is not None and not speaks():
        what = f"{found.place} answers {found.event.name!r}, and nothing installed speaks WebSocket"
        raise EntrypointError("http", what, "pip install cordio-fastapi[websocket]")


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
    added = list(application.router.routes[before:])
    files_last(application)
    return added


def _route(application: FastAPI, plan: Plan) -> _Route:
    make = _maker(plan.event)
    if make is None:
        raise HandlerError(plan.place, f"answers {plan.event.name!r}", "attach it to get, post, put, …")
    _refuse_double(application, plan)
    try:
        return make(plan, application)
    except (AssertionError, FastAPIError, RuntimeError, TypeError, ValueError) as error:
        raise HandlerError(
            plan.place,
            f"cannot be a route for {plan.event.name!r}: {str(error).partition('. If you are')[0]}",
            "give its parameters and its result types that FastAPI takes",
        ) from error


def _maker(event: Event) -> Callable[[Plan, FastAPI], _Route] | None:
    """Return what makes a route for plans of an event; what is seldom used is imported for it alone."""
    if isinstance(event, SseEvent):
        from cordio_fastapi._sse_route import SseRoute

        return lambda plan, application: SseRoute(plan, event, application)
    if isinstance(event, HttpEvent):
        return lambda plan, application: PlanRoute(plan, event, application)
    if isinstance(event, WebSocketEvent):
        from cordio_fastapi._socket_route import SocketRoute

        return lambda plan, application: SocketRoute(plan, event, application)
    if isinstance(event, StaticEvent):
        from cordio_fastapi._static_route import StaticRoute

        return lambda plan, application: StaticRoute(plan, event)
    return None


def _refuse_double(application: FastAPI, plan: Plan) -> None:
    wanted = _key(plan.event)
    for route in application.router.routes:
        other = getattr(route, "plan", None)
        if isinstance(other, Plan) and _key(other.event) == wanted:
            raise HandlerError(
                plan.place,
                f"answers {plan.event.name!r}, which {other.place} answers already",
                "give one of them another path or method",
            )


def _key(event: object) -> tuple[str, str] | None:
    """Return what a request can tell events apart by: the names in a path are no part of it."""
    if isinstance(event, HttpEvent):
        return event.method, _shape(event.path)
    if isinstance(event, WebSocketEvent | StaticEvent):
        return type(event).__name__, _shape(event.path)
    return None


@lru_cache(4096)  # each path is compared to each other one at the start
def _shape(path: str) -> str:
    return _NAME_IN_PATH.sub("{", path)


def _rank(route: BaseRoute) -> int:
    event = getattr(getattr(route, "plan", None), "event", None)
    return 10_000 - len(event.path) if isinstance(event, StaticEvent) else 0
