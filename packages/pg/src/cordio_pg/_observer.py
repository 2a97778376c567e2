"""What the pool counts, and who may listen."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

__all__ = ["Counters", "Observer", "PoolState"]

_log = logging.getLogger("cordio_pg")
# How many seconds of calls are told together.
_EVERY = 10.0


@runtime_checkable
class Observer(Protocol):
    """Is told what happens, by names that begin with ``pg.``; the ``Monitor`` of cordio-monitor is one.

    What happens at each call is told in sums, every ten seconds: the count ``pg.call``, and the timings
    ``pg.call`` (the mean of borrowing, statement and giving back) and ``pg.call.most``; and so ``pg.wait``,
    of the calls that found no connection at hand. The rest is told at once: the timings ``pg.connect`` and
    ``pg.outage``; the counts ``pg.error.NAME`` by the class of the error, ``pg.lost`` (connections),
    ``pg.repeat``, ``pg.reset``, ``pg.overdue``, ``pg.nested``, ``pg.failover``, ``pg.slow``. One that is a
    `Following` too follows each statement.

    Examples
    --------
    >>> class Prints:
    ...     def count(self, name: str, n: int = 1) -> None:
    ...         print(name, n)
    ...     def timing(self, name: str, ms: float) -> None:
    ...         print(name, round(ms), "ms")
    >>> observer: Observer = Prints()
    """

    def count(self, name: str, n: int = 1) -> None:
        """Something happened `n` times."""

    def timing(self, name: str, ms: float) -> None:
        """Something took so many milliseconds."""


@dataclass(frozen=True, slots=True)
class PoolState:
    """The pool at one moment, and what has happened since it was opened.

    Attributes
    ----------
    reachable : bool or None
        Whether the server is there; None before the first use and when all connections are gone.
    size, idle, lent, waiting : int
        Open connections; those at rest; those in use or being tidied; calls that wait for one.
    waits : int
        How many calls had to wait.
    waited : float
        How many seconds they waited in all.
    connects, failed_connects, reconnects : int
        Connections made; attempts that failed; how often the server came back.
    lost : int
        Connections that broke in use or at rest.
    resets : int
        How often a session had to be tidied.
    repeats : int
        Calls that were repeated because that was safe.
    errors : int
        Calls that failed because of a connection, a limit or the pool, not by a refusal of the server.
    overdue, nested : int
        Connections not given back in time; second connections asked for by a task that held one.
    """

    reachable: bool | None
    size: int
    idle: int
    lent: int
    waiting: int
    waits: int
    waited: float
    connects: int
    failed_connects: int
    reconnects: int
    lost: int
    resets: int
    repeats: int
    errors: int
    overdue: int
    nested: int


class Counters:
    """The numbers that only grow; an observer is told each change, and cannot hurt a call."""

    NUMBERS = (
        "connects",
        "errors",
        "failed_connects",
        "lost",
        "nested",
        "overdue",
        "reconnects",
        "repeats",
        "resets",
        "waited",
        "waits",
    )
    __slots__ = ("_observer", "_sums", "_timer", "observed", *NUMBERS)

    def __init__(self, observer: Observer | None) -> None:
        self._observer = observer
        self._sums: dict[str, tuple[int, float, float]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.observed = observer is not None
        self.connects = self.failed_connects = self.reconnects = self.lost = self.resets = 0
        self.repeats = self.errors = self.overdue = self.nested = self.waits = 0
        self.waited = 0.0

    def count(self, name: str, number: int = 1) -> None:
        """Tell that something happened."""
        if self._observer is not None:
            try:
                self._observer.count(name, number)
            except Exception:  # a stranger's: whatever it raises, the call goes on
                self._deaf()

    def timing(self, name: str, seconds: float) -> None:
        """Tell that something took so long."""
        if self._observer is not None:
            try:
                self._observer.timing(name, seconds * 1000)
            except Exception:  # a stranger's: whatever it raises, the call goes on
                self._deaf()

    def add(self, name: str, seconds: float) -> None:
        """Note how long something took that happens at each call; it is told with the others of its time."""
        if self.observed:
            number, total, most = self._sums.get(name, (0, 0.0, 0.0))
            self._sums[name] = (number + 1, total + seconds, seconds if seconds > most else most)
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(_EVERY, self.flush)

    def flush(self) -> None:
        """Tell the sums."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        sums, self._sums = self._sums, {}
        for name, (number, total, most) in sums.items():
            self.count(name, number)
            self.timing(name, total / number)
            self.timing(f"{name}.most", most)

    def _deaf(self) -> None:
        _log.exception("the observer %r fails, and is told nothing more", self._observer)
        self._observer = None
        self.observed = False
