"""An answer that has begun is not replaced: what goes wrong is committed, and raised."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import cast

import pytest

from cordio_errors import Errors, Incident, LayerError, answer, rule, to
from cordio_errors._frame import current
from cordio_errors._stream import Stream


async def read(rows: object, read: list[int]) -> None:
    async for row in cast("AsyncIterator[int]", rows):
        read.append(row)


def test_what_goes_wrong_before_the_first_item_is_answered(errors: Errors, seen: list[Incident]) -> None:
    errors.on(KeyError, answer=answer("not_found"), commit=to.log("info"))

    @errors.handler
    async def rows() -> AsyncIterator[int]:
        raise KeyError("A-1")
        yield 1

    outcome = asyncio.run(errors.run(rows))
    assert outcome.answer is not None and outcome.answer.code == "not_found"
    assert len(seen) == 1


def test_what_goes_wrong_after_it_is_committed_and_raised(errors: Errors, seen: list[Incident]) -> None:
    errors.on(Exception, answer=answer("invalid"))
    error, got = KeyError("A-1"), list[int]()

    @errors.handler(rules=[rule(KeyError, answer=answer("not_found"), commit=to.log("info"))])
    async def rows(count: int) -> AsyncIterator[int]:
        for number in range(count):
            yield number
        raise error

    async def main() -> None:
        outcome = await errors.run(rows, 3)
        assert outcome.answer is None
        await read(outcome.value, got)

    with pytest.raises(KeyError) as caught:
        asyncio.run(main())
    assert caught.value is error and got == [0, 1, 2]
    [incident] = seen
    assert incident.code == "not_found" and incident.layer.endswith("rows")
    with pytest.raises(KeyError):
        asyncio.run(read(rows(1), got))
    assert got == [0, 1, 2, 0] and len(seen) == 2


def test_a_stream_ends_where_a_rule_says_so(errors: Errors, seen: list[Incident]) -> None:
    errors.on(KeyError, ignore=True)
    errors.on(ValueError, stop=True)
    got: list[int] = []

    @errors.handler
    async def rows(error: Exception) -> AsyncIterator[int]:
        yield 1
        raise error

    async def main(error: Exception) -> None:
        await read((await errors.run(rows, error)).value, got)

    asyncio.run(main(KeyError()))
    asyncio.run(main(ValueError()))
    assert got == [1, 1] and seen == []


def test_an_empty_stream_is_a_stream(errors: Errors) -> None:
    @errors.handler
    async def rows() -> AsyncIterator[int]:
        if errors.failed_records:
            yield 1

    async def main() -> list[int]:
        got: list[int] = []
        await read((await errors.run(rows)).value, got)
        return got

    assert asyncio.run(main()) == []


def test_the_layer_is_open_while_the_stream_runs_and_not_while_its_reader_works(errors: Errors) -> None:
    line: list[str] = []

    class Orders:
        @errors.init
        async def open(self) -> None:
            line.append("open")

        @errors.final
        async def close(self) -> None:
            line.append("close")

        @errors.handler
        async def rows(self) -> AsyncIterator[str]:
            async with errors.layer("inner"):
                yield str(current.get().name)  # type: ignore[union-attr]  # a layer is open
                async for row in self.more():
                    yield row

        @errors.handler
        async def more(self) -> AsyncIterator[str]:
            frame = current.get()
            assert frame is not None
            yield frame.name

    async def main() -> None:
        async for name in Orders().rows():
            assert current.get() is None
            line.append(name)
        assert current.get() is None

    asyncio.run(main())
    assert line == ["open", "inner", "inner", "close"]


def test_a_stream_that_is_left_early_cleans_up_in_its_layer(errors: Errors) -> None:
    line: list[str] = []

    @errors.handler
    async def rows() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            frame = current.get()
            line.append(frame.name.rpartition(".")[2] if frame else "no layer")

    async def main() -> None:
        stream = rows()
        assert await anext(stream) == 1
        await stream.aclose()  # type: ignore[attr-defined]  # what a reader finds by its name
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    asyncio.run(main())
    assert line == ["rows"]


def test_a_cancelled_stream_stays_cancelled(errors: Errors, seen: list[Incident]) -> None:
    errors.on(Exception, ignore=True)

    @errors.handler
    async def rows() -> AsyncIterator[int]:
        yield 1
        await asyncio.get_running_loop().create_future()

    async def main() -> None:
        task = asyncio.create_task(read(rows(), got := list[int]()))
        while not got:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert seen == []


def test_an_entrypoint_tells_that_its_answer_has_begun(errors: Errors, seen: list[Incident]) -> None:
    errors.on(KeyError, answer=answer("not_found"), commit=to.log("info"))
    errors.on(LookupError, ignore=True)
    errors.on(OSError, halt=True)

    @errors.service(passes=False)
    async def alone(error: Exception) -> None:
        raise error

    async def send(error: Exception) -> None:
        errors.begun()
        await alone(error) if isinstance(error, RuntimeError) else None
        raise error

    with pytest.raises(KeyError):
        asyncio.run(errors.run(send, KeyError("A-1")))
    with pytest.raises(RuntimeError):
        asyncio.run(errors.run(send, RuntimeError()))
    assert [incident.code for incident in seen] == ["not_found", "internal"]
    assert asyncio.run(errors.run(send, IndexError())).answer is None
    assert asyncio.run(errors.run(send, OSError())).ended == "halt"
    errors.begun()


def test_streams_that_would_be_repeated_are_refused_with_the_reason(errors: Errors) -> None:
    async def rows() -> AsyncIterator[int]:
        yield 1

    def plain() -> Iterator[int]:
        yield 1

    for decorate, target in (
        (errors.service, rows),
        (errors.handler(idempotent=True), rows),
        (errors.layer("rows"), rows),
        (errors.handler, plain),
    ):
        with pytest.raises(LayerError, match="is a generator: what it has handed out cannot be taken back"):
            decorate(target)


def test_what_fails_while_a_stream_is_closed_is_committed_and_raised(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(OSError, commit=to.log("error"))

    @errors.handler
    async def rows() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            raise OSError("the cursor is gone")

    async def main() -> None:
        outcome = await errors.run(rows)
        with pytest.raises(OSError, match="cursor"):
            await cast("Stream[int]", outcome.value).aclose()

    asyncio.run(main())
    assert [incident.destination for incident in seen] == [to.log("error")]


def test_a_closed_stream_gives_no_item_more(errors: Errors) -> None:
    @errors.handler
    async def rows() -> AsyncIterator[int]:
        yield 1
        yield 2

    async def main() -> list[int]:
        outcome, got = await errors.run(rows), list[int]()
        await cast("Stream[int]", outcome.value).aclose()
        await read(outcome.value, got)
        return got

    assert asyncio.run(main()) == []
