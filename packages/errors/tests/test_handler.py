"""The handler layer."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import pytest

from cordio_errors import Errors, Incident, LayerError, Outcome, Retry, answer, to


def test_a_value_comes_out_as_it_is(errors: Errors, seen: list[Incident]) -> None:
    async def add(one: int, *, handler: int) -> int:
        return one + handler

    assert asyncio.run(errors.run(add, 1, handler=2)) == Outcome(3, None)
    assert seen == []


@pytest.mark.parametrize("kind", [asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_control_flow_passes_every_layer(
    errors: Errors, seen: list[Incident], kind: type[BaseException]
) -> None:
    errors.on(Exception, answer=answer("invalid"), commit=to.log("error"), retry=Retry(attempts=3, wait=0))
    calls = 0

    @errors.service
    async def stop() -> None:
        nonlocal calls
        calls += 1
        raise kind

    @errors.handler
    async def handle() -> None:
        await stop()

    coroutine = errors.run(handle)
    with pytest.raises(kind):
        coroutine.send(None)
    assert (calls, seen) == (1, [])


def test_a_group_with_control_flow_in_it_passes(errors: Errors, seen: list[Incident]) -> None:
    errors.on(Exception, ignore=True)

    async def fail() -> None:
        raise BaseExceptionGroup("both", [ValueError(), SystemExit(3)])

    with pytest.raises(BaseExceptionGroup):
        asyncio.run(errors.run(fail))
    assert seen == []


def test_a_decorated_handler_gets_no_second_layer(errors: Errors, seen: list[Incident]) -> None:
    judged: list[str] = []

    def note(error: ValueError) -> bool:
        judged.append(str(error))
        return True

    errors.on(ValueError, answer=answer("invalid"), commit=to.log("info"), when=note)

    class Orders:
        @errors.handler
        async def place(self, what: str) -> None:
            raise ValueError(f"{type(self).__name__} {what}")

    @errors.handler
    async def place(what: str) -> None:
        raise ValueError(what)

    for handler in (place, Orders().place):
        outcome = asyncio.run(errors.run(handler, "order"))
        assert outcome.answer is not None and outcome.answer.code == "invalid"
    assert judged == ["order", "Orders order"]
    assert len(seen) == 2
    assert place.__name__ == "place" and asyncio.iscoroutinefunction(place)


def test_a_decorator_above_the_layer_is_run_and_the_incident_stays_one(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(ValueError, answer=answer("invalid"), commit=to.log("info"))

    def shouting(
        function: Callable[[str], Awaitable[None]],
    ) -> Callable[[str], Awaitable[None]]:
        @functools.wraps(function)
        async def call(what: str) -> None:
            await function(what.upper())

        return call

    @shouting
    @errors.handler
    async def place(what: str) -> None:
        raise ValueError(what)

    outcome = asyncio.run(errors.run(place, "order"))
    assert outcome.answer is not None
    [incident] = seen
    assert incident.id == outcome.answer.incident and str(incident.error) == "ORDER"


def test_a_decorator_below_the_layer_may_handle_the_exception_first(
    errors: Errors, seen: list[Incident]
) -> None:
    def calm(function: Callable[[], Awaitable[str]]) -> Callable[[], Awaitable[str]]:
        @functools.wraps(function)
        async def call() -> str:
            try:
                return await function()
            except ValueError:
                return "calm"

        return call

    @errors.handler
    @calm
    async def place() -> str:
        raise ValueError

    assert asyncio.run(errors.run(place)).value == "calm"
    assert seen == []


def test_a_translated_exception_is_the_same_incident(errors: Errors, seen: list[Incident]) -> None:
    errors.on(KeyError, ValueError, answer=answer("invalid"), commit=to.log("info"))

    @errors.handler
    async def find() -> None:
        raise KeyError("A-1")

    async def place(translates: bool) -> None:
        try:
            await find()
        except KeyError as error:
            if translates:
                raise ValueError from error
        raise ValueError

    for translates in (True, False):
        seen.clear()
        given = asyncio.run(errors.run(place, translates)).answer
        first, second = seen
        assert given is not None and given.incident == second.id
        assert (first.id == second.id) is translates


def test_called_plainly_it_commits_and_raises_the_original(errors: Errors, seen: list[Incident]) -> None:
    errors.on(ValueError, answer=answer("invalid"), commit=to.log("info"))
    errors.on(KeyError, ignore=True)
    error = ValueError("x")

    @errors.handler
    async def place(raised: Exception) -> str:
        raise raised

    @errors.handler
    def place_now(raised: Exception) -> str:
        raise raised

    @errors.handler
    def fine() -> str:
        return "fine"

    with pytest.raises(ValueError) as caught:
        asyncio.run(place(error))
    assert caught.value is error and len(seen) == 1
    with pytest.raises(ValueError):
        place_now(ValueError("y"))
    assert len(seen) == 2 and [incident.status for incident in seen] == [422, 422]
    assert asyncio.run(place(KeyError())) is None and place_now(KeyError()) is None
    assert fine() == "fine" and asyncio.iscoroutinefunction(place) and len(seen) == 2


def test_an_ignored_exception_gives_none_and_no_record(errors: Errors, seen: list[Incident]) -> None:
    errors.on(LookupError, ignore=True)

    @errors.handler
    async def find() -> str:
        raise KeyError("A-1")

    assert asyncio.run(errors.run(find)) == Outcome(None, None)
    assert seen == []


def test_a_handler_is_never_repeated(errors: Errors) -> None:
    calls = 0
    errors.on(OSError, retry=Retry(attempts=5, wait=0), answer=answer("unavailable"))

    @errors.handler
    async def place() -> None:
        nonlocal calls
        calls += 1
        raise OSError

    outcome = asyncio.run(errors.run(place))
    assert outcome.answer is not None and (outcome.answer.status, calls) == (503, 1)


def test_the_layer_of_other_rules_stays_on(errors: Errors, seen: list[Incident]) -> None:
    other = Errors()
    other.on(ValueError, ignore=True)

    @other.handler
    async def place() -> None:
        raise ValueError

    assert asyncio.run(errors.run(place)) == Outcome(None, None)
    assert seen == []


def test_layers_go_on_partials_and_objects_that_can_be_called(errors: Errors) -> None:
    class Placing:
        async def __call__(self, what: str) -> str:
            raise KeyError(what)

    async def place(what: str) -> str:
        raise KeyError(what)

    errors.on(KeyError, answer=answer("not_found"))
    for handler in (Placing(), functools.partial(Placing()), functools.partial(place, "A-1")):
        layered = errors.handler(handler)
        assert asyncio.iscoroutinefunction(layered)
        arguments = () if isinstance(handler, functools.partial) and handler.args else ("A-1",)
        outcome = asyncio.run(errors.run(layered, *arguments))
        assert outcome.answer is not None and outcome.answer.code == "not_found"


def test_a_coroutine_from_a_function_that_is_not_async_is_refused(errors: Errors) -> None:
    async def fetch() -> None: ...

    def hidden() -> Awaitable[None]:
        return fetch()

    with pytest.raises(LayerError, match="write `async def`"):
        errors.handler(hidden)()


def test_a_coroutine_that_a_service_returns_without_being_async_is_awaited_in_its_layer(
    errors: Errors,
) -> None:
    errors.on(ConnectionError, retry=Retry(attempts=3, wait=0))
    calls: list[int] = []

    async def fetch() -> str:
        calls.append(1)
        if len(calls) < 3:
            raise ConnectionError
        return "fetched"

    @errors.service
    def hidden() -> Awaitable[str]:
        return fetch()

    async def use() -> str:
        return await hidden()

    assert asyncio.run(use()) == "fetched" and len(calls) == 3


def test_what_cannot_have_a_layer_is_refused_with_the_reason(errors: Errors) -> None:
    def rows() -> object:
        yield 1

    async def stream() -> AsyncIterator[int]:
        yield 1

    class Rows:
        def __call__(self) -> object:
            yield 1

    def plain() -> None: ...

    def method(cls: type) -> None: ...

    for decorator in (errors.service, errors.handler):
        for generator in (rows, Rows(), functools.partial(rows)):
            with pytest.raises(LayerError, match="is a generator") as caught:
                decorator(generator)
            assert isinstance(caught.value, TypeError)
        for wrapped in cast("list[Callable[..., object]]", [staticmethod(plain), classmethod(method)]):
            with pytest.raises(LayerError, match="write the layer below @"):
                decorator(wrapped)
        with pytest.raises(LayerError, match="is no function"):
            decorator(5)  # type: ignore[call-overload]  # the mistake under test
    with pytest.raises(LayerError, match="is a generator"):
        errors.service(stream)
    with pytest.raises(LayerError, match=r"@errors\.service .*rows \(.*test_handler\.py:\d+\)"):
        errors.service(rows)


def test_a_handler_that_is_not_async_comes_to_its_outcome(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"))

    @errors.handler
    def find(sku: str) -> str:
        return {"A-1": "5"}[sku]

    assert asyncio.run(errors.run(find, "A-1")) == Outcome("5")
    found = asyncio.run(errors.run(find, "B-2")).answer
    assert found is not None and found.code == "not_found"
