"""The start and the way down of an application under test, and what is put back."""

import asyncio

import pytest
from packages.core.tests.doubles import Manual, Settings
from packages.core.tests.tested import until_stopping

from cordio_core import App, CoreError, Request, emitted, get, started, stopping
from cordio_core.protocols import Runtime


def test_sigterm_lets_what_was_accepted_finish_and_tells_of_it() -> None:
    app = App("orders", entrypoints=[Manual()])
    began, go, seen = asyncio.Event(), asyncio.Event(), list[str]()

    @app.on(started, stopping)
    async def note(request: Request) -> None:
        seen.append(request.event.name)

    @app.on(get("/"))
    async def read() -> str:
        began.set()
        await go.wait()
        return "order"

    async def use() -> tuple[int, int, object, int]:
        async with app.testing() as t:
            calling = asyncio.create_task(t.call(read))
            await began.wait()
            stopped = asyncio.create_task(t.sigterm())
            await until_stopping(t)
            assert not stopped.done()
            go.set()
            report = await stopped
            return report.finished, report.cancelled, (await calling).value, report.code

    assert asyncio.run(use()) == (1, 0, "order", 0)
    assert seen == ["started", "stopping"]


def test_sigterm_again_cancels_what_is_left_and_tells_of_it() -> None:
    app = App("orders", entrypoints=[Manual()])
    began = asyncio.Event()

    @app.on(get("/"))
    async def read() -> None:
        began.set()
        await asyncio.Event().wait()

    async def use() -> tuple[int, int, bool]:
        async with app.testing() as t:
            calling = asyncio.create_task(t.call(read))
            await began.wait()
            first = asyncio.create_task(t.sigterm())
            await asyncio.sleep(0)
            async with asyncio.timeout(5):
                again = await t.sigterm()
            assert await first == again
            await asyncio.wait([calling])
            return again.cancelled, again.code, calling.cancelled()

    assert asyncio.run(use()) == (1, 75, True)


def test_a_test_does_not_drain_whatever_is_set() -> None:
    app = App("orders", configuring=Settings(drain="1d"), entrypoints=[Manual()])

    async def use() -> float:
        async with app.testing() as t, asyncio.timeout(5):
            return (await t.sigterm()).took

    assert asyncio.run(use()) < 5


def test_no_listener_is_opened_and_no_other_source_started() -> None:
    http, broker = Manual(), Manual(kind="amqp")
    app = App("orders", entrypoints=[http, broker, Plain()])

    async def use() -> list[str]:
        async with app.testing():
            return [*http.happened, *Plain.happened]

    assert asyncio.run(use()) == ["bound"]
    assert http.happened == ["bound", "stopped"]


class Plain(Manual):
    """A source that is no ASGI application."""

    asgi = bind = None  # type: ignore[assignment]
    happened: list[str] = []

    def __init__(self) -> None:
        super().__init__(kind="plain")


@pytest.mark.parametrize("steps", range(12))
def test_a_test_that_is_cancelled_at_any_step_puts_everything_back(steps: int) -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.service
    def stock() -> int:
        return 7

    @app.on(get("/"))
    async def read(stock: int) -> int:
        return stock

    async def use() -> None:
        async with app.testing(stock=1) as t:
            await t.call(read)
            await asyncio.Event().wait()

    async def cancel() -> object:
        task = asyncio.create_task(use())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert len(asyncio.all_tasks()) == 1
        async with app.testing() as t:
            return (await t.call(read)).value

    assert asyncio.run(cancel()) == 7
    assert "emit" not in vars(app)
    assert app._assembled().plans[0].way.__qualname__.startswith("_requested")


def test_a_start_that_fails_puts_everything_back() -> None:
    class Broken(Manual):
        def bind(self, runtime: Runtime, /) -> None:
            raise CoreError("no door: build one")

    app = App("orders", entrypoints=[Broken()])

    async def use() -> None:
        async with app.testing():
            raise AssertionError("it came up")

    with pytest.raises(CoreError, match="no door"):
        asyncio.run(use())
    assert "emit" not in vars(app)
    assert app.state().phase == "over"


def test_a_second_test_of_an_application_is_refused_and_leaves_the_first_as_it_is() -> None:
    app = App("shop")

    @app.service
    def stock() -> int:
        return 7

    @app.on(emitted("counted"))
    async def count(stock: int) -> int:
        return stock

    async def use() -> None:
        async with app.testing(stock=1) as t:
            with pytest.raises(CoreError, match="shop runs already: stop it before it is started again"):
                async with app.testing(stock=2):
                    pytest.fail("it was started twice")
            assert (await app.emit("counted"))[0].value == 1
            assert (await t.call(count)).value == 1
            assert [each.name for each in t.emitted] == ["counted"]
        async with app.testing() as t:
            assert (await t.call(count)).value == 7

    asyncio.run(use())
