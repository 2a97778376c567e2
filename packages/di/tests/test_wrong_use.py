"""What is given wrongly to a public function: it says what, where, and what was expected."""

import asyncio
import keyword
from collections.abc import Callable, Collection
from typing import Annotated, Any, Protocol

import pytest

from cordio_di import Container, WiringError, name


@pytest.fixture
def container() -> Container:
    container = Container(discover=False)
    container.value("pool", object())
    return container


async def read(pool: Any) -> None: ...


@pytest.mark.parametrize(
    "wrong", [read, "read", {"read": read}, 5], ids=["function", "text", "mapping", "number"]
)
@pytest.mark.parametrize("asked", ["check", "scoped", "sections", "describe", "prepare"])
def test_a_function_that_stands_alone_is_no_collection_of_handlers(
    container: Container, asked: str, wrong: Any
) -> None:
    with pytest.raises(WiringError, match="no collection of handlers: write a list"):
        found = getattr(container, asked)(wrong)
        asyncio.run(found)


def test_handlers_may_come_from_a_generator(container: Container) -> None:
    started: list[str] = []

    @container.service
    async def orders() -> None:
        started.append("orders")

    async def write(orders: Any, basket: Any) -> None: ...

    handlers = (handler for handler in [write])
    with pytest.raises(WiringError, match="'basket'"):
        container.check(handlers)  # type: ignore[arg-type]  # what only mypy refuses must work, or say so

    async def main() -> None:
        async with container:
            await container.prepare(handler for handler in [write])  # type: ignore[arg-type]  # as above

    asyncio.run(main())
    assert started == ["orders"]


@pytest.mark.parametrize("wrong", [5, {read: 5}, {read: None}], ids=["number", "number inside", "none inside"])
def test_what_is_given_for_handlers_is_a_collection_of_names(container: Container, wrong: Any) -> None:
    with pytest.raises(WiringError, match="given=.* is no collection of names: write a list"):
        container.check([read], given=wrong)


@pytest.mark.parametrize("option", ["idle", "start_within", "stop_within", "cool_down", "health_within"])
@pytest.mark.parametrize("wrong", ["5 minutes", True, [], -1, float("nan")])
def test_a_wrong_limit_says_for_which_service_and_which_option(
    container: Container, option: str, wrong: Any
) -> None:
    with pytest.raises(ValueError, match=rf"read \(.*test_wrong_use.py:\d+\): {option}=.* is no time limit"):
        container.service(read, **{option: wrong})


@pytest.mark.parametrize("wrong", [True, [], "soon"])
def test_a_wrong_limit_of_the_container_says_which(wrong: Any) -> None:
    with pytest.raises(ValueError, match="close_within=.* is no time limit"):
        Container(close_within=wrong)
    with pytest.raises(ValueError, match="within=.* is no time limit"):
        asyncio.run(Container().health(within=wrong))


@pytest.mark.parametrize("wrong", ["", "a b", "class", 5])
def test_a_name_that_no_parameter_can_have_is_refused(container: Container, wrong: Any) -> None:
    assert not isinstance(wrong, str) or not wrong.isidentifier() or keyword.iskeyword(wrong)
    offers: list[Callable[[], object]] = [
        lambda: container.service(read, name=wrong),
        lambda: container.value(wrong, 1),
        lambda: container.expect(wrong, int),
    ]
    for offer in offers:
        with pytest.raises(WiringError, match="write one that a parameter can have"):
            offer()


@pytest.mark.parametrize("wrong", [[5], ["class"], [None], "session"])
def test_scopes_have_names(wrong: Collection[Any]) -> None:
    with pytest.raises(WiringError, match="are no scopes"):
        Container(scopes=wrong)  # type: ignore[arg-type]  # what is refused


def test_what_is_no_scope_is_not_taken_for_one_to_lie_in(container: Container) -> None:
    with pytest.raises(WiringError, match="5 is no scope to lie in: give what container.scope"):
        container.scope(inside=5)  # type: ignore[arg-type]  # what is refused


def test_a_name_that_is_no_text_names_no_service(container: Container) -> None:
    async def marked(pool: Annotated[Any, name(5)]) -> None: ...

    with pytest.raises(WiringError, match="no service is called 5"):
        container.check([marked])

    async def main() -> None:
        async with container, container.scope() as scope:
            await scope.get(5)  # type: ignore[arg-type]  # what is refused

    with pytest.raises(WiringError, match="no service is called 5"):
        asyncio.run(main())


def test_a_callable_object_is_called_after_its_class(container: Container) -> None:
    class RowSource:
        def __call__(self) -> int:
            return 1

    container.service(RowSource())
    assert list(container.states()) == ["row_source"]


def test_a_configuration_without_slices_is_found_at_check() -> None:
    container = Container(discover=False)
    container.value("config", {})

    @container.service
    def pg(settings: Container) -> None: ...

    async def handler(pg: Any) -> None: ...

    with pytest.raises(WiringError, match="a ready object of dict, has no slice.section, model."):
        container.check([handler])


def test_a_protocol_that_cannot_be_told_by_shape_says_so(container: Container) -> None:
    class Reads(Protocol):
        def read(self) -> int: ...

    async def handler(source: Reads) -> None: ...

    with pytest.raises(WiringError, match="derive the service from it, or make it @runtime_checkable"):
        container.check([handler])
