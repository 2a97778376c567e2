"""Time, and who may act at a time."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["Clock", "Lock"]


class Clock(Protocol):
    """The time; another one in tests.

    One whose time of day goes with `monotonic`, and is never set, may say so by ``is_steady = True``:
    then nobody looks now and again whether it was.
    """

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

    An advisory lock of a session in PostgreSQL is one, and so is an exclusive queue of a connection in AMQP:
    the server frees both when the connection of their holder ends.
    """

    async def take(self, name: str, /) -> bool:
        """Take the lock, or find that it is ours still; False if another one holds it."""
        ...

    async def release(self, name: str, /) -> None:
        """Give the lock up, if it is ours."""
        ...
