"""Start and stop of the services of an application, when many ask and when things go wrong."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import pytest

from cordio_di import Container, ContainerInUse, ServiceClosed, ServiceUnavailable, StopFailed, WiringError

T = TypeVar("T")


def run(work: Coroutine[object, None, T]) -> T:
    async def limited() -> T:
        async with asyncio.timeout(5):
            return await work

    return asyncio.run(limited())


async def turns(count: int = 20) -> None:
    """Let everything that can go on go on."""
    for _ in range(count):
        await asyncio.sleep(0)


class Slow:
    """A factory that starts and ends when it is told to, and tells what happens."""

    def __init__(self, container: Container, name: str = "slow") -> None:
        self.told: list[str] = []
        self.go = asyncio.Event()
        self.error: BaseException | None = None
        self.starting = asyncio.Event()
        container.service(self.make, name=name)

    async def make(self) -> AsyncIterator[str]:
        self.told.append("start")
        self.starting.set()
        try:
            await self.go.wait()
            if self.error is not None:
                raise self.error
            yield "object"
        except asyncio.CancelledError:
            self.told.append("cancelled")
            raise
        finally:
            self.told.append("end")


@pytest.fixture
def container() -> Container:
    return Container(discover=False)


def test_a_hundred_first_users_make_one(container: Container) -> None:
    async def main() -> None:
        slow = Slow(container)

        @container.inject
        async def handler(slow: Any) -> object:
            return slow

        async with container:
            users = [asyncio.create_task(handler()) for _ in range(100)]
            await slow.starting.wait()
            slow.go.set()
            assert set(await asyncio.gather(*users)) == {"object"}
            assert slow.told == ["start"]

    run(main())


def test_a_slow_start_holds_up_nobody_but_its_users(container: Container) -> None:
    async def main() -> None:
        slow = Slow(container)
        container.value("ready", 1)

        @container.inject
        async def waiting(slow: Any) -> None: ...

        @container.inject
        async def quick(ready: Any) -> object:
            return ready

        async with container:
            task = asyncio.create_task(waiting())
            await slow.starting.wait()
            assert await quick() == 1
            slow.go.set()
            await task

    run(main())


def test_a_failed_start_is_told_to_all_waiters_at_once(container: Container) -> None:
    async def main() -> None:
        slow = Slow(container)
        slow.error = ConnectionError("refused")

        @container.inject
        async def handler(slow: Any) -> object:
            return slow

        async with container:
            users = [asyncio.create_task(handler()) for _ in range(40)]
            await slow.starting.wait()
            slow.go.set()
            failures = await asyncio.gather(*users, return_exceptions=True)
            assert slow.told == ["start", "end"], "one try for all"
            assert len({id(failure) for failure in failures}) == 40, "each has an exception of its own"
            for failure in failures:
                assert isinstance(failure, ServiceUnavailable)
                assert failure.__cause__ is slow.error
                assert "ConnectionError: refused" in str(failure)
            slow.error = None
            assert await handler() == "object", "the next ask tries again"

    run(main())


def test_a_cancelled_waiter_cancels_neither_the_start_nor_the_others(container: Container) -> None:
    async def main() -> None:
        slow = Slow(container)

        @container.inject
        async def handler(slow: Any) -> object:
            return slow

        async with container:
            users = [asyncio.create_task(handler()) for _ in range(10)]
            await slow.starting.wait()
            users[0].cancel()
            await turns()
            assert users[0].cancelled() and slow.told == ["start"]
            slow.go.set()
            assert await asyncio.gather(*users[1:]) == ["object"] * 9

    run(main())


def test_a_start_without_any_waiter_left_is_cancelled_and_the_next_ask_begins_anew(
    container: Container,
) -> None:
    async def main() -> None:
        slow = Slow(container)

        @container.service
        def user(slow: Any) -> str:
            return f"user of {slow}"

        @container.inject
        async def handler(user: Any) -> object:
            return user

        async with container:
            users = [asyncio.create_task(handler()) for _ in range(3)]
            await slow.starting.wait()
            for task in users:
                task.cancel()
            again = asyncio.create_task(handler())
            await asyncio.wait(users)
            await turns()
            assert slow.told in (["start"], ["start", "cancelled", "end", "start"])
            slow.go.set()
            assert await again == "user of object"

    run(main())


def test_a_start_that_nobody_waits_for_is_closed_at_once(container: Container) -> None:
    async def main() -> None:
        slow = Slow(container)

        @container.inject
        async def handler(slow: Any) -> None: ...

        async with container:
            task = asyncio.create_task(handler())
            await slow.starting.wait()
            task.cancel()
            await turns()
            assert slow.told == ["start", "cancelled", "end"]

    run(main())


def test_a_stop_during_a_start_cancels_it_and_closes_what_it_had_opened(container: Container) -> None:
    told = []

    async def main() -> None:
        @container.service
        async def below() -> AsyncIterator[str]:
            yield "below"
            told.append("below down")

        slow = Slow(container)

        @container.service
        def above(slow: Any, below: Any) -> None: ...

        @container.inject
        async def handler(above: Any) -> None: ...

        async with container:
            task = asyncio.create_task(handler())
            await slow.starting.wait()
        assert slow.told == ["start", "cancelled", "end"]
        assert told == ["below down"]
        with pytest.raises(ServiceClosed):
            await task

    run(main())


def test_independent_services_start_at_the_same_time(container: Container) -> None:
    async def main() -> None:
        first, second = Slow(container, "first"), Slow(container, "second")

        async def handler(first: Any, second: Any) -> None: ...

        async with container:
            preparing = asyncio.create_task(container.prepare([handler]))
            await first.starting.wait()
            await second.starting.wait()
            second.go.set()
            first.go.set()
            await preparing

    run(main())


def chain(container: Container, told: list[str]) -> None:
    @container.service
    async def settings() -> AsyncIterator[str]:
        told.append("settings up")
        yield "settings"
        told.append("settings down")

    @container.service
    async def pool(settings: str) -> AsyncIterator[str]:
        told.append("pool up")
        yield "pool"
        told.append("pool down")

    @container.service
    async def orders(pool: str) -> AsyncIterator[str]:
        told.append("orders up")
        yield "orders"
        told.append("orders down")

    @container.service
    async def unused(pool: str) -> AsyncIterator[str]:
        told.append("unused up")
        yield "unused"


def test_prepare_starts_exactly_what_is_reached_and_stop_goes_the_other_way(container: Container) -> None:
    told: list[str] = []
    chain(container, told)

    async def handler(number: int, orders: str) -> None: ...

    async def main() -> None:
        async with container:
            await container.prepare([handler])
            assert told == ["settings up", "pool up", "orders up"]
            await container.prepare([handler])
        assert told[3:] == ["orders down", "pool down", "settings down"]

    run(main())


def test_a_failed_prepare_names_the_path_and_stops_what_had_started(container: Container) -> None:
    told: list[str] = []

    @container.service
    async def other() -> AsyncIterator[str]:
        told.append("other up")
        yield "other"
        told.append("other down")

    @container.service
    def settings(other: str) -> str:
        raise OSError("no file")

    @container.service
    def pool(settings: str) -> str:
        return "pool"

    @container.service
    def orders(pool: str) -> str:
        return "orders"

    async def handler(pool: str, orders: str) -> None: ...

    async def main() -> None:
        async with container:
            with pytest.raises(
                ServiceUnavailable, match="orders -> pool -> settings: .*OSError: no file"
            ) as caught:
                await container.prepare([handler])
            assert caught.value.path == ("orders", "pool", "settings")
            assert isinstance(caught.value.__cause__, OSError)
            assert told == ["other up", "other down"]

    run(main())


def test_a_failed_prepare_leaves_alone_what_was_up_before(container: Container) -> None:
    told: list[str] = []
    chain(container, told)

    @container.service
    def broken(pool: str) -> None:
        raise OSError("broken")

    async def main() -> None:
        async with container:
            await container.inject(_handler_of("pool"))()
            with pytest.raises(ServiceUnavailable):
                await container.prepare([_handler_of("broken")])
            assert told == ["settings up", "pool up"]

    run(main())


def test_a_failed_prepare_leaves_alone_what_others_began_to_use_meanwhile(container: Container) -> None:
    told: list[str] = []
    chain(container, told)

    async def main() -> None:
        slow = Slow(container)
        slow.error = OSError("broken")
        async with container:
            preparing = asyncio.create_task(container.prepare([_handler_of("slow"), _handler_of("pool")]))
            await slow.starting.wait()
            await container.inject(_handler_of("orders"))()
            slow.go.set()
            with pytest.raises(ServiceUnavailable):
                await preparing
            assert told == ["settings up", "pool up", "orders up"]

    run(main())


def test_a_cancelled_prepare_stops_what_had_started(container: Container) -> None:
    told: list[str] = []
    chain(container, told)

    async def main() -> None:
        slow = Slow(container)

        async def handler(slow: Any, orders: Any) -> None: ...

        async with container:
            task = asyncio.create_task(container.prepare([handler]))
            await slow.starting.wait()
            await turns()
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled() and slow.told[-1] == "end"
            assert told[-3:] == ["orders down", "pool down", "settings down"]

    run(main())


def test_every_stop_runs_and_all_failures_come_together(container: Container) -> None:
    told: list[str] = []

    @container.service
    async def base() -> AsyncIterator[str]:
        yield "base"
        told.append("base down")

    @container.service
    async def failing(base: str) -> AsyncIterator[str]:
        yield "failing"
        raise OSError("broken pipe")

    @container.service
    async def cancelled(failing: str) -> AsyncIterator[str]:
        yield "cancelled"
        raise asyncio.CancelledError

    @container.service(stop_within="10ms")
    async def hanging(cancelled: str) -> AsyncIterator[str]:
        yield "hanging"
        await asyncio.Event().wait()

    async def handler(hanging: str) -> None: ...

    async def main() -> None:
        with pytest.raises(ExceptionGroup) as caught:
            async with container:
                await container.prepare([handler])
        failures = caught.value.exceptions
        names = [failure.name for failure in failures if isinstance(failure, StopFailed)]
        assert names == ["hanging", "cancelled", "failing"]
        assert "longer than 0.01 s" in str(failures[0])
        assert isinstance(failures[2].__cause__, OSError)
        assert told == ["base down"]

    run(main())


def test_an_exception_of_the_application_is_kept_when_a_stop_fails_too(container: Container) -> None:
    @container.service
    async def failing() -> AsyncIterator[str]:
        yield "failing"
        raise OSError("broken pipe")

    async def handler(failing: str) -> None: ...

    async def main() -> None:
        with pytest.raises(ValueError, match="mine") as caught:
            async with container:
                await container.prepare([handler])
                raise ValueError("mine")
        assert "broken pipe" in caught.value.__notes__[0]

    run(main())


def test_a_stop_goes_on_under_cancellation(container: Container) -> None:
    async def main() -> None:
        gate, stopping, told = asyncio.Event(), asyncio.Event(), []

        @container.service
        async def slow_stop() -> AsyncIterator[str]:
            yield "object"
            stopping.set()
            await gate.wait()
            told.append("down")
            raise OSError("late")

        async def handler(slow_stop: str) -> None: ...

        async def application() -> None:
            async with container:
                await container.prepare([handler])

        task = asyncio.create_task(application())
        await stopping.wait()
        task.cancel()
        await turns()
        assert not task.done()
        gate.set()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert told == ["down"] and "late" in caught.value.__notes__[0]

    run(main())


def test_a_start_has_a_limit(container: Container) -> None:
    @container.service(start_within="10ms")
    async def hanging() -> None:
        await asyncio.Event().wait()

    @container.service
    async def own_limit() -> None:
        raise TimeoutError("of its own")

    async def main() -> None:
        async with container:
            with pytest.raises(ServiceUnavailable, match="it took longer than 0.01 s"):
                await container.inject(_handler_of("hanging"))()
            with pytest.raises(ServiceUnavailable, match="TimeoutError: of its own"):
                await container.inject(_handler_of("own_limit"))()

    run(main())


def _handler_of(name: str) -> Any:
    names: dict[str, Any] = {}
    exec(f"async def handler({name}): return {name}", names)
    return names["handler"]


def test_a_cancellation_from_inside_a_start_is_a_failure_and_poisons_nothing(container: Container) -> None:
    tries: list[int] = []

    @container.service
    async def odd() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise asyncio.CancelledError
        return "object"

    async def main() -> None:
        async with container:
            handler = container.inject(_handler_of("odd"))
            with pytest.raises(ServiceUnavailable, match="CancelledError"):
                await handler()
            assert await handler() == "object"

    run(main())


def test_after_the_stop_a_service_is_closed_and_opening_again_makes_it_afresh(container: Container) -> None:
    made: list[object] = []

    @container.service
    def thing() -> object:
        made.append(object())
        return made[-1]

    handler = container.inject(_handler_of("thing"))

    async def use() -> object:
        async with container:
            return await handler()

    async def main() -> None:
        first = await use()
        with pytest.raises(ServiceClosed):
            await handler()
        assert await use() is not first

    run(main())
    run(main())
    assert len(made) == 4, "two event loops one after another"


def test_an_open_container_is_opened_by_nobody_else(container: Container) -> None:
    container.value("thing", 1)
    handler = container.inject(_handler_of("thing"))

    async def main() -> None:
        async with container:
            with pytest.raises(ContainerInUse, match="already open"):
                await container.__aenter__()
            with pytest.raises(ContainerInUse, match="another event loop"):
                await asyncio.to_thread(lambda: asyncio.run(handler()))

    run(main())


def test_a_container_whose_loop_died_opens_again(container: Container) -> None:
    @container.service
    def thing() -> object:
        return object()

    handler = container.inject(_handler_of("thing"))

    async def left_open() -> object:
        await container.__aenter__()
        return await handler()

    async def main() -> object:
        async with container:
            return await handler()

    assert run(left_open()) is not run(main())


variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="clean")


def test_a_service_starts_and_stops_in_one_task_with_a_clean_context(container: Container) -> None:
    seen: list[object] = []

    @container.service
    async def client() -> AsyncIterator[asyncio.TaskGroup]:
        async with asyncio.TaskGroup() as group:
            seen.append((asyncio.current_task(), variable.get()))
            yield group
            seen.append((asyncio.current_task(), variable.get()))

    @container.inject
    async def handler(client: asyncio.TaskGroup) -> None:
        client.create_task(asyncio.sleep(0))

    async def event() -> None:
        variable.set("of the first event")
        await handler()

    async def main() -> None:
        async with container:
            await asyncio.create_task(event())
        assert seen[0] == seen[1]
        assert isinstance(seen[0], tuple) and seen[0][1] == "clean"

    run(main())


def test_a_factory_may_ask_the_container(container: Container) -> None:
    @container.service
    def inner() -> str:
        return "inner"

    ask = container.inject(_handler_of("inner"))

    @container.service
    async def outer() -> str:
        return f"outer with {await ask()}"

    async def main() -> None:
        async with container:
            assert await container.inject(_handler_of("outer"))() == "outer with inner"

    run(main())


def test_a_loop_made_by_asking_is_found_and_named(container: Container) -> None:
    @container.service
    async def first() -> object:
        return await container.inject(_handler_of("second"))()

    @container.service
    async def second(third: Any) -> object: ...

    @container.service
    async def third() -> object:
        return await container.inject(_handler_of("first"))()

    async def main() -> None:
        async with container:
            with pytest.raises(ServiceUnavailable, match="third -> first -> second -> third") as caught:
                await container.inject(_handler_of("first"))()
            assert isinstance(caught.value.__cause__, WiringError)

    run(main())


def test_faults_that_nobody_checked_are_told_by_the_start(container: Container) -> None:
    @container.service
    def orders(nothing: Any) -> None: ...

    async def main() -> None:
        async with container:
            with pytest.raises(ServiceUnavailable, match="nothing fills the parameter 'nothing'"):
                await container.inject(_handler_of("orders"))()
            with pytest.raises(WiringError):
                await container.prepare([_handler_of("orders")])

    run(main())
