"""What the kernel asks of monitoring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from cordio_core.protocols._configuring import Configuration

__all__ = [
    "Books",
    "Following",
    "Incoming",
    "Log",
    "Measures",
    "Measuring",
    "Memory",
    "Monitor",
    "Monitoring",
    "Numbers",
    "Outgoing",
    "Recalled",
    "Recalling",
]

Function = TypeVar("Function", bound=Callable[..., object])


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


class Outgoing(Protocol):
    """The open span of a call to another service."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What the called one is to get, so that the trace goes on (W3C Trace Context)."""
        ...

    def answered(self, status: object, /) -> None:
        """Remember what was answered."""
        ...


@runtime_checkable
class Following(Protocol):
    """A monitor that follows calls to other services."""

    def outgoing(self, name: str, /) -> AbstractContextManager[Outgoing]:
        """Open the span of a call, as a child of the current one."""
        ...


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


class Numbers(Protocol):
    """How often something happened, and how long it took; all times in milliseconds."""

    @property
    def count(self) -> int: ...

    @property
    def failed(self) -> int:
        """How many of them went wrong."""
        ...

    @property
    def total(self) -> float:
        """The time of all together."""
        ...

    @property
    def p50(self) -> float: ...

    @property
    def p95(self) -> float: ...

    @property
    def p99(self) -> float: ...

    @property
    def largest(self) -> float: ...


class Books(Protocol):
    """What became of the records of one sink."""

    @property
    def written(self) -> int: ...

    @property
    def dropped(self) -> int: ...

    @property
    def failed(self) -> int: ...

    @property
    def pending(self) -> int: ...


class Measures(Protocol):
    """What a monitor has measured; all names are masked."""

    @property
    def handlers(self) -> Mapping[str, Numbers]:
        """How the events fared, by their names."""
        ...

    @property
    def timings(self) -> Mapping[str, Numbers]:
        """What the application has timed, by name."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """What the application has counted, by name."""
        ...

    @property
    def sinks(self) -> Mapping[str, Books]:
        """What became of the records, by sink."""
        ...

    @property
    def level(self) -> str:
        """The lowest level of messages that is kept now."""
        ...


@runtime_checkable
class Measuring(Protocol):
    """A monitor that measures events, and whose level can be changed while it runs."""

    def state(self) -> Measures:
        """Return what it has measured."""
        ...

    def set_level(
        self,
        level: Literal["debug", "info", "warning", "error"],
        /,
        *,
        within: float = 600.0,
        logger: str = "",
    ) -> None:
        """Change the level of messages, or of a standard logger; it falls back by itself."""
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
