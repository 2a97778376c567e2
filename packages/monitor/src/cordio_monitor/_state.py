"""What a monitor tells about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cordio_monitor._ledger import Account

__all__ = ["State"]


@dataclass(frozen=True, slots=True)
class State:
    """A monitor at one moment.

    Parameters
    ----------
    service : str
        The service that it watches.
    running : bool
        Whether it accepts records.
    events : tuple[str, ...]
        The names of the events that are open.
    sinks : Mapping[str, Account]
        What became of the records, by sink.

    Examples
    --------
    >>> State("orders", True, ("POST /orders",), {"Console": Account()}).running
    True
    """

    service: str
    running: bool
    events: tuple[str, ...]
    sinks: Mapping[str, Account]
