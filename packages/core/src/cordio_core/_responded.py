"""What a handler returned, as a response: made once an event, so at a third of what the constructor takes."""

from __future__ import annotations

from typing import cast

from cordio_core._response import Response

__all__ = ["responded"]


class _Open:
    """A response that is not frozen yet; it has the fields of `Response`, so that it can become one."""

    __slots__ = ("body", "headers", "status", "stream", "value")

    value: object
    status: None
    headers: dict[str, str]
    body: None
    stream: None


def responded(value: object) -> Response:
    """Return a handler's value as a response.

    Parameters
    ----------
    value : object
        What a handler returned.

    Returns
    -------
    Response
        The value itself if it is one already.

    Examples
    --------
    >>> responded(7)
    Response(value=7, status=None, headers={}, body=None, stream=None)
    """
    if isinstance(value, Response):
        return value
    found = _Open()
    found.value, found.headers = value, {}
    found.status = found.body = found.stream = None
    found.__class__ = Response  # type: ignore[assignment]  # allowed to classes of the same slots
    return cast(Response, found)
