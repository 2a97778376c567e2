"""What goes out, the same for events of every kind."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Response"]


@dataclass(frozen=True, slots=True)
class Response:
    """What a handler answers, where the bare value does not say enough.

    Parameters
    ----------
    value : object
        What is answered; serialised by the entrypoint.
    status : int or None
        The status (RFC 9110, section 15); None means the event's usual one.
    headers : mapping of str to str
        Further headers.
    body : bytes or None
        A body that is sent as it is, in place of the value.
    stream : async iterable of bytes or None
        A body that is sent piece by piece, in place of the value.

    Examples
    --------
    >>> Response({"status": "down"}, status=503).status
    503
    """

    value: object = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    stream: AsyncIterable[bytes] | None = None
