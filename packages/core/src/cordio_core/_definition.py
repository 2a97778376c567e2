"""What an application is made of: handlers, services, the root component, and what they run on."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar, overload

from cordio_core._assembly import Assembly, Attached, Parts, assemble
from cordio_core._exceptions import CoreError
from cordio_core._plain import PlainConfiguring, PlainContainer, PlainGuard, PlainMonitoring
from cordio_core._signature import callee
from cordio_core.events import Event
from cordio_core.protocols import Configuring, Container, Entrypoint, Guard, Monitoring

__all__ = ["Definition"]

H = TypeVar("H", bound=Callable[..., object])
S = TypeVar("S", bound=Callable[..., object])


class Definition:
    """An application as it is written down, before anything starts.

    Parameters
    ----------
    name : str
        The name of the service.
    container : Container or None
        Where services come from.
    errors : Guard or None
        The handler layer; reachable as ``app.errors``.
    monitoring : Monitoring or None
        How the application is monitored.
    configuring : Configuring or None
        How configuration is composed.
    entrypoints : iterable of str or Entrypoint
        Entrypoints that are on even if no handler has an event of theirs, by kind or ready made.
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
    ) -> None:
        self.name = name
        self.container: Container = PlainContainer() if container is None else container
        self.errors: Guard = PlainGuard() if errors is None else errors
        self._monitoring: Monitoring = PlainMonitoring() if monitoring is None else monitoring
        self._configuring: Configuring = PlainConfiguring() if configuring is None else configuring
        self._sources = tuple(entrypoints)
        self._attached: list[Attached] = []
        self._blocks: dict[str, type] = {}
        self._main: Callable[..., object] | None = None
        self._assembly: Assembly | None = None
        self.container.expect("config", _returned(self._configuring.configuration))
        self.container.expect("log", object)

    def on(
        self,
        *events: Event,
        before: Sequence[Callable[..., object]] = (),
        after: Sequence[Callable[..., object]] = (),
    ) -> Callable[[H], H]:
        """Attach a handler to events.

        Parameters
        ----------
        *events : Event
            One or more: ``get("/orders")``, ``every("5m")``.
        before : sequence of callable
            Handlers that run before it, filled like it; one that returns a `Response` answers the event.
        after : sequence of callable
            Handlers that run after it; one may take the ``response`` and return another.

        Returns
        -------
        callable
            A decorator that returns the handler as it is.

        Raises
        ------
        CoreError
            If no event is given, or the application is already assembled.
        """
        self._open_for("a handler")
        if not events or not all(isinstance(event, Event) for event in events):
            raise CoreError("app.on needs an event: write @app.on(get('/path')), with the call's parentheses")
        early, late = tuple(map(callee, before)), tuple(map(callee, after))

        def attach(handler: H) -> H:
            found = callee(handler)
            self._attached.extend(Attached(event, found, early, late) for event in events)
            return handler

        return attach

    @overload
    def service(self, target: S, /) -> S: ...

    @overload
    def service(self, target: None = None, /, *, name: str | None = None) -> Callable[[S], S]: ...

    def service(self, target: S | None = None, /, *, name: str | None = None) -> S | Callable[[S], S]:
        """Take a class or a factory as a service.

        Parameters
        ----------
        target : class or callable or None
            What makes the service.
        name : str or None
            Its conventional name; the target's own in snake case unless given.

        Returns
        -------
        class or callable
            The target as it is, or a decorator.
        """
        self._open_for("a service")
        if target is not None:
            return self.container.service(target, name=name)
        return lambda found: self.container.service(found, name=name)

    def main(self, function: H) -> H:
        """Make a function the root component: it starts with the application, which does not wait for it.

        Parameters
        ----------
        function : callable
            An async function; its options, as ``click.option`` leaves them, become the application's. A
            sync one runs in a thread.

        Returns
        -------
        callable
            The function as it is.

        Raises
        ------
        CoreError
            If there is a root component already.
        """
        self._open_for("a root component")
        if self._main is not None:
            raise CoreError(f"{self.name} has two root components: put one into the other, or use a service")
        self._main = function
        return function

    def block(self, section: str, model: type) -> Callable[[H], H]:
        """Declare a section of the configuration; its model can be injected by type or by the section's name.

        Parameters
        ----------
        section : str
            The name of the section.
        model : type
            A pydantic model or a frozen dataclass.

        Returns
        -------
        callable
            A decorator that returns what it is put on as it is.

        Raises
        ------
        CoreError
            If the section is declared already.
        """
        self._open_for("a block")
        if section in self._blocks:
            raise CoreError(f"the section {section!r} is declared twice: give one of them another name")
        self._blocks[section] = model
        self.container.expect(section, model)
        return lambda found: found

    @property
    def options(self) -> tuple[object, ...]:
        """The options that stand on the root component."""
        return tuple(getattr(self._main, "__click_params__", ()))

    @property
    def sections(self) -> Mapping[str, type]:
        """The settings models of everything in use, by section.

        Returns
        -------
        mapping of str to type
            The application's own, its services', its entrypoints', its monitor's, and its blocks.
        """
        return self._assembled().sections

    def check(self) -> None:
        """Work out everything that is known before the start.

        Raises
        ------
        StartError
            All mistakes at once.
        """
        self._assembled()

    def _assembled(self) -> Assembly:
        if self._assembly is None:
            self._assembly = assemble(
                Parts(
                    self.name,
                    self._attached,
                    self._main,
                    self._sources,
                    self.container,
                    self.errors,
                    self._monitoring.sections,
                    self._blocks,
                )
            )
        return self._assembly

    def _open_for(self, what: str) -> None:
        if self._assembly is not None:
            raise CoreError(f"{self.name} is assembled already: attach {what} before it starts")


def _returned(composing: Callable[..., object]) -> type:
    """Return the class of the configuration, as far as the scenario's annotation tells it."""
    try:
        found = typing.get_type_hints(composing).get("return")
    except NameError:  # it is imported for the type checker alone
        return object
    return found if isinstance(found, type) and not getattr(found, "_is_protocol", False) else object
