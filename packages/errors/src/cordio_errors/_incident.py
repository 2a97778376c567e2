"""What is recorded when something went wrong."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_errors._destination import Destination
from cordio_errors._origin import Origin

__all__ = ["Incident"]


@dataclass(frozen=True, slots=True)
class Incident:
    """One fact for one destination.

    Parameters
    ----------
    destination : Destination
        Where it goes: its kind, and the level of the log or the name of the metric.
    id : str
        The id of the incident, a UUID; the answer carries it too.
    code : str
        The code that was answered.
    message : str
        The catalogue's text for logs, else the type and the text of the exception. Not for outside.
    error : Exception
        The exception.
    where : Origin or None
        Where it was raised: file, line and function; None if it never was.
    layer : str
        The layer that judged it, by the name of its function.
    attempts : int
        How often the failed call was begun.
    status : int
        The status that was answered.
    unexpected : bool
        Whether no rule speaks of it.
    trace_id : str or None
        The id of the event's trace, if one is known.
    rule : Origin or None
        Where the rule was written; None where no rule speaks of it.
    count : int
        How many incidents the record stands for; more than one where repeats are folded.
    """

    destination: Destination
    id: str
    code: str
    message: str
    error: Exception
    where: Origin | None
    layer: str
    attempts: int
    status: int
    unexpected: bool
    trace_id: str | None
    rule: Origin | None = None
    count: int = 1
