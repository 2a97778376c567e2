"""A parameter with a default is the caller's: no service fills it, unless a marker asks for one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from cordio_di import Container, WiringError, name


class Pool:
    pass


@pytest.fixture
def container() -> Container:
    made = Container(discover=False)
    made.service(Pool)
    made.service(Pool, name="replica")
    return made


def called(container: Container, handler: Callable[..., Any], **given: object) -> Any:
    async def main() -> object:
        async with container:
            return await container.inject(handler)(**given)

    return asyncio.run(main())


def test_a_default_of_a_handler_stays_whatever_services_there_are(container: Container) -> None:
    async def handler(pool: Pool | None = None, *, replica: Any = "mine") -> tuple[object, object]:
        return pool, replica

    container.check([handler])
    assert called(container, handler) == (None, "mine")
    assert called(container, handler, replica=3) == (None, 3)
    assert container.describe([handler]).services == ()
    container.service(lambda: "late", name="late")
    assert called(container, handler) == (None, "mine")


def test_a_default_beside_services_stays_too(container: Container) -> None:
    @container.service(scope="event")
    async def transaction() -> str:
        return "begun"

    async def mixed(pool: Pool, transaction: str, replica: Pool | None = None) -> object:
        return type(pool), transaction, replica

    assert called(container, mixed) == (Pool, "begun", None)


def test_a_default_of_a_factory_or_a_class_stays(container: Container) -> None:
    @container.service
    def made(pool: Pool | None = None) -> list[object]:
        return [pool]

    @container.service
    class Orders:
        def __init__(self, pool: Pool, replica: Any = "mine") -> None:
            self.pool, self.replica = pool, replica

    @container.service
    @dataclass
    class Book:
        pool: Pool | None = None

    async def handler(made: Any, orders: Orders, book: Book) -> object:
        return made, type(orders.pool), orders.replica, book.pool

    assert called(container, handler) == ([None], Pool, "mine", None)
    needs = {node.name: node.needs for node in container.describe([handler]).services}
    assert needs == {"made": (), "pool": (), "orders": ("pool",), "book": ()}


def test_a_marker_asks_for_a_service_in_spite_of_a_default(container: Container) -> None:
    async def handler(second: Annotated[Pool | None, name("replica")] = None) -> object:
        return second

    @container.service
    def made(second: Annotated[Pool | None, name("replica")] = None) -> list[object]:
        return [second]

    async def through(made: Any) -> object:
        return made[0]

    assert isinstance(called(container, handler), Pool)
    assert called(container, handler, second=None) is None
    assert isinstance(called(container, through), Pool)
    assert [node.name for node in container.describe([handler]).services] == ["replica"]


def test_a_marker_that_asks_for_nothing_known_is_a_mistake_with_a_default_too(container: Container) -> None:
    async def handler(second: Annotated[Pool | None, name("replika")] = None) -> None: ...

    with pytest.raises(WiringError, match="no service is called 'replika' \\(did you mean 'replica'"):
        container.check([handler])


def test_two_services_that_would_fit_a_default_are_no_mistake(container: Container) -> None:
    async def handler(store: Pool | None = None) -> object:
        return store

    container.check([handler])
    assert called(container, handler) is None


def test_settings_with_a_default_get_their_section_where_there_is_a_configuration() -> None:
    class Config:
        def slice(self, section: str, model: type) -> object:
            return model([section])

    def pg(settings: list = []) -> dict[str, object]:  # type: ignore[type-arg]  # noqa: B006  # a model
        return {"settings": settings}

    async def handler(pg: Any) -> object:
        return pg["settings"]

    for offered, expected in ((True, ["pg"]), (False, [])):
        container = Container(discover=False)
        container.service(pg)
        if offered:
            container.value("config", Config())
        assert called(container, handler) == expected


def test_whoever_fills_a_handler_beside_the_container_is_told_that_a_default_is_theirs(
    container: Container,
) -> None:
    assert container.provides("pool", Pool)
    assert not container.provides("pool", Pool, has_default=True)
    assert container.provides("second", Annotated[Pool, name("replica")], has_default=True)
