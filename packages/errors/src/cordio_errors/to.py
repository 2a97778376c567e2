"""The destinations that a rule commits its facts to: ``to.log("warning")``, ``to.metric("sold_out")``."""

from __future__ import annotations

from typing import Literal

from cordio_errors._destination import Destination
from cordio_errors._exceptions import DestinationError

__all__ = ["exceptions", "log", "metric", "queue", "table", "trace"]

_LEVELS = ("debug", "info", "warning", "error", "critical")


def log(level: str, /) -> Destination:
    """Commit to the common log.

    Parameters
    ----------
    level : {"debug", "info", "warning", "error", "critical"}
        The level of the record.

    Returns
    -------
    Destination
        For ``commit=``.

    Raises
    ------
    DestinationError
        If there is no such level.

    Examples
    --------
    >>> log("warning")
    Destination(kind='log', name='warning')
    """
    if level not in _LEVELS:
        raise DestinationError("log", level, f"write one of {', '.join(_LEVELS)}")
    return Destination("log", level)


def metric(name: str, /) -> Destination:
    """Count in a metric.

    Parameters
    ----------
    name : str
        The name of the metric.

    Returns
    -------
    Destination
        For ``commit=``.

    Raises
    ------
    DestinationError
        If the name is empty.

    Examples
    --------
    >>> metric("out_of_stock")
    Destination(kind='metric', name='out_of_stock')
    """
    return _named("metric", name, "out_of_stock")


def trace() -> Destination:
    """Commit to the trace of the event.

    Returns
    -------
    Destination
        For ``commit=``.

    Examples
    --------
    >>> trace()
    Destination(kind='trace', name='')
    """
    return Destination("trace")


def exceptions() -> Destination:
    """Commit to the log of exceptions, with the traceback.

    Returns
    -------
    Destination
        For ``commit=``.

    Examples
    --------
    >>> exceptions()
    Destination(kind='exceptions', name='')
    """
    return Destination("exceptions")


def table(name: str, /) -> Destination:
    """Commit to a table of the database.

    Parameters
    ----------
    name : str
        The name of the table.

    Returns
    -------
    Destination
        For ``commit=``.

    Raises
    ------
    DestinationError
        If the name is empty.

    Examples
    --------
    >>> table("incidents")
    Destination(kind='table', name='incidents')
    """
    return _named("table", name, "incidents")


def queue(name: str, /) -> Destination:
    """Commit to a task queue.

    Parameters
    ----------
    name : str
        The name of the queue.

    Returns
    -------
    Destination
        For ``commit=``.

    Raises
    ------
    DestinationError
        If the name is empty.

    Examples
    --------
    >>> queue("incidents")
    Destination(kind='queue', name='incidents')
    """
    return _named("queue", name, "incidents")


def _named(kind: Literal["metric", "table", "queue"], name: object, example: str) -> Destination:
    if not isinstance(name, str) or not name.strip():
        raise DestinationError(kind, str(name), f"write the name of the {kind}, as in {example!r}")
    return Destination(kind, name)
