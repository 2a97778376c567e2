"""How the parameters of a handler are filled, and what its chain comes to."""

import asyncio
import threading
from collections.abc import Callable
from typing import Annotated

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App, HandlerError, HttpEvent, Plan, Request, Response, StartError, get


def answered(app: App, source: Manual, name: str, **data: object) -> Response:
    async def use() -> Response:
        async with app.running(), asyncio.timeout(5):
            return await source.ask(name, **data)

    return asyncio.run(use())


def application() -> tuple[App, Manual]:
    source = Manual()
    return App("orders", entrypoints=[source]), source


def test_each_parameter_is_filled_by_its_own_rule() -> None:
    app, source = application()

    @app.service
    def greeting() -> str:
        return "hello"

    @app.on(get("/orders/{order_id}"))
    async def read(order_id: int, greeting: str, request: Request, limit: int = 5) -> object:
        return (order_id, greeting, request.event.name, limit)

    answer = answered(app, source, "GET /orders/{order_id}", order_id=7, limit=3)
    assert answer.value == (7, "hello", "GET /orders/{order_id}", 3)


def test_the_request_is_known_by_its_type_under_any_name() -> None:
    app, source = application()

    @app.on(get("/"))
    async def read(incoming: Request) -> str:
        return incoming.event.kind

    assert answered(app, source, "GET /").value == "http"


def test_a_plan_shows_what_the_events_data_fill_with_annotations_resolved() -> None:
    app, source = application()

    @app.on(get("/{order_id}"))
    async def read(request: Request, limit: "Annotated[int, 'at most']", order_id: "int") -> "str":
        return ""

    app.check()
    plan = source.plans["GET /{order_id}"]
    assert [(p.name, p.annotation) for p in plan.data] == [
        ("order_id", int),
        ("limit", Annotated[int, "at most"]),
    ]
    assert plan.returns is str


def test_a_sync_handler_never_runs_on_the_event_loops_thread() -> None:
    app, source = application()

    @app.on(get("/"))
    def read() -> int:
        return threading.get_ident()

    assert answered(app, source, "GET /").value != threading.get_ident()


def test_an_async_callable_object_is_a_handler() -> None:
    app, source = application()

    class Reader:
        async def __call__(self, order_id: int) -> int:
            return order_id + 1

    app.on(get("/{order_id}"))(Reader())
    assert answered(app, source, "GET /{order_id}", order_id=1).value == 2


def test_a_before_handler_can_answer_and_the_chain_ends() -> None:
    app, source = application()
    ran: list[str] = []

    async def allow(order_id: int, request: Request) -> Response | None:
        ran.append(f"allow {request.event.kind}")
        return Response("no", status=403) if order_id > 9 else None

    @app.on(get("/{order_id}"), before=[allow])
    async def read(order_id: int) -> str:
        ran.append("read")
        return "yes"

    assert answered(app, source, "GET /{order_id}", order_id=10).status == 403
    assert ran == ["allow http"]
    assert answered(app, source, "GET /{order_id}", order_id=1).value == "yes"


def test_after_handlers_see_the_response_and_may_replace_it() -> None:
    app, source = application()

    async def stamp(response: Response) -> Response:
        return Response(response.value, headers={"x-stamp": "1"})

    async def look(response: Response) -> None:
        assert response.headers == {"x-stamp": "1"}

    @app.on(get("/"), after=[stamp, look])
    async def read() -> str:
        return "yes"

    response = answered(app, source, "GET /")
    assert (response.value, response.headers) == ("yes", {"x-stamp": "1"})


def test_an_exception_answers_500_and_tells_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    app, source = application()

    @app.on(get("/"))
    async def read() -> str:
        raise RuntimeError("the password is hunter2")

    response = answered(app, source, "GET /")
    assert response.status == 500
    assert b"hunter2" not in (response.body or b"")
    assert response.headers["content-type"] == "application/problem+json"
    assert "read failed" in caplog.text


async def _bare(thing) -> None:  # type: ignore[no-untyped-def]  # the fault under test
    """Take something that has no type."""


async def _without() -> None:
    """Take nothing."""


async def _star(*args: int) -> None:
    """Take anything."""


async def _unresolved(thing: object) -> None:
    """Take what cannot be found."""


_unresolved.__annotations__["thing"] = "Missing"


@pytest.mark.parametrize(
    ("handler", "event", "said"),
    [
        (_bare, get("/"), "has the parameter 'thing': no service, no name of 'GET /', and without a type"),
        (_without, get("/{order_id}"), "answers 'GET /{order_id}' but has no parameter 'order_id'"),
        (_star, get("/"), "has the parameter *args"),
        (_unresolved, get("/"), "has an annotation that does not resolve: name 'Missing' is not defined"),
    ],
)
def test_a_handler_that_cannot_be_filled_is_told_with_its_place(
    handler: Callable[..., object], event: HttpEvent, said: str
) -> None:
    app, _ = application()
    app.on(event)(handler)
    with pytest.raises(StartError) as told:
        app.check()
    assert said in str(told.value)
    assert f"test_plan.py:{handler.__code__.co_firstlineno}" in str(told.value)


def test_a_path_name_that_is_a_service_too_is_refused() -> None:
    app, _ = application()

    @app.service
    def order_id() -> int:
        return 1

    @app.on(get("/{order_id}"))
    async def read(order_id: int) -> None: ...

    with pytest.raises(StartError, match="both a name of 'GET /{order_id}' and a service"):
        app.check()


def test_all_mistakes_come_at_once() -> None:
    app, _ = application()
    app.on(get("/a"))(_bare)
    app.on(get("/b"))(_star)
    app.on(get("/c"))(_without)
    app.on(get("/c"))(_without)
    with pytest.raises(StartError) as told:
        app.check()
    assert len(told.value.problems) == 3
    assert "'GET /c' has two handlers" in str(told.value)


def test_a_plan_can_be_made_by_hand() -> None:
    app, _ = application()

    async def read(order_id: int) -> int:
        return order_id

    plan = Plan(get("/{order_id}"), read, app.container, app.errors)
    response = asyncio.run(plan.run(Request(plan.event), {"order_id": 3}))
    assert response.value == 3
    with pytest.raises(HandlerError):
        Plan(get("/"), _bare, app.container, app.errors)
