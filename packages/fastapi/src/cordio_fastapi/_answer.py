"""A handler's response as FastAPI and Starlette send it."""

from __future__ import annotations

import json

from fastapi.encoders import jsonable_encoder
from starlette.responses import Response as NativeResponse
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from cordio_core import Response
from cordio_fastapi._exceptions import AnswerError

__all__ = ["allows_body", "finished", "rendered", "text"]

_BODILESS = frozenset({204, 205, 304})


def rendered(response: Response) -> object:
    """Return what FastAPI is to send: a ready response as it is, or a value for the route's response model.

    A value with a status outside of 2xx is not what the handler's annotation speaks of; it becomes plain JSON.

    Parameters
    ----------
    response : Response
        What the handler answers.

    Returns
    -------
    object
        A Starlette response, or the value.

    Examples
    --------
    >>> rendered(Response({"id": 7}))
    {'id': 7}
    >>> rendered(Response({"id": 7}, status=409)).body
    b'{"id":7}'
    """
    status, value = response.status, response.value
    if isinstance(value, NativeResponse):
        return value
    if status in _BODILESS:
        return NativeResponse(status_code=status or 204)
    if response.stream is not None:
        return _Stream(response.stream)
    if response.body is not None or (status is not None and value is None):
        return NativeResponse(response.body)
    if status is None or 200 <= status < 300:
        return value
    return NativeResponse(text(jsonable_encoder(value)), media_type="application/json")


def text(value: object) -> bytes:
    """Return plain data as JSON, as Starlette writes it.

    Parameters
    ----------
    value : object
        The data.

    Returns
    -------
    bytes
        JSON in UTF-8.

    Examples
    --------
    >>> text({"name": "Ada"})
    b'{"name":"Ada"}'
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def allows_body(status: int) -> bool:
    """Tell whether an answer with a status may have a body (RFC 9110, section 6.4.1).

    Parameters
    ----------
    status : int
        The status.

    Returns
    -------
    bool
        Whether it may.

    Examples
    --------
    >>> allows_body(200), allows_body(304)
    (True, False)
    """
    return status >= 200 and status not in _BODILESS


def finished(native: NativeResponse, response: Response | None, where: str) -> NativeResponse:
    """Give an answer the status and the headers that the handler said.

    Parameters
    ----------
    native : NativeResponse
        The answer so far.
    response : Response or None
        What the handler answers.
    where : str
        The handler and its place in the code.

    Returns
    -------
    NativeResponse
        The same answer.

    Raises
    ------
    AnswerError
        If a header cannot be sent.

    Examples
    --------
    >>> finished(NativeResponse(), Response(status=201), "place (app.py:3)").status_code
    201
    """
    if response is None:
        return native
    if response.status is not None:
        native.status_code = response.status
    for name, value in response.headers.items():
        if not _sendable(name + value):
            raise AnswerError(where, [f"the header {name!r} holds a character that no header may hold"])
        native.headers[name] = value
    return native


def _sendable(text: str) -> bool:
    """Tell whether text can stand in a header (RFC 9110, section 5.5): a line break would start another."""
    return not any(
        (ord(letter) < 32 and letter != "\t") or 126 < ord(letter) < 160 or ord(letter) > 255
        for letter in text
    )


class _Stream(StreamingResponse):
    """An answer in pieces, whose source cleans up as its reader leaves and not at some later time."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            close = getattr(self.body_iterator, "aclose", None)
            if close is not None:
                await close()
