"""What the kernel asks of its parts; a part satisfies these by its shape and need not import them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from cordio_core._health import Health
    from cordio_core._plan import Plan

__all__ = [
    "Answer",
    "AsgiEntrypoint",
    "Configuration",
    "Configuring",
    "Container",
    "Converter",
    "Entrypoint",
    "Exchange",
    "Guard",
    "Incoming",
    "Log",
    "Monitor",
    "Monitoring",
    "Outcome",
    "Receive",
    "Rendered",
    "Runtime",
    "Scope",
    "Send",
    "Store",
]

T = TypeVar("T")
Function = TypeVar("Function", bound=Callable[..., object])
Handler: TypeAlias = Callable[..., object]
Scope: TypeAlias = MutableMapping[str, Any]  # ASGI 3.0 leaves the values of its messages open
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Configuration(Protocol):
    """Values in force, handed out by the slice."""

    def slice(self, section: str, model: type[T], /) -> T:
        """Return the validated values of one section as its model."""
        ...

    def __getitem__(self, key: str, /) -> object:
        """Return the value of a top-level option."""
        ...


class Configuring(Protocol):
    """The scenario that says how configuration is composed."""

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Configuration:
        """Compose the values for `sections` and for the root component's own `options`."""
        ...


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

    def provides(self, name: str, annotation: object, /) -> bool:
        """Tell whether a parameter with this name and annotation would be filled."""
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


class Rendered(Protocol):
    """An answer in the terms of one destination."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...


class Answer(Protocol):
    """What a rule answers."""

    def render(self, kind: str, /) -> Rendered:
        """Return the answer for a destination: ``http``, ``amqp``, ``internal``."""
        ...


class Outcome(Protocol):
    """What a guarded call came to: a value, or the answer to what went wrong."""

    @property
    def value(self) -> object: ...

    @property
    def answer(self) -> Answer | None: ...

    @property
    def ended(self) -> str | None:
        """``stop`` if a rule ended the flow, ``halt`` if it asks that the application stops, else None."""
        ...

    @property
    def error(self) -> Exception | None:
        """Why the application is to stop."""
        ...


class Guard(Protocol):
    """The handler layer: runs a handler, turns its exception into an outcome by rule."""

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> Outcome:
        """Call `handler` in a handler layer."""
        ...

    def handler(self, *, rules: Sequence[Any] = ()) -> Callable[[Function], Function]:
        """Return a decorator that gives a function for `run` rules of its own."""
        ...

    def service(self, *, rules: Sequence[Any] = ()) -> Callable[[T], T]:
        """Return a decorator that puts a service layer around a function, or an object's public methods."""
        ...

    def check(self) -> None:
        """Raise one error for all mistakes in the rules; its ``problems`` are their texts."""
        ...


class Converter(Protocol):
    """Makes values of plain data, as JSON has them."""

    def reader(self, annotation: object, /) -> Callable[[object], object] | None:
        """Return what makes a value of a type, or raises ValueError; None for a type that is not known."""
        ...


class Incoming(Protocol):
    """The open span of an incoming event."""

    @property
    def trace_id(self) -> str: ...

    def rename(self, name: str, /) -> None:
        """Give the span the name of the event, once it is known."""
        ...

    def answered(self, status: object, /, at: CodeType | None = None) -> None:
        """Remember what was answered, and where: in the function with this code, else in the caller."""
        ...


class Log(Protocol):
    """A logger of messages with fields."""

    def debug(self, message: str, /, **fields: object) -> None: ...

    def info(self, message: str, /, **fields: object) -> None: ...

    def warning(self, message: str, /, **fields: object) -> None: ...

    def error(self, message: str, /, **fields: object) -> None: ...


class Monitor(Protocol):
    """Where records go; delivered after the answer has left."""

    @property
    def log(self) -> Log: ...

    def incoming(
        self, name: str, /, *, headers: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Incoming]:
        """Open the span of an incoming event; at its end the records are handed to delivery."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...


class Monitoring(Protocol):
    """The scenario that says how the application is monitored."""

    @property
    def sections(self) -> Mapping[str, type]:
        """The settings models it needs, by section."""
        ...

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        """Make the monitor of the service."""
        ...


class Store(Protocol):
    """Where data are kept; what is asked of it is in its own language, such as SQL."""

    async def fetch(self, query: str, /, *arguments: object) -> Sequence[Mapping[str, Any]]:
        """Return all the rows."""
        ...

    async def one(self, model: type[T], query: str, /, *arguments: object) -> T:
        """Return the only row as its model; raise LookupError if there is none."""
        ...

    async def execute(self, query: str, /, *arguments: object) -> object:
        """Change something."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Store]:
        """Return a context in which all happens or nothing."""
        ...


class Exchange(Protocol):
    """Where messages go."""

    async def publish(self, exchange: str, key: str, data: object, /) -> object:
        """Hand a message over; raise if it is not certain that it arrived."""
        ...

    async def call(self, name: str, /, *, timeout: str | float | None = None, **data: object) -> object:
        """Ask, and wait for the answer."""
        ...


class Runtime(Protocol):
    """The started application, as an entrypoint sees it."""

    @property
    def name(self) -> str: ...

    @property
    def configuration(self) -> Configuration: ...

    @property
    def monitor(self) -> Monitor: ...

    async def health(self) -> Mapping[str, Health]:
        """Ask the services in use how they are."""
        ...

    def fail(self, error: BaseException, /) -> None:
        """Stop the application in order, since a part of it died."""
        ...


@runtime_checkable
class Entrypoint(Protocol):
    """A source of events of one kind: makes requests, runs plans, sends their responses.

    It is made without arguments, gets the plans of its kind by `attach` before anything starts, and
    keeps the span of an event open (``runtime.monitor.incoming``) until the answer has left.
    """

    @property
    def kind(self) -> str:
        """The kind of the events it serves, as in ``Event.kind``."""
        ...

    @property
    def sections(self) -> Mapping[str, type]:
        """The settings models it needs, by section."""
        ...

    @property
    def addresses(self) -> Sequence[str]:
        """Where it can be reached, for people; empty before the start."""
        ...

    def attach(self, plans: Sequence[Plan], /) -> None:
        """Take the plans to run; raise on a mistake in them."""
        ...

    async def start(self, runtime: Runtime, /) -> None:
        """Begin to accept events."""
        ...

    async def stop(self, within: float, /) -> None:
        """Stop accepting, finish what was accepted within so many seconds, then cancel it.

        Called too where `start` has failed or was cancelled. If it is cancelled itself, nothing is waited
        for any more.
        """
        ...


@runtime_checkable
class AsgiEntrypoint(Entrypoint, Protocol):
    """An entrypoint that can also serve behind the listener of a foreign ASGI server."""

    def bind(self, runtime: Runtime, /) -> None:
        """Take the runtime without opening a listener."""
        ...

    async def asgi(self, scope: Scope, receive: Receive, send: Send, /) -> None:
        """Serve one connection (ASGI 3.0, HTTP and WebSocket)."""
        ...
