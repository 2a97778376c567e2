"""What is found before anything starts."""

import re
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest

from cordio_di import Container, WiringError, name


class Pool:
    pass


class Nowhere:
    pass


def problems(container: Container, *handlers: Any, given: Any = None) -> tuple[str, ...]:
    with pytest.raises(WiringError) as caught:
        container.check(handlers, given)
    return caught.value.problems


@pytest.fixture
def container() -> Container:
    return Container(discover=False)


def test_all_mistakes_are_found_at_once_each_with_its_file_and_line(container: Container) -> None:
    @container.service
    class Orders:
        def __init__(self, nothing: Nowhere) -> None: ...

    @container.service
    def first(second: Any) -> None: ...

    @container.service
    def second(first: Any) -> None: ...

    @container.service(scope="event")
    def transaction() -> None: ...

    @container.service
    def report(transaction: Any) -> None: ...

    container.value("one", Pool())
    container.value("two", Pool())

    async def handler(ordres: Any, orders: Orders, first: Any, report: Any, pool: Pool, late: "Later") -> None: ...  # type: ignore[name-defined]  # noqa: F821, E501  # the mistake is the point

    found = problems(container, handler)
    texts = "\n".join(found)
    assert len(found) == len(set(found)) == 6
    assert "nothing fills the parameter 'ordres' (did you mean 'orders'?)" in texts
    assert re.search(
        r"the service 'orders', .*Orders .*: nothing fills the parameter 'nothing: .*Nowhere'", texts
    )
    assert "services need each other: first -> second -> first" in texts
    assert "which lives for one event" in texts
    assert "more than one service fits the parameter 'pool: test_check.Pool': 'one'" in texts.replace(
        f"{__name__}.", "test_check."
    )
    assert "'late', 'Later', does not resolve (name 'Later' is not defined)" in texts
    assert all(re.search(rf"{re.escape(str(Path(__file__)))}:\d+", text) for text in found), texts


def test_what_the_caller_will_pass_is_not_missing(container: Container) -> None:
    async def handler(number: int, /, text: str, *rest: int, flag: bool = True, **more: int) -> None: ...

    assert len(problems(container, handler)) == 2
    assert len(problems(container, handler, given=["text"])) == 1
    container.check([handler], given=["text", "number"])
    container.check([handler], given={handler: ["text", "number"]})
    assert len(problems(container, handler, given={})) == 2


def test_a_plain_parameter_under_the_name_of_a_service_is_missing_with_a_hint(container: Container) -> None:
    container.value("pool", Pool())

    async def handler(pool: int) -> None: ...

    assert "is of another type" in problems(container, handler)[0]
    container.check([handler], given=["pool"])


def test_a_scope_fault_is_found_behind_other_services(container: Container) -> None:
    @container.service(scope="event")
    def transaction() -> None: ...

    @container.service(scope="event")
    def session(transaction: Any) -> None: ...

    @container.service
    def inner(session: Any) -> None: ...

    @container.service
    def outer(inner: Any) -> None: ...

    async def handler(outer: Any, session: Any) -> None: ...

    (problem,) = problems(container, handler)
    assert "'inner'" in problem and "'session'" in problem and "scope='event'" in problem


def test_a_service_that_needs_itself_is_a_loop(container: Container) -> None:
    @container.service
    def again(again: Any) -> None: ...

    async def handler(again: Any) -> None: ...

    assert "again -> again" in problems(container, handler)[0]


def test_a_service_may_wrap_another_of_its_own_type(container: Container) -> None:
    container.service(Pool)

    @container.service
    class Traced(Pool):
        def __init__(self, inner: Pool) -> None: ...

    async def handler(traced: Traced) -> None: ...

    container.check([handler])


def test_a_type_that_does_not_resolve_is_told_when_the_service_is_reached(container: Container) -> None:
    @container.service
    def broken() -> "Iterator[Later]":  # type: ignore[name-defined]  # noqa: F821  # the mistake is the point
        yield 1

    async def handler(broken: Any) -> None: ...

    async def other() -> None: ...

    container.check([other])
    assert "what it returns does not resolve" in problems(container, handler)[0]


def test_a_marker_for_nothing_is_a_mistake(container: Container) -> None:
    container.value("replica", Pool())

    async def handler(pool: Annotated[Pool, name("replika")]) -> None: ...

    assert "no service is called 'replika' (did you mean 'replica'?)" in problems(container, handler)[0]


def test_settings_need_a_configuration_and_a_model(container: Container) -> None:
    @container.service
    def pg(settings: Pool) -> None: ...

    @container.service
    def quiet(settings: Any = None) -> None: ...

    async def handler(pg: Any, quiet: Any) -> None: ...

    (missing,) = problems(container, handler)
    assert "nothing offers the service 'config'" in missing
    container.expect("config", object)
    (model,) = problems(container, handler)
    assert "annotate the parameter 'settings'" in model and "'quiet'" in model


def test_a_ladder_of_diamonds_is_walked_once(container: Container) -> None:
    walked = []

    def rung(number: int) -> None:
        def left(down_left: Any, down_right: Any) -> None: ...

        for side in ("left", "right"):
            make = _named(f"{side}_{number}", number)
            container.service(make)
            walked.append(make)

    for number in range(60):
        rung(number)

    async def handler(left_59: Any, right_59: Any) -> None: ...

    container.check([handler])
    assert len(walked) == 120


def _named(label: str, number: int) -> Any:
    needs = f"left_{number - 1}, right_{number - 1}" if number else ""
    names: dict[str, Any] = {}
    exec(f"def {label}({needs}): ...", names)
    return names[label]


def test_a_chain_of_a_thousand_services_is_no_recursion(container: Container) -> None:
    for number in range(1000):
        names: dict[str, Any] = {}
        exec(f"def s{number}({f's{number - 1}' if number else ''}): ...", names)
        container.service(names[f"s{number}"])

    async def handler(s999: Any) -> None: ...

    container.check([handler])


class AsyncInit:
    async def __init__(self) -> None: ...  # type: ignore[misc]  # the mistake is the point


class NoExit:
    async def __aenter__(self) -> None: ...


class SyncEnter:
    def __aenter__(self) -> None: ...

    async def __aexit__(self, *exc: object) -> None: ...


def sync_but_said_async() -> AsyncIterator[int]:  # type: ignore[misc]  # the mistake is the point
    yield 1


@asynccontextmanager
async def managed() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (AsyncInit, "__init__ is async, so nobody awaits it"),
        (NoExit, "has __aenter__ but no __aexit__"),
        (SyncEnter, "write `async def __aenter__`"),
        (sync_but_said_async, "write `async def`"),
        (managed, "take the decorator off"),
    ],
)
def test_a_start_that_is_sync_but_needs_async_is_found_with_its_line(
    container: Container, make: Any, told: str
) -> None:
    container.service(make, name="some")

    async def handler(some: Any) -> None: ...

    (problem,) = problems(container, handler)
    assert told in problem and re.search(rf"{re.escape(str(Path(__file__)))}:\d+", problem)


def test_a_start_that_is_async_in_any_way_is_no_mistake(container: Container) -> None:
    class Delegating:
        def __aenter__(self) -> Awaitable[None]:
            return self.start()

        async def __aexit__(self, *exc: object) -> None: ...

        async def start(self) -> None: ...

    @container.service
    def plain() -> Iterator[int]:
        yield 1

    container.service(Delegating)

    async def handler(delegating: Any, plain: Any) -> None: ...

    container.check([handler])
