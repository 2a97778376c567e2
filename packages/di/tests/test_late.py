"""What goes on past its limit, and what breaks while it is up, is told with its name and place."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from packages.di.tests.clock import Clock, turns

from cordio_di import Container, ServiceUnavailable, StopFailed


@pytest.fixture
def container() -> Container:
    return Container(discover=False)


async def stubborn(told: list[str]) -> None:
    """Wait until cancelled, and keep that to itself."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        told.append("cancelled")


@pytest.mark.parametrize("scope", ["app", "event"])
def test_a_start_that_keeps_its_cancellation_to_itself_is_late_and_closed_again(
    container: Container, scope: str
) -> None:
    told: list[str] = []

    @container.service(start_within="5s", scope=scope)
    async def pool() -> AsyncIterator[str]:
        await stubborn(told)
        yield "pool"
        told.append("closed")

    @container.inject
    async def handler(pool: Any) -> None:
        told.append("called")

    clock = Clock()

    async def main() -> None:
        async with container:
            call = asyncio.create_task(handler())
            await turns()
            await clock.pass_(6)
            with pytest.raises(ServiceUnavailable) as caught:
                await call
            assert str(caught.value).startswith(f"pool: {pool.__qualname__} (")
            assert "longer than 5 s, and went on after its cancellation" in str(caught.value)
            if scope == "app":
                assert container.states()["pool"].status == "failed"

    clock.run(main)
    assert told == ["cancelled", "closed"]


def test_a_stop_that_keeps_its_cancellation_to_itself_is_told_with_its_name_and_place(
    container: Container,
) -> None:
    told: list[str] = []

    @container.service(stop_within="5s")
    async def pool() -> AsyncIterator[str]:
        yield "pool"
        await stubborn(told)

    async def handler(pool: Any) -> None: ...

    clock = Clock()

    async def life() -> None:
        async with container:
            await container.prepare([handler])

    async def main() -> None:
        task = asyncio.create_task(life())
        await turns()
        await clock.pass_(6)
        with pytest.raises(ExceptionGroup) as caught:
            await task
        [failure] = caught.value.exceptions
        assert isinstance(failure, StopFailed) and (failure.name, told) == ("pool", ["cancelled"])
        assert failure.place in str(failure)
        assert "longer than 5 s, and went on after its cancellation" in str(failure)

    clock.run(main)


def test_a_stop_of_an_event_that_keeps_its_cancellation_to_itself_is_told(container: Container) -> None:
    @container.service(stop_within="5s", scope="event")
    async def transaction() -> AsyncIterator[str]:
        yield "transaction"
        await stubborn([])

    @container.inject
    async def handler(transaction: Any) -> None: ...

    clock = Clock()

    async def main() -> None:
        async with container:
            call = asyncio.create_task(handler())
            await turns()
            await clock.pass_(6)
            with pytest.raises(TimeoutError, match="went on after its cancellation") as caught:
                await call
            assert "while the service 'transaction'" in caught.value.__notes__[0]

    clock.run(main)


def test_a_service_whose_task_group_breaks_is_failed_at_once_and_its_users_start_anew_with_it(
    container: Container,
) -> None:
    told: list[str] = []

    @container.service
    async def group() -> AsyncIterator[asyncio.TaskGroup]:
        async with asyncio.TaskGroup() as made:
            told.append("group up")
            yield made

    @container.service
    async def worker(group: Any) -> AsyncIterator[object]:
        told.append("worker up")
        yield group
        told.append("worker down")

    @container.service
    async def boss(worker: Any) -> AsyncIterator[object]:
        yield worker
        told.append("boss down")

    @container.inject
    async def crash(boss: Any) -> object:
        async def bug() -> None:
            raise ValueError("bug")

        boss.create_task(bug())
        await turns()
        return boss

    @container.inject
    async def use(boss: Any, group: Any) -> object:
        assert boss is group
        return group

    async def main() -> None:
        async with container:
            first = await crash()
            state = container.states()["group"]
            assert state.status == "failed" and "ValueError: bug" in str(state.error)
            assert container.states()["worker"].status == "stopped"
            assert told == ["group up", "worker up", "boss down", "worker down"]
            health = await container.health()
            assert health["group"].state == "up", "it was tried again, as what has failed is"
            assert (await use()) is not first
            await crash()
            assert container.states()["group"].status == "failed"

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(main())
    [failure] = caught.value.exceptions
    assert isinstance(failure, StopFailed) and "ValueError: bug" in str(failure)


def test_a_service_that_broke_and_does_not_start_again_is_down(container: Container) -> None:
    starts: list[int] = []

    @container.service
    async def group() -> AsyncIterator[asyncio.TaskGroup]:
        starts.append(1)
        if len(starts) > 1:
            raise OSError("refused")
        async with asyncio.TaskGroup() as made:
            yield made

    @container.inject
    async def crash(group: Any) -> None:
        async def bug() -> None:
            raise ValueError("bug")

        group.create_task(bug())
        await turns()

    async def main() -> None:
        async with container:
            await crash()
            health = (await container.health())["group"]
            assert (health.status, health.state) == ("down", "failed")
            assert "OSError: refused" in str(health.error)

    with pytest.raises(ExceptionGroup):
        asyncio.run(main())


def test_a_service_whose_own_task_is_cancelled_is_failed_with_a_reason(container: Container) -> None:
    owners: list[Any] = []

    @container.service
    async def pool() -> AsyncIterator[str]:
        owners.append(asyncio.current_task())
        yield "pool"

    @container.inject
    async def use(pool: Any) -> object:
        return pool

    async def main() -> None:
        async with container:
            await use()
            owners[0].cancel()
            await turns()
            state = container.states()["pool"]
            assert (state.status, state.error) == ("failed", "its task was cancelled while it was up")
            assert await use() == "pool"

    asyncio.run(main())
    assert len(owners) == 2


def test_a_late_start_that_cannot_be_closed_either_tells_both(container: Container) -> None:
    @container.service(start_within="5s")
    async def pool() -> AsyncIterator[str]:
        await stubborn([])
        yield "pool"
        raise OSError("broken pipe")

    @container.inject
    async def handler(pool: Any) -> None: ...

    clock = Clock()

    async def main() -> None:
        async with container:
            call = asyncio.create_task(handler())
            await turns()
            await clock.pass_(6)
            with pytest.raises(ServiceUnavailable, match="went on after its cancellation") as caught:
                await call
            cause = caught.value.__cause__
            assert isinstance(cause, TimeoutError)
            assert cause.__notes__ == ["besides, its stop failed: OSError: broken pipe"]

    clock.run(main)


def test_whatever_was_made_with_a_broken_service_ends_once_users_first(container: Container) -> None:
    told: list[str] = []

    @container.service
    async def group() -> AsyncIterator[asyncio.TaskGroup]:
        async with asyncio.TaskGroup() as made:
            yield made

    @container.service
    async def left(group: Any) -> AsyncIterator[object]:
        yield group
        told.append("left")

    @container.service
    async def right(group: Any) -> AsyncIterator[object]:
        yield group
        told.append("right")

    @container.service
    async def top(left: Any, right: Any) -> AsyncIterator[object]:
        yield left
        told.append("top")

    @container.inject
    async def crash(top: Any) -> None:
        async def bug() -> None:
            raise ValueError("bug")

        top.create_task(bug())
        await turns()

    async def main() -> None:
        async with container:
            await crash()
            assert told[0] == "top" and sorted(told) == ["left", "right", "top"]
            assert container.states()["group"].status == "failed"

    with pytest.raises(ExceptionGroup):
        asyncio.run(main())
    assert len(told) == 3
