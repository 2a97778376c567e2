"""The monitor of a service: one for the application, entered at its start."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cordio_monitor._checked import number, text
from cordio_monitor._configured import limits_of, named, sinks_of
from cordio_monitor._delivery import Delivery
from cordio_monitor._diagnosis import Diagnosis
from cordio_monitor._event import Event
from cordio_monitor._exceptions import AlreadyRunning
from cordio_monitor._given import instance
from cordio_monitor._life import Life
from cordio_monitor._log import Log
from cordio_monitor._outlet import running
from cordio_monitor._policy import MaskSettings
from cordio_monitor._recording import Recording
from cordio_monitor._scope import current
from cordio_monitor._settings import LogSettings
from cordio_monitor._trace import Headers, asked_level, continued, inherited
from cordio_monitor.sinks import Console, Sink

if TYPE_CHECKING:
    from cordio_monitor._settings import SentrySettings, StatsdSettings, ZipkinSettings
    from cordio_monitor.sinks import Publisher, Rows

__all__ = ["Monitor"]


class Monitor(Diagnosis, Recording):
    """Remembers what happens during an event, and delivers it when the event is over.

    Nothing is formatted, masked or written while an event runs: its records wait in memory. At its end they
    are handed to one thread, which works them out and writes them to the sinks. No sink can block or fail an
    event, and of every record the state tells what became of it.

    Parameters
    ----------
    service : str
        The service that is watched.
    sinks : Iterable[Sink] | None
        Where the records go; by default to the console.
    settings : LogSettings | None
        What is logged, and how; by default everything.
    masking : MaskSettings | None
        What is masked beyond the built-in rules, while it runs.
    buffer : int | None
        How many records may wait for a sink; by default what the settings say.
    stop_within : float
        For how many seconds a sink that hangs is waited for at the end.

    Raises
    ------
    SettingError
        If one of these means nothing, or a sink would lose what it should write.

    Examples
    --------
    >>> import asyncio
    >>> from cordio_monitor import log
    >>> async def main() -> None:
    ...     async with Monitor("orders", settings=LogSettings(format="json")) as monitor:
    ...         with monitor.incoming("POST /orders") as event:
    ...             log.info("placing", sku="A-1", card="4111 1111 1111 1111")
    ...             event.answered(201)
    >>> asyncio.run(main())
    {"time": "...", "level": "info", ... "message": "placing", "sku": "A-1", "card": "***", ...}
    {"time": "...", "level": "info", "kind": "event", ... "status": 201, "took_ms": ...}
    """

    def __init__(
        self,
        service: str,
        sinks: Iterable[Sink] | None = None,
        settings: LogSettings | None = None,
        *,
        masking: MaskSettings | None = None,
        buffer: int | None = None,
        stop_within: float = 5.0,
    ) -> None:
        text("monitor", "service", service or None, "the name of the service")
        settings = LogSettings() if settings is None else settings
        self._settings = instance("monitor", "settings", settings, LogSettings)
        if masking is not None:
            instance("monitor", "masking", masking, MaskSettings)
        chosen = named([Console()] if sinks is None else sinks)
        within = number("monitor", "stop_within", stop_within, "a number of seconds")
        limits = limits_of(self._settings, buffer)
        self._delivery = Delivery(service, chosen, self._settings, limits)
        self._log = Log(self._delivery)
        super().__init__(service, self._delivery)
        self._life = Life(service, chosen, self._delivery, masking, within)
        self._life.captures = self._settings.capture

    @classmethod
    def configured(
        cls,
        service: str,
        log: LogSettings | None = None,
        sentry: SentrySettings | None = None,
        zipkin: ZipkinSettings | None = None,
        statsd: StatsdSettings | None = None,
        masking: MaskSettings | None = None,
        *,
        database: Rows | None = None,
        broker: Publisher | None = None,
    ) -> Self:
        """Make a monitor from its settings alone: they add or remove each sink.

        Parameters
        ----------
        service : str
            The service that is watched.
        log : LogSettings | None
            The section ``log``: console, file, table and queue.
        sentry : SentrySettings | None
            The section ``sentry``.
        zipkin : ZipkinSettings | None
            The section ``zipkin``.
        statsd : StatsdSettings | None
            The section ``statsd``.
        masking : MaskSettings | None
            The section ``mask``.
        database : Rows | None
            What ``log.table`` is written through.
        broker : Publisher | None
            What ``log.queue`` is written through.

        Returns
        -------
        Self
            The monitor.

        Raises
        ------
        SettingError
            If a table or a queue is set and there is nothing to write it through.

        Examples
        --------
        >>> monitor = Monitor.configured("orders", LogSettings(file="var/log/main.log", console=False))
        >>> list(monitor.state().sinks)
        ['File']
        """
        settings = log or LogSettings()
        chosen = sinks_of(settings, sentry, zipkin, statsd, database, broker)
        return cls(service, chosen, settings, masking=masking)

    def incoming(self, name: str, /, *, headers: Headers | None = None) -> Event:
        """Open the span of an incoming event; at its end its records are handed over.

        Parameters
        ----------
        name : str
            What the event is called until it is renamed.
        headers : Headers | None
            The headers of the event, a mapping or the raw pairs of ASGI; the trace of a valid ``traceparent``
            or ``b3`` is continued (W3C Trace Context, B3). Without any, inside of an open event, it is a child
            of the current span; after that event's answer a part of its trace, with a link to it.

        Returns
        -------
        Event
            A context manager that is the event itself.

        Examples
        --------
        >>> caller = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
        >>> with Monitor("orders", sinks=[]).incoming("GET /orders", headers=caller) as event:
        ...     event.trace_id
        '4bf92f3577b34da6a3ce929d0e0e4736'
        """
        level = asked_level(headers, self._settings.level_header)
        outer = current.get() if headers is None else None
        if outer is None:
            return Event(name, continued(headers), self._delivery, level)
        trace, link = inherited(outer)
        event = Event(name, trace, self._delivery, level)
        event.link = link
        return event

    def capture_logging(self) -> None:
        """Take what is written to the standard ``logging``, from now or the start on, until the end.

        Handlers that write to the console step back meanwhile, uvicorn's too, so that no line comes twice.

        Examples
        --------
        >>> Monitor("orders", settings=LogSettings(capture=False)).capture_logging()
        """
        self._life.capture()

    def flush(self, within: float = 5.0) -> bool:
        """Wait until what was recorded so far is written, also in events that are open; it blocks the loop.

        For what no exit handler sees: before ``os.execv`` and ``os._exit``, or before the process is frozen.

        Parameters
        ----------
        within : float
            For how many seconds at most.

        Returns
        -------
        bool
            Whether nothing waits any more.

        Examples
        --------
        >>> Monitor("orders").flush()
        True
        """
        return self._life.flush(number("monitor", "within", within, "a number of seconds"))

    async def __aenter__(self) -> Self:
        if self._delivery in running:
            raise AlreadyRunning(self._service)
        from asyncio import get_running_loop

        self._life.begin()
        self._tasks.watch(get_running_loop())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._levels.restore_all()
        self._life.finish()
        self._tasks.stop()
        await self._life.end()
