"""How a parameter is filled: by its name, by its type, by a marker, or by the caller."""

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, NewType, Optional, Protocol, TypeVar, runtime_checkable

import pytest

from cordio_di import Container, DuplicateService, ServiceClosed, ServiceUnavailable, WiringError, name

T = TypeVar("T")


class Pool:
    pass


class Replica(Pool):
    pass


class Repository(Generic[T]):
    pass


class Order:
    pass


class SqlOrders(Repository[Order]):
    pass


@runtime_checkable
class Closable(Protocol):
    async def shut(self) -> None: ...


@runtime_checkable
class Named(Protocol):
    title: str


class Opaque(Protocol):
    def anything(self) -> None: ...


class Door:
    title = "door"

    async def shut(self) -> None:
        pass


def called(container: Container, handler: Callable[..., Any], *args: object, **kwargs: object) -> Any:
    """Call an injected handler in an open container of its own loop."""

    async def main() -> object:
        async with asyncio.timeout(5), container:
            return await container.inject(handler)(*args, **kwargs)

    return asyncio.run(main())


@pytest.fixture
def container() -> Container:
    return Container(discover=False)


def test_a_name_alone_is_enough(container: Container) -> None:
    container.value("pool", Pool())

    async def handler(pool: Any) -> object:
        return pool

    assert isinstance(called(container, handler), Pool)


def test_a_type_alone_is_enough_where_one_service_fits(container: Container) -> None:
    container.value("primary", Pool())

    async def handler(db: Pool) -> object:
        return db

    assert isinstance(called(container, handler), Pool)


def test_a_marker_names_the_service(container: Container) -> None:
    container.value("primary", Pool())
    container.value("replica", Replica())

    async def handler(db: Annotated[Pool, "of the reports", name("replica")]) -> object:
        return db

    assert isinstance(called(container, handler), Replica)


@pytest.mark.parametrize("wanted", [Optional[Pool], Pool | None, Pool | int, "Pool", Annotated[Pool, "text"]])
def test_a_type_is_found_in_whatever_it_is_wrapped(container: Container, wanted: object) -> None:
    container.value("primary", Pool())

    async def handler(db: Any) -> object:
        return db

    handler.__annotations__["db"] = wanted
    assert isinstance(called(container, handler), Pool)


def test_a_protocol_is_filled_by_shape_and_only_if_that_can_be_told(container: Container) -> None:
    container.value("door", Door())
    container.value("window", Pool())
    assert container.provides("other", Closable)
    assert not container.provides("other", Named), "attributes cannot be told from a class"
    assert not container.provides("other", Opaque), "the protocol cannot be checked"
    assert container.provides("door", Named) and container.provides("door", Opaque), "but the name says it"


def test_a_protocol_is_filled_by_the_class_that_derives_from_it(container: Container) -> None:
    @container.service
    class Impl(Opaque):
        def anything(self) -> None: ...

    async def handler(some: Opaque) -> object:
        return some

    assert isinstance(called(container, handler), Impl)


def test_generics_are_told_apart_by_their_arguments(container: Container) -> None:
    @container.service
    def numbers() -> Repository[int]:
        return Repository()

    container.service(SqlOrders)
    assert container.provides("some", Repository[int])
    assert container.provides("some", Repository[Order])
    assert not container.provides("some", Repository[str])

    async def handler(some: Repository[Order]) -> object:
        return some

    assert isinstance(called(container, handler), SqlOrders)


def test_a_generic_subclass_hands_its_arguments_on(container: Container) -> None:
    class Cached(Repository[T]):
        pass

    @container.service
    def cached() -> Cached[int]:
        return Cached()

    assert container.provides("some", Repository[int])
    assert not container.provides("some", Repository[str])


def test_a_plain_value_is_the_callers_unless_name_and_type_agree(container: Container) -> None:
    container.value("pool", Pool())
    container.value("limit", 10)
    assert not container.provides("pool", int)
    assert not container.provides("pool", list[int] | None)
    assert container.provides("limit", int)
    assert not container.provides("number", int), "never by type alone"
    assert not container.provides("limit", str)


def test_a_new_type_of_a_plain_value_is_found_by_type_where_it_is_unique(container: Container) -> None:
    limit, size = NewType("limit", int), NewType("size", int)

    @container.service
    def queue_limit() -> limit:  # type: ignore[valid-type]  # made here, so that no other test has it
        return limit(7)

    async def handler(most: int, number: int) -> object:
        return most, number

    handler.__annotations__ |= {"most": limit}
    assert container.provides("most", limit) and not container.provides("most", int)
    assert not container.provides("most", size)
    container.check([handler], given=["number"])
    assert called(container, handler, number=1) == (7, 1)

    @container.service
    def other_limit() -> limit:  # type: ignore[valid-type]  # as above
        return limit(8)

    with pytest.raises(WiringError, match="more than one service fits the parameter 'most"):
        container.check([handler], given=["number"])


def test_another_class_under_the_name_of_a_service_is_a_mistake_and_no_data(container: Container) -> None:
    container.value("pool", Pool())
    assert container.provides("pool", Order)

    async def handler(pool: Order) -> None: ...

    with pytest.raises(
        WiringError, match="'pool: test_injection.Order' has the name of the service 'pool'|'pool"
    ):
        container.check([handler])
    with pytest.raises(WiringError):
        called(container, handler)


def test_what_the_caller_gives_always_wins(container: Container) -> None:
    container.value("pool", Pool())
    fake = object()

    async def handler(pool: Pool, number: int = 1) -> object:
        return pool

    assert called(container, handler, fake) is fake
    assert called(container, handler, pool=fake) is fake
    assert called(container, handler, pool=None) is None
    assert asyncio.run(container.inject(handler)(fake)) is fake, "nothing is asked of a closed container"


def test_a_required_parameter_behind_a_service_stays_required(container: Container) -> None:
    container.value("pool", Pool())

    async def handler(pool: Pool, number: int) -> int:
        return number

    assert called(container, handler, number=3) == 3
    with pytest.raises(TypeError, match="number"):
        called(container, handler)


def test_methods_partials_objects_and_sync_functions_are_handlers(container: Container) -> None:
    container.value("pool", Pool())

    class Handlers:
        async def method(self, number: int, pool: Pool) -> tuple[int, type]:
            return number, type(pool)

        async def __call__(self, number: int, pool: Pool) -> tuple[int, type]:
            return number, type(pool)

        @container.inject
        async def decorated(self, number: int, pool: Pool) -> tuple[int, type]:
            return number, type(pool)

    def sync(number: int, pool: Pool) -> tuple[int, type]:
        return number, type(pool)

    handlers = Handlers()
    for handler in (handlers.method, handlers, sync, functools.partial(sync), handlers.decorated):
        assert called(container, handler, 3) == (3, Pool)
    assert called(container, functools.partial(sync, pool=Replica()), 3) == (3, Replica)


def test_an_injected_handler_looks_like_the_handler(container: Container) -> None:
    async def handler(number: int, pool: Pool) -> None:
        """Do it."""

    injected = container.inject(handler)
    assert inspect.iscoroutinefunction(injected)
    assert inspect.signature(injected) == inspect.signature(handler)
    assert (injected.__name__, injected.__doc__) == ("handler", "Do it.")


def test_services_may_be_registered_after_the_handler_and_after_its_first_call(container: Container) -> None:
    @container.inject
    async def handler(first: Any, second: Any) -> tuple[object, object]:
        return first, second

    async def main() -> list[object]:
        async with container:
            with pytest.raises(TypeError, match="first.*second"):
                await handler()
            container.value("first", 1)
            results = [await handler(second="mine")]
            container.value("second", 2)
            return [*results, await handler()]

    assert asyncio.run(main()) == [(1, "mine"), (1, 2)]


def test_every_kind_of_factory_makes_a_service(container: Container) -> None:
    ended = []

    @container.service
    def by_function() -> str:
        return "function"

    @container.service
    async def by_coroutine(by_function: str) -> str:
        return by_function + " coroutine"

    @container.service
    def by_generator(by_coroutine: str) -> Iterator[str]:
        yield by_coroutine + " generator"
        ended.append("generator")

    @container.service
    def by_awaitable() -> Any:
        return asyncio.sleep(0, "awaited")

    @container.service
    async def by_async_generator(by_generator: str) -> AsyncIterator[str]:
        yield by_generator + " async-generator"
        ended.append("async generator")

    @container.service
    @dataclass
    class ByDataclass:
        by_async_generator: "str"
        more: int = 3

    class Factory:
        async def __call__(self, by_dataclass: ByDataclass) -> str:
            return by_dataclass.by_async_generator + " object"

    container.service(Factory(), name="by_object")
    container.service(functools.partial(ByDataclass, more=4), name="by_partial")

    async def handler(by_object: Any, by_partial: Any, by_awaitable: Any) -> tuple[str, int, str]:
        return by_object, by_partial.more, by_awaitable

    assert called(container, handler) == ("function coroutine generator async-generator object", 4, "awaited")
    assert ended == ["async generator", "generator"]


def test_a_class_is_named_in_snake_case(container: Container) -> None:
    @container.service
    class DbModel:
        pass

    @container.service(name="other")
    class HTTPClient:
        pass

    async def handler(db_model: Any, other: HTTPClient) -> tuple[type, type]:
        return type(db_model), type(other)

    assert called(container, handler) == (DbModel, HTTPClient)


@pytest.mark.parametrize("yields", [0, 2])
def test_a_generator_must_yield_once(container: Container, yields: int) -> None:
    @container.service
    def sync() -> Iterator[int]:
        yield from range(yields)

    @container.service
    async def wrong() -> AsyncIterator[int]:
        for number in range(yields):
            yield number

    async def first(wrong: Any) -> None: ...

    async def second(sync: Any) -> None: ...

    for handler in (first, second):
        with pytest.raises((ServiceUnavailable, ExceptionGroup)) as caught:
            called(container, handler)
        leaf = caught.value.exceptions[0] if isinstance(caught.value, ExceptionGroup) else caught.value
        assert "yield" in str(leaf)


def test_an_annotation_of_values_only_is_plain(container: Container) -> None:
    container.value("mode", object())
    assert not container.provides("mode", Literal["r", "w"])
    assert not container.provides("mode", NewType("Mode", str))
    assert container.provides(
        "mode", NewType("Handle", Pool)
    ), "the name says it, nothing can be told of the type"


def test_what_cannot_be_a_service_is_refused_at_once(container: Container) -> None:
    container.value("pool", Pool())
    with pytest.raises(WiringError, match="give a callable and a name"):
        container.service(lambda: 1)
    with pytest.raises(WiringError, match="'app' or 'event'"):
        container.service(scope="day")(Pool)
    with pytest.raises(ValueError, match="is no time limit"):
        container.service(start_within="soon")(Pool)
    with pytest.raises(DuplicateService, match="give one of them another name"):
        container.service(Pool)


def test_an_expected_value_must_come_before_its_use_and_be_what_was_said(container: Container) -> None:
    container.expect("pool", Pool)

    async def handler(pool: Pool) -> object:
        return pool

    container.check([handler])
    with pytest.raises(ServiceUnavailable, match="expected but not offered"):
        called(container, handler)
    with pytest.raises(WiringError, match="offer what was announced"):
        container.value("pool", 3)
    container.value("pool", Replica())
    assert isinstance(called(container, handler), Replica)
    container.expect("pool", Pool)
    with pytest.raises(WiringError, match="announce what it is"):
        container.expect("pool", Order)


def test_a_value_gives_way_to_another_unless_it_is_in_use(container: Container) -> None:
    container.value("limit", 1)

    @container.inject
    async def handler(limit: Any) -> object:
        return limit

    async def main() -> None:
        async with container:
            container.value("limit", "two")
            assert await handler() == "two"
            with pytest.raises(WiringError, match="is in use"):
                container.value("limit", 3)
        container.value("limit", 3)
        async with container:
            assert await handler() == 3

    asyncio.run(main())


def test_a_service_without_an_open_container_is_closed(container: Container) -> None:
    container.value("limit", 1)

    async def handler(limit: int) -> None: ...

    with pytest.raises(ServiceClosed, match="async with container"):
        asyncio.run(container.inject(handler)())


@pytest.mark.parametrize(
    "annotation",
    [
        Optional[Annotated[Pool, name("replica")]],
        Annotated[Optional[Annotated[Pool, "a note"]], name("replica")],
        Annotated[Optional[Annotated[Pool, name("replica")]], "a note"],
    ],
    ids=str,
)
def test_a_marker_counts_on_either_side_of_none(annotation: Any) -> None:
    container = Container(discover=False)
    container.value("primary", Pool())
    container.value("replica", Pool())

    async def read(pool: Any = None) -> Any:
        return pool

    read.__annotations__["pool"] = annotation
    container.check([read])

    async def main() -> Any:
        async with container, container.scope() as scope:
            return await container.inject(read)() is await scope.get("replica")

    assert asyncio.run(main())
