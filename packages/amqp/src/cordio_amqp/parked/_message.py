"""A message that is parked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from cordio_amqp._delivery import Delivery

__all__ = ["ABOUT", "ParkedMessage"]

ABOUT = "x-parked-"


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message that could not be handled, and why.

    Parameters
    ----------
    id : str
        Its ``message_id``; empty if it has none.
    queue : str
        The queue from which it was taken, and to which a replay brings it back.
    error : str
        The code of the error, or what is wrong with the message.
    incident : str
        The id under which the error was recorded; empty if there is none.
    handler : str
        The handler.
    attempts : int
        How often it was handled.
    trace : str
        The trace of the last time.
    at : str
        When it was parked (ISO 8601).
    content_type : str
        What is in it.
    headers : mapping of str to str
        Its own headers and properties, as far as they are text.
    body : bytes
        What is in it.

    Examples
    --------
    >>> ParkedMessage("7d0f", "orders.new", "out_of_stock", attempts=5).error
    'out_of_stock'
    """

    id: str
    queue: str
    error: str
    incident: str = ""
    handler: str = ""
    attempts: int = 1
    trace: str = ""
    at: str = ""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, delivery: Delivery, queue: str) -> Self:
        """Return what came from the parking queue of `queue`."""
        headers = delivery.headers
        error, incident, handler, trace, at = (
            headers.get(f"{ABOUT}{name}", "") for name in ("error", "incident", "handler", "trace", "at")
        )
        return cls(
            headers.get("message-id", ""),
            queue,
            error,
            incident,
            handler,
            delivery.attempt - 1,
            trace,
            at,
            headers.get("content-type", ""),
            {name: text for name, text in headers.items() if not name.startswith(ABOUT)},
            delivery.message.body,
        )
