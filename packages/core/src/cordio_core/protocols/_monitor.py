"""What the kernel asks of monitoring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from cordio_core.protocols._configuring import Configuration

__all__ = ["Incoming", "Log", "Memory", "Monitor", "Monitoring", "Recalled", "Recalling"]

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
