"""A clock that tests move on, so that no test waits for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")


class Clock:
    """The time of the event loops that it makes; limits pass only by `pass_`."""

    def __init__(self) -> None:
        self.now = 0.0

    def run(self, work: Callable[[], Coroutine[object, object, T]]) -> T:
        """Run `work` in a loop of its own that has this time."""
        with asyncio.Runner(loop_factory=self.loop) as runner:
            return runner.run(work())

    def loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        loop.time = lambda: self.now  # type: ignore[method-assign]  # the loop reads its clock by this name
        return loop

    async def pass_(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass in steps, and everything happen that comes with it."""
        for _ in range(round(seconds / step)):
            self.now += step
            await turns()


async def turns(count: int = 25) -> None:
    """Let everything that can go on go on."""
    for _ in range(count):
        await asyncio.sleep(0)
