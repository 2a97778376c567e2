"""The ways to measure one contender: each makes a function that runs it so often and tells the CPU seconds."""

import asyncio
import gc
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

from tools.parts import ROOT

Run: TypeAlias = Callable[[int], float]
Clock: TypeAlias = Callable[[], float]


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    """
    Surround awaited calls with nothing.

    Yields
    ------
    None
        At once.

    Examples
    --------
    >>> async def inside() -> str:
    ...     async with nothing():
    ...         return "here"
    >>> asyncio.run(inside())
    'here'
    """
    yield


def calls(function: Callable[[], object], clock: Clock = time.process_time) -> Run:
    """
    Measure a plain call.

    Parameters
    ----------
    function : callable
        What is called, without arguments.
    clock : callable
        Tells CPU seconds: ``time.process_time`` counts all threads, ``time.thread_time`` the calling one.

    Returns
    -------
    callable
        Calls it so many times and returns the CPU seconds of all.

    Examples
    --------
    >>> calls(list)(3) >= 0
    True
    """

    def run(number: int) -> float:
        turns = range(number)
        begun = clock()
        for _ in turns:
            function()
        return clock() - begun

    return run


def awaits(
    function: Callable[[], Awaitable[object]],
    around: Callable[[], AbstractAsyncContextManager[object]] = nothing,
    clock: Clock = time.process_time,
) -> Run:
    """
    Measure an awaited call.

    Parameters
    ----------
    function : callable
        What is called and awaited, without arguments.
    around : callable
        Makes an async context manager that is open while the calls run; its start and stop are not counted.
    clock : callable
        Tells CPU seconds, as for `calls`.

    Returns
    -------
    callable
        Awaits it so many times, in an event loop of its own, and returns the CPU seconds of all.

    Examples
    --------
    >>> async def hello() -> str:
    ...     return "Hello"
    >>> awaits(hello)(3) >= 0
    True
    """

    async def turns(number: int) -> float:
        async with around():
            await function()
            begun = clock()
            for _ in range(number):
                await function()
            return clock() - begun

    return lambda number: asyncio.run(turns(number))


def programs(code: str, python: str = sys.executable) -> Run:
    """
    Measure a whole process that runs some code.

    Parameters
    ----------
    code : str
        What ``python -c`` gets.
    python : str
        The interpreter.

    Returns
    -------
    callable
        Starts it so many times in a row and returns the CPU seconds of all, Python's start included.

    Raises
    ------
    RuntimeError
        When a run of the measured program fails.

    Examples
    --------
    >>> programs("pass")(1) > 0
    True
    """

    # Compiled code is kept between the runs, as an installation has it, whatever the caller's settings are.
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(ROOT / "build" / "bench" / "compiled")

    def once() -> float:
        child = os.posix_spawn(python, [python, "-c", code], environment)
        _, status, usage = os.wait4(child, 0)
        if status:
            raise RuntimeError(f"{code!r} ended with status {status}")
        return usage.ru_utime + usage.ru_stime

    return lambda number: sum(once() for _ in range(number))


def quiet(run: Run, number: int) -> float:
    """
    Run a contender with the garbage collector at rest, as `timeit` does.

    Parameters
    ----------
    run : callable
        One of this module's.
    number : int
        How many times.

    Returns
    -------
    float
        CPU seconds for one time.

    Examples
    --------
    >>> quiet(calls(list), 3) >= 0
    True
    """
    gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        return run(number) / number
    finally:
        if was_on:
            gc.enable()
