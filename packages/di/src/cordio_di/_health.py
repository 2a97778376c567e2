"""How services are: each is asked at the same time, with a limit of its own."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cordio_di._place import reason
from cordio_di._slot import Slot
from cordio_di._state import Status
from cordio_di._waits import together
from cordio_di._wire import MISSING

if TYPE_CHECKING:
    import asyncio

__all__ = ["Health", "asked"]

Leave = Callable[[Iterable["asyncio.Task[None]"]], None]


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one service's health.

    Parameters
    ----------
    status : str
        ``up`` or ``down``.
    took : float
        How long the answer took, in seconds.
    error : str or None
        The type of the exception and its text, no traceback; None if nothing is wrong. A service that puts
        secrets into its exceptions shows them here: raise one without from ``health``.
    state : str
        Where the service is in its life, as in `State`.
    optional : bool
        Whether the application is well without it.

    Examples
    --------
    >>> Health("up", 0.002).error is None
    True
    """

    status: Literal["up", "down"]
    took: float
    error: str | None = None
    state: Status = "up"
    optional: bool = False


async def asked(slots: Iterable[Slot], limit: float, leave: Leave) -> dict[str, Health]:
    """Ask those that have ``async def health(self)``, and those whose start has failed.

    Questions that go on after their limit are handed to `leave`.
    """
    import asyncio

    found = [slot for slot in slots if _is_asked(slot)]
    async with asyncio.TaskGroup() as group:
        tasks = {
            slot.service.name: group.create_task(
                _answer(slot, limit, leave), name=f"health of {slot.service.name}"
            )
            for slot in found
        }
    return {name: task.result() for name, task in tasks.items()}


def _is_asked(slot: Slot) -> bool:
    if slot.value is not MISSING:
        try:
            return inspect.iscoroutinefunction(getattr(slot.value, "health", None))
        except Exception:  # an attribute is code of the user's; asking it again tells what it raises
            return True
    return slot.state.status == "failed"


async def _answer(slot: Slot, limit: float, leave: Leave) -> Health:
    import asyncio

    service, began = slot.service, time.perf_counter()
    slot.taken += 1
    try:
        await _put(slot, service.health_within or limit, leave)
    except (Exception, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
            raise
        return _told("down", slot, began, reason(error), getattr(error, "optional", False) is True)
    finally:
        slot.taken -= 1  # a question is no use: it does not put an idle stop off
    return _told("up", slot, began)


def _told(
    status: Literal["up", "down"], slot: Slot, began: float, error: str | None = None, minor: bool = False
) -> Health:
    state = slot.state.status if slot.value is MISSING else "up"
    return Health(status, time.perf_counter() - began, error, state, minor or slot.service.optional)


async def _put(slot: Slot, limit: float, leave: Leave) -> None:
    """Put the question in a task of its own: one that keeps its cancellation to itself holds nobody up."""
    import asyncio

    if slot.question is not None and not slot.question.done():
        raise TimeoutError("it has not answered since it was asked before")
    question = asyncio.create_task(_probe(slot), name=f"question to {slot.service.name}")
    try:
        await asyncio.wait([question], timeout=limit)
        if question.done():
            return question.result()
        raise TimeoutError(f"it took longer than {limit:g} s")
    finally:
        if not question.done():
            question.cancel()
            question.add_done_callback(_forget)
            slot.question = question
            leave([question])


def _forget(question: asyncio.Task[None]) -> None:
    """Look at what a question has come to, so that asyncio does not miss that."""
    if not question.cancelled():
        question.exception()


async def _probe(slot: Slot) -> None:
    """Start what has failed before, since nobody else may ask for it while it is told to be down."""
    [found] = await together([slot])
    check = getattr(found, "health", None)
    if inspect.iscoroutinefunction(check):
        await check()
