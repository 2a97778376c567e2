"""Changes the levels of the log, for somebody who looks at the state of the application."""

from __future__ import annotations

import hmac
import json
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cordio_core import Duration
from cordio_core.protocols import Measuring, Runtime
from cordio_fastapi._problem import problem
from cordio_fastapi.diagnostics._accept import wants_a_page
from cordio_fastapi.diagnostics._told import Told, plain

__all__ = ["LEVELS", "Levels"]

LEVELS = ("debug", "info", "warning", "error")
_MOST = 4096  # bytes of the body
_LONGEST = 24 * 3600.0  # seconds until a level falls back
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


class Change(BaseModel, frozen=True, extra="forbid"):
    """A level that is asked for."""

    level: Literal["debug", "info", "warning", "error"]
    within: Duration = Duration("10m")
    logger: str = Field(default="", max_length=200)
    token: str = ""


class Levels:
    """Takes a level, puts it in force, and lets it fall back by itself.

    Parameters
    ----------
    runtime : Runtime
        The started application.
    token : str
        What only who could read the page knows: a page of somebody else cannot send it.
    """

    def __init__(self, runtime: Runtime, token: str) -> None:
        self._runtime, self._token = runtime, token

    async def __call__(self, request: Request) -> Told:
        """Answer.

        Parameters
        ----------
        request : Request
            With a form or JSON: ``level``, ``within``, ``logger`` and ``token``.

        Returns
        -------
        Told
            For a browser the way back to the page, else what is in force now; a problem document if the
            change is not allowed, or none.
        """
        if not _is_of_this_page(request):
            return _refused(403, "the request comes from another page")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in (_FORM, _JSON):
            return _refused(415, "the body is to be a form or JSON")
        body = await _body(request)
        if body is None:
            return _refused(413, f"the body may have {_MOST} bytes at most")
        try:
            change = Change.model_validate(_read(kind, body))
        except (ValueError, RecursionError) as error:
            return _refused(422, _wrong(error))
        if not hmac.compare_digest(change.token.encode(), self._token.encode()):
            return _refused(403, "the token is not that of the page: load it anew")
        return self._changed(request, change)

    def _changed(self, request: Request, change: Change) -> Told:
        monitor = self._runtime.monitor
        if not isinstance(monitor, Measuring):
            return _refused(409, "the monitor of this application has no level that could be changed")
        if not 0 < change.within <= _LONGEST:
            return _refused(422, "within: a time of up to 24h, after which the level falls back")
        within = float(change.within)
        monitor.set_level(change.level, within=within, logger=change.logger)
        found: dict[str, object] = {"level": change.level, "logger": change.logger, "within": within}
        response: Response = plain(200, found)
        if wants_a_page(request.headers.get("accept", "")):
            response = RedirectResponse(request.scope["root_path"] + request.url.path, 303)
        return Told(response, False, "log level changed", "warning", found)


def _is_of_this_page(request: Request) -> bool:
    """Tell whether a browser sends what its user has done on the page itself; a program says neither."""
    headers = request.headers
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


async def _body(request: Request) -> bytes | None:
    found = b""
    async for piece in request.stream():
        found += piece
        if len(found) > _MOST:
            return None
    return found


def _read(kind: str, body: bytes) -> object:
    if kind == _JSON:
        return json.loads(body)
    return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=10))


def _wrong(error: Exception) -> str:
    """Say what is wrong without what was sent."""
    if not isinstance(error, ValidationError):
        return "the body cannot be read"
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in found)


def _refused(status: int, detail: str) -> Told:
    return Told(problem(status, detail), quiet=False)
