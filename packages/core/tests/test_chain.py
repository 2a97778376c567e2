"""What runs around, before and after a handler, and in which order."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App, Plan, Request, Response, StartError, get, post
from cordio_core._signature import place

READ = "GET /orders/{order_id}"


def application() -> tuple[App, Manual]:
    source = Manual()
    return App("orders", entrypoints=[source]), source


def answered(app: App, source: Manual, name: str = READ, **data: object) -> Response:
    async def use() -> Response:
        async with app.running(), asyncio.timeout(5):
            return await source.ask(name, **data)

    return asyncio.run(use())


def refused(app: App) -> str:
    with pytest.raises(StartError) as told:
        app.check()
    return str(told.value)


async def read(order_id: int) -> int:
    """Answer with the number of the order."""
    return order_id


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


def test_an_around_handler_sees_the_response_and_nests_in_the_order_given() -> None:
    app, source = application()
    ran: list[object] = []

    async def outer(request: Request) -> AsyncIterator[None]:
        ran.append(f"outer {request.kind}")
        response = yield
        ran.append(("outer", response))

    async def inner(order_id: int) -> AsyncIterator[None]:
        ran.append(f"inner {order_id}")
        yield
        ran.append("inner")

    async def early() -> None:
        ran.append("before")

    app.on(get("/orders/{order_id}"), around=[outer, inner], before=[early])(read)
    response = answered(app, source, order_id=7)
    assert ran == ["outer http", "inner 7", "before", "inner", ("outer", response)]


def test_a_sync_around_handler_runs_beside_the_event_loop() -> None:
    app, source = application()
    threads: list[int] = []

    def timed() -> Iterator[None]:
        threads.append(threading.get_ident())
        yield
        threads.append(threading.get_ident())

    app.on(get("/orders/{order_id}"), around=[timed])(read)
    assert answered(app, source, order_id=7).value == 7
    assert len(threads) == 2 and threading.get_ident() not in threads


def _answering(ran: list[str]) -> Callable[[], AsyncIterator[Response]]:
    async def guard() -> AsyncIterator[Response]:
        yield Response(status=503)
        ran.append("guard ended")

    return guard


def _answering_sync(ran: list[str]) -> Callable[[], Iterator[Response]]:
    def guard() -> Iterator[Response]:
        yield Response(status=503)
        ran.append("guard ended")

    return guard


@pytest.mark.parametrize("made", [_answering, _answering_sync])
def test_an_around_handler_can_answer_and_nothing_inside_runs(
    made: Callable[[list[str]], Callable[[], object]],
) -> None:
    app, source = application()
    ran: list[str] = []

    @app.on(get("/"), around=[made(ran)])
    async def look() -> None:
        ran.append("look")

    assert answered(app, source, "GET /").status == 503
    assert ran == ["guard ended"]


def _swallowing(seen: list[BaseException]) -> Callable[[], AsyncIterator[None]]:
    async def ring() -> AsyncIterator[None]:
        try:
            yield
        except BaseException as error:  # noqa: B036  # the fault under test
            seen.append(error)

    return ring


def _swallowing_sync(seen: list[BaseException]) -> Callable[[], Iterator[None]]:
    def ring() -> Iterator[None]:
        try:
            yield
        except BaseException as error:  # noqa: B036  # the fault under test
            seen.append(error)

    return ring


@pytest.mark.parametrize("made", [_swallowing, _swallowing_sync])
def test_an_around_handler_sees_the_exception_and_cannot_swallow_it(
    made: Callable[[list[BaseException]], Callable[[], object]], caplog: pytest.LogCaptureFixture
) -> None:
    app, source = application()
    seen: list[BaseException] = []

    @app.on(get("/"), around=[made(seen)])
    async def look() -> None:
        raise LookupError("gone")

    assert answered(app, source, "GET /").status == 500
    assert [type(error) for error in seen] == [LookupError]
    assert "LookupError: gone" in caplog.text


def test_an_around_handler_may_put_another_exception_in_the_place(caplog: pytest.LogCaptureFixture) -> None:
    app, source = application()

    async def ring() -> AsyncIterator[None]:
        try:
            yield
        except LookupError as error:
            raise ValueError("no such order") from error

    @app.on(get("/"), around=[ring])
    async def look() -> None:
        raise LookupError("gone")

    assert answered(app, source, "GET /").status == 500
    assert caplog.text.rstrip().endswith("ValueError: no such order")


async def _no_yield(order_id: int) -> AsyncIterator[None]:
    if order_id < 0:
        yield


async def _two_yields() -> AsyncIterator[None]:
    yield
    yield


def _two_yields_sync() -> Iterator[None]:
    yield
    yield


async def _wrong_yield() -> AsyncIterator[object]:
    yield 7


async def _two_yields_when_it_fails(order_id: int) -> AsyncIterator[None]:
    try:
        yield
    except LookupError:
        yield


@pytest.mark.parametrize(
    ("ring", "order_id", "said"),
    [
        (_no_yield, 7, "ended without its yield: yield once"),
        (_two_yields, 7, "yields a second time: yield once"),
        (_two_yields_sync, 7, "yields a second time: yield once"),
        (_wrong_yield, 7, "yields 7: yield once"),
        (_two_yields_when_it_fails, -1, "yields a second time: yield once"),
    ],
)
def test_a_generator_that_does_not_yield_once_is_told_with_its_place(
    ring: Callable[..., object], order_id: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, source = application()

    @app.on(get("/orders/{order_id}"), around=[ring])
    async def look(order_id: int) -> int:
        if order_id < 0:
            raise LookupError("gone")
        return order_id

    assert answered(app, source, order_id=order_id).status == 500
    assert f"{place(ring)} {said}" in caplog.text


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (
            "around",
            "stands around a handler, but is no generator: let it yield once, or use before=",
        ),
        ("before", "is a generator: return what it answers"),
    ],
)
def test_a_generator_in_the_wrong_place_is_a_start_error(where: str, said: str) -> None:
    app, _ = application()
    wrong: Callable[..., object] = read if where == "around" else _two_yields
    early, rings = ([], [wrong]) if where == "around" else ([wrong], [])
    app.on(get("/orders/{order_id}"), before=early, around=rings)(read)
    assert f"{place(wrong)} {said}" in refused(app)


def test_a_cancelled_event_runs_the_second_half_of_its_around_handlers() -> None:
    app, source = application()
    ran: list[str] = []

    async def ring() -> AsyncIterator[None]:
        try:
            yield
        finally:
            ran.append("ring ended")

    async def use() -> None:
        inside = asyncio.Event()

        @app.on(get("/"), around=[ring])
        async def look() -> None:
            inside.set()
            await asyncio.Event().wait()

        async with app.running(), asyncio.timeout(5):
            task = source.begin("GET /")
            await inside.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(use())
    assert ran == ["ring ended"]


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
