"""One life of a service, from its start to its stop, in a task that owns it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

from cordio_di._exceptions import ServiceUnavailable
from cordio_di._opened import Opened, opened, within
from cordio_di._place import reason
from cordio_di._scope import MISSING
from cordio_di._service import Service
from cordio_di._slot import Slot

__all__ = ["Life", "owner", "unavailable"]

_OWNERS: WeakKeyDictionary[asyncio.Task[None], Life] = WeakKeyDictionary()


def owner() -> Life | None:
    """Return the life that the running task owns, if it is a service's."""
    task = asyncio.current_task()
    return _OWNERS.get(task) if task is not None else None


def unavailable(service: Service, error: BaseException) -> ServiceUnavailable:
    """Make a fresh exception that says which service failed, and on which way it was needed."""
    if isinstance(error, ServiceUnavailable):
        told = ServiceUnavailable((service.name, *error.path), error.place, error.reason)
        told.__cause__ = error.__cause__
    else:
        told = ServiceUnavailable((service.name,), service.place, reason(error))
        told.__cause__ = error
    return told


class Life:
    """A service that is starting, up, or stopping; made to start at once.

    Start and stop run in one task with a context of its own, so that whoever asks first neither lends the
    service its context variables nor takes it along when cancelled. ``up`` is done when the start is over,
    whichever way; ``awaits`` are the lives that the start waits for; `arguments` gets what it is made with.
    """

    def __init__(self, slot: Slot, arguments: Callable[[Slot, Life], Awaitable[dict[str, object]]]) -> None:
        loop = asyncio.get_running_loop()
        self.slot = slot
        self.up: asyncio.Future[None] = loop.create_future()
        self.failure: BaseException | None = None
        self.waiters = 0
        self.awaits: set[Life] = set()
        self._uses: list[Slot] = []
        self._arguments = arguments
        self._stop = asyncio.Event()
        self._error: BaseException | None = None
        name = f"service {slot.service.name}"
        self.task = loop.create_task(self._run(), name=name, context=slot.scope.context())
        self.task.add_done_callback(self._over)
        _OWNERS[self.task] = self

    @property
    def ending(self) -> bool:
        """Whether its stop was asked for, or its start has failed."""
        return self._stop.is_set()

    def end(self, error: BaseException | None = None) -> None:
        """Ask for the stop, by reason of `error` if there is one; a start that is going on is cancelled."""
        if self.ending:
            return
        self._error = error
        self._stop.set()
        self.slot.put(MISSING)
        if not self.up.done():
            self.task.cancel()

    def leave(self) -> None:
        """Wait no longer for the start; without any waiter it is cancelled."""
        self.waiters -= 1
        if not self.waiters and not self.up.done():
            self.end()

    def use(self, slot: Slot) -> None:
        """Keep another service of the same scope from stopping before this one."""
        if slot.scope is self.slot.scope:
            self._uses.append(slot)
            slot.users.add(self)

    async def _run(self) -> None:
        found = await self._start()
        if found is None:
            return
        try:
            self.slot.put(found.value)
            self.up.set_result(None)
            await self._stop.wait()
        finally:
            self.slot.put(MISSING)
            await self._close(found)

    async def _start(self) -> Opened | None:
        service = self.slot.service
        try:
            arguments = await self._arguments(self.slot, self)
            return await within(service.start_within, opened(service, arguments))
        except BaseException as error:
            self._failed(error)
            if not isinstance(error, Exception):
                raise
            return None

    def _failed(self, error: BaseException) -> None:
        if not self.ending:
            self.failure = error
            self._stop.set()
        elif not isinstance(error, asyncio.CancelledError):
            self.slot.scope.note(self.slot.service, error)

    async def _close(self, found: Opened) -> None:
        """Close the object when nobody uses it any more; a failure is noted, the other stops go on."""
        try:
            while self.slot.users:
                await asyncio.wait([life.task for life in self.slot.users])
        finally:
            await self._closed(found)

    async def _closed(self, found: Opened) -> None:
        try:
            await within(self.slot.service.stop_within, found.close(self._error))
        except BaseException as error:
            self.slot.scope.note(self.slot.service, error)
            raise

    def _over(self, task: asyncio.Task[None]) -> None:
        """Tidy up; a task that was cancelled before its first step comes here without having run."""
        for slot in self._uses:
            slot.users.discard(self)
        self.slot.life = None
        self._stop.set()
        if not self.up.done():
            self.up.set_result(None)
        if not task.cancelled():
            task.exception()
