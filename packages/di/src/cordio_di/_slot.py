"""The place of one service in one scope: its object, and the life that it is in."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

from cordio_di._place import reason
from cordio_di._service import Service
from cordio_di._state import State, Status
from cordio_di._wire import MISSING

if TYPE_CHECKING:
    import asyncio

    from cordio_di._life import Life
    from cordio_di._protocols import Scope

__all__ = ["Slot"]


class Slot:
    """Where the object of a service is found.

    ``value`` is what users read: the fake of a test if there is one, else the service's own object, else
    ``MISSING``. ``users`` are the lives in the same scope that were made with it. ``taken`` and ``released``
    count uses and only grow: it is in use while they differ, and was used meanwhile if they have changed.
    ``question`` is one about its health that goes on after its limit.
    """

    __slots__ = (
        *("failure", "fake", "life", "making", "own", "question", "released"),
        *("retry_at", "scope", "service", "state", "taken", "users", "value"),
    )

    def __init__(self, service: Service, scope: Scope, fake: object = MISSING) -> None:
        self.service, self.scope, self.fake = service, scope, fake
        self.own: object = MISSING
        self.life: Life | None = None
        self.users: set[Life] = set()
        self.making = False
        self.question: asyncio.Task[None] | None = None
        self.taken = self.released = 0
        self.value: object = MISSING
        self.forget()

    def forget(self) -> None:
        """Be as if the service had never started."""
        self.state = State(since=time())
        self.failure: BaseException | None = None
        self.retry_at = 0.0
        self.put(MISSING)

    def put(self, own: object) -> None:
        """Show a new object of the service's own, or MISSING for none; a fake stays in its place."""
        self.own = own
        self.value = own if self.fake is MISSING else self.fake

    def turn(self, status: Status) -> None:
        """Enter another state."""
        self.state = State(status, time())

    def fail(self, error: BaseException, now: float) -> None:
        """Remember why a start failed, and until when no other one is tried."""
        self.state = State("failed", time(), reason(error))
        if self.service.cool_down:
            self.failure, self.retry_at = error, now + self.service.cool_down

    def hold(self) -> None:
        """Begin a use: an idle service is not stopped before `release`."""
        self.taken += 1

    def release(self) -> None:
        """End a use."""
        self.released += 1
