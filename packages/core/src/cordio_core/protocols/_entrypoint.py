"""What the kernel offers to a source of events, and asks of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import asyncio

    from cordio_core._equipment import Equipment
    from cordio_core._health import Health
    from cordio_core._plan import Plan
    from cordio_core._report import Tally
    from cordio_core.protocols._asgi import Receive, Scope, Send
    from cordio_core.protocols._configuring import Configuration
    from cordio_core.protocols._monitor import Monitor

__all__ = [
    "AsgiEntrypoint",
    "CheckedEntrypoint",
    "Entrypoint",
    "EquippedEntrypoint",
    "PausableEntrypoint",
    "Runtime",
    "SharedEntrypoint",
    "TellingEntrypoint",
    "UsingEntrypoint",
]


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

    def state(self) -> Mapping[str, object]:
        """Tell how the application is, secrets masked, as JSON has it: ``App.state().data()``."""
        ...

    @property
    def sources(self) -> Sequence[Entrypoint]:
        """The sources that were started."""
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


@runtime_checkable
class EquippedEntrypoint(Entrypoint, Protocol):
    """An entrypoint that wants to know what the application is made of."""

    def equip(self, equipment: Equipment, /) -> None:
        """Take what there is, before `attach`."""
        ...


@runtime_checkable
class UsingEntrypoint(Entrypoint, Protocol):
    """An entrypoint that has functions of its own, which services fill."""

    @property
    def uses(self) -> Sequence[Callable[..., object]]:
        """The functions, once `attach` was called: checked, and their services started before it."""
        ...


@runtime_checkable
class TellingEntrypoint(Entrypoint, Protocol):
    """An entrypoint that tells more of itself than where it is and what it has counted."""

    def state(self) -> Mapping[str, object]:
        """Tell it as plain data or dataclasses, at any time, without waiting; secrets are masked."""
        ...


@runtime_checkable
class CheckedEntrypoint(Entrypoint, Protocol):
    """An entrypoint that tells of its own health."""

    @property
    def checks(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What is asked, by name: each raises if something is wrong."""
        ...


@runtime_checkable
class PausableEntrypoint(Entrypoint, Protocol):
    """An entrypoint whose events can be held off one by one, as the messages of a queue."""

    async def pause(self, name: str, /) -> None:
        """Let no more events of that name come; raise where there is none."""
        ...

    async def resume(self, name: str, /) -> None:
        """Let them come again; raise where there is none."""
        ...
