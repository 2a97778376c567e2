"""How the parameters of a handler are filled, and what its chain comes to."""

import asyncio
import functools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
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
    async def read(
        incoming: "Request", *, other: Annotated[Request, "too"], third: Request | None = None
    ) -> set[str]:
        assert third is not None
        return {incoming.event.kind, other.event.kind, third.event.kind}

    assert answered(app, source, "GET /").value == {"http"}


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

    app.on(get("/{order_id}"), before=[Reader()])(Reader())
    assert answered(app, source, "GET /{order_id}", order_id=1).value == 2


def test_a_method_is_a_handler() -> None:
    app, source = application()

    class Reader:
        async def read(self, order_id: int) -> int:
            return order_id + 1

        def count(self, order_id: int) -> int:
            return order_id + 2

    app.on(get("/{order_id}"))(Reader().read)
    app.on(get("/count/{order_id}"))(Reader().count)
    assert answered(app, source, "GET /{order_id}", order_id=1).value == 2
    assert answered(app, source, "GET /count/{order_id}", order_id=1).value == 3


def _doubled(handler: Callable[..., Awaitable[int]]) -> Callable[..., Awaitable[int]]:
    """Decorate a handler as many do: with a sync wrapper that returns the coroutine."""

    @functools.wraps(handler)
    def wrapper(*args: object, **kwargs: object) -> Awaitable[int]:
        return handler(*args, **kwargs)

    return wrapper


def test_a_decorated_handler_is_filled_awaited_and_named_as_the_one_below() -> None:
    app, source = application()

    @app.on(get("/{order_id}"))
    @_doubled
    async def read(order_id: int, request: Request) -> int:
        return order_id + len(request.event.kind)

    assert answered(app, source, "GET /{order_id}", order_id=1).value == 5
    plan = source.plans["GET /{order_id}"]
    assert "test_plan.py" in plan.place and plan.place.startswith("test_a_decorated_handler")
    assert plan.code is not None and plan.code.co_name == "read"


def test_one_handler_answers_events_with_other_names() -> None:
    app, source = application()

    @app.on(get("/orders/{order_id}"), get("/customers/{customer}"))
    async def read(order_id: int = 0, customer: str = "") -> object:
        return (order_id, customer)

    assert answered(app, source, "GET /orders/{order_id}", order_id=7).value == (7, "")
    assert answered(app, source, "GET /customers/{customer}", customer="A").value == (0, "A")
    assert [p.name for p in source.plans["GET /customers/{customer}"].data] == ["customer", "order_id"]


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


def test_a_sync_before_handler_takes_defaults_and_the_request_under_its_own_name() -> None:
    app, source = application()
    seen: list[object] = []

    def allow(limit: int, incoming: Request, mine: int = 3) -> None:
        seen.append((limit, incoming.event.name, mine, threading.get_ident()))

    @app.on(get("/"), before=[allow])
    async def read(limit: int = 5) -> int:
        return limit

    assert answered(app, source, "GET /").value == 5
    assert seen[0][:3] == (5, "GET /", 3)  # type: ignore[index]  # a tuple, as above
    assert threading.get_ident() not in seen[0]  # type: ignore[operator]
    given = Plan(get("/"), read, app.container, app.errors, before=[allow]).callables
    assert given == {allow: {"limit", "incoming", "mine"}, read: {"limit"}}


def test_a_function_that_is_handler_and_before_handler_is_given_the_names_of_both() -> None:
    app, _ = application()

    async def both(request: Request, order_id: int = 0) -> None: ...

    async def read(order_id: int) -> None: ...

    plan = Plan(get("/{order_id}"), read, app.container, app.errors, before=[both], after=[both])
    assert plan.callables == {both: {"request", "order_id"}, read: {"order_id"}}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/{order_id}", "has the parameter 'number': no service, and not of the data of 'GET /{order_id}': "
         "take one of 'order_id'"),
        ("/", "has the parameter 'number': no service, and not of the data of 'GET /': take what it needs"),
    ],
)  # fmt: skip
def test_a_before_handler_that_wants_what_is_not_there_is_a_start_error(path: str, said: str) -> None:
    app, _ = application()

    async def allow(number: int) -> None: ...

    async def read(order_id: int = 0) -> None: ...

    async def nothing() -> None: ...

    app.on(get(path), before=[allow])(read if "{" in path else nothing)
    with pytest.raises(StartError) as told:
        app.check()
    assert said in str(told.value)


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


async def _malformed(thing: object) -> None:
    """Take what is no annotation."""


_malformed.__annotations__["thing"] = "int["


async def _positional(thing: int, /) -> None:
    """Take something by its place."""


async def _generator() -> AsyncIterator[int]:
    """Give one after the other."""
    yield 1


@pytest.mark.parametrize(
    ("handler", "event", "said"),
    [
        (_bare, get("/"), "has the parameter 'thing': no service, no name of 'GET /', and without a type"),
        (_without, get("/{order_id}"), "answers 'GET /{order_id}' but has no parameter 'order_id'"),
        (_star, get("/"), "has the parameter *args: int: give each parameter a name"),
        (_positional, get("/"), "has the parameter thing: int: take the '/' out"),
        (_generator, get("/"), "is a generator: return what it answers"),
        (_malformed, get("/"), "has an annotation that does not resolve: "),
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
