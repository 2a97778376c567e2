"""The monitor of a service: one for the application, entered at its start."""

from __future__ import annotations

import atexit
from collections import Counter
from collections.abc import Iterable, Mapping
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cordio_monitor._delivery import Delivery
from cordio_monitor._event import Event
from cordio_monitor._exceptions import AlreadyRunning
from cordio_monitor._log import Log
from cordio_monitor._masking import mask
from cordio_monitor._outlet import running
from cordio_monitor._settings import LogSettings
from cordio_monitor._state import State
from cordio_monitor._trace import continued
from cordio_monitor.sinks import Console, Sink

if TYPE_CHECKING:
    from cordio_monitor._capture import Capture

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
    buffer : int
        How many records may wait; beyond that the newest are dropped and counted.
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
        buffer: int = 100_000,
        stop_within: float = 5.0,
    ) -> None:
        self._service = service
        self._settings = settings or LogSettings()
        self._within = stop_within
        self._delivery = Delivery(
            service, _named([Console()] if sinks is None else sinks), self._settings, buffer
        )
        self._log = Log(self._delivery)
        self._capture: Capture | None = None
        self._capturing = self._settings.capture

    @property
    def log(self) -> Log:
        """The logger of this monitor."""
        return self._log

    def incoming(self, name: str, /, *, headers: Mapping[str, str] | None = None) -> Event:
        """Open the span of an incoming event; at its end its records are handed over.

        Parameters
        ----------
        name : str
            What the event is called until it is renamed.
        headers : Mapping[str, str] | None
            The headers of the event; the trace of a valid ``traceparent`` is continued (W3C Trace Context).

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
        return Event(name, continued(headers), self._delivery)

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
        """Tell what became of the records.

        Returns
        -------
        State
            The open events, and the account of each sink.

        Examples
        --------
        >>> Monitor("orders").state().sinks["Console"].accepted
        0
        """
        names = tuple(mask(event.name) for event in tuple(self._delivery.events))
        return State(self._service, self._delivery in running, names, self._delivery.accounts())

    async def __aenter__(self) -> Self:
        if self._delivery in running:
            raise AlreadyRunning(self._service)
        self._delivery.start()
        running.append(self._delivery)
        atexit.register(self._at_exit)
        if self._capturing:
            self.capture_logging()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        from asyncio import sleep

        self._finish()
        # Looking again and again needs no thread of a pool that hanging handlers may have used up; if the
        # wait is cancelled, the end of the process waits for the rest.
        limit = monotonic() + self._within
        while not self._delivery.join() and monotonic() < limit:
            await sleep(_LOOK_EVERY)
        self._delivery.tell_losses()
        atexit.unregister(self._at_exit)

    def _at_exit(self) -> None:
        self._finish()
        self._delivery.join(self._within)
        self._delivery.tell_losses()

    def _finish(self) -> None:
        if self._capture is not None:
            self._capture.detach()
            self._capture = None
        if self._delivery in running:
            running.remove(self._delivery)
        self._delivery.finish()


def _named(sinks: Iterable[Sink]) -> dict[str, Sink]:
    seen: Counter[str] = Counter()
    named: dict[str, Sink] = {}
    for sink in sinks:
        name = type(sink).__name__
        seen[name] += 1
        named[name if seen[name] == 1 else f"{name}-{seen[name]}"] = sink
    return named
