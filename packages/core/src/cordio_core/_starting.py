"""The application as something that can be started, once at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from cordio_core._definition import Definition
from cordio_core._exceptions import CoreError
from cordio_core._handed import refuse_other
from cordio_core._settings import AppSettings
from cordio_core.protocols import Configuration, Monitoring
from cordio_core.scenarios import Repeating, scenario

if TYPE_CHECKING:
    from asyncio import Event

    from cordio_core._assembly import Assembly
    from cordio_core._running import Running
    from cordio_core._tasks import Tasks

__all__ = ["Starting"]


class Starting(Definition):
    """The room of an application where it is made ready to start."""

    _running: Running | None = None

    @property
    def stopping(self) -> Event:
        """Set when the sources stop, after the drain: a stream, or whatever has no end of its own, ends then.

        Returns
        -------
        asyncio.Event
            That of the present run.

        Raises
        ------
        CoreError
            If the application does not run.
        """
        return self._runtime().stopping

    def running(self, configuration: Configuration | None = None, *, listening: bool = True) -> Running:
        """Make ready to start; nothing is started before the context is entered.

        Parameters
        ----------
        configuration : Configuration or None
            The values in force; composed by the application's scenario unless given.
        listening : bool
            Whether entrypoints open their own listeners.

        Returns
        -------
        Running
            An async context manager: the application, started.

        Raises
        ------
        CoreError
            If the application runs already.
        """
        return self._made(self._assembled(), configuration, listening=listening)

    def _made(
        self, assembly: Assembly, configuration: Configuration | None, *, listening: bool = True
    ) -> Running:
        from cordio_core._running import Running

        self._refuse_second()
        values = self._values(configuration)
        settings = values.slice("app", assembly.settings)
        monitor = self._watching(settings).monitor(self.name, values)
        if settings.repeating:
            assembly = assembly.repeating(_repeating(settings.repeating))
        given = (self.name, assembly, values, monitor, self.container, self._claim, self._told_state)
        return Running(*given, listening=listening)

    def _told_state(self) -> Mapping[str, object]:
        """Tell the state as JSON has it, as far as this room knows it."""
        return {}

    def _watching(self, settings: AppSettings) -> Monitoring:
        if not settings.monitoring:
            return self._monitoring
        return cast(Monitoring, scenario("app.monitoring", settings.monitoring))

    def _values(self, configuration: Configuration | None) -> Configuration:
        if configuration is not None:
            refuse_other("configuration", configuration, Configuration)
            return configuration
        return self._configuring.configuration(self.sections, self.options)

    def _runtime(self) -> Running:
        if self._running is None or self._running.phase in ("new", "over"):
            return cast("Running", super()._runtime())
        return self._running

    def _running_tasks(self) -> Tasks:
        running = self._running
        if running is None or running.phase == "new" or running.phase == "over":
            return super()._running_tasks()
        return running.tasks

    def _claim(self, running: Running) -> None:
        self._refuse_second()
        self._running = running

    def _refuse_second(self) -> None:
        if self._running is not None and self._running.phase != "over":
            raise CoreError(f"{self.name} runs already: stop it before it is started again")


def _repeating(path: str) -> Repeating:
    found = scenario("app.repeating", path)
    if not isinstance(found, Repeating):
        raise CoreError(f"app.repeating: {path!r} makes {found!r}: it has to make a Repeating")
    return found
