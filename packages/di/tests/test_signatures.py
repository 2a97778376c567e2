"""Parameters, classes and handlers of every shape: filled, or told why they are not."""

import asyncio
import dataclasses
from typing import Annotated, Any, Self

import pytest

from cordio_di import Container, WiringError, name


class Pool:
    """Stand for a service."""


class Reader:
    """Stand for another one."""


@pytest.fixture
def container() -> Container:
    container = Container(discover=False)
    container.service(Pool)
    container.service(Reader, name="replica")
    return container


def told(container: Container, *handlers: Any, given: Any = None) -> tuple[str, ...]:
    with pytest.raises(WiringError) as error:
        container.check(handlers, given=given)
    return error.value.problems


def test_what_a_class_returns_when_it_is_entered_is_the_service(container: Container) -> None:
    closed: list[str] = []

    class Connection:
        """What a pool hands out."""

    class Itself:
        async def __aenter__(self) -> None: ...

        async def __aexit__(self, *exc: object) -> None:
            closed.append("itself")

    class Connecting:
        async def __aenter__(self) -> Connection:
            return Connection()

        async def __aexit__(self, *exc: object) -> None:
            closed.append("connecting")

    for scope in ("app", "event"):
        container.service(Connecting, name=f"connection_of_{scope}", scope=scope)
        container.service(Itself, name=f"itself_of_{scope}", scope=scope)

    @container.inject
    async def handler(
        connection_of_app: Any, connection_of_event: Any, itself_of_app: Any, itself_of_event: Any
    ) -> list[type]:
        return list(map(type, (connection_of_app, connection_of_event, itself_of_app, itself_of_event)))

    async def main() -> None:
        async with container:
            for _ in range(2):  # the first call goes the plain way, the second one is compiled
                del closed[:]
                assert await handler() == [Connection, Connection, Itself, Itself]
                assert sorted(closed) == ["connecting", "itself"]

    asyncio.run(main())


class NoExit:
    def __enter__(self) -> Self:
        return self


class NoEnter:
    def __exit__(self, *exc: object) -> None: ...


class NoAsyncEnter:
    async def __aexit__(self, *exc: object) -> None: ...


class OnlySync:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None: ...


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (NoExit, "has __enter__ but no __exit__"),
        (NoEnter, "has __exit__ but no __enter__"),
        (NoAsyncEnter, "has __aexit__ but no __aenter__"),
        (OnlySync, "has __enter__, which nobody calls: write __aenter__ and __aexit__, or a generator"),
    ],
)
def test_a_class_that_would_not_be_entered_is_found_at_check(
    container: Container, made: type, why: str
) -> None:
    container.service(made, name="some")

    async def handler(some: Any) -> None: ...

    [problem] = told(container, handler)
    assert why in problem and "test_signatures.py:" in problem


def test_a_positional_only_parameter_says_that_it_is_one(container: Container) -> None:
    async def handler(pool: Pool, /) -> None: ...

    @container.service
    def orders(pool: Pool, /) -> None: ...

    async def user(orders: Any) -> None: ...

    for function in (handler, user):
        [problem] = told(container, function)
        assert "Pool' is positional-only, which no service fills: take out the `/`, or pass it" in problem
    container.check([handler], given=["pool"])


def test_names_that_are_given_for_nothing_are_told(container: Container) -> None:
    async def handler(pool: Pool, number: int) -> None: ...

    async def open_(pool: Pool, **rest: object) -> None: ...

    async def other() -> None: ...

    assert told(container, handler, given={handler: ["number", "nubmer"]}) == (
        f"{told_place(handler)}: given names 'nubmer', but there is no such parameter: spell it as it is",
    )
    assert "given names 'nubmer'" in told(container, handler, other, given=["number", "nubmer"])[0]
    [stray] = told(container, handler, given={handler: ["number"], other: ["x"]})
    assert "other" in stray and "not among what is checked" in stray
    container.check([open_], given={open_: ["anything"]})
    container.check([handler], given="number")


def told_place(function: Any) -> str:
    code = function.__code__
    return f"{function.__qualname__} ({code.co_filename}:{code.co_firstlineno})"


def test_a_type_inside_a_function_gets_an_advice_that_helps(container: Container) -> None:
    class Local:
        """A type that no module has."""

    async def handler(local: "Local") -> None: ...

    handler.__annotations__["local"] = "Local"  # as `from __future__ import annotations` leaves it
    [problem] = told(container, handler)
    assert "a type inside a function is not found by its name: define it in the module" in problem
    [problem] = told(container, _unresolved)
    assert problem.endswith("import the type at run time, not only under TYPE_CHECKING")


async def _unresolved(pool: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: F821  # as meant


@dataclasses.dataclass
class Orders:
    source: dataclasses.InitVar[Pool]
    text: "dataclasses.InitVar[Reader]"
    made_with: list[Any] = dataclasses.field(default_factory=list)

    def __post_init__(self, source: Pool, text: Reader) -> None:
        self.made_with = [source, text]


def test_the_init_only_parameters_of_a_dataclass_are_filled(container: Container) -> None:
    container.service(Orders)

    @container.inject
    async def handler(orders: Orders) -> list[type]:
        return list(map(type, orders.made_with))

    async def main() -> None:
        async with container:
            assert await handler() == [Pool, Reader]

    container.check([handler])
    asyncio.run(main())


def test_a_marker_inside_a_union_counts(container: Container) -> None:
    @container.inject
    async def handler(source: Annotated[Reader, name("replica")] | Pool) -> object:
        return source

    async def two(source: Annotated[Reader, name("replica")] | Annotated[Pool, name("pool")]) -> None: ...

    async def main() -> None:
        async with container:
            assert isinstance(await handler(), Reader)

    asyncio.run(main())
    assert "names more than one service: 'pool', 'replica'" in told(container, two)[0]


def _free(pool: Any, /) -> None: ...


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (3, "3 is no handler: give a function"),
        (None, "None is no handler"),
        (classmethod(_free), r"is a classmethod already: write the decorator under @classmethod"),
        (staticmethod(_free), r"is a staticmethod already: write the decorator under @staticmethod"),
    ],
    ids=["number", "nothing", "class method", "static method"],
)
def test_what_is_no_handler_is_told_in_words(container: Container, made: Any, why: str) -> None:
    with pytest.raises(WiringError, match=why):
        container.inject(made)
    with pytest.raises(WiringError, match=why):
        container.check([made])
    with pytest.raises(WiringError, match=why):
        container.describe([made])


def test_what_is_no_service_is_told_in_words(container: Container) -> None:
    odds: list[Any] = [3, classmethod(_free), staticmethod(_free)]
    for odd in odds:
        with pytest.raises(WiringError, match="cannot be a service|make a service of what it is in a class"):
            container.service(odd, name="odd")


class Meta(type):
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return super().__call__(*args, **kwargs)


class OfMeta(metaclass=Meta):
    def __init__(self, pool: Any, number: int = 3) -> None:
        self.pool, self.number = pool, number


class NewOfMeta(metaclass=Meta):
    pool: Any

    def __new__(cls, pool: Any) -> Any:
        made = super().__new__(cls)
        made.pool = pool
        return made


class BareOfMeta(metaclass=Meta):
    pool = "pool"


@pytest.mark.parametrize("scope", ["app", "event"])
@pytest.mark.parametrize("made", [OfMeta, NewOfMeta, BareOfMeta])
def test_a_class_whose_metaclass_takes_anything_is_made_by_its_own_constructor(made: Any, scope: str) -> None:
    container = Container(discover=False)
    container.service(made, name="found", scope=scope)

    @container.inject
    async def handler(found: Any) -> object:
        return found.pool

    if made is not BareOfMeta:
        assert any("nothing fills the parameter 'pool" in text for text in told(container, handler))
    container.value("pool", "pool")
    container.check([handler])

    async def main() -> None:
        async with container:
            for _ in range(2):
                assert await handler() == "pool"

    asyncio.run(main())
