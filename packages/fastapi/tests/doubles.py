"""Small parts that satisfy the kernel's protocols, and ways to put the entrypoint on them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from types import CodeType, TracebackType
from typing import Self, TypeVar, cast

import httpx

from cordio_core import Event, Plan, Tally
from cordio_core.protocols import Entrypoint
from cordio_fastapi import HttpEntrypoint, HttpSettings

T = TypeVar("T")
Handler = Callable[..., object]


class Container:
    """Services that were made by the test, by name."""

    def __init__(self, services: Mapping[str, object]) -> None:
        self.services = dict(services)

    def service(self, target: T, /, *, name: str | None = None) -> T:
        return target

    def value(self, name: str, value: object, /) -> None:
        self.services[name] = value

    def expect(self, name: str, type_: type, /) -> None:
        self.services.setdefault(name, None)

    def provides(self, name: str, annotation: object, /, *, has_default: bool = False) -> bool:
        return name in self.services

    def check(
        self, handlers: Collection[Handler], /, given: Mapping[Handler, Collection[str]] | None = None
    ) -> None:
        return None

    def sections(self, handlers: Collection[Handler], /) -> Mapping[str, type]:
        return {}

    async def prepare(self, handlers: Collection[Handler], /) -> None:
        return None

    def scoped(self, handlers: Collection[Handler], /) -> bool:
        return False

    def scope(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    def inject(self, handler: Handler, /) -> Callable[..., Awaitable[object]]:
        names = [name for name in inspect.signature(handler).parameters if name in self.services]

        async def call(**given: object) -> object:
            result = handler(**{name: self.services[name] for name in names} | given)
            return await cast(Awaitable[object], result)

        return call

    async def health(self) -> Mapping[str, Health]:
        return {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        return None


@dataclass
class Rendered:
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/problem+json"})
    body: bytes = b'{"code":"internal"}'


class Answer:
    def render(self, kind: str, accept_language: str | None = None, /) -> Rendered:
        return Rendered()


@dataclass
class Outcome:
    value: object = None
    answer: Answer | None = None
    ended: str | None = None
    error: Exception | None = None


class Guard:
    """Answers every exception of a handler with its `Rendered`."""

    def check(self) -> None:
        return None

    def handler(self, *, rules: Sequence[object] = ()) -> Callable[[T], T]:
        return lambda function: function

    def service(self, *, rules: Sequence[object] = ()) -> Callable[[T], T]:
        return lambda target: target

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> Outcome:
        try:
            return Outcome(await handler(*args))
        except Exception:  # as a handler layer does
            return Outcome(answer=Answer())


@dataclass
class Span:
    name: str
    headers: Mapping[str, str]
    status: object = None
    open: bool = True
    at: CodeType | None = None
    trace_id: str = "0" * 32
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def rename(self, name: str, /) -> None:
        self.name = name

    def answered(self, status: object, /, at: CodeType | None = None) -> None:
        self.status, self.at = status, at


class Log:
    def __init__(self) -> None:
        self.records: list[tuple[str, str, Mapping[str, object]]] = []

    def debug(self, message: str, /, **fields: object) -> None:
        self.records.append(("debug", message, fields))

    def info(self, message: str, /, **fields: object) -> None:
        self.records.append(("info", message, fields))

    def warning(self, message: str, /, **fields: object) -> None:
        self.records.append(("warning", message, fields))

    def error(self, message: str, /, **fields: object) -> None:
        self.records.append(("error", message, fields))


class Monitor:
    """Keeps spans and records where a test sees them."""

    def __init__(self) -> None:
        self.log = Log()
        self.spans: list[Span] = []

    @contextmanager
    def incoming(self, name: str, /, *, headers: Mapping[str, str] | None = None) -> Iterator[Span]:
        span = Span(name, headers or {})
        self.spans.append(span)
        try:
            yield span
        finally:
            span.open = False
            span.ended.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        return None


class Configuration:
    def __init__(self, settings: HttpSettings, more: Mapping[str, object] | None = None) -> None:
        self.settings, self.more = settings, more or {}

    def slice(self, section: str, model: type[T], /) -> T:
        found = self.settings if section == "http" else self.more.get(section) or model()
        assert isinstance(found, model)
        return found

    def __getitem__(self, key: str, /) -> object:
        raise KeyError(key)


@dataclass
class Health:
    status: str
    took: float = 0.0012
    error: str | None = None


class Runtime:
    """A started application."""

    def __init__(
        self,
        settings: HttpSettings | None = None,
        healths: Mapping[str, Health] | None = None,
        **more: object,
    ) -> None:
        self.name = "orders"
        self.monitor = Monitor()
        self.configuration = Configuration(settings or HttpSettings(port=0, security_headers={}), more)
        self.healths: Mapping[str, Health] | Exception = healths or {}
        self.failures: list[BaseException] = []
        self.phase, self.was_told, self.stopping = "up", True, asyncio.Event()
        self.counts: dict[str, Tally] = {}
        self.sources: Sequence[Entrypoint] = ()

    def tally(self, kind: str, /) -> Tally:
        return self.counts.setdefault(kind, Tally(kind))

    def recall(self) -> None:
        return None

    async def health(self) -> Mapping[str, Health]:
        if isinstance(self.healths, Exception):
            raise self.healths
        return self.healths

    def state(self) -> Mapping[str, object]:
        return {}

    def fail(self, error: BaseException, /) -> None:
        self.failures.append(error)

    @property
    def spans(self) -> list[Span]:
        return self.monitor.spans

    @property
    def records(self) -> list[tuple[str, str, Mapping[str, object]]]:
        return self.monitor.log.records


def attached(*handlers: tuple[Event, Handler], **services: object) -> HttpEntrypoint:
    """Make an entrypoint with handlers attached."""
    entrypoint = HttpEntrypoint()
    entrypoint.attach([Plan(event, handler, Container(services), Guard()) for event, handler in handlers])
    return entrypoint


def chained(
    event: Event,
    handler: Handler,
    *,
    before: Sequence[Handler] = (),
    around: Sequence[Handler] = (),
    guard: Guard | None = None,
) -> HttpEntrypoint:
    """Make an entrypoint with one handler attached, and others before and around it."""
    entrypoint = HttpEntrypoint()
    entrypoint.attach([Plan(event, handler, Container({}), guard or Guard(), before=before, around=around)])
    return entrypoint


@asynccontextmanager
async def bound(
    entrypoint: HttpEntrypoint, runtime: Runtime | None = None
) -> AsyncIterator[tuple[httpx.AsyncClient, Runtime]]:
    """Serve in this process, without a listener."""
    runtime = runtime or Runtime()
    entrypoint.bind(runtime)
    transport = httpx.ASGITransport(entrypoint.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://orders") as client:
        yield client, runtime


@asynccontextmanager
async def started(
    entrypoint: HttpEntrypoint, runtime: Runtime | None = None, *, within: float = 5
) -> AsyncIterator[tuple[httpx.AsyncClient, Runtime]]:
    """Serve at a port of its own."""
    runtime = runtime or Runtime()
    await entrypoint.start(runtime)
    try:
        async with httpx.AsyncClient(base_url=entrypoint.addresses[0], trust_env=False, timeout=10) as client:
            yield client, runtime
    finally:
        await entrypoint.stop(within)
