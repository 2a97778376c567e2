"""What runs before and after a handler, and in which order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import pytest
from packages.core.tests.chains import READ, answered, application, read, refused

from cordio_core import Plan, Request, Response, get, post


def test_what_a_before_handler_returns_is_there_for_the_next_by_its_name() -> None:
    app, source = application()

    async def customer(order_id: int) -> str:
        return f"customer of {order_id}"

    def greeting(customer: str) -> str | Response:
        return f"Dear {customer}"

    @app.on(get("/orders/{order_id}"), before=[customer, greeting])
    async def look(order_id: int, greeting: str, customer: str) -> object:
        return (greeting, customer, order_id)

    assert answered(app, source, order_id=7).value == ("Dear customer of 7", "customer of 7", 7)
    assert [parameter.name for parameter in source.plans[READ].data] == ["order_id"]


def test_a_handler_need_not_take_a_name_of_the_path_that_another_of_its_chain_takes() -> None:
    app, source = application()

    async def order(order_id: int) -> str:
        return f"order {order_id}"

    @app.on(get("/orders/{order_id}"), before=[order])
    async def look(order: str) -> str:
        return order

    assert answered(app, source, order_id=7).value == "order 7"
    assert [(p.name, p.annotation) for p in source.plans[READ].data] == [("order_id", int)]


def test_what_an_after_handler_returns_is_there_for_the_next_and_is_no_answer() -> None:
    app, source = application()
    seen: list[object] = []

    async def stamp(look: int, response: Response) -> str:
        assert response.value == look
        return f"stamp {look}"

    async def keep(stamp: str) -> None:
        seen.append(stamp)

    @app.on(get("/orders/{order_id}"), after=[stamp, keep])
    async def look(order_id: int) -> int:
        return order_id

    assert answered(app, source, order_id=7).value == 7
    assert seen == ["stamp 7"]


def test_a_name_that_is_a_service_and_what_a_handler_returns_is_a_start_error() -> None:
    app, _ = application()

    @app.service
    def customer() -> str:
        return ""

    async def offered() -> str:
        return ""

    offered.__name__ = "customer"

    @app.on(get("/"), before=[offered])
    async def look(customer: str) -> None: ...

    assert (
        "has the parameter 'customer', which is both what a handler before it returns and a service"
        in refused(app)
    )


def test_several_handlers_of_one_event_run_in_the_order_they_state_and_the_last_answers() -> None:
    app, source = application()
    ran: list[str] = []

    @app.on(get("/orders/{order_id}"), order=2)
    async def look(order_id: int, customer: str) -> str:
        ran.append("look")
        return f"{customer} {order_id}"

    @app.on(get("/orders/{order_id}"), order=1)
    async def customer(order_id: int) -> str | Response:
        ran.append("customer")
        return Response(status=404) if order_id < 0 else "Ada"

    assert answered(app, source, order_id=7).value == "Ada 7"
    assert ran == ["customer", "look"]
    assert answered(app, source, order_id=-1).status == 404
    assert ran == ["customer", "look", "customer"]


@pytest.mark.parametrize("orders", [(None, None), (1, None), (1, 1)])
def test_two_handlers_for_one_exclusive_event_have_to_say_which_runs_first(
    orders: tuple[int | None, int | None],
) -> None:
    app, _ = application()
    for order in orders:
        app.on(get("/orders/{order_id}"), order=order)(read)
    assert f"{READ!r} has two handlers, read (" in refused(app)
    assert "give each an order of its own (order=1, order=2), or another event" in refused(app)


def _reading(ran: list[str], data: Mapping[str, object]) -> Callable[[], Awaitable[Mapping[str, object]]]:
    async def reading() -> Mapping[str, object]:
        ran.append("data read")
        return data

    return reading


def test_who_may_not_ask_is_told_so_before_the_data_are_read() -> None:
    app, _ = application()
    ran: list[str] = []

    async def allow(request: Request) -> Response | None:
        ran.append("allow")
        return None if request.caller else Response(status=401)

    async def ring() -> AsyncIterator[None]:
        ran.append("ring")
        yield

    plan = Plan(get("/orders/{order_id}"), read, app.container, app.errors, before=[allow], around=[ring])
    assert plan.reads_late

    async def run(caller: object) -> Response:
        request = Request(plan.event, caller=caller)
        return await plan.run(request, _reading(ran, {"order_id": 7}))

    assert asyncio.run(run(None)).status == 401
    assert ran == ["ring", "allow"]
    assert asyncio.run(run("Ada")).value == 7
    assert ran == ["ring", "allow", "ring", "allow", "data read"]


def test_data_are_read_at_once_where_nothing_runs_without_them() -> None:
    app, _ = application()

    async def check(order_id: int) -> None: ...

    event = post("/orders/{order_id}")
    assert not Plan(event, read, app.container, app.errors).reads_late
    assert not Plan(event, read, app.container, app.errors, before=[check]).reads_late
