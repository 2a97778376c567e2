"""Services that live for one event."""

import asyncio
import functools
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from cordio_di import Container, ServiceClosed, ServiceUnavailable, WiringError

T = TypeVar("T")


def run(work: Coroutine[object, None, T]) -> T:
    async def limited() -> T:
        async with asyncio.timeout(5):
            return await work

    return asyncio.run(limited())


class Told:
    """A container whose services tell what happens to them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.container = Container(discover=False)
        self.container.service(self.pool)
        self.container.service(self.connection, scope="event")
        self.container.service(self.transaction, scope="event")

    async def pool(self) -> AsyncIterator[str]:
        self.lines.append("pool up")
        yield "pool"
        self.lines.append("pool down")

    async def connection(self, pool: str) -> AsyncIterator[object]:
        self.lines.append("acquire")
        try:
            yield object()
        finally:
            self.lines.append("release")

    async def transaction(self, connection: object) -> AsyncIterator[object]:
        self.lines.append("begin")
        try:
            yield object()
        except BaseException as error:
            self.lines.append(f"rollback {type(error).__name__}")
            raise
        self.lines.append("commit")


@pytest.fixture
def told() -> Told:
    return Told()


def test_each_event_has_its_own_and_closes_it_in_reverse(told: Told) -> None:
    @told.container.inject
    async def handler(transaction: Any, connection: Any) -> object:
        told.lines.append("handle")
        return transaction

    async def main() -> None:
        async with told.container:
            assert await handler() is not await handler()

    run(main())
    once = ["acquire", "begin", "handle", "commit", "release"]
    assert told.lines == ["pool up", *once, *once, "pool down"]


class Raising:
    async def __aenter__(self) -> None: ...

    async def __aexit__(self, kind: object, error: BaseException, trace: object) -> bool:
        raise error


class Entered:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, kind: object, error: object, trace: object) -> bool:
        self.lines.append(f"left with {error!r}")
        return True


def swallow(told: Told) -> None:
    """Add services that try to keep the handler's exception to themselves."""

    @told.container.service(scope="event")
    async def swallowing(transaction: Any) -> AsyncIterator[str]:
        try:
            yield "object"
        except ValueError:
            told.lines.append("swallowed")

    @told.container.service(scope="event")
    def sync_swallowing(transaction: Any) -> Iterator[str]:
        try:
            yield "object"
        except ValueError:
            told.lines.append("swallowed too")

    told.container.service(scope="event")(Raising)
    told.container.service(name="entered", scope="event")(functools.partial(Entered, told.lines))


def test_an_exception_of_the_handler_is_thrown_in_and_goes_up(told: Told) -> None:
    swallow(told)

    @told.container.inject
    async def handler(swallowing: Any, sync_swallowing: Any, raising: Any, entered: Any) -> None:
        raise ValueError("mine")

    async def main() -> None:
        async with told.container:
            with pytest.raises(ValueError, match="mine") as caught:
                await handler()
            assert not hasattr(caught.value, "__notes__")

    run(main())
    assert told.lines[3:-1] == [
        "left with ValueError('mine')",
        "swallowed too",
        "swallowed",
        "rollback ValueError",
        "release",
    ]


def test_an_end_of_iteration_of_the_handler_is_thrown_in_too(told: Told) -> None:
    @told.container.inject
    async def handler(transaction: Any) -> None:
        raise StopAsyncIteration

    async def main() -> None:
        async with told.container:
            with pytest.raises(StopAsyncIteration) as caught:
                await handler()
            assert not hasattr(caught.value, "__notes__")

    run(main())
    assert "rollback StopAsyncIteration" in told.lines


def test_a_cancelled_event_rolls_back_and_stays_cancelled(told: Told) -> None:
    async def main() -> None:
        inside = asyncio.Event()

        @told.container.inject
        async def handler(transaction: Any) -> None:
            inside.set()
            await asyncio.Event().wait()

        async with told.container:
            task = asyncio.create_task(handler())
            await inside.wait()
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()

    run(main())
    assert told.lines[-3:] == ["rollback CancelledError", "release", "pool down"]


def test_a_cancellation_while_closing_closes_the_rest_and_goes_up(told: Told) -> None:
    async def main() -> None:
        closing = asyncio.Event()

        @told.container.service(scope="event")
        async def slow(transaction: Any) -> AsyncIterator[str]:
            try:
                yield "object"
            finally:
                closing.set()
                await asyncio.Event().wait()

        @told.container.inject
        async def handler(slow: Any) -> None:
            raise ValueError("mine")

        async with told.container:
            task = asyncio.create_task(handler())
            await closing.wait()
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()

    run(main())
    assert told.lines[-3:] == ["rollback ValueError", "release", "pool down"]


def test_a_failed_commit_goes_up_as_it_is_and_rolls_back_what_is_around(told: Told) -> None:
    @told.container.service(scope="event")
    async def unit(transaction: Any) -> AsyncIterator[str]:
        yield "object"
        raise OSError("no commit")

    @told.container.inject
    async def handler(unit: Any) -> None: ...

    async def main() -> None:
        async with told.container:
            with pytest.raises(OSError, match="no commit"):
                await handler()

    run(main())
    assert told.lines[-3:] == ["rollback OSError", "release", "pool down"]


def test_two_failures_at_the_end_come_together_and_a_handlers_own_comes_first(told: Told) -> None:
    for label in ("one", "two"):

        async def failing(pool: Any, label: str = label) -> AsyncIterator[str]:
            try:
                yield label
            finally:
                raise OSError(label)

        told.container.service(failing, name=label, scope="event")

    @told.container.inject
    async def handler(one: Any, two: Any, fail: bool) -> None:
        if fail:
            raise ValueError("mine")

    async def main() -> None:
        async with told.container:
            with pytest.raises(ExceptionGroup) as group:
                await handler(fail=False)
            assert [str(error) for error in group.value.exceptions] == ["two", "one"]
            with pytest.raises(ValueError, match="mine") as own:
                await handler(fail=True)
            assert "two" in own.value.__notes__[0] and "one" in own.value.__notes__[1]

    run(main())


def test_ten_parallel_asks_inside_one_event_make_one(told: Told) -> None:
    @told.container.inject
    async def inner(transaction: Any) -> object:
        return transaction

    @told.container.inject
    async def outer(connection: Any) -> set[object]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(inner()) for _ in range(5)]
        more = await asyncio.gather(*(inner() for _ in range(5)))
        return {*more, *(task.result() for task in tasks)}

    async def main() -> None:
        async with told.container:
            assert len(await outer()) == 1

    run(main())
    assert told.lines == ["pool up", "acquire", "begin", "commit", "release", "pool down"]


def test_a_call_inside_an_event_shares_what_the_event_has(told: Told) -> None:
    @told.container.inject
    async def inner(transaction: Any) -> object:
        return transaction

    @told.container.inject
    async def outer(transaction: Any) -> bool:
        return await inner() is transaction

    async def main() -> None:
        async with told.container:
            assert await outer()

    run(main())


def test_a_late_ask_gets_the_events_exception_too(told: Told) -> None:
    @told.container.inject
    async def inner(transaction: Any) -> None: ...

    @told.container.inject
    async def outer(connection: Any) -> None:
        await inner()
        raise ValueError("mine")

    async def main() -> None:
        async with told.container:
            with pytest.raises(ValueError, match="mine"):
                await outer()

    run(main())
    assert told.lines[-3:] == ["rollback ValueError", "release", "pool down"]


def test_a_failed_late_commit_goes_up(told: Told) -> None:
    @told.container.service(scope="event")
    async def unit(connection: Any) -> AsyncIterator[str]:
        yield "object"
        raise OSError("no commit")

    @told.container.inject
    async def inner(unit: Any) -> None: ...

    @told.container.inject
    async def outer(connection: Any) -> None:
        await inner()

    async def main() -> None:
        async with told.container:
            with pytest.raises(OSError, match="no commit"):
                await outer()

    run(main())


def test_a_task_that_outlives_its_event_opens_an_event_of_its_own(told: Told) -> None:
    async def main() -> None:
        ended = asyncio.Event()

        @told.container.inject
        async def inner(transaction: Any) -> object:
            return transaction

        async def later() -> object:
            await ended.wait()
            return await inner()

        @told.container.inject
        async def outer(transaction: Any) -> tuple[object, asyncio.Task[object]]:
            return transaction, asyncio.create_task(later())

        async with told.container:
            first, task = await outer()
            ended.set()
            assert await task is not first

    run(main())


def test_an_ask_that_is_open_when_its_event_ends_is_closed(told: Told) -> None:
    async def main() -> None:
        starting = asyncio.Event()

        @told.container.service(scope="event")
        async def hanging() -> str:
            starting.set()
            await asyncio.Event().wait()
            return "never"

        @told.container.inject
        async def inner(hanging: Any) -> None: ...

        @told.container.inject
        async def outer(connection: Any) -> asyncio.Task[None]:
            task = asyncio.create_task(inner())
            await starting.wait()
            return task

        async with told.container:
            task = await outer()
            with pytest.raises(ServiceClosed, match="its event (is ending|has ended)"):
                await task

    run(main())


def test_what_the_caller_gives_is_not_made_nor_is_what_it_needs(told: Told) -> None:
    @told.container.inject
    async def handler(transaction: Any, pool: Any) -> object:
        return transaction

    async def main() -> None:
        async with told.container:
            assert await handler("given") == "given"

    run(main())
    assert told.lines == ["pool up", "pool down"]


def test_a_start_that_fails_for_an_event_names_the_path_and_closes_what_was_made(told: Told) -> None:
    @told.container.service(scope="event", start_within="10ms")
    async def hanging(transaction: Any) -> None:
        await asyncio.Event().wait()

    @told.container.service
    def broken() -> None:
        raise OSError("broken")

    @told.container.service(scope="event")
    def needing(transaction: Any, broken: Any) -> None: ...

    async def first(hanging: Any) -> None: ...

    async def second(needing: Any) -> None: ...

    async def main() -> None:
        async with told.container:
            with pytest.raises(ServiceUnavailable, match="hanging: .*longer than 0.01 s"):
                await told.container.inject(first)()
            with pytest.raises(ServiceUnavailable, match="needing -> broken: .*OSError: broken") as caught:
                await told.container.inject(second)()
            assert isinstance(caught.value.__cause__, OSError)

    run(main())
    assert told.lines.count("release") == told.lines.count("rollback ServiceUnavailable") == 2


def test_an_events_service_that_asks_for_itself_is_told(told: Told) -> None:
    @told.container.service(scope="event")
    async def again() -> object:
        return await ask()

    @told.container.inject
    async def ask(again: Any) -> None: ...

    async def main() -> None:
        async with told.container:
            with pytest.raises(ServiceUnavailable, match="asks for itself while it is being made"):
                await ask()

    run(main())


def test_prepare_starts_what_the_services_of_events_need(told: Told) -> None:
    async def handler(transaction: Any) -> None: ...

    async def main() -> None:
        async with told.container:
            await told.container.prepare([handler])
            assert told.lines == ["pool up"]

    run(main())


def test_a_fault_behind_an_event_is_told_by_the_call(told: Told) -> None:
    @told.container.service(scope="event")
    def wrong(nothing: Any) -> None: ...

    @told.container.inject
    async def handler(wrong: Any) -> None: ...

    async def main() -> None:
        async with told.container:
            with pytest.raises(WiringError, match="nothing fills the parameter 'nothing'"):
                await handler()

    run(main())


def test_two_containers_have_events_of_their_own(told: Told) -> None:
    other = Told()

    @other.container.inject
    async def inner(transaction: Any) -> object:
        return transaction

    @told.container.inject
    async def outer(transaction: Any) -> bool:
        return await inner() is not transaction

    async def main() -> None:
        async with told.container, other.container:
            assert await outer()

    run(main())
    assert other.lines == told.lines
