"""How long a service holds its resource: idle stops, repeated starts, cool-downs, and what can be seen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import pytest
from packages.di.tests.clock import Clock, turns

from cordio_di import Container, ServiceUnavailable, WiringError

Start = Callable[[], Coroutine[object, object, object]]


class Told:
    """A container with services that tell what happens to them: handlers use orders, orders uses pool."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: list[str] = []
        self.container = Container(discover=False)
        self.container.service(self.pool, idle="60s")
        self.container.service(self.orders, idle="60s")

    async def pool(self) -> AsyncIterator[str]:
        self.lines.append("pool up")
        yield "pool"
        self.lines.append("pool down")

    async def orders(self, pool: str) -> AsyncIterator[str]:
        self.lines.append("orders up")
        yield f"orders in {pool}"
        self.lines.append("orders down")

    def status(self, name: str) -> str:
        return self.container.states()[name].status


@pytest.fixture
def told() -> Told:
    return Told()


def test_an_idle_service_is_stopped_and_starts_again_at_its_next_use(told: Told) -> None:
    @told.container.inject
    async def handler(pool: Any) -> object:
        return pool

    async def main() -> None:
        async with told.container:
            assert await handler() == "pool"
            await told.clock.pass_(50)
            assert await handler() == "pool"
            await told.clock.pass_(50)
            assert told.lines == ["pool up"], "it was used meanwhile"
            await told.clock.pass_(30)
            assert told.lines == ["pool up", "pool down"]
            assert told.status("pool") == "idle-stopped"
            assert await asyncio.gather(*(handler() for _ in range(5))) == ["pool"] * 5
        assert told.lines == ["pool up", "pool down"] * 2

    told.clock.run(main)


@pytest.mark.parametrize("prepared", [True, False])
def test_a_service_is_not_stopped_while_a_call_uses_it(told: Told, prepared: bool) -> None:
    @told.container.inject
    async def handler(go: asyncio.Event, pool: Any) -> None:
        await go.wait()
        assert told.status("pool") == "up"

    async def main() -> None:
        async with told.container:
            if prepared:
                await told.container.prepare([handler])
            go = asyncio.Event()
            calls = [asyncio.create_task(handler(go)) for _ in range(2)]
            await told.clock.pass_(600, step=15)
            assert told.lines == ["pool up"]
            calls[0].cancel()
            await told.clock.pass_(600, step=15)
            assert told.lines == ["pool up"], "each call has a lease of its own"
            go.set()
            await told.clock.pass_(90)
            assert told.lines == ["pool up", "pool down"]
            await calls[1]

    told.clock.run(main)


def test_a_service_that_is_ready_is_held_while_the_call_waits_for_another(told: Told) -> None:
    slow = asyncio.Event()

    @told.container.service
    async def other() -> None:
        await slow.wait()

    @told.container.inject
    async def handler(pool: Any, other: Any) -> str:
        return told.status("pool")

    async def main() -> None:
        async with told.container:
            call = asyncio.create_task(handler())
            await told.clock.pass_(55)
            slow.set()
            assert await call == "up"
            await told.clock.pass_(55)
            assert told.lines == ["pool up"]

    told.clock.run(main)


def test_an_event_holds_what_its_services_were_made_with(told: Told) -> None:
    @told.container.service(scope="event")
    async def transaction(pool: str) -> AsyncIterator[str]:
        yield f"transaction in {pool}"
        told.lines.append("commit")

    @told.container.inject
    async def handler(go: asyncio.Event, transaction: Any) -> None:
        await go.wait()

    async def main() -> None:
        async with told.container:
            go = asyncio.Event()
            call = asyncio.create_task(handler(go))
            await told.clock.pass_(600, step=15)
            assert told.lines == ["pool up"]
            go.set()
            await call
            await told.clock.pass_(90)
            assert told.lines == ["pool up", "commit", "pool down"]

    told.clock.run(main)


def test_services_idle_from_the_top_and_what_they_need_idles_after_them(told: Told) -> None:
    @told.container.inject
    async def handler(orders: Any) -> object:
        return orders

    async def main() -> None:
        async with told.container:
            await handler()
            await told.clock.pass_(80)
            assert told.lines[2:] == ["orders down"]
            await told.clock.pass_(80)
            assert told.lines[2:] == ["orders down", "pool down"]
            assert await handler() == "orders in pool"

    told.clock.run(main)


def test_a_use_while_an_idle_stop_is_going_on_waits_for_it_and_starts_afresh() -> None:
    clock, container, lines, gate = Clock(), Container(discover=False), list[str](), asyncio.Event()

    @container.service(idle="4s")
    async def pool() -> AsyncIterator[str]:
        lines.append("up")
        yield "pool"
        await gate.wait()
        lines.append("down")

    @container.inject
    async def handler(pool: Any) -> object:
        return pool

    async def main() -> None:
        async with container:
            await handler()
            await clock.pass_(6)
            assert container.states()["pool"].status == "idle-stopped"
            again = asyncio.create_task(handler())
            await turns()
            assert lines == ["up"]
            gate.set()
            assert await again == "pool" and lines == ["up", "down", "up"]

    clock.run(main)


def test_idle_stops_that_fail_are_told_once_a_service_at_the_end() -> None:
    clock, container = Clock(), Container(discover=False)

    @container.service(idle="4s")
    async def pool() -> AsyncIterator[str]:
        yield "pool"
        raise OSError("broken pipe")

    @container.inject
    async def handler(pool: Any) -> None: ...

    async def main() -> None:
        async with container:
            for _ in range(3):
                await handler()
                await clock.pass_(6)

    with pytest.raises(ExceptionGroup) as caught:
        clock.run(main)
    assert [str(failure).partition(": ")[2] for failure in caught.value.exceptions] == ["OSError: broken pipe"]


def test_a_health_question_puts_no_idle_stop_off_and_starts_nothing(told: Told) -> None:
    asked: list[str] = []

    class Asked:
        async def health(self) -> None:
            asked.append("health")

    told.container.service(Asked, name="well", idle="60s")

    @told.container.inject
    async def handler(well: Asked) -> None: ...

    async def main() -> None:
        async with told.container:
            await handler()
            for _ in range(8):
                await told.clock.pass_(10)
                await told.container.health()
            assert told.status("well") == "idle-stopped"
            assert await told.container.health() == {} and 5 <= len(asked) < 8

    told.clock.run(main)


@pytest.mark.parametrize("option", [{"idle": "5m"}, {"cool_down": "1s"}, {"retry": lambda start: start}])
def test_only_services_of_the_application_are_held(option: Any) -> None:
    with pytest.raises(WiringError, match="scope='app'"):
        Container().service(scope="event", **option)(Told)


def twice(start: Start) -> Callable[[], Awaitable[object]]:
    async def repeated() -> object:
        try:
            return await start()
        except OSError:  # a limit that is over is one too
            return await start()

    return repeated


def test_a_start_is_repeated_by_a_scheme_each_attempt_within_its_limit() -> None:
    container, tries = Container(discover=False), list[str]()
    clock = Clock()

    @container.service(retry=twice, start_within="5s")
    async def pool() -> AsyncIterator[str]:
        tries.append("try")
        if len(tries) == 1:
            await asyncio.Event().wait()
        yield "pool"

    @container.inject
    async def handler(pool: Any) -> object:
        return pool

    async def main() -> None:
        async with container:
            users = [asyncio.create_task(handler()) for _ in range(3)]
            await clock.pass_(6)
            assert await asyncio.gather(*users) == ["pool"] * 3 and len(tries) == 2

    clock.run(main)


def test_the_last_failure_of_a_scheme_is_told_and_a_stop_ends_its_waiting() -> None:
    container, tries = Container(discover=False), list[str]()

    @container.service(retry=twice)
    async def broken() -> None:
        tries.append("try")
        raise OSError(f"number {len(tries)}")

    def for_ever(start: Start) -> Callable[[], Awaitable[object]]:
        async def repeated() -> object:
            tries.append(start.__name__)
            return await asyncio.Event().wait()

        return repeated

    @container.service(retry=for_ever)
    async def waiting() -> None: ...

    @container.service(retry=lambda start: asyncio.Event().wait if False else _other)
    async def odd() -> None: ...

    async def main() -> None:
        async with asyncio.timeout(5), container:
            with pytest.raises(ServiceUnavailable, match="OSError: number 2"):
                await container.inject(_handler("broken"))()
            with pytest.raises(ServiceUnavailable, match="its retry scheme does not return"):
                await container.inject(_handler("odd"))()
            call = asyncio.create_task(container.inject(_handler("waiting"))())
            await turns()
            assert tries[-1] == "start_of_waiting"
        await asyncio.wait([call])
        assert call.exception() is not None

    asyncio.run(main())


async def _other() -> object:
    return "another object"


def _handler(name: str) -> Any:
    names: dict[str, Any] = {}
    exec(f"async def handler({name}): return {name}", names)
    return names["handler"]


def test_after_a_failure_nothing_is_tried_before_the_cool_down_is_over() -> None:
    clock, container, tries = Clock(), Container(discover=False), list[str]()

    @container.service(cool_down="30s")
    async def pool() -> str:
        tries.append("try")
        if len(tries) == 1:
            raise OSError("refused")
        return "pool"

    @container.inject
    async def handler(pool: Any) -> object:
        return pool

    async def failure() -> ServiceUnavailable:
        with pytest.raises(ServiceUnavailable, match="OSError: refused") as caught:
            await handler()
        return caught.value

    async def main() -> None:
        async with container:
            first = await failure()
            await clock.pass_(29)
            second = await failure()
            assert second is not first and second.__cause__ is first.__cause__ and len(tries) == 1
            state = container.states()["pool"]
            assert (state.status, state.error) == ("failed", "OSError: refused")
            await clock.pass_(2)
            assert await handler() == "pool" and container.states()["pool"].status == "up"

    clock.run(main)


def test_the_states_of_a_service_are_visible() -> None:
    container, gate, starting = Container(discover=False), asyncio.Event(), asyncio.Event()
    seen: list[str] = []

    def look() -> None:
        seen.append(container.states()["pool"].status)

    @container.service
    async def pool() -> str:
        starting.set()
        await gate.wait()
        return "pool"

    @container.service
    def broken(pool: Any) -> None:
        raise OSError

    async def main() -> None:
        look()
        async with asyncio.timeout(5), container:
            call = asyncio.create_task(container.prepare([_handler("broken")]))
            await starting.wait()
            look()
            call.cancel()
            await asyncio.wait([call])
            look()
            gate.set()
            with pytest.raises(ServiceUnavailable):
                await container.prepare([_handler("broken")])
            look()
            await container.prepare([_handler("pool")])
            look()
        look()

    asyncio.run(main())
    assert seen == ["never started", "starting", "never started", "stopped", "up", "never started"]


def test_what_begins_to_need_a_service_while_that_is_stopping_waits_for_the_next_one(told: Told) -> None:
    gate = asyncio.Event()

    @told.container.service(idle="4s")
    async def base() -> AsyncIterator[str]:
        told.lines.append("base up")
        yield "base"
        await gate.wait()
        told.lines.append("base down")

    @told.container.service(idle="4s")
    async def above(base: str) -> str:
        return f"above {base}"

    async def main() -> None:
        async with told.container:
            await told.container.inject(_handler("base"))()
            await told.clock.pass_(6)
            call = asyncio.create_task(told.container.inject(_handler("above"))())
            await turns()
            gate.set()
            await turns()
            assert call.done() and call.result() == "above base"
            assert told.lines == ["base up", "base down", "base up"]

    told.clock.run(main)


def test_a_service_that_is_never_idle_may_not_hold_one_that_stops_when_idle(told: Told) -> None:
    @told.container.service
    def shop(orders: str) -> None: ...

    with pytest.raises(WiringError, match="'shop' an idle limit too, or take it from 'orders'") as caught:
        told.container.check([_handler("shop")])
    assert len(caught.value.problems) == 1
    told.container.check([_handler("orders")])
