"""Who keeps what is recorded; alone this package records through `logging`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cordio_errors._incident import Incident

__all__ = ["LoggingRecorder", "Recorder"]


class Recorder(Protocol):
    """Takes facts.

    It is called on the way of an event, so it should only remember what it is given: a slow one makes the
    event wait. Where it fails, the fact is lost and counted, the first such failure is told through the
    logger ``cordio.errors``, and the outcome of the event stays what it is.
    """

    def record(self, incident: Incident, /) -> None:
        """Take one fact for one destination.

        Parameters
        ----------
        incident : Incident
            The fact.
        """
        ...


class LoggingRecorder:
    """Records through the logger ``cordio.errors``.

    Facts for the log of exceptions are errors with a traceback; metrics, traces, tables and queues are told
    as information. A record is one line, whatever the fields of an exception hold.

    Examples
    --------
    >>> LoggingRecorder().logger.name
    'cordio.errors'
    """

    logger = logging.getLogger("cordio.errors")

    def record(self, incident: Incident, /) -> None:
        """Write one record.

        Parameters
        ----------
        incident : Incident
            The fact.
        """
        place = incident.destination
        full = incident.error if place.kind == "exceptions" else None
        self.logger.log(_level(incident), "%s [%s]", _headline(incident), _about(incident), exc_info=full)


def _level(incident: Incident) -> int:
    place = incident.destination
    if place.kind == "log":
        return logging.getLevelNamesMapping()[place.name.upper()]
    return logging.ERROR if place.kind == "exceptions" else logging.INFO


def _headline(incident: Incident) -> str:
    place = incident.destination
    counted = f" +{incident.count}" if place.kind == "metric" else ""
    prefix = (
        "" if place.kind in ("log", "exceptions") else f"{place.kind} {place.name}".rstrip() + f"{counted}: "
    )
    return prefix + _in_one_line(incident.message)


def _about(incident: Incident) -> str:
    facts = [incident.code, f"answered {incident.status}", f"layer {incident.layer}"]
    if incident.attempts > 1:
        facts.append(f"attempts {incident.attempts}")
    if incident.count > 1:
        facts.append(f"{incident.count} times")
    if incident.where is not None:
        facts.append(str(incident.where))
    return ", ".join((*facts, f"incident {incident.id}"))


def _in_one_line(text: str) -> str:
    """No line break of a field may begin what looks like another record."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
