"""One life of a service, from its start to its stop, in a task that owns it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING

from cordio_di._exceptions import ServiceUnavailable
from cordio_di._gate import Gate
from cordio_di._idle import Idle
from cordio_di._opened import Opened, started, within
from cordio_di._place import reason
from cordio_di._service import Service
from cordio_di._slot import Slot
from cordio_di._state import State, Status
from cordio_di._wire import MISSING

if TYPE_CHECKING:
    import asyncio

__all__ = ["OWNER", "Life", "owner", "unavailable"]

_CANCELLED = "its task was cancelled while it was up"
OWNER: ContextVar[Life | None] = ContextVar("cordio_di.owner", default=None)


def owner() -> Life | None:
    """Return the life whose start is running here, in its own task or in one that its factory made."""
    life = OWNER.get()
    return None if life is None or life.up.done() else life


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
        import asyncio

        loop = asyncio.get_running_loop()
        self.slot = slot
        self.up = Gate()
        self.failure: BaseException | None = None
        self.waiters = 0
        self.awaits: set[Life] = set()
        self._uses: list[Slot] = []
        self._arguments = arguments
        self._stop = asyncio.Event()
        self._error: BaseException | None = None
        self._users: list[asyncio.Task[None]] = []
        self._before = slot.state
        self._fault: State | None = None
        slot.turn("starting")
        context = slot.scope.context()
        context.run(OWNER.set, self)
        self.task = loop.create_task(self._run(), name=f"service {slot.service.name}", context=context)
        self.task.add_done_callback(self._over)

    @property
    def ending(self) -> bool:
        """Whether its stop was asked for, or its start has failed."""
        return self._stop.is_set()

    def end(
        self,
        error: BaseException | None = None,
        status: Status = "stopped",
        after: Iterable[asyncio.Task[None]] = (),
        is_seen: bool = False,
    ) -> None:
        """Ask for the stop, by reason of `error` if there is one; a start that is going on is cancelled.

        It waits for its users and for the tasks `after` which it comes; ``is_seen`` leaves the object to them
        meanwhile, and to whoever else may look at its place.
        """
        if self.ending:
            return
        self._error = error
        self._users = [*(life.task for life in self.slot.users), *after]
        self._stop.set()
        if not is_seen:
            self.slot.put(MISSING)
        if self.up.done():
            self.slot.turn(status)
        else:
            self.slot.state = self._before
            self.task.cancel()

    def leave(self) -> None:
        """Wait no longer for the start; without any waiter it is cancelled."""
        self.waiters -= 1
        if not self.waiters and not self.up.done():
            self.end()

    def use(self, slot: Slot) -> None:
        """Keep another service from stopping before this one, and from being idle."""
        self._uses.append(slot)
        slot.hold()
        if slot.service.lifetime == self.slot.service.lifetime:
            slot.users.add(self)

    async def _run(self) -> None:
        found = await self._start()
        if found is None:
            return
        try:
            await self._serve(found)
        except BaseException:
            self._broken()
            raise
        finally:
            self.end()
            await self._close(found)

    async def _serve(self, found: Opened) -> None:
        if self.ending:  # by a factory that has kept its cancellation to itself
            return
        self.slot.put(found.value)
        self.slot.turn("up")
        self.up.open()
        if self.slot.service.idle is None:
            await self._stop.wait()
            return
        with Idle(self.slot, self.slot.service.idle, self._rest):
            await self._stop.wait()

    def _broken(self) -> None:
        """Be failed at once, before the stop tells why; what was made with it ends too."""
        if self.ending:
            return
        self.end(status="failed")
        self._fault = self.slot.state = State("failed", self.slot.state.since, _CANCELLED)
        todo = [*self.slot.users]
        while todo:
            life = todo.pop()
            if not life.ending:
                todo += life.slot.users
                life.end()

    def _rest(self) -> bool:
        """Stop for being idle, unless somebody is about to take the object."""
        if not self.waiters:
            self.end(status="idle-stopped")
        return not self.waiters

    async def _start(self) -> Opened | None:
        try:
            return await self._repeated(await self._arguments(self.slot, self))
        except BaseException as error:
            self._failed(error)
            if not isinstance(error, Exception):
                raise
            return None

    async def _repeated(self, arguments: dict[str, object]) -> Opened:
        service = self.slot.service

        async def start() -> Opened:
            return await started(service, arguments)

        if service.retry is None:
            return await start()
        start.__qualname__ = start.__name__ = f"start_of_{service.name}"
        found = await service.retry(start)()
        if not isinstance(found, Opened):
            raise RuntimeError("its retry scheme does not return what the attempt returns: let it do so")
        return found

    def _failed(self, error: BaseException) -> None:
        import asyncio

        if not self.ending:
            self.slot.fail(error, asyncio.get_running_loop().time())
            self.failure = error
            self._stop.set()
        elif not isinstance(error, asyncio.CancelledError):
            self.slot.scope.note(self.slot.service, error)

    async def _close(self, found: Opened) -> None:
        """Close the object when what was made with it is over; a failure is noted, the other stops go on.

        Who has begun to wait for the next object meanwhile is a user of the slot too, but not of this one.
        """
        import asyncio

        try:
            if self._users:
                await asyncio.wait(self._users)
        finally:
            await self._closed(found)

    async def _closed(self, found: Opened) -> None:
        self.slot.scope.stopping()
        self.slot.put(MISSING)
        try:
            await within(self.slot.service.stop_within, found.close(self._error))
        except BaseException as error:
            self.slot.scope.note(self.slot.service, error)
            if self.slot.state is self._fault:
                self.slot.state = self._fault._replace(error=reason(error))
            raise

    def _over(self, task: asyncio.Task[None]) -> None:
        """Tidy up; a task that was cancelled before its first step comes here without having run."""
        for slot in self._uses:
            slot.users.discard(self)
            slot.release()
        if self.slot.state.status in ("starting", "up"):
            self.slot.turn("stopped")
        self.slot.life = None
        self._stop.set()
        if not self.up.done():
            self.up.open()
        if not task.cancelled():
            task.exception()
