"""A handler that does not answer in its time is cancelled, and whoever waits for it gets an answer."""

import asyncio
import logging
import re
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from packages.core.tests.chains import answered, application

from cordio_core import (
    App,
    CoreError,
    HandlerTimeout,
    Request,
    StartError,
    emitted,
    get,
    on,
    started,
)
from cordio_core._signature import place

NEVER = asyncio.Event


def recorded(caplog: pytest.LogCaptureFixture) -> HandlerTimeout:
    (error,) = [record.exc_info[1] for record in caplog.records if record.exc_info]
    assert isinstance(error, HandlerTimeout)
    return error


def test_a_handler_beyond_its_limit_is_cancelled_awaited_and_told_with_its_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app, source = application()
    ended: list[str] = []

    @app.on(get("/"), within="20ms")
    async def wait() -> None:
        try:
            await NEVER().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("awaited")

    response = answered(app, source, "GET /")
    assert response.status == 503
    assert ended == ["awaited"]
    error = recorded(caplog)
    assert (error.where, error.event, error.within) == (place(wait), "GET /", 0.02)
    line = wait.__code__.co_firstlineno + 3
    assert str(error) == (
        f"{place(wait)} did not answer 'GET /' within 0.02 s, it waited at {__file__}:{line}: "
        "let it end sooner, or raise its limit (within=...)"
    )


def test_error_layers_know_the_failure_as_a_time_out_that_is_unavailable() -> None:
    app, _ = application()

    @app.on(get("/"), within=0.02)
    async def wait() -> None:
        await NEVER().wait()

    async def use() -> list[BaseException]:
        async with app.testing() as t:
            await t.call(wait)
            return t.errors

    (error,) = asyncio.run(use())
    assert isinstance(error, TimeoutError) and isinstance(error, CoreError)
    assert HandlerTimeout.answer_code == "unavailable"


@pytest.mark.parametrize("part", ["before", "after", "around"])
def test_the_limit_is_that_of_the_whole_chain(part: str, caplog: pytest.LogCaptureFixture) -> None:
    app, source = application()

    async def slow() -> None:
        await NEVER().wait()

    async def ring() -> AsyncIterator[None]:
        yield
        await NEVER().wait()

    steps: Any = {part: [ring if part == "around" else slow]}

    @app.on(get("/"), within="20ms", **steps)
    async def quick() -> str:
        return "done"

    answered(app, source, "GET /")
    assert recorded(caplog).where == place(quick)


def test_the_request_knows_how_much_time_is_left() -> None:
    app, source = application()

    @app.on(get("/"), within="1m")
    async def left(request: Request) -> float | None:
        return request.left

    @app.on(get("/free"))
    async def free(request: Request) -> float | None:
        return request.left

    assert 0 < answered(app, source, "GET /").value <= 60  # type: ignore[operator]  # it is a number
    assert answered(app, source, "GET /free").value is None


def test_a_request_that_ends_earlier_keeps_its_end() -> None:
    app, source = application()
    app.on(get("/"), within="1m")(handed := lambda request: request.deadline)

    async def use() -> object:
        async with app.running():
            plan = source.plans["GET /"]
            return (await plan.run(Request(plan.event, deadline=1.0), {})).value

    assert callable(handed)
    assert asyncio.run(use()) == 1.0


def test_a_time_out_of_the_handler_s_own_is_no_limit_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    app, source = application()

    @app.on(get("/"), within="1m")
    async def fail() -> None:
        raise TimeoutError("the bank")

    answered(app, source, "GET /")
    (error,) = [record.exc_info[1] for record in caplog.records if record.exc_info]
    assert type(error) is TimeoutError and str(error) == "the bank"


def test_an_event_that_is_cancelled_from_outside_is_cancelled() -> None:
    app, source = application()

    @app.on(get("/"), within="1m")
    async def wait() -> None:
        await NEVER().wait()

    async def use() -> bool:
        async with app.running():
            task = source.begin("GET /")
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            return task.cancelled()

    assert asyncio.run(use())


def test_whoever_awaits_a_sync_handler_beyond_its_limit_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    app, source = application()
    free = threading.Event()

    @app.on(get("/"), within="20ms")
    def block() -> None:
        free.wait(20)

    try:
        assert answered(app, source, "GET /").status == 503
    finally:
        free.set()
    assert recorded(caplog).where == place(block)


def test_a_handler_of_the_start_beyond_its_limit_fails_the_start() -> None:
    app = App("orders")

    @app.on(started, within="20ms")
    async def warm() -> None:
        await NEVER().wait()

    async def use() -> None:
        async with app.running():
            raise AssertionError("it started")

    with pytest.raises(StartError, match=re.escape(f"{place(warm)} failed")):
        asyncio.run(use())


def test_of_several_handlers_in_one_chain_the_shortest_limit_counts() -> None:
    app, _ = application()

    @app.on(get("/"), order=1, within="5s")
    async def first() -> None: ...

    @app.on(get("/"), order=2, within="30s")
    async def second() -> None: ...

    assert "\n  limit: 5 s\n" in app.explain(second)
    assert [found.within for found in app.state().handlers] == [5.0]


def test_a_handler_without_a_limit_is_called_without_one() -> None:
    app, source = application()

    @app.on(get("/"))
    async def free() -> object:
        return asyncio.current_task()

    assert "\n  limit: " not in app.explain(free)
    assert app.state().handlers[0].within is None
    app.check()
    assert source.plans["GET /"].way == source.plans["GET /"].chain.main.run


def test_a_marked_handler_keeps_its_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    import sys
    import types

    module = types.ModuleType("marked_orders")

    @on(emitted("asked"), within="3s")
    async def answer() -> None: ...

    answer.__module__ = "marked_orders"
    vars(module)["answer"] = answer
    monkeypatch.setitem(sys.modules, "marked_orders", module)
    app = App("orders", discover="marked_orders")
    assert "limit: 3 s" in app.explain(answer)


@pytest.mark.parametrize(
    ("within", "said"),
    [
        pytest.param(
            0, "a handler needs a limit of more than nothing, not 0: write '30s', or leave", id="nothing"
        ),
        pytest.param("soon", "'soon' is no duration: write a number with ms, s, m, h or d", id="word"),
        pytest.param(-1, "-1 is no duration", id="negative"),
        pytest.param(True, "True is no duration", id="truth"),
        pytest.param([], r"\[\] is no duration", id="list"),
    ],
)
@pytest.mark.parametrize("attacher", [App("orders").on, on], ids=["app.on", "on"])
def test_a_limit_that_is_none_is_refused_where_it_is_written(
    attacher: Callable[..., object], within: object, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        attacher(emitted("asked"), within=within)


def test_a_chain_without_a_handler_at_its_end_is_a_start_error_with_its_line() -> None:
    app, _ = application()

    async def allowed() -> None: ...

    line = allowed.__code__.co_firstlineno + 3
    app.on(get("/orders"), before=[allowed])
    with pytest.raises(StartError) as told:
        app.check()
    (problem,) = told.value.problems
    assert problem == (
        f"app.on(GET /orders) at {__file__}:{line} attaches no handler: put it above a function, "
        "whose answer ends the chain"
    )


def test_the_limit_of_what_is_emitted_lets_the_emitter_go_on(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    app = App("orders")

    @app.on(emitted("asked"), order=1, within="20ms")
    async def stuck() -> None:
        await NEVER().wait()

    @app.on(emitted("asked"), order=2)
    async def answer() -> str:
        return "here"

    async def use() -> list[object]:
        async with app.running(), asyncio.timeout(20):
            return [response.value for response in await app.emit("asked")]

    assert asyncio.run(use())[1] == "here"
    assert recorded(caplog).where == place(stuck)
