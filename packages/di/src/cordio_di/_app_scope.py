"""The services that live as long as the application."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextvars import Context, ContextVar, Token, copy_context
from typing import TYPE_CHECKING, TypeVar

from cordio_di._exceptions import ContainerInUse, DiError, ServiceClosed, StopFailed, WiringError
from cordio_di._life import Life
from cordio_di._place import reason
from cordio_di._registry import Registry
from cordio_di._scope import Wire
from cordio_di._service import Service
from cordio_di._slot import Slot
from cordio_di._waits import uninterrupted

if TYPE_CHECKING:
    import asyncio

    from cordio_di._shadow import Shadow

__all__ = ["HERE", "AppScope", "note", "put_back"]

V = TypeVar("V")

HERE: ContextVar[Shadow | None] = ContextVar("cordio_di.here", default=None)


class AppScope:
    """The slots of all services, and whether they may start: between `open` and `close`, in one event loop."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.slots: dict[Service, Slot] = {}
        self.is_open = False
        self.is_over = False
        self.thread = 0
        self.shadows: list[Shadow] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = Context()
        self._failures: dict[Service, StopFailed] = {}
        self._closings = 0

    def slot(self, service: Service, /) -> Slot:
        """Return the place of a service."""
        if service not in self.slots:
            self.slots[service] = Slot(service, self)
        return self.slots[service]

    def replace(self, old: Service, new: Service) -> None:
        """Give the place of a service to another one, and its fakes."""
        slot = self.slots.pop(old, None)
        if slot is not None:
            self.slots[new] = Slot(new, self, slot.fakes)

    def here(self) -> AppScope:
        """Return the application as the running context sees it: with fakes of its own, if it has some."""
        shadow = HERE.get()
        while shadow is not None and not (shadow.root is self and not shadow.is_over):
            shadow = shadow.before
        return self if shadow is None else shadow

    @property
    def has_local(self) -> bool:
        """Whether some context has fakes of its own."""
        return any(not shadow.is_over for shadow in self.shadows)

    def faked(self) -> list[Service]:
        """Return the services that a test has replaced."""
        return [slot.service for slot in self.slots.values() if slot.fakes]

    def wires(self, service: Service, /) -> tuple[Wire, ...]:
        """Return what fills the parameters of a service; raise if something does not fit."""
        wiring = self.registry.wiring(service)
        if wiring.faults:
            raise WiringError(wiring.faults)
        return wiring.wires

    def admit(self, service: Service, /) -> None:
        """Raise unless the scope is open, in the event loop that runs."""
        import asyncio

        if not self.is_open:
            raise ServiceClosed(service.name, "use it inside `async with container`")
        if asyncio.get_running_loop() is not self._loop:
            raise ContainerInUse(
                f"the container of the service {service.name!r} is open in another event loop",
                "use one container for each loop",
            )

    def context(self) -> Context:
        """Return a copy of the context in which the container was entered."""
        return self._context.copy()

    def note(self, service: Service, error: BaseException, /) -> None:
        """Remember that the stop of a service failed, until the container is left; the last time counts."""
        failure = StopFailed(service.name, service.place, reason(error))
        failure.__cause__ = error
        self._failures.pop(service, None)
        self._failures[service] = failure

    def open(self) -> None:
        """Let services start, in the event loop that runs."""
        import asyncio

        self._refuse_twice()
        self._forget()
        self._loop, self._context = asyncio.get_running_loop(), copy_context()
        self.is_open, self.thread = True, threading.get_ident()

    def _refuse_twice(self) -> None:
        if self._loop is None or self._loop.is_closed():
            self._closings = 0
        elif self.is_open:
            raise ContainerInUse("the container is already open", "leave it before entering it again")
        elif self._closings > 0:
            raise ContainerInUse("the container is still closing", "wait until it has been left")

    async def close(self) -> list[StopFailed]:
        """Stop everything, users before what they use, and return all the failures; wait even if cancelled."""
        self.is_open, self.thread = False, 0
        self._closings += 1
        try:
            await uninterrupted(self.end(self._all_slots()))
        except BaseException as cancelled:
            note(cancelled, self._failures.values())
            raise
        finally:
            failures, self._failures = list(self._failures.values()), {}
            self._forget()
            self.shadows = [shadow for shadow in self.shadows if not shadow.is_over]
            self._closings -= 1
        return failures

    def end(self, slots: Iterable[Slot]) -> list[asyncio.Task[None]]:
        """Ask services to stop, but for those that others use; return the tasks to wait for."""
        ending = {slot.life: slot for slot in slots if slot.life is not None}
        held = [life for life in ending if _is_held(life, ending)]
        while held:
            for life in held:
                del ending[life]
            held = [life for life in ending if _is_held(life, ending)]
        for life in ending:
            life.end()
        return [life.task for life in ending]

    def renew(self, changed: Iterable[Slot]) -> None:
        """Let what was made with the old objects stop; it is made anew at its next use."""
        users, todo = set[Life](), list(changed)
        while todo:
            new = todo.pop().users - users
            users |= new
            todo.extend(life.slot for life in new)
        self.end(life.slot for life in users)

    def _all_slots(self) -> list[Slot]:
        return [slot for scope in (self, *self.shadows) for slot in scope.slots.values()]

    def _forget(self) -> None:
        for slot in self._all_slots():
            slot.life = None
            slot.users.clear()
            slot.forget()


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
