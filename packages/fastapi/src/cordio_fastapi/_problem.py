"""Answers that say what is wrong, as problem documents (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

__all__ = ["problem"]

# http.HTTPStatus has these two of RFC 9110 only since Python 3.13.
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
_CODES = {422: "invalid", 500: "internal"}


def problem(
    status: int,
    detail: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    errors: object = None,
) -> Response:
    """Make a problem document.

    Parameters
    ----------
    status : int
        The status (RFC 9110, section 15).
    detail : str or None
        What is wrong this time, in words for the client.
    headers : mapping of str to str or None
        Further headers.
    errors : object
        A list of what is wrong in detail, as JSON; left out if None.

    Returns
    -------
    Response
        The answer, ``application/problem+json``.

    Examples
    --------
    >>> problem(404).body
    b'{"type":"about:blank","title":"Not Found","status":404,"code":"not_found"}'
    """
    title = _title(status)
    content: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": _code(status),
    }
    content |= {} if detail is None or detail == title else {"detail": detail}
    content |= {} if errors is None else {"errors": errors}
    body = json.dumps(content, separators=(",", ":")).encode()
    return Response(body, status, headers, "application/problem+json")


def _title(status: int) -> str:
    try:
        return _TITLES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _code(status: int) -> str:
    return _CODES.get(status) or _title(status).lower().replace(" ", "_").replace("-", "_").replace("'", "")
