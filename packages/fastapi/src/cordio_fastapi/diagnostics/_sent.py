"""What somebody who looks at the state sends to change something: a small form or JSON, of this page alone."""

from __future__ import annotations

import hmac
import json
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cordio_fastapi._problem import problem
from cordio_fastapi.diagnostics._accept import wants_a_page
from cordio_fastapi.diagnostics._told import Told, plain

__all__ = ["Change", "changed", "refused", "sent"]

_MOST = 4096  # bytes of the body
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


class Change(BaseModel, frozen=True, extra="forbid"):
    """What is asked for; the token shows that the page was read."""

    token: str = ""


C = TypeVar("C", bound=Change)


async def sent(request: Request, model: type[C], token: str) -> C | Told:
    """Read what is asked for.

    Parameters
    ----------
    request : Request
        With a form or JSON.
    model : type of Change
        What it has to be.
    token : str
        What only who could read the page knows: a page of somebody else cannot send it.

    Returns
    -------
    Change or Told
        The change, or a problem document.
    """
    if not _is_of_this_page(request):
        return refused(403, "the request comes from another page")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (_FORM, _JSON):
        return refused(415, "the body is to be a form or JSON")
    body = await _body(request)
    if body is None:
        return refused(413, f"the body may have {_MOST} bytes at most")
    try:
        change = model.model_validate(_read(kind, body))
    except (ValueError, RecursionError) as error:
        return refused(422, _wrong(error))
    if not hmac.compare_digest(change.token.encode(), token.encode()):
        return refused(403, "the token is not that of the page: load it anew")
    return change


def changed(request: Request, page: str, message: str, found: dict[str, object]) -> Told:
    """Say what is in force now; a browser is led back to the page.

    Parameters
    ----------
    request : Request
        The request.
    page : str
        The path of the page.
    message : str
        What is recorded.
    found : dict of str to object
        What is in force.

    Returns
    -------
    Told
        The answer, and the record.
    """
    response: Response = plain(200, found)
    if wants_a_page(request.headers.get("accept", "")):
        response = RedirectResponse(request.scope["root_path"] + page, 303)
    return Told(response, False, message, "warning", found)


def refused(status: int, detail: str) -> Told:
    """Return a problem document, which is recorded.

    Parameters
    ----------
    status : int
        The status.
    detail : str
        What is wrong.

    Returns
    -------
    Told
        The answer.
    """
    return Told(problem(status, detail), quiet=False)


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
