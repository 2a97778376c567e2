"""Blocks that are left in another order than they were entered in, or by another task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from contextvars import copy_context

import pytest

from cordio_errors import Errors, NoSuchLayer, deadline, sleeping, speaking


class Away(Exception):
    pass


class Broken(Exception):
    pass


async def opened(errors: Errors, name: str) -> AsyncGenerator[str, None]:
    """A generator, as a fixture or a dependency is written, with a block open where it pauses."""
    async with errors.layer(name, landing=lambda error: name):
        yield name


def test_a_block_is_closed_itself_whichever_is_left_first(errors: Errors) -> None:
    errors.on(Away, goto="first")

    @errors.service
    async def leave() -> None:
        raise Away

    async def main() -> None:
        first, second = opened(errors, "first"), opened(errors, "second")
        await anext(first)
        await anext(second)
        await first.aclose()
        with pytest.raises(NoSuchLayer):
            await leave()
        await second.aclose()

    asyncio.run(main())


def test_what_is_raised_in_a_block_is_judged_by_it_though_a_later_one_is_open(errors: Errors) -> None:
    errors.on(Away, goto="first")

    async def main() -> None:
        first, second = opened(errors, "first"), opened(errors, "second")
        await anext(first)
        await anext(second)
        with pytest.raises(StopAsyncIteration):
            await first.athrow(Away())
        await second.aclose()

    asyncio.run(main())


def test_a_block_around_stays_open_when_another_task_ends_one(errors: Errors) -> None:
    """The task that ends it began before: the block is none of its own."""
    errors.on(Away, goto="around")
    handed: asyncio.Queue[AsyncGenerator[str, None]] = asyncio.Queue()

    @errors.service
    async def leave() -> None:
        raise Away

    async def closing() -> object:
        async with errors.layer("around", landing=lambda error: "landed around") as block:
            await (await handed.get()).aclose()
            await leave()
        return block.value

    async def opening(closer: asyncio.Task[object]) -> object:
        async with errors.layer("around", landing=lambda error: "landed here") as block:
            generator = opened(errors, "inner")
            await anext(generator)
            handed.put_nowait(generator)
            await closer
            await leave()
        return block.value

    async def main() -> list[object]:
        closer = asyncio.create_task(closing())
        await asyncio.sleep(0)
        return [await asyncio.create_task(opening(closer)), await closer]

    assert asyncio.run(main()) == ["landed here", "landed around"]


@pytest.mark.parametrize(
    "block",
    [
        lambda errors: speaking("de"),
        lambda errors: errors.override({}),
        lambda errors: errors.testing(),
        lambda errors: sleeping(),
        lambda errors: deadline("1m"),
    ],
    ids=["speaking", "override", "testing", "sleeping", "deadline"],
)
def test_a_fixture_that_another_task_ends_tells_what_went_wrong(
    errors: Errors, block: Callable[[Errors], AbstractContextManager[object]]
) -> None:
    async def fixture() -> AsyncGenerator[None, None]:
        with block(errors):
            yield

    async def main() -> None:
        whole, failing = fixture(), fixture()
        await anext(whole)
        await anext(failing)
        await asyncio.create_task(whole.aclose())
        with pytest.raises(Broken):
            await asyncio.create_task(failing.athrow(Broken()))

    asyncio.run(main())


def test_a_limit_that_another_task_ends_tells_what_went_wrong() -> None:
    async def fixture() -> AsyncGenerator[None, None]:
        async with deadline("1m"):
            yield

    async def main() -> None:
        failing = fixture()
        await anext(failing)
        with pytest.raises(Broken):
            await asyncio.create_task(failing.athrow(Broken()))

    asyncio.run(main())


def test_a_thread_of_an_executor_is_in_the_layer_whose_context_it_gets(errors: Errors) -> None:
    errors.on(Away, goto="around")

    @errors.service
    def leave() -> None:
        raise Away

    @errors.layer("around", landing=lambda error: "landed")
    async def around() -> object:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, copy_context().run, leave)

    assert asyncio.run(around()) == "landed"


def test_a_break_that_is_kept_as_a_value_goes_nowhere(errors: Errors) -> None:
    errors.on(Away, goto="around")

    @errors.service
    async def leave() -> None:
        raise Away

    @errors.layer("around", landing=lambda error: "landed")
    async def around() -> object:
        return len(await asyncio.gather(leave(), leave(), return_exceptions=True))

    assert asyncio.run(around()) == 2
