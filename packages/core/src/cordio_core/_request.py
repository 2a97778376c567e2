"""What comes in, the same for events of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cordio_core.events import Event

__all__ = ["Request"]


@dataclass(eq=False)
class Request:
    """One event on its way through the application.

    An entrypoint may give a subclass whose values are made when they are first asked for.

    Parameters
    ----------
    event : Event
        What it is an instance of.
    path : mapping of str to str
        The values of the names in the event's path, as they came.
    query : mapping of str to str
        The query of an HTTP request; the last value where a key repeats.
    headers : mapping of str to str
        Headers with names in lower case.
    body : bytes
        The raw body.
    native : object
        The library's own request, for what has no equal here.
    caller : object
        Who asks, once somebody has found that out; None before, and for whom nobody knows.
    certificate : mapping or None
        The certificate that a client has shown, as ``ssl.SSLSocket.getpeercert`` gives it.
    deadline : float or None
        When the answer is of no use any more, by the event loop's clock, in seconds.
    trace : str
        The id of the event's trace; empty where none is kept.

    Examples
    --------
    >>> from cordio_core import get
    >>> Request(get("/orders/{order_id}"), path={"order_id": "7"}).path["order_id"]
    '7'
    """

    event: Event
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    native: object = field(default=None, repr=False)
    caller: object = None
    certificate: Mapping[str, object] | None = field(default=None, repr=False)
    deadline: float | None = None
    trace: str = ""

    @property
    def kind(self) -> str:
        """The kind of the event: ``http``, ``amqp``, ``schedule``, ``internal``."""
        return self.event.kind

    @cached_property
    def parsed(self) -> object:
        """The body as data, read from JSON (RFC 8259) at the first use.

        Returns
        -------
        object
            The data; None if there is no body.

        Raises
        ------
        ValueError
            If the body is no JSON in UTF-8.

        Examples
        --------
        >>> from cordio_core import post
        >>> Request(post("/orders"), body=b'{"sku": "A-1"}').parsed
        {'sku': 'A-1'}
        """
        import json

        return json.loads(self.body.decode()) if self.body else None

    @property
    def left(self) -> float | None:
        """The time until the deadline, in seconds, never below nothing; None if there is no deadline."""
        if self.deadline is None:
            return None
        from asyncio import get_running_loop

        return max(0.0, self.deadline - get_running_loop().time())
