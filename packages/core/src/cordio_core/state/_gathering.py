"""Gathers what an application tells of itself; what cannot be told becomes a line, never a failure."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from cordio_core._assembly import Assembly
from cordio_core._attached import Attached
from cordio_core._plan import Plan
from cordio_core._running import Running
from cordio_core._signature import place
from cordio_core.protocols import (
    Configuration,
    Container,
    Described,
    Entrypoint,
    Inspectable,
    Node,
    Recalling,
    TellingEntrypoint,
)
from cordio_core.state._configuration import values
from cordio_core.state._data import HandlerState, LastError, ServiceState, SourceState, State, Value
from cordio_core.state._mask import masked, masked_text
from cordio_core.state._versions import Versions

__all__ = ["Fixed", "Gathering"]

T = TypeVar("T")

_MOST_ERRORS = 50


class Fixed:
    """What does not change once an application is worked out, and is told again and again.

    Parameters
    ----------
    attached : sequence of Attached
        Its handlers, as they were declared.
    assembly : Assembly or None
        What was worked out of them, once it was.
    container : Container
        Where its services come from.

    Attributes
    ----------
    handlers : tuple of HandlerState
        Its handlers, by events.
    """

    def __init__(self, attached: Sequence[Attached], assembly: Assembly | None, container: Container) -> None:
        self._assembly, self._container = assembly, container
        self._shown: tuple[Configuration, tuple[Value, ...]] | None = None
        self.handlers = tuple(map(_handler, attached) if assembly is None else map(_planned, assembly.plans))

    def is_of(self, assembly: Assembly | None) -> bool:
        """Tell whether it holds still: an application that is not worked out yet may change.

        Parameters
        ----------
        assembly : Assembly or None
            What is worked out now.

        Returns
        -------
        bool
            Whether it does.
        """
        mine = self._assembly
        return assembly is not None and mine is not None and mine.plans is assembly.plans

    def configuration(self, found: Configuration, sections: Mapping[str, type]) -> tuple[Value, ...]:
        """Return the values in force, masked: looked at once, since a configuration does not change.

        Parameters
        ----------
        found : Configuration
            That of the run.
        sections : mapping of str to type
            The settings models of everything in use, by section.

        Returns
        -------
        tuple of Value
            They.
        """
        if self._shown is None or self._shown[0] is not found:
            self._shown = found, tuple(values(found, sections))
        return self._shown[1]

    @cached_property
    def nodes(self) -> Sequence[Node]:
        """The services that the handlers reach; none where the container does not tell."""
        if not isinstance(self._container, Described):
            return ()
        return self._container.describe(None if self._assembly is None else self._assembly.reached).services


class Gathering:
    """Looks at an application once; it changes nothing, starts nothing and waits for nothing.

    Parameters
    ----------
    name : str
        The application.
    versions : Versions
        Which build runs.
    fixed : Fixed
        What of it does not change.
    assembly : Assembly or None
        What was worked out, once it was.
    container : Container
        Where its services come from.
    running : Running or None
        Its run, or the last one.
    """

    def __init__(
        self,
        name: str,
        versions: Versions,
        fixed: Fixed,
        assembly: Assembly | None,
        container: Container,
        running: Running | None,
    ) -> None:
        self._name, self._versions, self._fixed = name, versions, fixed
        self._assembly, self._container, self._running = assembly, container, running
        self._problems: list[str] = []

    def state(self) -> State:
        """Return the state of this moment.

        Returns
        -------
        State
            What could be told.
        """
        running = self._running
        return State(
            masked_text(self._name),
            "new" if running is None else running.phase,
            0.0 if running is None else running.uptime,
            self._versions,
            handlers=self._fixed.handlers,
            services=self._told("services", self._services),
            tasks=() if running is None else self._told("tasks", lambda: running.tasks.states),
            schedules=self._told("schedules", self._schedules),
            sources=self._told("sources", self._sources),
            errors=self._told("errors", self._errors),
            configuration=self._told("configuration", self._configuration),
            failure="" if running is None or running.failure is None else _line(running.failure),
            problems=tuple(self._problems),
        )

    def _told(self, what: str, ask: Callable[[], Iterable[T]]) -> tuple[T, ...]:
        """Ask a part; one that fails keeps nobody from learning the rest."""
        try:
            return tuple(ask())
        except Exception as error:  # a part may be anybody's; the state says what it could not tell
            self._problems.append(f"{what}: {_line(error)}")
            return ()

    def _services(self) -> Iterator[ServiceState]:
        if not isinstance(self._container, Described):
            return
        states = self._container.states()
        standing = self._container.standing() if isinstance(self._container, Inspectable) else {}
        for node in self._fixed.nodes:
            found = states.get(node.name)
            error = getattr(found, "error", None)
            yield ServiceState(
                node.name,
                "ready" if found is None else found.status,
                0.0 if found is None else found.since,
                masked_text(error) if error else "",
                node.place,
                tuple(node.needs),
                self._own(node.name, standing.get(node.name)),
            )

    def _own(self, name: str, service: object) -> Mapping[str, object]:
        """Ask a service; one that fails is told of without it."""
        state = getattr(service, "state", None)
        if not inspect.ismethod(state) or inspect.iscoroutinefunction(state) or _wants(state):
            return {}
        try:
            found = masked(state(), name)
        except Exception as error:  # a service may be anybody's; the state says what it could not tell
            self._problems.append(f"service {name}: {_line(error)}")
            return {}
        return found if isinstance(found, Mapping) else {}

    def _schedules(self) -> Iterator[object]:
        for source in () if self._assembly is None else self._assembly.entrypoints:
            yield from getattr(source, "states", ())

    def _sources(self) -> Iterator[SourceState]:
        running = self._running
        for source in () if self._assembly is None else self._assembly.entrypoints:
            counts = (0, 0, 0, 0)
            if running is not None:
                tally = running.tally(source.kind)
                counts = (tally.accepted, tally.finished, tally.cancelled, tally.inside)
            addresses = tuple(masked_text(address) for address in source.addresses)
            yield SourceState(source.kind, addresses, *counts, more=self._more(source))

    def _more(self, source: Entrypoint) -> Mapping[str, object]:
        """Ask a source; one that fails is told of without it."""
        if not isinstance(source, TellingEntrypoint):
            return {}
        try:
            return {str(key): masked(value, str(key)) for key, value in source.state().items()}
        except Exception as error:  # as above
            self._problems.append(f"source {source.kind}: {_line(error)}")
            return {}

    def _errors(self) -> Iterator[LastError]:
        monitor = None if self._running is None else self._running.monitor
        if not isinstance(monitor, Recalling):
            return
        for found in list(monitor.state().errors)[-_MOST_ERRORS:]:
            texts = (found.event, found.message, found.error, found.trace_id)
            yield LastError(found.time / 1e9, *map(masked_text, texts))

    def _configuration(self) -> Iterator[Value]:
        if self._running is not None and self._assembly is not None:
            yield from self._fixed.configuration(self._running.configuration, self._assembly.sections)


def _planned(plan: Plan) -> HandlerState:
    chain = plan.chain
    return HandlerState(
        plan.event.name,
        plan.event.kind,
        plan.place,
        tuple(place(ring.step.handler) for ring in chain.rings),
        tuple(place(step.handler) for step in chain.before),
        tuple(place(step.handler) for step in chain.after),
        len(plan.rules),
        chain.within,
    )


def _handler(item: Attached) -> HandlerState:
    around, before, after = (tuple(map(place, steps)) for steps in (item.around, item.before, item.after))
    return HandlerState(
        *(item.event.name, item.event.kind, place(item.handler), around, before, after),
        *(len(item.rules), item.within),
    )


def _wants(method: Callable[..., object]) -> bool:
    """Tell whether a method cannot be called without anything."""
    parameters = inspect.signature(method).parameters.values()
    free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return any(each.default is each.empty and each.kind not in free for each in parameters)


def _line(error: BaseException) -> str:
    return masked_text(f"{type(error).__name__}: {error}".split("\n", 1)[0])
