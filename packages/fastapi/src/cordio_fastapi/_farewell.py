"""How an answer says goodbye."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

__all__ = ["parting"]


def parting(scope: MutableMapping[str, Any], message: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Let the start of an answer ask the client to close its connection (RFC 9112, section 9.6).

    Parameters
    ----------
    scope : mapping
        The request's ASGI scope.
    message : mapping
        The message ``http.response.start``.

    Returns
    -------
    mapping
        The message with the header; as it is for what is not HTTP/1.

    Examples
    --------
    >>> parting({"http_version": "1.1"}, {"type": "http.response.start", "status": 200})["headers"]
    [(b'connection', b'close')]
    """
    if not str(scope.get("http_version", "")).startswith("1"):
        return message
    headers = [pair for pair in message.get("headers", ()) if bytes(pair[0]).lower() != b"connection"]
    return {**message, "headers": [*headers, (b"connection", b"close")]}
