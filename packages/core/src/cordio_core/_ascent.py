"""The way up: the monitor, the services in use, the start hooks, the tasks, the sources of events."""

from __future__ import annotations

import contextvars

from cordio_core._descent import Descent
from cordio_core._endings import Stopped
from cordio_core._limited import Limited

__all__ = ["Ascent"]


class Ascent(Descent):
    """The room of a run where it starts; what has started is noted for the way down."""

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
        parts = {"monitor": self.monitor, "errors": self._assembly.guard}
        for name in self._assembly.offered:
            self._container.value(name, parts[name])
        for section, model in self._assembly.blocks.items():
            self._container.value(section, self.configuration.slice(section, model))
