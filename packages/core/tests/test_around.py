"""Handlers around others: generators with one yield."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from packages.core.tests.chains import answered, application, read, refused

from cordio_core import Request, Response, get
from cordio_core._signature import place


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


async def _exits_before(order_id: int) -> AsyncIterator[None]:
    if order_id:
        raise GeneratorExit
    yield


async def _exits_after() -> AsyncIterator[None]:
    yield
    raise GeneratorExit


def _exits_sync() -> Iterator[None]:
    yield
    raise GeneratorExit


async def _exits_when_it_fails() -> AsyncIterator[None]:
    try:
        yield
    except LookupError:
        raise GeneratorExit from None


EXITS = "raises GeneratorExit, which is for whoever closes a generator: return, or raise"


@pytest.mark.parametrize(
    ("ring", "order_id", "said"),
    [
        (_no_yield, 7, "ended without its yield: yield once"),
        (_two_yields, 7, "yields a second time: yield once"),
        (_two_yields_sync, 7, "yields a second time: yield once"),
        (_wrong_yield, 7, "yields 7: yield once"),
        (_two_yields_when_it_fails, -1, "yields a second time: yield once"),
        (_exits_before, 7, EXITS),
        (_exits_after, 7, EXITS),
        (_exits_sync, 7, EXITS),
        (_exits_when_it_fails, -1, EXITS),
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
