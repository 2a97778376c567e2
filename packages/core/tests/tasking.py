"""An application that runs for a test of its tasks."""

import asyncio
from collections.abc import Awaitable, Callable

from cordio_core import App, Running, TaskCounts


def ran(app: App, use: Callable[[Running], Awaitable[object]]) -> object:
    """Run an application, and something in it."""

    async def whole() -> object:
        async with asyncio.timeout(10), app.running() as run:
            return await use(run)

    return asyncio.run(whole())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


def balanced(counts: TaskCounts) -> bool:
    return counts.started == counts.finished + counts.failed + counts.cancelled + counts.running


class Flaky:
    """A task that fails so many times, and then runs on."""

    def __init__(self, failures: int) -> None:
        self.failures, self.runs = failures, 0

    async def __call__(self) -> None:
        self.runs += 1
        if self.runs <= self.failures:
            raise LookupError("gone")
        await asyncio.Event().wait()


def registered(app: App, task: Flaky, on_error: object) -> None:
    @app.task(name="flaky", on_error=on_error)  # type: ignore[call-overload, untyped-decorator]
    async def flaky() -> None:
        await task()
