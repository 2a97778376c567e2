"""The sources of events of an application in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from cordio_core._plan import Plan
from cordio_core.protocols import AsgiEntrypoint, Runtime, TellingEntrypoint

__all__ = ["Bound", "Calls"]

T = TypeVar("T")


class Calls:
    """Owns what a test has under way, as an entrypoint owns its events: a stop finishes it, or cancels it."""

    kind = "test"
    sections: Mapping[str, type] = MappingProxyType({})
    addresses: Sequence[str] = ()

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, T], name: str) -> T:
        """Do something in a task that a stop waits for.

        Parameters
        ----------
        work : coroutine
            What is done.
        name : str
            How the task is called.

        Returns
        -------
        object
            What it returns.
        """
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await task

    def attach(self, plans: Sequence[Plan], /) -> None:
        """Take nothing: the test says what is called."""

    async def start(self, runtime: Runtime, /) -> None:
        """Open nothing."""

    async def stop(self, within: float, /) -> None:
        """Let what is under way end; cancel what is left.

        Parameters
        ----------
        within : float
            How long that may take, in seconds.
        """
        try:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=within)
        finally:
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)


class Bound:
    """An entrypoint of HTTP that is served through `asgi` alone.

    Parameters
    ----------
    source : AsgiEntrypoint
        The application's own.
    """

    addresses: Sequence[str] = ()

    def __init__(self, source: AsgiEntrypoint) -> None:
        self._source = source
        self.kind, self.sections = source.kind, source.sections

    def attach(self, plans: Sequence[Plan], /) -> None:
        """Take nothing: the source has its plans."""

    def state(self) -> Mapping[str, object]:
        """Tell what the source tells.

        Returns
        -------
        mapping of str to object
            It; nothing where it tells nothing.
        """
        return self._source.state() if isinstance(self._source, TellingEntrypoint) else {}

    async def start(self, runtime: Runtime, /) -> None:
        """Bind the source, which opens no listener then.

        Parameters
        ----------
        runtime : Runtime
            The started application.
        """
        self._source.bind(runtime)

    async def stop(self, within: float, /) -> None:
        """Stop the source.

        Parameters
        ----------
        within : float
            How long that may take, in seconds.
        """
        await self._source.stop(within)
