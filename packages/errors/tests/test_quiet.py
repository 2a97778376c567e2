"""What a failed call and an import leave behind: nothing."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise

import pytest

from cordio_errors import Errors, Incident, Retry, answer, rule, to


class Silent:
    def record(self, incident: Incident, /) -> None:
        pass


def of_layers(connect: Callable[[], Awaitable[None]]) -> dict[str, Callable[[], Awaitable[object]]]:
    """Calls that fail under rules of layers, in methods and in streams."""
    own = Errors(recorder=Silent())
    own.on(LookupError, answer=answer("not_found"))
    calling = own.service(rules=[rule(OSError, retry=Retry(attempts=2, wait=0))])(connect)

    class Orders:
        @own.init
        async def open(self) -> None: ...

        @own.final
        async def close(self) -> None: ...

        @own.handler(rules=[rule(OSError, answer=answer("unavailable"))])
        async def place(self) -> None:
            async with own.layer("between", rules=[rule(KeyError, ignore=True)]):
                await calling()

        @own.handler
        async def rows(self) -> AsyncIterator[int]:
            yield 1
            raise KeyError

    orders = Orders()

    async def read() -> None:
        async for _ in orders.rows():
            pass

    return {"by rules of layers": lambda: own.run(orders.place), "in a stream": read}


def failing() -> dict[str, Callable[[], Awaitable[object]]]:
    """Calls that fail, each in another way."""
    errors = Errors(recorder=Silent())
    errors.on(OSError, retry=Retry(attempts=2, wait=0), answer=answer("unavailable"), commit=to.exceptions())
    limited = Errors(recorder=Silent())
    limited.on(OSError, retry=Retry(attempts=2, wait=0, within="1h"))
    cutting = Errors(recorder=Silent())
    cutting.on(OSError, retry=Retry(attempts=2, wait=0, within="1ms"))

    async def connect() -> None:
        raise ConnectionError("refused")

    async def unexpected() -> None:
        raise RuntimeError

    async def group() -> None:
        raise ExceptionGroup("both", [ValueError(), ConnectionError()])

    landing = Errors(recorder=Silent())
    landing.on(OSError, goto="place")
    landing.on(RuntimeError, stop=True)
    landing.on(LookupError, answer=answer("not_found"))
    lost = Errors(recorder=Silent())
    lost.on(OSError, goto="nowhere")

    @landing.service(passes=False)
    async def alone() -> None:
        raise KeyError

    handled = landing.handler(alone)

    async def through() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(landing.service(connect)())

    async def hang() -> None:
        await asyncio.get_running_loop().create_future()

    return {
        **of_layers(connect),
        "answered": lambda: errors.run(errors.service(connect)),
        "unexpected": lambda: errors.run(unexpected),
        "decorated": errors.handler(unexpected),
        "group": lambda: errors.run(group),
        "repeated": errors.service(connect),
        "limited": limited.service(connect),
        "goto": landing.layer("place", landing=lambda error: None)(landing.service(connect)),
        "goto without a landing": landing.layer("place")(landing.service(connect)),
        "goto out of a group": landing.layer("place", landing=lambda error: None)(through),
        "stopped": lambda: landing.run(landing.service(unexpected)),
        "ended by a service": lambda: landing.run(alone),
        "answered below": lambda: landing.run(handled),
        "nowhere": lost.service(connect),
        "cut": cutting.service(hang),
    }


@pytest.mark.parametrize("name", list(failing()))
def test_a_failed_call_leaves_no_reference_cycle(name: str) -> None:
    call, times = failing()[name], 1000 if name != "cut" else 50

    async def alone() -> object:
        return await call()

    async def fail() -> None:
        try:
            await call()
        except Exception:
            pass
        # A task that ends with the exception keeps it: a frame that kept the task would close a cycle.
        await asyncio.wait([task := asyncio.create_task(alone())])
        task.cancelled() or task.exception()

    async def main() -> int:
        await fail()
        gc.collect()
        gc.disable()
        try:
            for _ in range(times):
                await fail()
            return gc.collect()
        finally:
            gc.enable()

    assert asyncio.run(main()) == 0


@pytest.mark.parametrize("name", [name for name in failing() if name != "cut"])
def test_memory_stays_flat_however_many_calls_fail(name: str) -> None:
    call = failing()[name]

    async def fail(times: int) -> int:
        for _ in range(times):
            try:
                await call()
            except Exception:
                pass
            await asyncio.sleep(0)
        return tracemalloc.get_traced_memory()[0]

    async def main() -> list[int]:
        tracemalloc.start()
        try:
            return [await fail(150) for _ in range(6)]
        finally:
            tracemalloc.stop()

    held = asyncio.run(main())
    grown = [after - before for before, after in pairwise(held)]
    assert min(grown) < 150 * 8  # tables grow in steps; what is kept of each call grows in every round


def test_the_locals_of_failed_frames_are_freed_at_once(errors: Errors) -> None:
    freed: list[int] = []

    class Body:
        def __init__(self, number: int) -> None:
            self.number = number

        def __del__(self) -> None:
            freed.append(self.number)

    errors.on(OSError, retry=Retry(attempts=3, wait=0), answer=answer("unavailable"))

    @errors.service
    async def send() -> None:
        body = Body(len(freed))
        raise OSError(body.number)

    async def main() -> list[int]:
        gc.disable()
        try:
            outcome = await errors.run(send)
            assert outcome.answer is not None
            return list(freed)
        finally:
            gc.enable()

    assert asyncio.run(main()) == [0, 1, 2]


def test_tenacity_is_imported_only_when_a_call_is_first_repeated() -> None:
    program = """
import asyncio, logging, sys, threading
before = set(threading.enumerate()), list(logging.getLogger().handlers)
from cordio_errors import Errors, Retry, answer
assert before == (set(threading.enumerate()), logging.getLogger().handlers)
errors, line = Errors(), [OSError()]
errors.on(OSError, retry=Retry(attempts=2, wait=0), answer=answer("unavailable"))
@errors.service
async def connect():
    if line:
        raise line.pop()
async def refuse():
    raise OSError
assert asyncio.run(errors.run(refuse)).answer.status == 503
assert "tenacity" not in sys.modules
asyncio.run(connect())
assert "tenacity" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
