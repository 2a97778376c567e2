"""What a container knows before anything starts: what is wrong, and what will be used."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cordio_di._graph import Handler, listed, problems, reach, refuse
from cordio_di._ground import Ground

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from cordio_di._drawing import Graph
    from cordio_di._graph import Given

    H = TypeVar("H", bound=Handler)

__all__ = ["Checks"]


class Checks(Ground):
    """The room of a container where its graph is looked at; nothing starts here."""

    def check(
        self,
        handlers: Collection[Handler],
        /,
        given: Mapping[H, Collection[str]] | Collection[str] | None = None,
    ) -> None:
        """Find all mistakes before anything starts.

        Parameters
        ----------
        handlers : collection of callable
            The functions that services are to be injected into.
        given : mapping of callable to names, or collection of names, or None
            The parameters that the callers will pass, by handler or for all of them.

        Raises
        ------
        WiringError
            If a parameter is filled by nothing or by two services, a name and a type disagree, services need
            each other in a loop, one outlives what it needs, or an annotation does not resolve.

        Examples
        --------
        >>> from cordio_di import Container
        >>> async def place(order_id: int, orders): ...
        >>> container = Container()
        >>> container.value("orders", [])
        >>> container.check([place], given=["order_id"])
        """
        # The keys of a mapping are invariant, and any kind of function must do.
        known: Given = given  # type: ignore[assignment]
        refuse(problems(self._registry, listed(handlers), known, self._app.here().faked()))

    def sections(self, handlers: Collection[Handler], /) -> dict[str, type]:
        """Return the settings models, by section, of the services that handlers reach.

        Parameters
        ----------
        handlers : collection of callable
            The functions that services are to be injected into.

        Returns
        -------
        dict of str to type
            For each service whose ``settings`` come from `config`: its name, and the model.
        """
        found = self._reach(handlers)
        made = [service for service in found.order if found.needs[service]]
        wires = [
            (service.name, wire.model) for service in made for wire in self._registry.wiring(service).wires
        ]
        return {name: model for name, model in wires if model is not None}

    def scoped(self, handlers: Collection[Handler], /) -> bool:
        """Tell whether functions reach a service of an event, or of a scope of one's own.

        Parameters
        ----------
        handlers : collection of callable
            The functions that services are to be injected into.

        Returns
        -------
        bool
            Whether a scope has to be open around them for their services to be shared.

        Examples
        --------
        >>> from cordio_di import Container
        >>> container = Container()
        >>> @container.service(scope="event")
        ... def basket() -> list[str]: ...
        >>> async def fill(basket): ...
        >>> container.scoped([fill])
        True
        """
        return any(service.lifetime != "app" for service in self._reach(handlers).order)

    def describe(self, handlers: Collection[Handler] | None = None, /) -> Graph:
        """Return the graph of the services as data; it draws itself.

        Parameters
        ----------
        handlers : collection of callable or None
            Only what these reach; every service that was registered unless given.

        Returns
        -------
        Graph
            The services and what each of them needs.

        Examples
        --------
        >>> from cordio_di import Container
        >>> container = Container(discover=False)
        >>> container.value("limit", 10)
        >>> async def read(limit): ...
        >>> container.describe([read]).services[0].name
        'limit'
        """
        from cordio_di._drawing import Graph, Node

        every = reach(self._registry, list(self._registry.services.values()))
        found = every if handlers is None else self._reach(handlers)
        return Graph(
            tuple(
                Node(s.name, s.lifetime, s.kind, s.place, tuple(need.name for need in found.needs[s]))
                for s in found.order
            )
        )
