"""The span of a call to another service."""

from __future__ import annotations

from collections.abc import Mapping

from cordio_monitor._propagation import trace_headers
from cordio_monitor._span import span

__all__ = ["Outgoing"]


class Outgoing(span):
    """A span at the standard point ``calls``, whose trace goes on in the service that is called.

    Parameters
    ----------
    name : str
        What is called.

    Examples
    --------
    >>> with Outgoing("GET stock") as call:
    ...     list(call.headers)
    ['traceparent']
    """

    __slots__ = ()

    def __init__(self, name: str) -> None:
        super().__init__(name, None, "calls")

    @property
    def headers(self) -> Mapping[str, str]:
        """What the called one is to get (W3C Trace Context, W3C Baggage)."""
        return trace_headers()

    def answered(self, status: object, /) -> None:
        """Remember what was answered.

        Parameters
        ----------
        status : object
            The status.
        """
        self.fields = {**(self.fields or {}), "status": status}
