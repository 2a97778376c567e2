"""The monitor of a service: one for the application, entered at its start."""

from __future__ import annotations

import atexit
from collections import Counter
from collections.abc import Iterable, Mapping
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from cordio_monitor._configured import limits_of, sinks_of
from cordio_monitor._delivery import Delivery
from cordio_monitor._event import Event
from cordio_monitor._exceptions import AlreadyRunning
from cordio_monitor._levels import Levels
from cordio_monitor._log import Log
from cordio_monitor._masking import mask
from cordio_monitor._outlet import running
from cordio_monitor._policy import Installed, MaskSettings, install
from cordio_monitor._rehearsal import selftest
from cordio_monitor._settings import LogSettings
from cordio_monitor._signals import Signals
from cordio_monitor._state import Health, State, health
from cordio_monitor._tasks import Tasks
from cordio_monitor._trace import Headers, asked_level, continued
from cordio_monitor.sinks import Console, Sink

if TYPE_CHECKING:
    from cordio_monitor._capture import Capture
    from cordio_monitor._settings import SentrySettings, StatsdSettings, ZipkinSettings
    from cordio_monitor.sinks import Publisher, Rows

__all__ = ["Monitor"]

_LOOK_EVERY = 0.002


class Monitor:
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
        self._service = service
        self._settings = settings or LogSettings()
        self._within = stop_within
        self._sinks = _named([Console()] if sinks is None else sinks)
        limits = limits_of(self._settings, buffer)
        self._delivery = Delivery(service, self._sinks, self._settings, limits)
        self._signals = Signals(self._at_exit, self._reopen if _has_files(self._sinks) else None)
        self._log = Log(self._delivery)
        self._levels = Levels(self._delivery)
        self._tasks = Tasks()
        self._masking = masking
        self._masked: Installed | None = None
        self._capture: Capture | None = None
        self._capturing = self._settings.capture

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

    @property
    def log(self) -> Log:
        """The logger of this monitor."""
        return self._log

    def incoming(self, name: str, /, *, headers: Headers | None = None) -> Event:
        """Open the span of an incoming event; at its end its records are handed over.

        Parameters
        ----------
        name : str
            What the event is called until it is renamed.
        headers : Headers | None
            The headers of the event, a mapping or the raw pairs of ASGI; the trace of a valid ``traceparent``
            or ``b3`` is continued (W3C Trace Context, B3).

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
        return Event(
            name, continued(headers), self._delivery, asked_level(headers, self._settings.level_header)
        )

    def capture_logging(self) -> None:
        """Take what is written to the standard ``logging``, from now or the start on, until the end.

        Handlers that write to the console step back meanwhile, uvicorn's too, so that no line comes twice.

        Examples
        --------
        >>> Monitor("orders", settings=LogSettings(capture=False)).capture_logging()
        """
        self._capturing = True
        if self._delivery in running and self._capture is None:
            from cordio_monitor._capture import Capture

            self._capture = Capture(self._delivery)
            self._capture.attach()

    def state(self) -> State:
        """Tell what became of the records, and how the service fares.

        Returns
        -------
        State
            The open events, the account of each sink, the running tasks, the last errors, and of each handler
            how often and how fast it ran.

        Examples
        --------
        >>> Monitor("orders").state().sinks["Console"].accepted
        0
        """
        delivery = self._delivery
        return State(
            self._service,
            delivery in running,
            tuple(mask(event.name) for event in tuple(delivery.events)),
            delivery.accounts(),
            self._levels.name,
            self._tasks.states(),
            delivery.diary.errors(),
            delivery.diary.handlers(),
        )

    def health(self) -> Health:
        """Tell whether the monitor does its work: cheap, and no sink is asked.

        Returns
        -------
        Health
            Whether it runs and has lost nothing, and what is wrong.

        Examples
        --------
        >>> Monitor("orders").health()
        Health(ok=False, problems=('the monitor does not run',))
        """
        return health(self._delivery in running, self._delivery.accounts())

    def set_level(
        self,
        level: Literal["debug", "info", "warning", "error"],
        /,
        *,
        within: float = 600.0,
        logger: str = "",
    ) -> None:
        """Change the level of messages while the service runs; it falls back by itself.

        Parameters
        ----------
        level : Literal["debug", "info", "warning", "error"]
            The lowest level that is kept.
        within : float
            After how many seconds it falls back; 0 for the end of the monitor.
        logger : str
            A logger of the standard ``logging``; empty for the monitor's own level.

        Raises
        ------
        KindError
            If the level is not known.

        Examples
        --------
        >>> monitor = Monitor("orders")
        >>> monitor.set_level("warning", within=0)
        >>> monitor.state().level
        'warning'
        """
        self._levels.change(level, within, logger)

    async def __aenter__(self) -> Self:
        if self._delivery in running:
            raise AlreadyRunning(self._service)
        from asyncio import get_running_loop

        self._masked = self._tested(install(self._masking))
        self._delivery.start()
        running.append(self._delivery)
        self._tasks.watch(get_running_loop())
        atexit.register(self._at_exit)
        self._signals.attach()
        if self._capturing:
            self.capture_logging()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        from asyncio import _get_running_loop, sleep

        self._finish()
        self._tasks.stop()
        # Looking again and again needs no thread of a pool that hanging handlers may have used up; if the
        # wait is cancelled, the end of the process waits for the rest.
        limit = monotonic() + self._within
        while not self._delivery.join() and monotonic() < limit:
            # A process that was forked below a running loop leaves the monitor without one.
            if _get_running_loop() is None:
                self._delivery.join(self._within)
            else:
                await sleep(_LOOK_EVERY)
        self._delivery.tell_losses()
        self._unmask()
        atexit.unregister(self._at_exit)
        self._signals.detach()

    def _at_exit(self) -> None:
        self._finish()
        self._delivery.join(self._within)
        self._delivery.tell_losses()
        self._unmask()

    def _tested(self, masked: Installed) -> Installed:
        try:
            selftest(self._sinks, self._service)
        except BaseException:
            masked.remove()
            raise
        return masked

    def _unmask(self) -> None:
        # What still waits must be masked by the same rules.
        if self._masked is not None and self._delivery.join():
            self._masked.remove()

    def _reopen(self) -> None:
        for sink in self._sinks.values():
            sink.reopen()

    def _finish(self) -> None:
        self._levels.restore_all()
        if self._capture is not None:
            self._capture.detach()
            self._capture = None
        if self._delivery in running:
            running.remove(self._delivery)
        self._delivery.finish()


def _has_files(sinks: Mapping[str, Sink]) -> bool:
    return any(type(sink).reopen is not Sink.reopen for sink in sinks.values())


def _named(sinks: Iterable[Sink]) -> dict[str, Sink]:
    seen: Counter[str] = Counter()
    named: dict[str, Sink] = {}
    for sink in sinks:
        name = type(sink).__name__
        seen[name] += 1
        named[name if seen[name] == 1 else f"{name}-{seen[name]}"] = sink
    return named
