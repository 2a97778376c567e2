"""What the kernel asks of its parts; a part satisfies these by its shape and need not import them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, TypeVar, runtime_checkable

if TYPE_CHECKING:
    import asyncio

    from cordio_core._health import Health
    from cordio_core._plan import Plan
    from cordio_core._report import Tally

__all__ = [
    "Answer",
    "AsgiEntrypoint",
    "Clock",
    "Configuration",
    "Configuring",
    "Container",
    "Converter",
    "Described",
    "Entrypoint",
    "Exchange",
    "Graph",
    "Guard",
    "Incoming",
    "Life",
    "Lock",
    "Log",
    "Memory",
    "Monitor",
    "Monitoring",
    "Node",
    "Outcome",
    "Overridable",
    "Recalled",
    "Recalling",
    "Receive",
    "Rendered",
    "Runtime",
    "Scope",
    "Send",
    "SharedEntrypoint",
    "Store",
    "Traceable",
    "Traced",
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


class Traced(Protocol):
    """A value in force."""

    @property
    def key(self) -> str: ...

    @property
    def value(self) -> object:
        """The value as plain data; a secret one is masked."""
        ...

    @property
    def origin(self) -> object:
        """Where it comes from; its text is for people."""
        ...


@runtime_checkable
class Traceable(Protocol):
    """A configuration that can tell where its values come from."""

    def values(self) -> Iterable[Traced]:
        """Return every value in force."""
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
class Overridable(Protocol):
    """A container whose services can be replaced for a while, as tests do."""

    def override(self, **fakes: object) -> AbstractContextManager[None]:
        """Put other objects in the place of services inside a block."""
        ...


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

    def render(self, kind: str, accept_language: str | None = None, /) -> Rendered:
        """Return the answer for a destination: ``http``, ``amqp``, ``internal``; in a language if it has any."""
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


class Recalled(Protocol):
    """One of the last errors, masked."""

    @property
    def time(self) -> int:
        """When it was, in nanoseconds since 1970."""
        ...

    @property
    def event(self) -> str: ...

    @property
    def message(self) -> str: ...

    @property
    def error(self) -> str: ...

    @property
    def trace_id(self) -> str: ...


class Memory(Protocol):
    """What a monitor remembers."""

    @property
    def errors(self) -> Sequence[Recalled]: ...


@runtime_checkable
class Recalling(Protocol):
    """A monitor that remembers the last errors."""

    def state(self) -> Memory:
        """Return what it remembers."""
        ...


class Monitoring(Protocol):
    """The scenario that says how the application is monitored."""

    @property
    def sections(self) -> Mapping[str, type]:
        """The settings models it needs, by section."""
        ...

    def observed(self, point: str, /) -> Callable[[Function], Function]:
        """Return a decorator that makes a span of each call, at a standard point that can be switched off."""
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


class Clock(Protocol):
    """The time; another one in tests."""

    def now(self) -> float:
        """Return the time of day: seconds since 1970 in UTC; it can be set, and jump."""
        ...

    def monotonic(self) -> float:
        """Return the time of a clock that only goes forward, in seconds."""
        ...

    async def sleep_until(self, moment: float, /) -> None:
        """Wait until `monotonic` has reached a moment."""
        ...


@runtime_checkable
class Lock(Protocol):
    """What one of several replicas holds under a name, for as long as it lives and does not release it.

    An advisory lock of a session in PostgreSQL is one, and so is the place of an exclusive consumer in AMQP:
    the server frees both when the connection of their holder ends.
    """

    async def take(self, name: str, /) -> bool:
        """Take the lock, or find that it is ours still; False if another one holds it."""
        ...

    async def release(self, name: str, /) -> None:
        """Give the lock up, if it is ours."""
        ...


class Runtime(Protocol):
    """The started application, as an entrypoint sees it."""

    @property
    def name(self) -> str: ...

    @property
    def configuration(self) -> Configuration: ...

    @property
    def monitor(self) -> Monitor: ...

    @property
    def phase(self) -> str:
        """How far the application is; it is ready for events from outside as long as this is ``up``."""
        ...

    @property
    def was_told(self) -> bool:
        """Whether the end was asked for from outside: then it is that of all workers."""
        ...

    @property
    def stopping(self) -> asyncio.Event:
        """Set when the sources stop: what has no end of its own, as a stream, is to end then."""
        ...

    async def health(self) -> Mapping[str, Health]:
        """Ask the services in use how they are."""
        ...

    def tally(self, kind: str, /) -> Tally:
        """Return what the events of a source are counted in; the source adds to its numbers."""
        ...

    def recall(self) -> None:
        """Set the context variables that the start has set; to be called as an event comes in."""
        ...

    def fail(self, error: BaseException, /) -> None:
        """Stop the application in order, since a part of it died."""
        ...


@runtime_checkable
class Entrypoint(Protocol):
    """A source of events of one kind: makes requests, runs plans, sends their responses.

    It is made without arguments, gets the plans of its kind by `attach` before anything starts, and
    keeps the span of an event open (``runtime.monitor.incoming``) until the answer has left. It adds one to
    ``accepted`` of ``runtime.tally(kind)`` for each event that comes in, and to ``finished`` or
    ``cancelled`` when its answer has left or it was cancelled: that decides what a stop waits for, and what
    it reports.
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


@runtime_checkable
class SharedEntrypoint(Entrypoint, Protocol):
    """An entrypoint whose listener is opened once and shared by several worker processes."""

    async def listen(self, configuration: Configuration, /) -> None:
        """Open the listener; what `start` finds open, in this process or one forked from it, it uses."""
        ...

    def unlisten(self) -> None:
        """Close this process's hold on the listener; workers go on with theirs."""
        ...
