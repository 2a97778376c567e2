"""What the package promises, E1 to E10, one test each."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable

import pytest

from cordio_errors import Errors, Incident, Retry, answer, sleeping, to


class OutOfStock(Exception):
    def __init__(self, sku: str, left: int) -> None:
        super().__init__(sku, left)
        self.sku, self.left = sku, left


def failing(error: Exception) -> Callable[[], Awaitable[None]]:
    """A handler that raises."""

    async def fail() -> None:
        raise error

    return fail


def test_e1_access_to_a_resource_is_repeated_by_a_scheme_that_settings_change(errors: Errors) -> None:
    errors.on(ConnectionError, retry=Retry(attempts=2, wait="1s"))
    calls = 0

    @errors.service
    async def connect() -> None:
        nonlocal calls
        calls += 1
        raise ConnectionRefusedError

    async def main() -> list[float]:
        with sleeping() as clock, pytest.raises(ConnectionError):
            await connect()
        return clock.waits

    assert (asyncio.run(main()), calls) == ([1.0], 2)
    errors.configure({"rules": {"ConnectionError": {"retry": {"attempts": 4, "wait": "2s"}}}})
    assert (asyncio.run(main()), calls) == ([2.0, 2.0, 2.0], 6)


def test_e2_exceptions_are_ignored_by_rule(errors: Errors, seen: list[Incident]) -> None:
    errors.on(LookupError, ignore=True)
    outcome = asyncio.run(errors.run(failing(KeyError("A-1"))))
    assert (outcome.value, outcome.answer, seen) == (None, None, [])


def test_e3_exceptions_are_recorded_where_their_rule_says(errors: Errors, seen: list[Incident]) -> None:
    places = [to.log("warning"), to.exceptions(), to.trace()]
    errors.on(KeyError, answer=answer("not_found"), commit=places)
    asyncio.run(errors.run(failing(KeyError())))
    assert [one.destination for one in seen] == places


def test_e4_a_request_gets_the_answer_of_the_rule(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"))
    errors.on(ConnectionError, answer=answer("unavailable"))
    found = [
        asyncio.run(errors.run(failing(error))).answer
        for error in (KeyError(), ConnectionError(), ValueError())
    ]
    assert [one.status for one in found if one is not None] == [404, 503, 500]


def test_e5_each_destination_has_its_own_codes_and_messages(errors: Errors, seen: list[Incident]) -> None:
    errors.on(OutOfStock, answer=answer("out_of_stock"), commit=to.log("info"))
    errors.catalogue(
        {
            "out_of_stock": {
                "http": {
                    "status": 409,
                    "title": {"en": "Out of stock", "de": "Ausverkauft"},
                    "detail": "{left} left",
                },
                "amqp": {"action": "reject"},
                "internal": {"title": "No stock", "detail": "{sku}"},
                "log": "stock of {sku} is out",
            }
        }
    )
    given = asyncio.run(errors.run(failing(OutOfStock("A-1", 3)))).answer
    assert given is not None
    http = json.loads(given.render("http", "de").body)
    assert (http["status"], http["title"], http["detail"]) == (409, "Ausverkauft", "3 left")
    assert given.render("amqp").headers["x-action"] == "reject"
    internal = json.loads(given.render("internal").body)
    assert (internal["code"], internal["detail"]) == ("out_of_stock", "A-1")
    assert seen[0].message == "stock of A-1 is out"


def test_e6_a_rule_breaks_responds_and_commits(errors: Errors, seen: list[Incident]) -> None:
    errors.on(KeyError, goto="start")
    errors.on(IndexError, stop=True)
    errors.on(MemoryError, halt=True)
    errors.on(
        ValueError,
        answer=answer("invalid"),
        commit=[to.metric("bad"), to.table("incidents"), to.queue("mail")],
    )

    @errors.layer("start", landing=lambda error: "landed")
    async def begin() -> str:
        raise KeyError

    assert asyncio.run(errors.run(begin)).value == "landed"
    ended = [asyncio.run(errors.run(failing(error))).ended for error in (IndexError(), MemoryError())]
    assert ended == ["stop", "halt"]
    seen.clear()
    outcome = asyncio.run(errors.run(failing(ValueError())))
    assert outcome.answer is not None and outcome.answer.code == "invalid"
    assert [one.destination.kind for one in seen] == ["metric", "table", "queue"]


def test_e7_a_handler_layer_is_outermost_and_decorators_below_it_come_first(errors: Errors) -> None:
    errors.on(KeyError, answer=answer("not_found"))
    errors.on(ValueError, answer=answer("invalid"))

    def translating(function: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        @functools.wraps(function)
        async def call() -> None:
            try:
                await function()
            except KeyError as error:
                raise ValueError from error

        return call

    class Orders:
        @errors.handler
        async def place(self) -> None:
            await self.load()

        async def load(self) -> None:
            raise KeyError

    @errors.handler
    @translating
    async def place() -> None:
        raise KeyError

    codes = []
    for handler in (Orders().place, place):
        given = asyncio.run(errors.run(handler)).answer
        codes.append(given.code if given else None)
    assert codes == ["not_found", "invalid"]


def test_e8_a_service_layer_hands_up_to_the_handler_unless_it_judges_alone(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(KeyError, ignore=True)

    @errors.service(passes=False, default="nobody")
    async def find() -> str:
        raise KeyError

    @errors.service
    async def look() -> str:
        raise KeyError

    @errors.handler
    async def handle(call: Callable[[], Awaitable[str]]) -> str:
        return f"found {await call()}"

    assert asyncio.run(errors.run(handle, find)).value == "found nobody"
    assert asyncio.run(errors.run(handle, look)).value is None


def test_e9_a_free_layer_names_the_place_that_a_break_goes_to(errors: Errors) -> None:
    errors.on(ConnectionError, goto="checkout")

    async def offer(error: Exception, order: str) -> str:
        return f"{order}: {error}"

    @errors.layer("checkout", landing=offer)
    async def checkout(order: str) -> str:
        await errors.service(failing(ConnectionError("refused")))()
        return "never"

    @errors.handler
    async def place(order: str) -> str:
        return await checkout(order)

    assert asyncio.run(errors.run(place, "A-1")).value == "A-1: refused"


def test_e10_the_nearest_layer_catches_what_nobody_handles(errors: Errors, seen: list[Incident]) -> None:
    @errors.handler
    async def inner() -> None:
        raise RuntimeError("secret")

    async def outer() -> None:
        await inner()

    outcome = asyncio.run(errors.run(outer))
    assert outcome.answer is not None and outcome.answer.status == 500
    [incident] = seen
    assert incident.layer.endswith("inner") and incident.unexpected
    assert b"secret" not in outcome.answer.render("http").body
