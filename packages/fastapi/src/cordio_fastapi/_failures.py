"""What goes wrong around a handler, as problem documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from cordio_fastapi._complaint import complaints
from cordio_fastapi._problem import problem

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["install"]


def install(application: FastAPI) -> None:
    """Let an application answer with problem documents.

    Parameters
    ----------
    application : FastAPI
        The application.
    """
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(HTTPException, _refused)
    application.add_exception_handler(Exception, _unexpected)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # Starlette types every handler for Exception
    count = len(error.errors())
    detail = (
        "a value of the request is not valid" if count == 1 else f"{count} values of the request are not valid"
    )
    return problem(422, detail, errors=complaints(error.errors()))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # Starlette types every handler for Exception
    headers = dict(error.headers or {})
    if error.status_code in (204, 304):
        return Response(status_code=error.status_code, headers=headers)
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    if isinstance(error.detail, str):
        return problem(error.status_code, error.detail, headers=headers)
    return problem(error.status_code, headers=headers, errors=jsonable_encoder(error.detail))


def _unexpected(request: Request, error: Exception) -> Response:
    return problem(500)


def _allowed(request: Request) -> list[str]:
    """Return the methods of all routes at a path (RFC 9110, section 15.5.6); each knows its own alone."""
    routes = request.app.router.routes
    matching = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in matching for method in getattr(route, "methods", None) or ()})
