"""The end of an event: who stops may call, but opens no second event, and what is held is let go."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from packages.di.tests.clock import Clock

from cordio_di import Container, ContainerInUse, ServiceClosed

Told = list[str]


@pytest.fixture
def told() -> Told:
    return []


def _shop(container: Container, told: Told, late: bool = False) -> Any:
    """Return a handler whose transaction calls another handler when it stops."""

    @container.service(scope="event")
    async def session() -> AsyncIterator[str]:
        told.append("session up")
        yield "session"
        told.append("session down")

    @container.inject
    async def audit(session: Any) -> None:
        told.append(f"audit in {session}")

    @container.service(scope="event")
    async def transaction(session: Any) -> AsyncIterator[str]:
        yield "transaction"
        await audit()

    @container.inject
    async def read(transaction: Any) -> object:
        return transaction

    @container.inject
    async def begin(session: Any) -> object:
        return await read()

    return begin if late else read


WAYS = ["compiled", "scope", "task"]


@pytest.mark.parametrize("way", WAYS)
def test_a_call_in_the_stop_of_an_events_service_joins_the_event(told: Told, way: str) -> None:
    container = Container(discover=False)
    handler = _shop(container, told, late=way == "task")

    async def main() -> None:
        async with container:
            await handler()  # the first call of a handler may go another way
            del told[:]
            if way == "scope":
                async with container.scope():
                    await handler()
            else:
                await handler()

    asyncio.run(main())
    assert told == ["session up", "audit in session", "session down"]


@pytest.mark.parametrize("fails", [True, False])
def test_a_call_in_a_stop_joins_the_event_that_an_exception_ends_or_a_failed_stop(
    told: Told, fails: bool
) -> None:
    container = Container(discover=False)

    @container.service(scope="event")
    async def session() -> AsyncIterator[str]:
        told.append("session up")
        yield "session"
        told.append("session down")

    @container.inject
    async def audit(session: Any) -> None:
        told.append(f"audit in {session}")

    @container.service(scope="event")
    async def below(session: Any) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await audit()

    @container.service(scope="event")
    async def above(below: Any) -> AsyncIterator[None]:
        yield
        raise OSError("no commit")

    @container.inject
    async def handler(above: Any) -> None:
        if fails:
            raise ValueError("no handler")

    async def main() -> None:
        async with container:
            for _ in range(2):
                del told[:]
                with pytest.raises(ValueError if fails else OSError):
                    await handler()
                assert told[:2] == ["session up", "audit in session"] and told.count("session up") == 1

    asyncio.run(main())


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_made_any_more_for_an_event_that_ends(told: Told, way: str) -> None:
    container = Container(discover=False)

    @container.service(scope="event")
    async def late() -> str:
        told.append("late made")
        return "late"

    @container.inject
    async def audit(late: Any) -> None: ...

    @container.service(scope="event")
    async def transaction() -> AsyncIterator[str]:
        yield "transaction"
        await audit()

    @container.inject
    async def read(transaction: Any) -> None: ...

    @container.inject
    async def begin(other: Any) -> None:
        await read()

    @container.service(scope="event")
    async def other() -> str:
        return "other"

    async def main() -> None:
        async with container:
            for _ in range(2):
                with pytest.raises(ServiceClosed, match="'late' is closed: its event is ending"):
                    if way == "scope":
                        async with container.scope():
                            await read()
                    else:
                        await (begin if way == "task" else read)()

    asyncio.run(main())
    assert not told


def test_a_task_that_was_begun_in_an_event_is_not_in_it_while_it_ends(told: Told) -> None:
    container = Container(discover=False)
    ending, over = asyncio.Event(), asyncio.Event()

    @container.service(scope="event")
    async def session() -> AsyncIterator[object]:
        yield object()
        ending.set()
        await over.wait()

    @container.inject
    async def ask(session: Any) -> object:
        over.set()
        return session

    async def later() -> object:
        await ending.wait()
        return await ask()

    @container.inject
    async def handler(session: Any) -> Any:
        return session, asyncio.create_task(later())

    async def main() -> None:
        async with asyncio.timeout(5), container:
            session, task = await handler()
            assert await task is not session

    asyncio.run(main())


def test_a_scope_that_follows_is_not_opened_in_a_narrower_one() -> None:
    container = Container(discover=False, scopes=["session"])
    container.service(dict, name="basket", scope="session")
    container.service(list, name="lines", scope="event")

    @container.inject
    async def read(lines: Any) -> object:
        return lines

    async def main() -> None:
        async with container, container.scope() as event:
            lines = await read()
            with pytest.raises(ContainerInUse, match="'session' is opened inside the narrower scope 'event'"):
                await container.scope("session").__aenter__()
            with pytest.raises(ContainerInUse, match="narrower"):
                await container.scope("session", inside=event).__aenter__()
            assert await read() is lines, "the event is still the one around"
            async with container.scope("session", follows=False) as session:
                assert await read() is lines, "a scope that does not follow is not the one around"
                assert await session.get("basket") == {}
                with session.joined():
                    assert await read() is not lines, "who joins it explicitly is in it alone"

    asyncio.run(main())


def test_an_event_is_not_lost_where_the_scope_around_it_is_joined_again() -> None:
    container = Container(discover=False, scopes=["session"])
    container.service(list, name="lines", scope="event")

    @container.inject
    async def read(lines: Any) -> object:
        return lines

    async def main() -> None:
        async with container, container.scope("session") as session, container.scope():
            lines = await read()
            with session.joined():
                assert await read() is lines

    asyncio.run(main())


def test_a_scope_holds_the_idle_service_that_it_was_asked_for(told: Told) -> None:
    container = Container(discover=False)

    @container.service(idle=60)
    async def pool() -> AsyncIterator[str]:
        yield "pool"
        told.append("pool down")

    clock = Clock()

    async def main() -> None:
        async with container:
            async with container.scope() as scope:
                assert await scope.get("pool") == "pool"
                await clock.pass_(120)
                assert not told, "it is in use"
            await clock.pass_(120)
            assert told == ["pool down"]
            with pytest.raises(ServiceClosed):
                await scope.get("pool")

    clock.run(main)


def test_a_second_yield_is_refused_at_the_end_of_a_compiled_event_too(told: Told) -> None:
    container = Container(discover=False)

    @container.service(scope="event")
    def plain() -> Iterator[int]:
        yield 1
        yield 2

    @container.service(scope="event")
    async def waiting() -> AsyncIterator[int]:
        yield 1
        yield 2

    @container.inject
    async def one(plain: Any) -> None: ...

    @container.inject
    async def other(waiting: Any) -> None: ...

    async def main() -> None:
        async with container:
            for handler in (one, one, other, other):
                with pytest.raises(RuntimeError, match="yields a second time: yield the object once"):
                    await handler()

    asyncio.run(main())
