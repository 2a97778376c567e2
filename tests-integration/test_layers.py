"""Layers come by themselves: rules of the application, of a handler and of a service act where they should."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from cordio_core import App, Plan, Request, Response, emitted, get
from cordio_di import Container
from cordio_errors import Errors, Retry, answer, rule


class Shop(App):
    """An application with real services and rules."""

    errors: Errors

    def __init__(self) -> None:
        super().__init__("shop", container=Container(discover=False), errors=Errors())
        self.errors.catalogue(
            {
                "gone": {
                    "http": {"status": 410, "title": "Gone"},
                },
                "busy": {
                    "http": {"status": 503, "title": "Busy"},
                },
            }
        )


def told(app: App, name: str = "asked", data: object = None) -> Response:
    async def use() -> Response:
        async with app.running(), asyncio.timeout(10):
            (response,) = await app.emit(name, data)
            return response

    return asyncio.run(use())


class Failing:
    """Fails a number of times, then goes well."""

    def __init__(self, times: int, error: type[Exception] = ConnectionError) -> None:
        self.left, self.error, self.calls = times, error, 0

    def __call__(self) -> str:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error("it failed")
        return "well"


@pytest.fixture
def shop() -> Shop:
    """An application whose rule repeats what a lost connection has broken."""
    app = Shop()
    app.errors.on(ConnectionError, retry=Retry(attempts=3, wait=0), answer=answer("busy"))
    return app


def test_the_methods_of_a_service_repeat_by_rule_and_the_handler_does_not(shop: Shop) -> None:
    failing, own = Failing(2), Failing(1)

    @shop.service
    class Stock:
        async def reserve(self) -> str:
            return failing()

    @shop.on(emitted("asked"))
    async def ask(stock: Stock) -> str:
        return await stock.reserve()

    @shop.on(emitted("direct"))
    async def direct() -> str:
        return own()

    assert told(shop).value == "well" and failing.calls == 3
    assert told(shop, "direct").status == 503 and own.calls == 1


def test_what_a_service_cannot_mend_goes_up_to_the_handler_and_is_answered_there(shop: Shop) -> None:
    failing = Failing(9)

    @shop.service
    class Stock:
        def reserve(self) -> str:
            return failing()

    @shop.on(emitted("asked"))
    async def ask(stock: Stock) -> str:
        return stock.reserve()

    assert told(shop).status == 503 and failing.calls == 3


def test_free_functions_and_what_a_factory_makes_are_layered_on_request(shop: Shop) -> None:
    made, free = Failing(2), Failing(2)

    class Client:
        async def send(self) -> str:
            return made()

    @shop.service
    def client() -> Client:
        return shop.layered(Client())

    @shop.layered
    async def weigh() -> str:
        return free()

    @shop.on(emitted("asked"))
    async def ask(client: Client) -> list[str]:
        return [await client.send(), await weigh()]

    assert told(shop).value == ["well", "well"]
    assert (made.calls, free.calls) == (3, 3)


def test_generators_and_private_methods_of_a_service_stay_as_they_are(shop: Shop) -> None:
    @shop.service
    class Stock:
        async def each(self) -> AsyncIterator[int]:
            yield 1

        @staticmethod
        def two() -> int:
            return 2

        @classmethod
        def three(cls) -> int:
            return len(cls.__name__) - 2

    @shop.on(emitted("asked"))
    async def ask(stock: Stock) -> list[int]:
        return [*[one async for one in stock.each()], stock.two(), stock.three()]

    assert told(shop).value == [1, 2, 3]


def test_a_decorated_async_method_is_repeated_too(shop: Shop) -> None:
    failing = Failing(2)

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: object, **kwargs: object) -> Any:
            return function(*args, **kwargs)

        return wrapper

    @shop.service
    class Stock:
        @counted
        async def reserve(self) -> str:
            return failing()

    @shop.on(emitted("asked"))
    async def ask(stock: Stock) -> object:
        return await stock.reserve()

    assert told(shop).value == "well" and failing.calls == 3


def test_a_rule_of_a_handler_goes_before_those_of_the_application_and_is_its_alone(shop: Shop) -> None:
    @shop.on(emitted("asked"), errors=[rule(ConnectionError, answer=answer("gone"))])
    async def ask() -> None:
        raise ConnectionError("it failed")

    @shop.on(emitted("other"))
    async def other() -> None:
        raise ConnectionError("it failed")

    assert told(shop).status == 410
    assert "1 rule of its own" in shop.explain(ask)


def test_a_rule_of_a_handler_is_no_other_ones(shop: Shop) -> None:
    @shop.on(emitted("ruled"), errors=[rule(ConnectionError, answer=answer("gone"))])
    async def ruled() -> None: ...

    @shop.on(emitted("asked"))
    async def ask() -> None:
        raise ConnectionError("it failed")

    assert told(shop).status == 503


def test_a_rule_of_a_service_acts_in_its_layer_alone(shop: Shop) -> None:
    patient, hasty = Failing(4), Failing(4)

    @shop.service(errors=[rule(ConnectionError, retry=Retry(attempts=5, wait=0))])
    class Patient:
        async def reserve(self) -> str:
            return patient()

    @shop.service
    class Hasty:
        async def reserve(self) -> str:
            return hasty()

    @shop.on(emitted("asked"))
    async def ask(patient: Patient, hasty: Hasty) -> str:
        await patient.reserve()
        return await hasty.reserve()

    assert told(shop).status == 503
    assert (patient.calls, hasty.calls) == (5, 3)


def test_rules_without_anybody_who_follows_them_are_refused() -> None:
    app = App("shop", container=Container(discover=False))

    async def ask() -> None: ...

    app.on(emitted("asked"), errors=[rule(ConnectionError, ignore=True)])(ask)
    with pytest.raises(
        Exception, match=r"ask \(.* has error rules, but nobody follows them: give App\(errors="
    ):
        app.check()


def test_a_rule_that_ends_the_flow_answers_with_nothing(shop: Shop) -> None:
    shop.errors.on(LookupError, stop=True)

    @shop.on(emitted("asked"))
    async def ask() -> None:
        raise LookupError("seen before")

    response = told(shop)
    assert (response.status, response.value, response.body) == (204, None, None)


def test_a_rule_that_halts_stops_the_application_in_order_with_its_exception(shop: Shop) -> None:
    shop.errors.on(MemoryError, halt=True)
    ended: list[str] = []

    @shop.service
    async def store() -> AsyncIterator[str]:
        yield "store"
        ended.append("store closed")

    @shop.on(emitted("asked"))
    async def ask(store: str) -> None:
        raise MemoryError("the state is corrupt")

    @shop.main
    async def main() -> None:
        await shop.emit("asked")

    with pytest.raises(MemoryError, match="the state is corrupt"):
        asyncio.run(shop.serve())
    assert ended == ["store closed"]


def test_an_exception_without_a_rule_is_told_with_the_handler_that_failed(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    @shop.on(emitted("asked"))
    async def place_order() -> None:
        raise ZeroDivisionError("by chance")

    with caplog.at_level(logging.ERROR):
        assert told(shop).status == 500
    assert any(
        "place_order" in str(vars(record)) or "place_order" in record.getMessage() for record in caplog.records
    )


def test_an_answer_speaks_the_language_that_the_request_asks_for(shop: Shop) -> None:
    shop.errors.catalogue(
        {"shut": {"http": {"status": 503, "title": {"en": "Shut", "de": "Geschlossen"}}, "internal": {}}}
    )
    shop.errors.on(LookupError, answer=answer("shut"))

    async def read() -> None:
        raise LookupError("nobody is there")

    plan = Plan(get("/"), read, shop.container, shop.errors)

    async def title(header: str) -> object:
        async with shop.container:
            response = await plan.run(Request(plan.event, headers={"accept-language": header}), {})
        assert response.body is not None
        return json.loads(response.body)["title"]

    assert asyncio.run(title("de-AT, en;q=0.5")) == "Geschlossen"
    assert asyncio.run(title("fr, en;q=0.5")) == "Shut"


def test_a_parameter_with_a_default_is_the_callers_though_a_service_has_its_name(shop: Shop) -> None:
    @shop.service
    def amount() -> int:
        return 3

    @shop.on(emitted("asked"))
    async def ask(amount: int = 5) -> int:
        return amount

    assert told(shop).value == 5
    assert told(shop, data={"amount": 7}).value == 7
