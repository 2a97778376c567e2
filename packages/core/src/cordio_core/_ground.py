"""What an application stands on: its parts, and all that was declared so far."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from cordio_core._clock import MachineClock
from cordio_core._exceptions import CoreError
from cordio_core._handed import listed, packages, refuse_name, refuse_other, refuse_type
from cordio_core._plain import PlainContainer
from cordio_core._settings import AppSettings
from cordio_core.protocols import (
    Clock,
    Configuring,
    Container,
    Converter,
    Entrypoint,
    Guard,
    Monitoring,
    Runtime,
)
from cordio_core.scenarios import Preset, Repeating
from cordio_core.scenarios import preset as chosen_preset

if TYPE_CHECKING:
    from cordio_core._assembly import Assembly
    from cordio_core._attached import Attached
    from cordio_core._task_work import Work
    from cordio_core._tasks import Tasks

__all__ = ["Ground"]


class Ground:
    """The parts of an application and what was declared of it, before anything starts.

    Its parameters are those of `App`.
    """

    def __init__(
        self,
        name: str = "app",
        *,
        container: Container | None = None,
        errors: Guard | None = None,
        monitoring: Monitoring | None = None,
        configuring: Configuring | None = None,
        entrypoints: Iterable[str | Entrypoint] = (),
        converters: Sequence[Converter] = (),
        discover: str | Iterable[str] = (),
        clock: Clock | None = None,
        version: str | None = None,
        preset: Preset | str | None = None,
        defaults: type[AppSettings] | None = None,
        repeating: Repeating | None = None,
    ) -> None:
        refuse_type("name", name, str, "write App('orders')", is_needed=True)
        refuse_name("name", name, "write App('orders')")
        refuse_other("container", container, Container)
        refuse_other("errors", errors, Guard)
        refuse_other("clock", clock, Clock)
        refuse_other("monitoring", monitoring, Monitoring)
        refuse_other("configuring", configuring, Configuring)
        refuse_type("version", version, str, "write version='1.4.0'")
        refuse_type("repeating", repeating, Repeating, "write Repeating(tasks=Restart())")
        if defaults is not None and not (isinstance(defaults, type) and issubclass(defaults, AppSettings)):
            raise CoreError(f"defaults={defaults!r} is no subclass of AppSettings: derive it from that")
        self.name, self._version = name, version
        self.preset = chosen = chosen_preset(preset)
        self.container: Container = PlainContainer() if container is None else container
        self.errors: Guard = chosen.errors() if errors is None else errors
        self._monitoring: Monitoring = chosen.monitoring() if monitoring is None else monitoring
        self._configuring: Configuring = chosen.configuring() if configuring is None else configuring
        self._repeating: Repeating = chosen.repeating() if repeating is None else repeating
        self._defaults: type[AppSettings] = chosen.defaults if defaults is None else defaults
        self._sources: tuple[str | Entrypoint, ...] = listed("entrypoints", entrypoints)
        self._converters: tuple[Converter, ...] = listed("converters", converters)
        for each in self._converters:
            refuse_other("converters", each, Converter)
        self._clock: Clock = MachineClock() if clock is None else clock
        self._discovered = packages([discover] if isinstance(discover, str) else discover)
        self._attached: list[Attached] = []
        self._unused: dict[object, str] = {}
        self._blocks: dict[str, type] = {}
        self._main: Callable[..., object] | None = None
        self._works: list[Work] = []
        self._assembly: Assembly | None = None
        self.container.expect("config", _returned(self._configuring.configuration))
        self.container.expect("log", object)

    def _assembled(self) -> Assembly:
        if self._assembly is None:
            self._find()
            self._assembly = self._put_together()
        return self._assembly

    def _put_together(self) -> Assembly:
        from cordio_core._assembly import assemble
        from cordio_core._parts import Parts

        parts = Parts(
            self.name,
            self._attached,
            self._works,
            self._sources,
            self.container,
            self.errors,
            self._monitoring.sections,
            self._blocks,
            self._converters,
            self._halt,
            self._clock,
            self._defaults,
            tuple(self._unused.values()),
        )
        return assemble(parts)

    def _find(self) -> None:
        """Attach what is marked; only an application that can attach handlers finds any."""

    def _open_for(self, what: str) -> None:
        if self._assembly is not None:
            raise CoreError(f"{self.name} is assembled already: attach {what} before it starts")

    def _runtime(self) -> Runtime:
        """Return what runs."""
        raise CoreError(f"{self.name} does not run: start it first")

    def _running_tasks(self) -> Tasks:
        """Return the tasks of what runs."""
        raise CoreError(f"{self.name} does not run: start it first")

    def _halt(self, error: BaseException) -> None:
        """Stop the application for an exception, because a rule says so."""
        self._runtime().fail(error)


def _returned(composing: Callable[..., object]) -> type:
    """Return the class of the configuration, as far as the scenario's annotation tells it."""
    try:
        found = typing.get_type_hints(composing).get("return")
    except NameError:  # it is imported for the type checker alone
        return object
    return found if isinstance(found, type) and not getattr(found, "_is_protocol", False) else object
