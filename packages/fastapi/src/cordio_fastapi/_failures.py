"""What goes wrong around a handler, as problem documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from cordio_fastapi._complaint import complaints
from cordio_fastapi._problem import problem

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["install", "only_ours", "refused", "unexpected"]


def install(application: FastAPI) -> None:
    """Let an application answer with problem documents.

    Parameters
    ----------
    application : FastAPI
        The application.
    """
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(HTTPException, _refused)
    application.add_exception_handler(Exception, unexpected)


def only_ours(application: FastAPI) -> bool:
    """Tell whether these answers are all that an application has for what goes wrong.

    Parameters
    ----------
    application : FastAPI
        The application.

    Returns
    -------
    bool
        Whether nobody has added or replaced one.
    """
    ours = {RequestValidationError: _invalid, HTTPException: _refused, Exception: unexpected}
    found = dict(application.exception_handlers)
    found.pop(WebSocketRequestValidationError, None)
    return found == ours


def refused(request: Request, error: RequestValidationError | HTTPException) -> Response:
    """Answer what is refused before, or in place of, a handler's answer.

    Parameters
    ----------
    request : Request
        The request.
    error : RequestValidationError or HTTPException
        Why.

    Returns
    -------
    Response
        A problem document.
    """
    return _invalid(request, error) if isinstance(error, RequestValidationError) else _refused(request, error)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # Starlette types every handler for Exception
    if isinstance(error.body, bytes) and any(item["loc"][0] == "body" for item in error.errors()):
        return problem(415, "the body is to be JSON, and to say so", headers={"accept": "application/json"})
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


def unexpected(request: Request, error: Exception) -> Response:
    """Answer what nobody expected.

    Parameters
    ----------
    request : Request
        The request.
    error : Exception
        What it was; nothing of it is told.

    Returns
    -------
    Response
        A bare 500.
    """
    return problem(500)


def _allowed(request: Request) -> list[str]:
    """Return the methods of all routes at a path (RFC 9110, section 15.5.6); each knows its own alone."""
    routes = request.app.router.routes
    matching = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in matching for method in getattr(route, "methods", None) or ()})
