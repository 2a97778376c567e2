"""How services are."""

import asyncio
import contextlib

import pytest

from cordio_di import Container, Health, ServiceUnavailable


def test_started_services_are_asked_at_the_same_time_each_with_a_limit() -> None:
    container = Container(discover=False)
    both = asyncio.Barrier(2)

    class Waiting:
        async def health(self) -> None:
            await both.wait()

    @container.service
    class Well(Waiting):
        pass

    @container.service
    class AlsoWell(Waiting):
        pass

    @container.service
    class Ill:
        async def health(self) -> None:
            raise ConnectionError("refused")

    @container.service
    class Stuck:
        async def health(self) -> None:
            await asyncio.Event().wait()

    @container.service
    class Odd:
        async def health(self) -> None:
            raise asyncio.CancelledError

    @container.service
    class Silent:
        health = "no method"

    @container.service
    class Unused:
        async def health(self) -> None: ...

    async def handler(
        well: Well, also_well: AlsoWell, ill: Ill, stuck: Stuck, odd: Odd, silent: Silent
    ) -> None: ...

    async def main() -> dict[str, Health]:
        async with asyncio.timeout(5), container:
            assert await container.health() == {}
            await container.prepare([handler])
            return await container.health(within="50ms")

    found = asyncio.run(main())
    assert {name: (health.status, health.error) for name, health in found.items()} == {
        "well": ("up", None),
        "also_well": ("up", None),
        "ill": ("down", "ConnectionError: refused"),
        "stuck": ("down", "TimeoutError: it took longer than 0.05 s"),
        "odd": ("down", "CancelledError"),
    }
    assert all(health.took >= 0 for health in found.values())


def test_a_cancelled_question_is_cancelled() -> None:
    container = Container(discover=False)
    asking = asyncio.Event()

    @container.service
    class Stuck:
        async def health(self) -> None:
            asking.set()
            await asyncio.Event().wait()

    async def handler(stuck: Stuck) -> None: ...

    async def main() -> None:
        async with asyncio.timeout(5), container:
            await container.prepare([handler])
            task = asyncio.create_task(container.health())
            await asking.wait()
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()

    asyncio.run(main())


def test_an_exception_may_say_that_the_application_is_well_all_the_same() -> None:
    class Soon(Exception):
        optional = True

    container = Container(discover=False)

    @container.service
    class Certificate:
        async def health(self) -> None:
            raise Soon("it runs out tomorrow")

    @container.inject
    async def handler(certificate: Certificate) -> None: ...

    async def main() -> Health:
        async with asyncio.timeout(5), container:
            await handler()
            return (await container.health())["certificate"]

    found = asyncio.run(main())
    assert (found.status, found.optional, found.error) == ("down", True, "Soon: it runs out tomorrow")


def test_a_service_has_a_limit_of_its_own_and_may_be_optional() -> None:
    container = Container(discover=False)

    @container.service(health_within="10ms", optional=True)
    class Stuck:
        async def health(self) -> None:
            await asyncio.Event().wait()

    @container.inject
    async def handler(stuck: Stuck) -> None: ...

    async def main() -> Health:
        async with asyncio.timeout(5), container:
            await handler()
            return (await container.health(within=60))["stuck"]

    found = asyncio.run(main())
    assert (found.status, found.state, found.optional) == ("down", "up", True)
    assert found.error == "TimeoutError: it took longer than 0.01 s"


def test_one_whose_start_has_failed_is_down_and_is_tried_again() -> None:
    container, tries = Container(discover=False), list[str]()

    @container.service
    def pool() -> str:
        tries.append("try")
        if len(tries) < 3:
            raise OSError("refused")
        return "pool"

    @container.inject
    async def handler(pool: str) -> None: ...

    async def main() -> None:
        async with asyncio.timeout(5), container:
            with pytest.raises(ServiceUnavailable):
                await handler()
            found = (await container.health())["pool"]
            assert (found.status, found.state) == ("down", "failed")
            assert "OSError: refused" in str(found.error)
            found = (await container.health())["pool"]
            assert (found.status, found.state) == ("up", "up")
            assert await container.health() == {}, "it can say nothing of itself"
            await handler()
            assert len(tries) == 3

    asyncio.run(main())


def test_a_check_that_keeps_its_cancellation_to_itself_is_down_at_its_limit_and_is_not_asked_twice() -> None:
    container = Container(discover=False)
    asked: list[str] = []
    end = asyncio.Event()

    @container.service
    class Stubborn:
        async def health(self) -> None:
            asked.append("stubborn")
            with contextlib.suppress(asyncio.CancelledError):
                await end.wait()
            await asyncio.wait_for(end.wait(), 1)

    async def handler(stubborn: Stubborn) -> None: ...

    async def main() -> None:
        async with asyncio.timeout(5), container:
            await container.prepare([handler])
            first = (await container.health(within="20ms"))["stubborn"]
            again = (await container.health(within="20ms"))["stubborn"]
            assert (first.status, first.error) == ("down", "TimeoutError: it took longer than 0.02 s")
            assert (again.status, again.error) == (
                "down",
                "TimeoutError: it has not answered since it was asked before",
            )
            assert asked == ["stubborn"]
            end.set()
        assert len(asyncio.all_tasks()) == 1, "the container has waited for it"

    asyncio.run(main())


def test_a_check_that_cannot_even_be_read_is_down_and_leaves_the_others_alone() -> None:
    container = Container(discover=False)

    @container.service
    class Broken:
        @property
        def health(self) -> None:
            raise LookupError("no such check")

    @container.service
    class Well:
        async def health(self) -> None: ...

    async def handler(broken: Broken, well: Well) -> None: ...

    async def main() -> dict[str, Health]:
        async with container:
            await container.prepare([handler])
            return await container.health()

    found = asyncio.run(main())
    assert {name: (health.status, health.error) for name, health in found.items()} == {
        "broken": ("down", "LookupError: no such check"),
        "well": ("up", None),
    }
