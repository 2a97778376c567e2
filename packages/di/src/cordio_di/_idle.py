"""Whether a service has been idle for long enough to be stopped."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from cordio_di._slot import Slot

if TYPE_CHECKING:
    import asyncio

__all__ = ["Idle"]

_LOOKS = 4


class Idle:
    """A context manager that calls `rest` when nobody has used a slot for so many seconds.

    It looks now and then instead of at each use, so that a use costs two additions and no look at the clock;
    the time is kept to a quarter. `rest` says whether it is done; if not, the time begins again.
    """

    def __init__(self, slot: Slot, limit: float, rest: Callable[[], bool]) -> None:
        self._slot, self._step, self._rest = slot, limit / _LOOKS, rest
        self._seen, self._quiet = slot.released, 0
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        import asyncio

        self._timer = asyncio.get_running_loop().call_later(self._step, self._look)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        slot = self._slot
        still = slot.taken == slot.released == self._seen
        self._quiet = self._quiet + 1 if still else 0
        self._seen = slot.released
        if self._quiet >= _LOOKS:
            self._quiet = 0
            if self._rest():
                return
        self.__enter__()
