"""How a run of an application stands: what it is made of, how far it is, and what has failed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Literal

from cordio_core._account import Account
from cordio_core._assembly import Assembly
from cordio_core._health import Health
from cordio_core._inheritance import Inheritance
from cordio_core._patience import Patience
from cordio_core._report import Report, Tally
from cordio_core._sources import Sources
from cordio_core._steps import Steps
from cordio_core._tasks import Tasks
from cordio_core.protocols import Configuration, Container, Entrypoint, Monitor

if TYPE_CHECKING:
    from cordio_core._running import Running

__all__ = ["Standing"]


Hook = Callable[[], Awaitable[object]]


class Standing:
    """What is known of a run; it is asked for everywhere, and told here that it ends.

    Its parameters are those of `Running`.
    """

    def __init__(
        self,
        name: str,
        assembly: Assembly,
        configuration: Configuration,
        monitor: Monitor,
        container: Container,
        claim: Callable[[Running], None],
        state: Callable[[], Mapping[str, object]] = dict,
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
        self._claim, self._state, self._listening = claim, state, listening
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

    def state(self) -> Mapping[str, object]:
        """Tell how the application is, as JSON has it."""
        return self._state()

    @property
    def sources(self) -> Sequence[Entrypoint]:
        """The sources that were started."""
        return self._sources.begun

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

    def _end(self) -> None:
        if self.phase == "up":
            self.phase = "draining"
        self._account.begin()
        self.ended.set()
        self._start_patience.lose()
