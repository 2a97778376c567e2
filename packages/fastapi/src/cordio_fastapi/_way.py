"""Which way the requests for a handler take, and why."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Way"]


@dataclass(frozen=True, slots=True)
class Way:
    """How the requests for one handler are served.

    Parameters
    ----------
    event : str
        The event, as it stands in records: ``GET /orders/{order_id}``.
    handler : str
        The handler and its place in the code.
    fast : bool
        Whether a plan made at the start reads the request and writes the answer; else FastAPI reads it.
    why : str
        What of FastAPI's it needs; empty on the fast way.

    Examples
    --------
    >>> Way("GET /", "read (app.py:3)", False, "takes cookies").why
    'takes cookies'
    """

    event: str
    handler: str
    fast: bool
    why: str = ""
