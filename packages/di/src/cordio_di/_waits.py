"""Waiting for services, many at once, without tying their start to whoever waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cordio_di._exceptions import WiringError
from cordio_di._gate import Gate, first_of
from cordio_di._life import Life, owner, unavailable
from cordio_di._slot import Slot
from cordio_di._wire import MISSING

if TYPE_CHECKING:
    import asyncio

__all__ = ["arguments", "together", "uninterrupted"]


async def together(slots: Sequence[Slot]) -> list[object]:
    """Start what is not up, all at the same time, and return the objects; the first failure counts."""
    values = [slot.value for slot in slots]
    if not any(value is MISSING for value in values):
        return values
    with _Waits(slots) as waits:
        while pending := waits.pending():
            await first_of(pending)
    return [waits.found[slot] for slot in slots]


async def arguments(slot: Slot, life: Life | None = None) -> dict[str, object]:
    """Return what a service is made with; `life` holds on to the services that it comes from."""
    wires = slot.scope.wires(slot.service)
    sources = [slot.scope.slot(wire.source) for wire in wires]
    if life is not None:
        for source in sources:
            life.use(source)
    values = await together(sources)
    section = slot.service.name
    return {wire.parameter: wire.read(value, section) for wire, value in zip(wires, values, strict=True)}


async def uninterrupted(
    tasks: Iterable[asyncio.Task[None]], cancelled: asyncio.CancelledError | None = None
) -> None:
    """Wait until all tasks have ended, and only then raise the cancellation that came meanwhile, or before."""
    import asyncio

    left = set(tasks)
    while left:
        try:
            _, left = await asyncio.wait(left)
        except asyncio.CancelledError as error:
            cancelled = error
            left = {task for task in left if not task.done()}
    if cancelled is not None:
        raise cancelled


class _Waits:
    """One asker that waits for some services."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        self.slots = tuple(dict.fromkeys(slots))
        self.found: dict[Slot, object] = {}
        self._joined: dict[Slot, Life] = {}
        self._asker = owner()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for slot in tuple(self._joined):
            self._leave(slot)

    def pending(self) -> set[Gate | asyncio.Task[None]]:
        """Take what is up, begin what is not, and return what is to be waited for."""
        steps = (self._step(slot) for slot in self.slots if slot not in self.found)
        return {future for future in steps if future is not None}

    def _step(self, slot: Slot) -> Gate | asyncio.Task[None] | None:
        if slot.value is MISSING:
            self._after_start(slot)
        if slot.value is MISSING and slot not in self._joined:
            blocker = self._begin(slot)
            if blocker is not None:
                return blocker
        if slot.value is not MISSING:
            self.found[slot] = slot.value
            self._leave(slot)
            return None
        return self._joined[slot].up

    def _after_start(self, slot: Slot) -> None:
        """Raise if the start that was waited for has failed; one that was taken back is begun again."""
        life = self._joined.get(slot)
        if life is not None and life.up.done():
            self._leave(slot)
            if life.failure is not None:
                raise unavailable(slot.service, life.failure)

    def _begin(self, slot: Slot) -> Gate | asyncio.Task[None] | None:
        """Join the start of a service, or show its ready object; return what must end before, if anything."""
        slot.scope.admit(slot.service)
        if slot.making:
            raise WiringError([f"{slot.service} asks for itself while it is being made: break the loop"])
        if slot.service.is_ready:
            self._show(slot)
            return None
        if slot.life is not None and slot.life.ending:
            return slot.life.task
        if slot.life is None:
            self._refuse_cooling(slot)
            slot.life = Life(slot, arguments)
        self._join(slot, slot.life)
        return None

    def _refuse_cooling(self, slot: Slot) -> None:
        """Raise the failure of the last start again, if it is too early for another one."""
        import asyncio

        failure, slot.failure = slot.failure, None
        if failure is not None and asyncio.get_running_loop().time() < slot.retry_at:
            slot.failure = failure
            raise unavailable(slot.service, failure)

    def _show(self, slot: Slot) -> None:
        try:
            slot.put(slot.service.make())
        except LookupError as error:
            raise unavailable(slot.service, error) from error

    def _join(self, slot: Slot, life: Life) -> None:
        if self._asker is not None:
            self._refuse_loop(self._asker, life)
            self._asker.awaits.add(life)
        life.waiters += 1
        self._joined[slot] = life

    def _leave(self, slot: Slot) -> None:
        life = self._joined.pop(slot, None)
        if life is not None:
            life.leave()
            if self._asker is not None:
                self._asker.awaits.discard(life)

    def _refuse_loop(self, asker: Life, wanted: Life) -> None:
        way = _way(wanted, asker) if wanted.awaits or wanted is asker else []
        if way:
            names = " -> ".join(life.slot.service.name for life in (asker, *way))
            raise WiringError([f"services wait for each other: {names}: break the loop"])


def _way(start: Life, end: Life) -> list[Life]:
    """Return a way along ``awaits`` from one life to another; empty if there is none."""
    came: dict[Life, Life | None] = {start: None}
    todo = [start]
    while todo and end not in came:
        life = todo.pop()
        for following in life.awaits - came.keys():
            came[following] = life
            todo.append(following)
    return _back(came, end) if end in came else []


def _back(came: dict[Life, Life | None], end: Life) -> list[Life]:
    way: list[Life] = []
    step: Life | None = end
    while step is not None:
        way.append(step)
        step = came[step]
    return way[::-1]
