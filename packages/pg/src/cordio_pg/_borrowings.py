"""Who holds a connection: found when it is late, and when the same task asks for a second one."""

from __future__ import annotations

import asyncio
import logging
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cordio_pg._pool_errors import NestedBorrow

if TYPE_CHECKING:
    from cordio_pg._observer import Counters
    from cordio_pg._settings import PgSettings

__all__ = ["Borrowing", "Borrowings"]

_log = logging.getLogger("cordio_pg")
_OURS = ("cordio_pg.", "contextlib")
# So many places are remembered as told already.
_TOLD = 1000


@dataclass(eq=False, slots=True)
class Borrowing:
    """One connection that is lent for the time of a block."""

    task: asyncio.Task[Any]
    file: str
    line: int
    timer: asyncio.TimerHandle | None = None

    def __str__(self) -> str:
        return f"task {self.task.get_name()!r} at {self.place}"

    @property
    def place(self) -> str:
        """The line that borrowed."""
        return f"{self.file}:{self.line}"


class Borrowings:
    """The connections that are lent for the time of a block."""

    def __init__(self, settings: PgSettings, counters: Counters) -> None:
        self._limit = settings.borrow
        self._nested = settings.nested
        self._counters = counters
        self._held: dict[Borrowing, None] = {}
        self._told: set[str] = set()

    def __iter__(self) -> Any:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def check(self) -> None:
        """Refuse or tell when the running task asks for a second connection."""
        if self._nested == "allow":
            return
        task = asyncio.current_task()
        for held in self._held:
            if held.task is task:
                return self._second(held)

    def _second(self, held: Borrowing) -> None:
        self._counters.nested += 1
        self._counters.count("pg.nested")
        told = NestedBorrow(held.task.get_name(), held.place)
        if self._nested == "error":
            raise told
        if held.place not in self._told and len(self._told) < _TOLD:
            self._told.add(held.place)
            _log.warning("%s (told once for this line)", told)

    def enter(self) -> Borrowing:
        """Note the running task and the line that borrows."""
        frame: Any = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(_OURS):
            frame = frame.f_back
        task = asyncio.current_task()
        assert task is not None, "a connection is lent inside of a task"
        borrowing = Borrowing(task, frame.f_code.co_filename, frame.f_lineno)
        borrowing.timer = asyncio.get_running_loop().call_later(self._limit, self._late, borrowing)
        self._held[borrowing] = None
        return borrowing

    def leave(self, borrowing: Borrowing) -> None:
        """Note that it comes back."""
        self._held.pop(borrowing, None)
        if borrowing.timer is not None:
            borrowing.timer.cancel()

    def _late(self, borrowing: Borrowing) -> None:
        self._counters.overdue += 1
        self._counters.count("pg.overdue")
        _log.warning("a connection was not given back within %g s by %s", self._limit, borrowing)
