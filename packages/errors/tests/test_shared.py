"""One exception object that is raised for several events, sent to another process, or raised later."""

from __future__ import annotations

import asyncio
import gc
import pickle
from collections.abc import Awaitable, Callable

from cordio_errors import Errors, Incident, Retry, answer, rule, to


class SoldOut(Exception):
    pass


ALWAYS_THE_SAME = SoldOut("a constant of a module")


async def together(errors: Errors, number: int, handler: Callable[[], Awaitable[object]]) -> list[str]:
    """Run a handler at once for many events, and return the ids of their incidents."""
    outcomes = await asyncio.gather(*(errors.run(handler) for _ in range(number)))
    return [one.answer.incident for one in outcomes if one.answer is not None]


def test_a_constant_raised_by_events_at_once_is_an_incident_of_each(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(SoldOut, answer=answer("not_found"), commit=to.metric("sold_out"))

    @errors.service
    async def reserve() -> None:
        await asyncio.sleep(0)
        raise ALWAYS_THE_SAME

    @errors.handler
    async def place() -> None:
        try:
            await reserve()
        finally:
            await asyncio.sleep(0)

    ids = asyncio.run(together(errors, 20, place))
    assert len(set(ids)) == 20
    assert sorted(one.id for one in seen) == sorted(ids)


def test_a_constant_raised_by_events_at_once_is_repeated_in_each(errors: Errors) -> None:
    refused, calls = ConnectionError("a constant"), 0
    errors.on(ConnectionError, retry=Retry(attempts=3, wait=0), answer=answer("unavailable"))

    @errors.service
    async def connect() -> None:
        nonlocal calls
        calls += 1
        for _ in range(calls % 3):
            await asyncio.sleep(0)
        raise refused

    @errors.handler
    async def place() -> None:
        await connect()

    asyncio.run(together(errors, 10, place))
    assert calls == 30


def test_what_failed_in_the_background_is_one_incident_of_all_who_wait(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(SoldOut, answer=answer("not_found"), commit=to.metric("sold_out"))

    @errors.service
    async def connect() -> None:
        await asyncio.sleep(0)
        raise SoldOut

    async def main() -> list[str]:
        connecting = asyncio.create_task(connect())

        async def place() -> None:
            await asyncio.shield(connecting)

        return await together(errors, 5, place)

    assert len(set(asyncio.run(main()))) == len(seen) == 1


def test_a_constant_keeps_nothing_of_the_events_that_raised_it(errors: Errors) -> None:
    class Order:
        async def place(self) -> None:
            raise ALWAYS_THE_SAME

    errors.on(SoldOut, answer=answer("not_found"))
    for _ in range(3):
        asyncio.run(together(errors, 3, Order().place))
    ALWAYS_THE_SAME.__traceback__ = None
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, Order)]


def test_an_exception_that_layers_have_met_goes_to_another_process(errors: Errors) -> None:
    error = SoldOut("A-1")

    @errors.handler(rules=[rule(SoldOut, answer=answer("not_found"))])
    async def place() -> None:
        raise error

    first = asyncio.run(together(errors, 1, place))
    copy = pickle.loads(pickle.dumps(error))
    assert copy.args == ("A-1",)

    async def fail() -> None:
        raise copy

    assert asyncio.run(together(errors, 1, fail)) != first
