"""The services that live as long as the application."""

from __future__ import annotations

import itertools
from _thread import get_ident
from collections.abc import Collection, Iterable
from contextvars import Context, ContextVar, Token, copy_context

from cordio_di._exceptions import ContainerInUse, DiError, ServiceClosed, StopFailed, WiringError
from cordio_di._place import reason
from cordio_di._registry import Registry
from cordio_di._service import Service
from cordio_di._wire import MISSING, Wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from typing import TypeVar

    from cordio_di._drain import Drain
    from cordio_di._life import Life
    from cordio_di._protocols import Home
    from cordio_di._service_scope import ServiceScope
    from cordio_di._shadow import Shadow
    from cordio_di._slot import Slot

    V = TypeVar("V")

__all__ = ["HERE", "AppScope", "note", "put_back"]

HERE: ContextVar[Shadow | None] = ContextVar("cordio_di.here", default=None)


class _Nowhere:
    _thread_id: int | None = None


class AppScope:
    """The slots of all services, and whether they may start: between `open` and `close`, in one event loop."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.slots: dict[Service, Slot] = {}
        self.is_open = self.is_draining = False
        self.is_over = False
        self.home: Home = _NOWHERE
        self.root: AppScope = self
        self.shadows: list[Shadow] = []
        self.scopes: set[ServiceScope] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = Context()
        self._failures: dict[Service, StopFailed] = {}
        self._stopping: set[asyncio.Task[None]] = set()
        self._closings = 0

    def slot(self, service: Service, /) -> Slot:
        """Return the place of a service."""
        if service not in self.slots:
            from cordio_di._slot import Slot

            self.slots[service] = Slot(service, self)
        return self.slots[service]

    def replace(self, old: Service, new: Service) -> None:
        """Give the place of a service to another one."""
        if self.slots.pop(old, None) is not None:
            self.slot(new)

    def here(self) -> AppScope:
        """Return the application as the running context sees it: with the fakes that it has, if any."""
        return self.seen(HERE.get()) if self.shadows else self

    def seen(self, local: Shadow | None) -> AppScope:
        """Return the application with the fakes of a context, or else with those for all."""
        while local is not None and not (local.root is self and not local.is_over):
            local = local.before
        return self.below(None) if local is None else local

    def below(self, above: Shadow | None) -> AppScope:
        """Return the application with the fakes for all that were there before `above`."""
        older = itertools.takewhile(lambda shadow: shadow is not above, self.shadows)
        return next(reversed([shadow for shadow in older if not shadow.is_local]), self)

    def owner(self, service: Service) -> AppScope:
        """Return the override whose fakes have to do with a service, or the application."""
        return self

    def fake(self, service: Service) -> object:
        """Return the fake that stands for a service, or MISSING."""
        return MISSING

    def faked(self) -> list[Service]:
        """Return the services that a test has replaced."""
        return []

    def wires(self, service: Service, /) -> tuple[Wire, ...]:
        """Return what fills the parameters of a service; raise if something does not fit."""
        wiring = self.registry.wiring(service)
        if wiring.faults:
            raise WiringError(wiring.faults)
        return wiring.wires

    def admit(self, service: Service, /) -> None:
        """Raise unless a service may start."""
        self.admit_use(service)
        if self.is_draining and not service.is_ready:
            raise ServiceClosed(service.name, "the container is being left, so nothing starts any more")

    def admit_use(self, service: Service) -> None:
        """Raise unless the scope is open, in the event loop that runs."""
        if not self.is_open:
            raise ServiceClosed(service.name, "use it inside `async with container`")
        self.refuse_elsewhere(f"the container of the service {service.name!r}")

    def refuse_elsewhere(self, what: str = "the container") -> None:
        """Raise if the application is open in another event loop than the one that runs."""
        if self.is_open and get_ident() != self.home._thread_id:
            raise ContainerInUse(f"{what} is open in another event loop", "use one container for each loop")

    def context(self) -> Context:
        """Return a copy of the context in which the container was entered."""
        return self._context.copy()

    def show_in(self, context: Context) -> None:
        """Let the fakes be seen in a context; there are none."""

    def stopping(self) -> None:
        """Let what this task runs from now on see the end; of the application, everything sees it."""

    def note(self, service: Service, error: BaseException, /) -> None:
        """Remember that the stop of a service failed, until the container is left; the last time counts."""
        failure = StopFailed(service.name, service.place, reason(error))
        failure.__cause__ = error
        self._failures.pop(service, None)
        self._failures[service] = failure

    def open(self) -> None:
        """Let services start, in the event loop that runs."""
        import asyncio

        from cordio_di._home import home

        self._refuse_twice()
        self._forget()
        self._loop, self._context = asyncio.get_running_loop(), copy_context()
        self.is_open, self.home = True, home(self._loop)

    def _refuse_twice(self) -> None:
        if self._loop is None or self._loop.is_closed():
            self._closings = 0
        elif self.is_open:
            raise ContainerInUse("the container is already open", "leave it before entering it again")
        elif self._closings > 0:
            raise ContainerInUse("the container is still closing", "wait until it has been left")

    async def close(self, drain: Drain) -> list[DiError]:
        """Stop everything, users before what they use, and return all the failures; wait even if cancelled."""
        from cordio_di._waits import uninterrupted

        self._closings += 1
        try:
            cancelled = await self._drained(drain)
            self.is_open, self.is_draining, self.home = False, False, _NOWHERE
            tasks = [*self.end(self._all_slots()), *self._stopping]
            await uninterrupted(tasks, cancelled)
            failures = [*drain.left(), *self._failures.values()]
        except BaseException as error:
            note(error, [*drain.left(), *self._failures.values()])
            raise
        finally:
            self._failures = {}
            self._forget()
            self._closings -= 1
        return failures

    async def _drained(self, drain: Drain) -> asyncio.CancelledError | None:
        """Wait for what goes on, while nothing starts; return the cancellation that ends the waiting."""
        import asyncio

        self.is_draining = True
        starting = [slot for slot in self._all_slots() if slot.life and not slot.life.up.done()]
        self.end(starting)
        try:
            await drain.wait()
        except asyncio.CancelledError as cancelled:
            return cancelled
        return None

    def end(
        self, slots: Iterable[Slot], after: Collection[asyncio.Task[None]] = ()
    ) -> list[asyncio.Task[None]]:
        """Ask services to stop `after` others, but for those that are used; return the tasks to wait for."""
        ending = {slot.life: slot for slot in slots if slot.life is not None}
        held = [life for life in ending if _is_held(life, ending)]
        while held:
            for life in held:
                del ending[life]
            held = [life for life in ending if _is_held(life, ending)]
        for life in ending:
            life.end(after=after)
        return [life.task for life in ending]

    def leave_to_stop(self, tasks: Iterable[asyncio.Task[None]]) -> None:
        """Wait for services that stop by themselves when the container is left, unless they are over then."""
        for task in tasks:
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)

    def _all_slots(self) -> list[Slot]:
        return [slot for scope in (self, *self.shadows) for slot in scope.slots.values()]

    def _forget(self) -> None:
        self.scopes.clear()
        self._stopping.clear()
        for slot in self._all_slots():
            slot.life = None
            slot.users.clear()
            slot.forget()


_NOWHERE = _Nowhere()


def note(error: BaseException, failures: Iterable[BaseException]) -> None:
    """Write on an exception that goes up what went wrong besides."""
    for failure in failures:
        text = str(failure) if isinstance(failure, DiError) else reason(failure)
        error.add_note(", ".join([f"besides: {text}", *getattr(failure, "__notes__", ())]))


def put_back(variable: ContextVar[V], token: Token[V]) -> bool:
    """Give a variable its value from before, if this is the context where it was set; tell whether it is."""
    try:
        variable.reset(token)
    except ValueError:
        return False
    return True


def _is_held(life: Life, ending: dict[Life, Slot]) -> bool:
    return any(user not in ending and not user.ending for user in life.slot.users)
