"""Any function is observed, its signature kept, and a stream until its end."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache, partial

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import NotAFunction, log, observed, quiet, trace_id
from cordio_monitor._scope import current


@observed
def plain(sku: str, /, n: int = 1, *rest: int, colour: str = "red", **more: int) -> tuple[object, ...]:
    """Reserve."""
    log.info("plain.log")
    return sku, n, rest, colour, more


@observed("fetch", stage="stock", point="calls")
async def fetch(sku: str) -> str:
    await asyncio.sleep(0)
    log.info("fetch.log")
    return sku


class Shelf:
    @observed
    async def take(self, n: int) -> int:
        return n


@observed
def numbers(up_to: int) -> Iterator[int]:
    for number in range(up_to):
        log.info("number")
        yield number


@observed
async def chunks(up_to: int) -> AsyncIterator[int]:
    for number in range(up_to):
        await asyncio.sleep(0)
        log.info("chunk")
        yield number


def watched(work: object) -> Collected:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("GET /"):
                assert callable(work)
                await work()

    asyncio.run(main())
    return sink


def test_the_signature_is_kept_and_the_call_arrives_as_it_was_made() -> None:
    assert str(inspect.signature(plain)).startswith("(sku: str, /, n: int = 1, *rest: int, colour")
    assert (plain.__name__, plain.__doc__, plain.__module__) == ("plain", "Reserve.", __name__)
    assert plain("a", 2, 3, colour="blue", more=4) == ("a", 2, (3,), "blue", {"more": 4})
    assert inspect.iscoroutinefunction(fetch) and inspect.iscoroutinefunction(Shelf.take)
    with pytest.raises(TypeError, match="missing"):
        plain()  # type: ignore[call-arg]  # what is tested


def test_each_call_is_a_span_with_what_happens_inside() -> None:
    async def work() -> None:
        plain("a")
        assert list(await asyncio.gather(fetch("a"), fetch("b"))) == ["a", "b"]
        assert await Shelf().take(3) == 3

    sink = watched(work)
    assert sink["plain.log"].span_id == sink["plain"].span_id
    assert {record.parent_id for record in sink.records if record.message == "fetch"} == {
        sink["GET /"].span_id
    }
    assert sink["fetch"].fields["stage"] == "stock" and sink["fetch"].fields["point"] == "calls"
    assert sink["Shelf.take"].kind == "span"


def test_a_failure_is_told_and_goes_on() -> None:
    @observed
    async def fails() -> None:
        raise ValueError("too many")

    async def work() -> None:
        with pytest.raises(ValueError, match="too many"):
            await fails()

    sink = watched(work)
    assert next(record for record in sink.records if record.kind == "span").error == "ValueError: too many"


def test_the_span_of_a_stream_lasts_until_its_end_and_does_not_leak_into_its_consumer() -> None:
    async def work() -> None:
        around = current.get()
        for _ in numbers(2):
            assert current.get() is around
            log.info("consumer")
        async for _ in chunks(2):
            assert current.get() is around and trace_id()
        log.info("after")

    sink = watched(work)
    assert sink.messages == [
        *("number", "consumer", "number", "consumer", "numbers"),
        *("chunk", "chunk", "chunks", "after", "GET /"),
    ]
    assert sink["number"].span_id == sink["numbers"].span_id
    assert sink["chunk"].span_id == sink["chunks"].span_id
    assert sink["consumer"].span_id == sink["GET /"].span_id


def test_a_stream_that_is_left_early_or_fails_ends_its_span() -> None:
    cleaned: list[str] = []

    @observed
    async def endless() -> AsyncIterator[int]:
        try:
            while True:
                yield 1
        finally:
            await asyncio.sleep(0)
            cleaned.append("async")

    @observed
    def forever() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            cleaned.append("plain")

    async def work() -> None:
        stream = endless()
        await anext(stream)
        await asyncio.create_task(stream.aclose())  # type: ignore[attr-defined]
        other = endless()
        await anext(other)
        with pytest.raises(KeyError):
            await other.athrow(KeyError("x"))  # type: ignore[attr-defined]
        items = forever()
        next(items)
        items.close()  # type: ignore[attr-defined]

    sink = watched(work)
    assert cleaned == ["async", "async", "plain"]
    assert [record.kind for record in sink.records].count("span") == 3


def test_a_cancelled_step_of_a_stream_is_cancelled_inside() -> None:
    seen: list[str] = []

    @observed
    async def waits() -> AsyncIterator[int]:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        yield 1

    async def work() -> None:
        async def consume() -> None:
            async for _ in waits():
                """Never comes."""

        task = asyncio.create_task(consume())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    sink = watched(work)
    assert seen == ["cancelled"] and sink.records[0].error == "CancelledError"


@pytest.mark.parametrize(
    "value",
    [len, int, 3, partial(print), cache(lambda: 1), classmethod(print), staticmethod(print), property(print)],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize(
    "decorate",
    [observed, observed("name"), observed(stage="stock"), quiet("logs")],
    ids=["observed", "named", "staged", "quiet"],
)
def test_what_is_no_function_is_refused_where_it_is_decorated(
    decorate: Callable[[object], object], value: object
) -> None:
    with pytest.raises(NotAFunction, match="is no function of Python: decorate one, below @classmethod"):
        decorate(value)
