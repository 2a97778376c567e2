"""Where the fact that something went wrong is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Destination", "Kind"]

Kind = Literal["log", "metric", "trace", "exceptions", "table", "queue"]


@dataclass(frozen=True, slots=True)
class Destination:
    """One place that facts are committed to; `cordio_errors.to` makes them.

    Parameters
    ----------
    kind : {"log", "metric", "trace", "exceptions", "table", "queue"}
        The common log, a metric, the trace of the event, the log of exceptions, a table of the database, a
        task queue.
    name : str
        The level of a log, the name of a metric, a table or a queue, else empty.

    Examples
    --------
    >>> Destination("log", "warning")
    Destination(kind='log', name='warning')
    """

    kind: Kind
    name: str = ""
