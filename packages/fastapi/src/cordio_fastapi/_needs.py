"""What of FastAPI's a route or a whole application needs, so that its requests go through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastapi.params import Form
from fastapi.routing import APIRoute

from cordio_fastapi._failures import only_ours

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["hindered", "needs"]


def needs(route: APIRoute, natives: frozenset[str]) -> str:
    """Return what a route's handler needs that FastAPI's solver alone gives.

    Parameters
    ----------
    route : APIRoute
        The route.
    natives : frozenset of str
        The parameters that are FastAPI's and not the handler's own.

    Returns
    -------
    str
        The needs in words; empty if there are none.
    """
    return ", ".join(_needs(route, natives))


def _needs(route: APIRoute, natives: frozenset[str]) -> Iterator[str]:
    dependant = route.dependant
    if dependant.dependencies:
        yield "has dependencies of FastAPI"
    if dependant.cookie_params:
        yield "takes cookies"
    if any(isinstance(field.field_info, Form) for field in dependant.body_params):
        yield "takes a form"
    elif len(dependant.body_params) > 1 or getattr(route, "_embed_body_fields", False):
        yield "takes several values of the body"
    names = (
        dependant.request_param_name,
        dependant.response_param_name,
        dependant.http_connection_param_name,
        dependant.websocket_param_name,
        dependant.background_tasks_param_name,
        dependant.security_scopes_param_name,
    )
    own = [name for name in names if name is not None and name not in natives]
    if own:
        yield f"takes FastAPI's {', '.join(own)}"


def hindered(application: FastAPI) -> str:
    """Return what of a FastAPI application every request has to go through.

    Parameters
    ----------
    application : FastAPI
        The application.

    Returns
    -------
    str
        In words; empty if there is nothing.
    """
    if application.user_middleware:
        return "the application has middlewares"
    if application.debug:
        return "the application is in debug mode"
    if not only_ours(application):
        return "the application has exception handlers of its own"
    return ""
