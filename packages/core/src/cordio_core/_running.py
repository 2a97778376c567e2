"""The started application: what was started, in order, and its way down."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from functools import partial
from types import TracebackType
from typing import Literal, Self

from cordio_core._account import Account
from cordio_core._assembly import Assembly
from cordio_core._exceptions import CoreError, PartError, Stopped
from cordio_core._health import Health
from cordio_core._inheritance import Inheritance
from cordio_core._limited import Limited
from cordio_core._patience import Patience
from cordio_core._report import Report, Tally
from cordio_core._signature import place
from cordio_core._sources import Sources
from cordio_core._steps import Steps
from cordio_core._tasks import Tasks
from cordio_core._threads import THREADS
from cordio_core.protocols import Configuration, Container, Monitor

__all__ = ["Running"]

Hook = Callable[[], Awaitable[object]]


class Running:
    """An application from its start to its end; an async context manager.

    Start: monitor, services in use, start hooks, root component, sources of events. Stop: who wants to know
    is told, the sources go on accepting for the drain time if it was asked for from outside, then they stop;
    tasks, services and the monitor follow. A start that fails stops what had started. The first failure of a
    part is raised when the context is left.

    Parameters
    ----------
    name : str
        The application.
    assembly : Assembly
        What is started.
    configuration : Configuration
        The values in force.
    monitor : Monitor
        Where records go.
    container : Container
        Where services come from.
    claim : callable
        Told of this run before it starts anything; raises if another one is in its way.
    listening : bool
        Whether entrypoints open their own listeners; False behind a foreign ASGI server.

    Attributes
    ----------
    ended : asyncio.Event
        Set when the application was told to stop, or a part of it has failed.
    stopping : asyncio.Event
        Set when the drain is over and the sources stop: what streams without end should end then.
    failure : BaseException or None
        What is raised when the context is left.
    phase : str
        How far it is: ``new``, ``starting``, ``up``, ``draining``, ``stopping``, ``over``. It is ready for
        events from outside as long as it is ``up``.
    was_told : bool
        Whether the end was asked for from outside.
    tasks : Tasks
        The tasks of the application.
    report : Report or None
        The account of the stop, once it is over.
    on_started : list of callable
        Awaited one after the other once the services have started; the context variables that they set are
        seen by handlers, tasks and schedules.
    on_stopping : list of callable
        Awaited one after the other when the stop is asked for, before any source stops.
    """

    def __init__(
        self,
        name: str,
        assembly: Assembly,
        configuration: Configuration,
        monitor: Monitor,
        container: Container,
        claim: Callable[[Running], None],
        *,
        listening: bool = True,
    ) -> None:
        self.name, self.configuration, self.monitor = name, configuration, monitor
        self.ended, self.stopping = asyncio.Event(), asyncio.Event()
        self.failure: BaseException | None = None
        self.phase: Literal["new", "starting", "up", "draining", "stopping", "over"] = "new"
        self.report: Report | None = None
        self.on_started: list[Hook] = []
        self.on_stopping: list[Hook] = []
        if assembly.internal is not None:
            self.on_started.append(partial(assembly.internal.begun, monitor))
            self.on_stopping.append(partial(assembly.internal.ending, monitor))
        self._assembly, self._container = assembly, container
        self._claim, self._listening = claim, listening
        self._settings = configuration.slice("app", assembly.settings)
        self._steps = Steps(name, float(self._settings.start))
        self._sources, self._account = Sources(listening, self.fail), Account(self._settings.whole)
        self.tasks = Tasks(
            assembly.guard,
            monitor,
            assembly.clock,
            self.fail,
            self._end,
            self._account.tally("tasks"),
            self._settings.tasks,
        )
        self._inheritance = Inheritance()
        self._stack = AsyncExitStack()
        self._start_patience, self._drain_patience, self._stop_patience = Patience(), Patience(), Patience()
        self._up: float | None = None
        self._down: float | None = None
        self._graced = 0.0  # what the sources have used of the grace time, in seconds
        self.was_told = self._is_watched = self._is_drained = False

    @property
    def assembly(self) -> Assembly:
        """What was started."""
        return self._assembly

    @property
    def uptime(self) -> float:
        """How long the application is up, or was in the end, in seconds."""
        if self._up is None:
            return 0.0
        return (time.monotonic() if self._down is None else self._down) - self._up

    @property
    def addresses(self) -> list[str]:
        """Where the application can be reached."""
        return [address for source in self._assembly.entrypoints for address in source.addresses]

    async def health(self) -> Mapping[str, Health]:
        """Ask the services in use, and the tasks that readiness depends on, how they are."""
        return {**await self._container.health(), **self.tasks.health()}

    def tally(self, kind: str, /) -> Tally:
        """Return what the events of a source are counted in."""
        return self._account.tally(kind)

    def recall(self) -> None:
        """Set the context variables that the start has set, where they are not set otherwise."""
        self._inheritance.recall()

    def fail(self, error: BaseException, /) -> None:
        """Stop the application in order, since a part of it died.

        The first failure is raised in the end, others are only recorded. So is each one behind a foreign
        server, which ends the application itself.

        Parameters
        ----------
        error : BaseException
            What the part died of.
        """
        if isinstance(error, SystemExit | KeyboardInterrupt):
            pass  # these leave the event loop by themselves
        elif self.failure is None and (self._listening or self.phase not in ("up", "draining")):
            self.failure = error
        else:
            self.monitor.log.error("a part failed", error=error)
        self._end()

    def stop(self) -> None:
        """Ask for the end; asked again, skip what is waited for: the drain, then the grace time."""
        if self.was_told:
            is_draining = self.phase == "draining" and not self._drain_patience.is_lost
            (self._drain_patience if is_draining else self._stop_patience).lose()
        self.was_told = True
        self._end()

    async def __aenter__(self) -> Self:
        """Start everything; undo what had started if something fails, or the end is asked for."""
        if self._up is not None:
            raise CoreError(f"this run of {self.name} was begun already: ask for another app.running()")
        self._claim(self)
        self.phase = "starting"
        try:
            await self._started()
            took = round(self._steps.took * 1000, 1)
            self.monitor.log.info("ready", at=" ".join(self.addresses), took_ms=took)
        except BaseException as error:
            self.failure = error
            await self._stopped()
            raise
        self.phase, self._up = "up", time.monotonic()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop everything, the sources of events first."""
        if error is not None:
            earlier, self.failure = self.failure, error
            if earlier is not None and earlier is not error:
                self.fail(earlier)
        self._end()
        try:
            await self.drain()
        finally:
            await self._stopped()
        if self.failure is not None and self.failure is not error:
            raise self.failure

    async def drain(self) -> None:
        """Tell who wants to know of the stop, and go on accepting for the drain time; once."""
        if self._is_drained:
            return
        self._is_drained = True
        window = self._window()
        self.monitor.log.info("draining", for_s=window)
        told = asyncio.create_task(self._tell(), name="stop hooks")
        try:
            with suppress(TimeoutError):
                async with self._drain_patience.limit(window):
                    await asyncio.Event().wait()
        finally:
            within = self._account.left(self._settings.grace)
            await self._stop_patience.ended([told], within)
            if told.cancelled() or not told.done():
                when = (
                    "before the stop was hurried" if self._stop_patience.is_lost else f"within {within:.3g} s"
                )
                self.fail(PartError("the stop hooks", f"did not end {when}", "let them end"))

    def _window(self) -> float:
        """Return how long to go on accepting: not at all if nobody is to notice, or something is broken."""
        is_asked = self.was_told and self.failure is None
        is_reachable = bool(self.addresses) or not self._listening
        return (
            min(self._settings.window, self._account.left(self._settings.whole))
            if is_asked and is_reachable
            else 0.0
        )

    async def _tell(self) -> None:
        for hook in self.on_stopping:
            try:
                await hook()
            except Exception as error:
                self.fail(error)

    def _end(self) -> None:
        if self.phase == "up":
            self.phase = "draining"
        self._account.begin()
        self.ended.set()
        self._start_patience.lose()

    async def _started(self) -> None:
        """Start everything, unless the end is asked for."""
        self._refuse_end()
        try:
            async with self._start_patience.limit(self._steps.within) as wait:
                await self._start()
        except TimeoutError as error:
            if not self.ended.is_set():
                raise self._steps.overdue() if wait.expired() else error
        self._refuse_end()

    def _refuse_end(self) -> None:
        if self.ended.is_set():
            raise Stopped(self.name) if self.failure is None else self.failure

    async def _start(self) -> None:
        log, step = self.monitor.log, self._steps.step
        with step("monitor", log):
            await self._stack.enter_async_context(Limited(self.monitor, "monitor", self._closing))
            self._is_watched = True
            self._stack.callback(self._tell_account)
        with step("services", log):
            self._offer()
            await self._stack.enter_async_context(Limited(self._container, "services", self._closing))
            await self._container.prepare(self._assembly.reached)
        self._stack.push_async_callback(self._end_tasks)
        self.tasks.begin()
        for hook in self.on_started:
            with step(f"hook {getattr(hook, '__name__', 'started')}", log):
                await hook()
        self._inheritance.note(contextvars.copy_context())
        self.tasks.begin(self._assembly.works)
        self._stack.push_async_callback(self._close)
        for source in self._assembly.entrypoints:
            with step(f"source {source.kind}", log):
                await self._sources.open(source, self)

    def _offer(self) -> None:
        """Offer to the services what is known once the configuration is."""
        self._container.value("config", self.configuration)
        self._container.value("log", self.monitor.log)
        for section, model in self._assembly.blocks.items():
            self._container.value(section, self.configuration.slice(section, model))

    async def _stopped(self) -> None:
        """Stop what has started; what goes wrong on the way becomes the failure, or is recorded besides it."""
        self.phase = "stopping"
        self._account.begin()
        self.stopping.set()
        try:
            if self._is_watched:
                self.monitor.log.info("stopping", grace_s=float(self._settings.grace))
        finally:
            await self._unwound(self.failure)

    async def _unwound(self, cause: BaseException | None) -> None:
        try:
            trace = None if cause is None else cause.__traceback__
            await self._stack.__aexit__(None if cause is None else type(cause), cause, trace)
        except Exception as error:
            if not isinstance(self.failure, Exception):
                raise
            if error is not self.failure:
                self.failure.add_note(f"besides: {error}")
        finally:
            self.phase, self._down = "over", time.monotonic()
            self.report = self._account.report()

    async def _close(self) -> None:
        began = self._account.took
        await self._sources.close(self._stop_patience, self._account.left(self._settings.grace))
        self._graced = self._account.took - began

    async def _end_tasks(self) -> None:
        await self.tasks.end(self._stop_patience, self._account.last(self._settings.grace - self._graced))

    def _closing(self) -> float:
        return self._account.last(0 if self._stop_patience.is_lost else self._settings.close)

    def _tell_account(self) -> None:
        for function in THREADS.left():
            self.monitor.log.error("a sync function is left behind in its thread", at=place(function))
        found = self._account.report()
        tell = self.monitor.log.warning if found.text else self.monitor.log.info
        counts = {"finished": found.finished, "cancelled": found.cancelled, "lost": found.lost}
        parts = {"parts": found.text} if found.text else {}
        tell("stopped", **counts, **parts, took_ms=round(found.took * 1000, 1))
