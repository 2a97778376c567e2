"""What an application does in the background while it runs."""

from __future__ import annotations

from types import CoroutineType
from typing import TYPE_CHECKING

from cordio_core._duration import time_limit
from cordio_core._ground import Ground
from cordio_core._handed import refuse_name, refuse_type
from cordio_core._policy import OnError, policy

if TYPE_CHECKING:
    from cordio_core._spawned import Spawned
    from cordio_core._task_body import Wanted

__all__ = ["Background"]


class Background(Ground):
    """The room of an application where tasks are started while it runs."""

    def spawn(
        self,
        work: Wanted,
        /,
        *,
        name: str | None = None,
        on_error: OnError = "drop",
        limit: str | float | None = None,
        most: int | None = None,
        traced: bool = False,
    ) -> Spawned:
        """Start a task that the application owns: counted, judged when it fails, awaited at the stop.

        It runs in the context of the start, not in that of the event that spawns it: the services that live
        for one event are gone by then.

        Parameters
        ----------
        work : coroutine or callable
            What it does: the coroutine of an async function, or a function without arguments; a sync one
            runs in a thread.
        name : str or None
            How it is called where it is told of; the function's name unless given.
        on_error : Policy or str
            What happens when it fails; what is to start again has to be a function.
        limit : str or float or None
            How long one run may take, as a duration.
        most : int or None
            How many of its name run at a time; further ones wait for their turn.
        traced : bool
            Whether it has a span of its own, in the trace of the event that spawns it; costs more than a
            short task does.

        Returns
        -------
        Spawned
            The hold on it, which need not be kept.

        Raises
        ------
        CoreError
            If the application does not run, or it cannot be run like that.
        TaskError
            If there are ``app.tasks`` already.
        ValueError
            If an option means nothing.

        Examples
        --------
        >>> import asyncio
        >>> from cordio_core import App
        >>> app = App("orders")
        >>> async def send(to: str) -> str:
        ...     return f"sent to {to}"
        >>> async def main() -> object:
        ...     async with app.running():
        ...         return await app.spawn(send("ada"), name="mail")
        >>> asyncio.run(main())
        'sent to ada'
        """
        is_bare = on_error == "drop" and limit is None and most is None and not traced
        try:
            tasks = self._running_tasks()
            if is_bare and type(name) is str and name and type(work) is CoroutineType:
                return tasks.quick(work, name)
            refuse_name("name", name, "write name='mail'")
            refuse_type("traced", traced, bool, "write traced=True", is_needed=True)
            chosen = None if on_error == "drop" else policy(on_error)
            longest = None if limit is None else time_limit(limit, "a task")
        except Exception:  # whatever refuses the task, its coroutine is closed; it is raised again
            from cordio_core._task_body import closed

            closed(work)
            raise
        label = name or str(getattr(work, "__name__", "task"))
        return tasks.spawn(work, label, chosen, limit=longest, most=most, is_traced=traced)
