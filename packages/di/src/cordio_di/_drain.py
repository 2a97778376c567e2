"""What is still in use when a container is left, and how long that is waited for."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cordio_di._exceptions import StillInUse
from cordio_di._place import place

if TYPE_CHECKING:
    import asyncio

    from cordio_di._app_scope import AppScope
    from cordio_di._injected import Injected

__all__ = ["Drain"]

_LOOK_EVERY = 0.02


@dataclass(frozen=True)
class _Use:
    text: str
    task: asyncio.Task[object] | None


class Drain:
    """The calls and scopes of one container that somebody is in; calls are found in the tasks of the loop.

    So a call need not be counted, which would cost each one more than all that is done for it.
    """

    def __init__(self, app: AppScope, injected: Iterable[Injected], limit: float) -> None:
        self._app, self._limit = app, limit
        self._handlers = {id(one.function.__globals__): one for one in injected}

    async def wait(self) -> None:
        """Wait until nothing is in use any more, as long as the limit allows."""
        import asyncio

        end = asyncio.get_running_loop().time() + self._limit
        while uses := [use for use in self._uses() if use.task is not asyncio.current_task()]:
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return
            tasks = {use.task for use in uses if use.task is not None and not use.task.done()}
            pause = min(left, _LOOK_EVERY)
            await (asyncio.wait(tasks, timeout=pause) if tasks else asyncio.sleep(pause))

    def left(self) -> list[StillInUse]:
        """Return the error that tells what is in use all the same."""
        told = list(dict.fromkeys(use.text for use in self._uses()))
        return [StillInUse(told, self._limit)] if told else []

    def _uses(self) -> Iterator[_Use]:
        for scope in self._app.scopes:
            if scope.opener is not None:
                yield _Use(f"the scope {scope.name!r} of the task {scope.opener.get_name()!r}", scope.opener)
        yield from self._calls()

    def _calls(self) -> Iterator[_Use]:
        import asyncio

        own = asyncio.current_task()
        for task in asyncio.all_tasks():
            if task is own or _is_of_a_service(task):
                continue
            for injected in self._found(task.get_coro()):
                yield _Use(f"{place(injected.function)} in the task {task.get_name()!r}", task)

    def _found(self, waiting: object) -> Iterator[Injected]:
        while waiting is not None:
            frame = getattr(waiting, "cr_frame", None)
            injected = self._handlers.get(id(getattr(frame, "f_globals", None)))
            if injected is not None:
                yield injected
            waiting = _inner(waiting)


def _inner(waiting: object) -> object:
    """Return what it is that is waited for; a step of an async generator tells that only to the collector."""
    for name in ("cr_await", "gi_yieldfrom", "ag_await"):
        if hasattr(waiting, name):
            return getattr(waiting, name)
    inside = (
        found
        for found in gc.get_referents(waiting)
        if hasattr(found, "cr_await") or hasattr(found, "ag_await")
    )
    return next(inside, None)


def _is_of_a_service(task: asyncio.Task[object]) -> bool:
    """Tell whether a task was begun by a service, which ends it when it stops; Python 3.11 does not say."""
    from cordio_di._life import OWNER

    context: Mapping[object, object] = getattr(task, "get_context", dict)()
    return context.get(OWNER) is not None
