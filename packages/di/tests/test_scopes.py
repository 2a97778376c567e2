"""Scopes of one's own between the application and the event; scopes as objects."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest

from cordio_di import Container, ContainerInUse, DiError, ServiceClosed, WiringError

T = TypeVar("T")


def run(work: Coroutine[object, None, T]) -> T:
    async def limited() -> T:
        async with asyncio.timeout(5):
            return await work

    return asyncio.run(limited())


class Told:
    """A container with a service for each scope, which tell what happens to them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.container = Container(discover=False, scopes=["tenant", "session"])
        for name, scope, need in [
            ("pool", "app", ""),
            ("database", "tenant", "pool"),
            ("user", "session", "database"),
            ("unit", "event", "user"),
        ]:
            self.container.service(self._factory(name, need), name=name, scope=scope)

    def _factory(self, name: str, need: str) -> Callable[..., Any]:
        async def make() -> AsyncIterator[object]:
            self.lines.append(f"{name} up")
            try:
                yield object()
            except BaseException as error:
                self.lines.append(f"{name} sees {type(error).__name__}")
                raise
            finally:
                self.lines.append(f"{name} down")

        return make if not need else _with_need(make, need)


def _with_need(make: Callable[[], AsyncIterator[object]], need: str) -> Callable[..., Any]:
    names: dict[str, Any] = {"make": make, "manager": asynccontextmanager}
    exec(
        f"async def factory({need}):\n async with manager(make)() as made:\n  yield made",
        names,
    )
    return names["factory"]  # type: ignore[no-any-return]  # generated, so that the parameter has any name


@pytest.fixture
def told() -> Told:
    return Told()


def test_each_scope_has_its_own_and_wider_ones_are_shared(told: Told) -> None:
    @told.container.inject
    async def handler(unit: Any, user: Any, database: Any) -> tuple[object, ...]:
        return unit, user, database

    async def main() -> None:
        async with told.container, told.container.scope("tenant"):
            async with told.container.scope("session"):
                first, second = await handler(), await handler()
            async with told.container.scope("session"):
                third = await handler()
            assert first[0] is not second[0] and first[1:] == second[1:]
            assert third[1] is not first[1] and third[2] is first[2]

    run(main())
    event = ["unit up", "unit down"]
    assert told.lines == [
        *["pool up", "database up", "user up", *event, *event, "user down"],
        *["user up", *event, "user down", "database down", "pool down"],
    ]


def test_a_scope_survives_gather_and_task_groups(told: Told) -> None:
    @told.container.inject
    async def handler(user: Any) -> object:
        return user

    async def main() -> None:
        async with told.container, told.container.scope("tenant"), told.container.scope("session"):
            many = await asyncio.gather(*(handler() for _ in range(10)))
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(handler()) for _ in range(10)]
            assert len({*many, *(task.result() for task in tasks)}) == 1

    run(main())
    assert told.lines.count("user up") == 1


def test_a_service_whose_scope_is_not_open_says_how_to_open_it(told: Told) -> None:
    @told.container.inject
    async def direct(user: Any) -> None: ...

    @told.container.inject
    async def behind(unit: Any) -> None: ...

    async def main() -> None:
        async with told.container:
            for handler in (direct, behind):
                with pytest.raises(Exception, match=r"container\.scope\('session'\)") as caught:
                    await handler()
                assert isinstance(caught.value, ServiceClosed) or isinstance(
                    caught.value.__cause__, ServiceClosed
                )

    run(main())
    assert "user up" not in told.lines


def test_a_wider_scope_that_needs_a_narrower_one_is_found_at_check(told: Told) -> None:
    @told.container.service(scope="tenant")
    def cache(user: Any) -> None: ...

    async def handler(cache: Any) -> None: ...

    with pytest.raises(WiringError, match="lives for one tenant but needs .*'user'.*for one session"):
        told.container.check([handler])


def test_a_scope_object_is_joined_where_the_context_does_not_reach(told: Told) -> None:
    @told.container.inject
    async def handler(user: Any) -> object:
        return user

    async def main() -> None:
        async with told.container, told.container.scope("tenant", follows=False) as tenant:
            async with told.container.scope("session", inside=tenant, follows=False) as session:
                with pytest.raises(ServiceClosed):
                    await handler()
                with session.joined():
                    inside = asyncio.create_task(handler(), context=contextvars.copy_context())
                assert await inside is await session.get("user")
                with pytest.raises(WiringError, match="did you mean 'user'"):
                    await session.get("usr")

    run(main())
    assert told.lines.count("user up") == 1


def test_an_opened_event_is_joined_by_all_calls_inside_and_gets_the_exception(told: Told) -> None:
    @told.container.inject
    async def handler(unit: Any) -> object:
        return unit

    async def main() -> None:
        async with told.container, told.container.scope("tenant"), told.container.scope("session"):
            with pytest.raises(ValueError, match="mine"):
                async with told.container.scope() as event:
                    assert await handler() is await handler() is await event.get("unit")
                    raise ValueError("mine")

    run(main())
    assert told.lines.count("unit up") == 1
    assert "unit sees ValueError" in told.lines and "user sees ValueError" not in told.lines


def test_the_service_of_a_session_does_not_live_in_the_context_of_its_first_event(told: Told) -> None:
    seen = contextvars.ContextVar("seen", default="nothing")

    @told.container.service(scope="session")
    async def looking() -> str:
        return seen.get()

    @told.container.inject
    async def handler(looking: Any) -> object:
        return looking

    async def main() -> None:
        async with told.container, told.container.scope("session"):
            seen.set("the first event")
            assert await handler() == "nothing"

    run(main())


def test_a_scope_is_entered_once_and_is_closed_at_its_end(told: Told) -> None:
    async def main() -> None:
        async with told.container:
            async with told.container.scope("tenant") as tenant:
                pass
            with pytest.raises(ServiceClosed, match="its tenant has ended"):
                await tenant.get("database")
            with pytest.raises(ContainerInUse, match="open another one"):
                async with tenant:
                    pass

    run(main())


def test_scopes_are_named_once_and_known() -> None:
    for wrong in ("session", ["app"], ["one", "one"], ["two words"]):
        with pytest.raises(WiringError, match="list different names"):
            Container(scopes=wrong)
    with pytest.raises(WiringError, match="write 'event'"):
        Container().scope("session")
    with pytest.raises(WiringError, match="write 'app' or 'session' or 'event'"):
        Container(scopes=["session"]).service(dict, name="some", scope="day")


def test_a_wide_service_never_starts_with_a_narrower_one_although_nobody_checked() -> None:
    container = Container(discover=False, scopes=["session"])
    made: list[str] = []

    @container.service(scope="event")
    async def transaction() -> AsyncIterator[object]:
        made.append("transaction")
        yield object()

    @container.service(scope="session")
    async def user(transaction: Any) -> object:
        return transaction

    @container.service
    async def orders(transaction: Any) -> object:
        return transaction

    @container.inject
    async def through_the_application(orders: Any) -> None: ...

    @container.inject
    async def through_a_session(user: Any) -> None: ...

    async def main() -> None:
        async with container, container.scope("session"):
            for handler, wide in ((through_the_application, "orders"), (through_a_session, "user")):
                for _ in range(2):
                    with pytest.raises(DiError, match=f"'{wide}'.* needs the service 'transaction'"):
                        await handler()

    asyncio.run(main())
    assert made == []
