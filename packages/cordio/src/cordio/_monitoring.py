"""The scenario of monitoring: where records go, and what errors lead to, by settings alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from cordio._configuring import ProjectFiles
from cordio._database import equip, log_table
from cordio._exceptions import WrongReactions
from cordio._log_queue import log_queue
from cordio._recorder import MonitorRecorder
from cordio_core.protocols import Configuration
from cordio_errors import Errors, ErrorsError, ErrorsSettings
from cordio_monitor import (
    LogSettings,
    MaskSettings,
    Monitor,
    SentrySettings,
    StatsdSettings,
    ZipkinSettings,
    observed,
    trace_id,
)

__all__ = ["ConsoleMonitoring"]

F = TypeVar("F", bound=Callable[..., object])


class ConsoleMonitoring:
    """Makes the monitor of an application from its sections, and hands ``errors`` to the error rules.

    Parameters
    ----------
    errors : Errors
        The error rules; what they commit is recorded by the monitor.
    files : ProjectFiles or None
        The project, whose database monitoring follows and writes to; none has none.
    preset : str
        The preset that the application was given; empty for none.
    """

    sections: Mapping[str, type] = {
        "errors": ErrorsSettings,
        "log": LogSettings,
        "mask": MaskSettings,
        "sentry": SentrySettings,
        "statsd": StatsdSettings,
        "zipkin": ZipkinSettings,
    }

    def __init__(self, errors: Errors, files: ProjectFiles | None = None, preset: str = "") -> None:
        self._errors, self._files, self._preset = errors, files, preset

    def observed(self, point: str, /) -> Callable[[F], F]:
        """Make a span of each call of a function; ``log.off`` switches the spans of a point off.

        Parameters
        ----------
        point : str
            The standard point: ``services``.

        Returns
        -------
        callable
            A decorator that keeps the function's signature.
        """
        return cast("Callable[[F], F]", observed(point=point))

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        """Make the monitor, let the error rules record through it, and let settings change them.

        Parameters
        ----------
        service : str
            The application.
        configuration : Configuration
            The values in force.

        Returns
        -------
        Monitor
            A monitor with the sinks that the settings switch on.

        Raises
        ------
        WrongReactions
            If the section ``errors`` cannot be followed.
        """
        log, sentry = configuration.slice("log", LogSettings), configuration.slice("sentry", SentrySettings)
        files = self._files
        if files is not None:
            equip(files, self._preset or sentry.environment)
        monitor = Monitor.configured(
            service,
            log,
            sentry,
            configuration.slice("zipkin", ZipkinSettings),
            configuration.slice("statsd", StatsdSettings),
            configuration.slice("mask", MaskSettings),
            database=None if files is None else log_table(log.table, files, configuration),
            broker=None if files is None else log_queue(log.queue, files, configuration),
        )
        self._errors.recorder = MonitorRecorder(monitor)
        self._errors.trace_id = trace_id
        self._change(configuration.slice("errors", ErrorsSettings))
        return monitor

    def _change(self, settings: ErrorsSettings) -> None:
        try:
            self._errors.configure(settings)
            self._errors.check()
        except ErrorsError as error:
            raise WrongReactions(str(error)) from error
