"""The scenario of monitoring: records on the console, exceptions on standard error."""

from __future__ import annotations

from collections.abc import Mapping

from cordio._recorder import MonitorRecorder
from cordio_core.protocols import Configuration
from cordio_errors import Errors
from cordio_monitor import LogSettings, Monitor, trace_id
from cordio_monitor.sinks import Console

__all__ = ["ConsoleMonitoring"]


class ConsoleMonitoring:
    """Makes the monitor of an application from the section ``log``.

    Parameters
    ----------
    errors : Errors
        The error rules; what they commit is recorded by the monitor.
    """

    sections: Mapping[str, type] = {"log": LogSettings}

    def __init__(self, errors: Errors) -> None:
        self._errors = errors

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        """Make the monitor, and let the error rules record through it.

        Parameters
        ----------
        service : str
            The application.
        configuration : Configuration
            The values in force.

        Returns
        -------
        Monitor
            A monitor that writes to the console.
        """
        settings = configuration.slice("log", LogSettings)
        monitor = Monitor(service=service, sinks=[Console()], settings=settings)
        self._errors.recorder = MonitorRecorder(monitor)
        self._errors.trace_id = trace_id
        return monitor
