"""What an application records through a monitor that it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_monitor._metrics import count, timing

if TYPE_CHECKING:
    from cordio_monitor._delivery import Delivery
    from cordio_monitor._log import Log
    from cordio_monitor._outgoing import Outgoing
    from cordio_monitor._trace import Headers

__all__ = ["Recording"]


class Recording:
    """The part of a monitor that is told: messages, calls and numbers."""

    _log: Log
    _delivery: Delivery
    # The same as the functions of the module: to the monitor of the event, or else to the one that runs.
    count = staticmethod(count)
    timing = staticmethod(timing)

    @property
    def log(self) -> Log:
        """The logger of this monitor."""
        return self._log

    def outgoing(self, name: str, /) -> Outgoing:
        """Open the span of a call to another service, as a child of the current one.

        Parameters
        ----------
        name : str
            What is called.

        Returns
        -------
        Outgoing
            A context manager that is the span itself: it has the headers with which the trace goes on.

        Examples
        --------
        >>> from cordio_monitor import Monitor
        >>> monitor = Monitor("orders", sinks=[])
        >>> with monitor.incoming("GET /orders") as event, monitor.outgoing("GET stock") as call:
        ...     event.trace_id in call.headers["traceparent"]
        True
        """
        from cordio_monitor._outgoing import Outgoing

        return Outgoing(name)

    def sees(self, point: str, /) -> bool:
        """Tell whether a standard point is on, so that who stands at it can spare the work if not.

        Parameters
        ----------
        point : str
            The point: ``queries``, ``calls``.

        Returns
        -------
        bool
            Whether ``log.off`` leaves it on.

        Examples
        --------
        >>> from cordio_monitor import LogSettings, Monitor
        >>> Monitor("orders", [], LogSettings(off=["queries"])).sees("queries")
        False
        """
        return point not in self._delivery.off

    def waited(self, name: str, seconds: float, /, *, headers: Headers) -> None:
        """Record the time that something has waited until now, as in a queue: a span that nobody ran through.

        Parameters
        ----------
        name : str
            What was waited for.
        seconds : float
            How long.
        headers : Headers
            The headers of what has waited: the span is a child of its sender's (W3C Trace Context, B3).

        Examples
        --------
        >>> from cordio_monitor import Monitor
        >>> sender = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
        >>> Monitor("orders", sinks=[]).waited("wait orders.new", 0.5, headers=sender)
        """
        from cordio_monitor._trace import continued
        from cordio_monitor._waits import waited

        waited(name, seconds, continued(headers), self._delivery)
