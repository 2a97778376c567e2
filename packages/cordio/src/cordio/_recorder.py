"""What the error rules commit, recorded by the monitor."""

from __future__ import annotations

from collections.abc import Callable

from cordio_errors import Incident
from cordio_monitor import Monitor, count, level

__all__ = ["MonitorRecorder"]


class MonitorRecorder:
    """Takes the facts of the error rules to the monitor's log and metrics.

    A fact for a table or a queue is a record that names it, whatever the level of the log.

    Parameters
    ----------
    monitor : Monitor
        The application's monitor.
    """

    def __init__(self, monitor: Monitor) -> None:
        log = monitor.log
        self._levels: dict[str, Callable[..., None]] = {
            "debug": log.debug,
            "info": log.info,
            "warning": log.warning,
            "error": log.error,
            "critical": log.error,
        }

    def record(self, incident: Incident, /) -> None:
        """Record one fact; the exception itself goes along to the log of exceptions.

        Parameters
        ----------
        incident : Incident
            The fact.
        """
        kind, name = incident.destination.kind, incident.destination.name
        if kind == "metric":
            return count(name, incident.count)
        fields = _fields(incident)
        if kind in ("table", "queue"):
            return self._kept(incident.message, {kind: name, **fields})
        if kind == "exceptions":
            return self._levels["error"](incident.message, error=incident.error, **fields)
        return self._levels[name if kind == "log" else "info"](incident.message, **fields)

    def _kept(self, message: str, fields: dict[str, object]) -> None:
        # Who commits to a table or a queue wants the fact stored, so that no threshold may drop it.
        with level("debug"):
            self._levels["info"](message, **fields)


def _fields(incident: Incident) -> dict[str, object]:
    where = {} if incident.where is None else {"where": str(incident.where)}
    tries = {} if incident.attempts < 2 else {"attempts": incident.attempts}
    times = {} if incident.count < 2 else {"times": incident.count}
    return {
        "code": incident.code,
        "status": incident.status,
        "layer": incident.layer,
        "incident": incident.id,
        **where,
        **tries,
        **times,
    }
