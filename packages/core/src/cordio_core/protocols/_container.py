"""What the kernel asks of a container of services."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeAlias, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from cordio_core._health import Health

__all__ = ["Container", "Described", "Graph", "Inspectable", "Life", "Node", "Overridable"]

T = TypeVar("T")
Handler: TypeAlias = Callable[..., object]


class Container(Protocol):
    """Where services come from."""

    def service(self, target: T, /, *, name: str | None = None) -> T:
        """Take a class or a factory as a service."""
        ...

    def value(self, name: str, value: object, /) -> None:
        """Offer a ready object under `name`."""
        ...

    def expect(self, name: str, type_: type, /) -> None:
        """Announce an object that `value` will offer before its first use."""
        ...

    def provides(self, name: str, annotation: object, /, *, has_default: bool = False) -> bool:
        """Tell whether a parameter would be filled; one with a default is the caller's unless it asks."""
        ...

    def check(
        self, handlers: Collection[Handler], /, given: Mapping[Handler, Collection[str]] | None = None
    ) -> None:
        """Raise one error for all mistakes; its ``problems`` are their texts."""
        ...

    def sections(self, handlers: Collection[Handler], /) -> Mapping[str, type]:
        """Return the settings models, by section, of the services that `handlers` reach."""
        ...

    async def prepare(self, handlers: Collection[Handler], /) -> None:
        """Start the services that `handlers` reach, dependencies first."""
        ...

    def scoped(self, handlers: Collection[Handler], /) -> bool:
        """Tell whether `handlers` reach a service that lives for one event."""
        ...

    def scope(self) -> AbstractAsyncContextManager[object]:
        """Return the scope of one event; what is called inside shares its services."""
        ...

    def inject(self, handler: Handler, /) -> Callable[..., Awaitable[object]]:
        """Return `handler` with its services filled in; what the caller passes wins."""
        ...

    async def health(self) -> Mapping[str, Health]:
        """Ask every started service that can tell how it is."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...


class Node(Protocol):
    """A service and what it needs."""

    @property
    def name(self) -> str: ...

    @property
    def place(self) -> str: ...

    @property
    def needs(self) -> Sequence[str]: ...


class Graph(Protocol):
    """Services, those that are needed first."""

    @property
    def services(self) -> Sequence[Node]: ...


class Life(Protocol):
    """Where a service is in its life."""

    @property
    def status(self) -> str: ...

    @property
    def since(self) -> float:
        """When that began, in seconds since the epoch."""
        ...

    @property
    def error(self) -> str | None: ...


@runtime_checkable
class Described(Protocol):
    """A container that can tell of its services, without asking them."""

    def describe(self, handlers: Collection[Handler] | None = None, /) -> Graph:
        """Return the services that `handlers` reach; all of them unless given."""
        ...

    def states(self) -> Mapping[str, Life]:
        """Tell where each service that is made is in its life."""
        ...


@runtime_checkable
class Inspectable(Protocol):
    """A container whose services can be looked at while they are up."""

    def standing(self) -> Mapping[str, object]:
        """Return the objects of those that are up at this moment, by name; none is started."""
        ...


@runtime_checkable
class Overridable(Protocol):
    """A container whose services can be replaced for a while, as tests do."""

    def override(self, **fakes: object) -> AbstractContextManager[None]:
        """Put other objects in the place of services inside a block."""
        ...
