"""An application under test: called, moved in time, and stopped, all in memory."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from packages.core.tests.doubles import Manual, Settings

from cordio_core import (
    App,
    CallError,
    CoreError,
    DataError,
    PartError,
    Request,
    Response,
    emitted,
    every,
    get,
    post,
    put,
    queue,
    started,
    stopping,
)
from cordio_core._plain import PlainContainer
from cordio_core.protocols import Receive, Runtime, Scope, Send
from cordio_core.testing import Emitted, MovableClock, Published, Testing


@dataclass(frozen=True)
class Order:
    sku: str
    amount: int = 1


class Amqp:
    async def publish(self, exchange: str, key: str, data: object, /) -> object:
        raise AssertionError("there is no broker here")

    async def call(self, name: str, /, **data: object) -> object:
        raise AssertionError("there is no broker here")


def test_the_chain_of_an_event_runs_with_its_data_headers_and_caller() -> None:
    app = App("orders", entrypoints=[Manual()])
    seen: list[object] = []

    def tag(request: Request) -> str:
        return request.headers["x-tag"]

    @app.on(put("/orders/{order_id}"), before=[tag])
    async def place(order_id: int, order: Order, tag: str, request: Request) -> object:
        seen.extend([request.caller, request.path, request.parsed, bool(request.trace)])
        return order_id, order, tag

    async def use() -> list[object]:
        async with app.testing() as t:
            event, headers = put("/orders/{order_id}"), {"X-Tag": "a"}
            first = await t.call(event, {"sku": "A-1"}, order_id=7, headers=headers, caller="ann")
            second = await t.call(place, order_id=8, sku="B-2", amount=3, headers={"x-tag": "b"})
            third = await t.call("place", order=Order("C-3"), order_id=9, headers={"x-tag": "c"})
            return [first.value, second.value, third.value]

    found = asyncio.run(use())
    assert found == [(7, Order("A-1"), "a"), (8, Order("B-2", 3), "b"), (9, Order("C-3"), "c")]
    assert seen[:4] == ["ann", {"order_id": "7"}, {"sku": "A-1"}, True]


def test_events_of_every_kind_are_called_without_their_entrypoint() -> None:
    app = App("orders", entrypoints=[Manual(), Manual(kind="amqp")])

    @app.on(every("1d"), emitted("order.placed"))
    async def strike(sku: str = "none") -> str:
        return sku

    @app.on(queue("orders.new"))
    async def take(order: Order) -> str:
        return order.sku

    @app.on(get("/"))
    async def read(limit: int = 5) -> int:
        return limit

    async def use() -> list[object]:
        async with app.testing() as t:
            asked = [t.call(strike), t.call(emitted("order.placed"), {"sku": "A-1"})]
            asked += [t.call(queue("orders.new"), {"sku": "B-2"}), t.call(read, limit=7), t.call("read")]
            return [(await each).value for each in asked]

    assert asyncio.run(use()) == ["none", "A-1", "B-2", 7, 5]


def test_text_becomes_numbers_where_pydantic_reads_it() -> None:
    pytest.importorskip("pydantic")
    app = App("orders", entrypoints=[Manual()])

    @app.on(get("/{order_id}"))
    async def read(order_id: int, limit: int = 5) -> object:
        return order_id, limit

    async def use() -> object:
        async with app.testing() as t:
            return (await t.call(read, order_id="8", limit="7")).value

    assert asyncio.run(use()) == (8, 7)


def test_what_is_meant_must_be_clear() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.on(emitted("placed"))
    async def first() -> None: ...

    @app.on(emitted("placed"))
    async def second() -> None: ...

    @app.on(get("/{order_id}"))
    async def read(order_id: int, limit: int = 5) -> int:
        return order_id

    async def stranger() -> None: ...

    async def use() -> None:
        async with app.testing() as t:
            with pytest.raises(CallError, match=r"first .* and .*second .*: call one of the handlers"):
                await t.call(emitted("placed"))
            with pytest.raises(CallError, match="stranger .* is no handler of the application"):
                await t.call(stranger)
            with pytest.raises(CallError, match="'GET /x' is no event of the application"):
                await t.call(get("/x"))
            with pytest.raises(DataError, match="'oder_id': no such parameter: it takes 'order_id', 'limit'"):
                await t.call(read, oder_id=7)
            with pytest.raises(DataError, match="order_id"):
                await t.call(read, order_id="seven")
            with pytest.raises(DataError, match="'limt': no such parameter"):
                await t.call(read, order_id=7, limt=1)
            with pytest.raises(CoreError, match="was run already: ask for another app.testing"):
                await t.__aenter__()
        with pytest.raises(CoreError, match="orders is over: call inside of async with app.testing"):
            await t.call(read, order_id=7)
        with pytest.raises(CoreError, match="is not started: async with app.testing"):
            await app.testing().call(read, order_id=7)

    asyncio.run(use())


def test_wrong_data_are_told_even_where_they_are_read_late() -> None:
    app = App("orders", entrypoints=[Manual()])

    def judge() -> Response | None:
        return None

    @app.on(post("/"), before=[judge])
    async def place(order: Order) -> str:
        return order.sku

    async def use() -> None:
        async with app.testing() as t:
            with pytest.raises(DataError, match="amount"):
                await t.call(place, {"sku": "A-1", "amount": "many"})

    asyncio.run(use())


def test_what_handlers_raise_is_kept_whatever_is_answered() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.on(get("/"))
    async def read() -> None:
        raise LookupError("no order")

    async def use() -> tuple[int | None, list[str]]:
        async with app.testing() as t:
            response = await t.call(read)
        return response.status, [str(error) for error in t.errors]

    assert asyncio.run(use()) == (500, ["no order"])


def test_a_part_that_fails_is_kept_and_raised_where_the_application_is_left() -> None:
    app = App("orders")

    @app.main
    async def main() -> None:
        raise RuntimeError("no stock")

    errors: list[BaseException] = []

    async def use() -> None:
        async with app.testing() as t:
            while not t.errors:
                await asyncio.sleep(0)
            errors.extend(t.errors)

    with pytest.raises(RuntimeError, match="no stock"):
        asyncio.run(use())
    assert [str(error) for error in errors] == ["no stock"]


def test_services_are_replaced_for_the_time_of_the_test_and_unknown_ones_refused() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.service
    def stock() -> int:
        return 7

    @app.service
    def shelf(stock: int) -> str:
        return f"{stock} left"

    @app.on(get("/"))
    async def read(shelf: str) -> str:
        return shelf

    async def use(**fakes: object) -> object:
        async with app.testing(**fakes) as t:
            return (await t.call(read)).value

    assert [asyncio.run(use(stock=1)), asyncio.run(use())] == ["1 left", "7 left"]
    with pytest.raises(CoreError, match="no service is called 'stok': override one of stock, shelf"):
        asyncio.run(use(stok=1))
    assert asyncio.run(use()) == "7 left"


def test_what_is_published_and_called_is_kept_and_answered_as_the_test_says() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.service
    def amqp() -> Amqp:
        return Amqp()

    @app.on(get("/"))
    async def read(amqp: Amqp) -> object:
        await amqp.publish("orders", "eu.placed", {"sku": "A-1"})
        return await amqp.call("price", sku="A-1")

    async def use() -> None:
        async with app.testing() as t:
            assert (await t.call(read)).status == 500
            assert isinstance(t.errors[0], CallError)
            t.exchange.answer("price", lambda sku: {"A-1": 7}[sku])
            assert (await t.call(read)).value == 7
            t.exchange.answer("price", TimeoutError("late"))
            assert (await t.call(read)).status == 500
            assert t.published[-1] == Published("orders", "eu.placed", {"sku": "A-1"})
            assert [(each.name, each.data) for each in t.called] == [("price", {"sku": "A-1"})] * 3

    asyncio.run(use())


def test_what_is_emitted_is_kept_whether_anybody_listens_or_not() -> None:
    app = App("orders", entrypoints=[Manual()])
    heard: list[str] = []

    @app.on(emitted("placed"))
    async def greet(sku: str) -> None:
        heard.append(sku)

    @app.on(get("/"))
    async def read() -> None:
        await app.emit("placed", {"sku": "A-1"})
        await app.emit("nobody.listens")
        await app.emit("placed", {"sku": "B-2"}, background=True)

    async def use() -> list[Emitted]:
        async with app.testing() as t:
            await t.call(read)
            await t.sigterm()
        return t.emitted

    placed, nobody, background = asyncio.run(use())
    assert (placed.name, placed.data, nobody) == ("placed", {"sku": "A-1"}, Emitted("nobody.listens"))
    assert (background.background, heard) == (True, ["A-1", "B-2"])
    assert "emit" not in vars(app)


def test_a_schedule_runs_as_the_clock_is_moved_and_never_else() -> None:
    app = App("clock")
    runs: list[int] = []

    @app.on(every("5m"))
    def strike() -> None:  # in a thread, so that it is waited for
        runs.append(1)

    async def use() -> list[int]:
        async with app.testing() as t:
            counts = []
            for span in ("4m", "1m", "1h", 0):
                await t.clock.advance(span)
                counts.append(len(runs))
            assert t.state().schedules
            return counts

    assert asyncio.run(use()) == [0, 1, 13, 13]


def test_a_run_that_takes_real_time_is_waited_for() -> None:
    app = App("clock")
    gate, ended = threading.Event(), list[str]()

    @app.on(every("5m"))
    def strike() -> None:
        gate.wait(10)
        ended.append("strike")

    async def use() -> list[str]:
        async with app.testing() as t:
            asyncio.get_running_loop().call_later(0.02, gate.set)
            await t.clock.advance("5m")
            return list(ended)

    assert asyncio.run(use()) == ["strike"]


def test_a_run_that_never_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordio_core.testing._clock._PATIENCE", 0.01)
    app = App("clock")

    @app.on(every("5m"))
    async def strike() -> None:
        await asyncio.Event().wait()

    async def use() -> None:
        async with app.testing() as t:
            with pytest.raises(PartError, match="a run of a schedule: did not end .* wait=False"):
                await t.clock.advance("5m")
            hurried = asyncio.create_task(t.sigterm())
            await asyncio.sleep(0)
            await t.sigterm()
            await hurried

    asyncio.run(use())


def test_who_stops_waiting_for_the_clock_is_passed_over() -> None:
    async def use() -> list[str]:
        clock, woken = MovableClock(), list[str]()

        async def wait(name: str, moment: float) -> None:
            await clock.sleep_until(moment)
            woken.append(name)

        waiting = [asyncio.create_task(wait(str(moment), moment)) for moment in (0, 3, 1, 2, 1)]
        await clock.advance(0)
        waiting[3].cancel()
        await clock.advance("10s")
        await asyncio.wait(waiting)
        assert (clock.monotonic(), woken) == (10.0, ["0", "1", "1", "3"])
        return woken

    asyncio.run(use())


def test_a_run_may_go_on_while_the_clock_is_moved() -> None:
    app = App("clock")
    go = asyncio.Event()

    @app.on(every("5m"))
    async def strike() -> None:
        await go.wait()

    async def use() -> int:
        async with app.testing() as t:
            await t.clock.advance("5m", wait=False)
            go.set()
            return (await t.sigterm()).cancelled

    assert asyncio.run(use()) == 0


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
            await _stopping(t)
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


async def _stopping(t: Testing) -> None:
    """Wait until the stop waits for nothing but what is under way."""
    while t.state().phase != "stopping":
        await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)


def test_what_the_start_sets_in_the_context_is_seen_by_a_call_from_another_one() -> None:
    region = contextvars.ContextVar("region", default="none")
    app = App("orders", entrypoints=[Manual()])

    @app.on(started)
    async def begin() -> None:
        region.set("eu")

    @app.on(get("/"))
    async def read() -> str:
        return region.get()

    async def use() -> object:
        before = contextvars.copy_context()
        async with app.testing() as t:
            asked = t.call(read)
            return (await asyncio.create_task(asked, context=before)).value

    assert asyncio.run(use()) == "eu"


def test_what_was_made_of_the_real_services_is_not_seen_beside_a_fake() -> None:
    container = PlainContainer()
    container.service(lambda: 7, name="stock")
    container.service(lambda stock: f"{stock} left", name="shelf")

    async def read(shelf: str) -> str:
        return shelf

    call = container.inject(read)

    async def use() -> list[object]:
        found = [await call()]
        with container.override(stock=1):
            found.append(await call())
        return [*found, await call()]

    assert asyncio.run(use()) == ["7 left", "1 left", "7 left"]


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


class Web(Manual):
    """An ASGI application that puts the body into the state of its request."""

    async def asgi(self, scope: Scope, receive: Receive, send: Send, /) -> None:
        message = await receive()
        before = sorted(scope["state"])
        scope["state"]["body"] = message["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": ",".join(before).encode()})


def test_each_request_gets_a_copy_of_the_state_of_its_own() -> None:
    pytest.importorskip("httpx")
    app = App("orders", entrypoints=[Web()])

    async def use() -> list[str]:
        async with app.testing() as t:
            t.lifespan["pool"] = object()
            found = [(await t.http.post("/", content=b"secret")).text for _ in range(2)]
            assert sorted(t.lifespan) == ["pool"]
            return found

    assert asyncio.run(use()) == ["pool", "pool"]


def test_a_request_that_is_under_way_is_finished_by_the_stop() -> None:
    httpx = pytest.importorskip("httpx")
    began, go = asyncio.Event(), asyncio.Event()

    class Slow(Manual):
        async def asgi(self, scope: Scope, receive: Receive, send: Send, /) -> None:
            began.set()
            await go.wait()
            await super().asgi(scope, receive, send)

    app = App("orders", entrypoints=[Slow()])

    async def use() -> int:
        async with app.testing() as t:
            asking = asyncio.create_task(t.http.get("/"))
            await began.wait()
            stopped = asyncio.create_task(t.sigterm())
            await _stopping(t)
            assert not stopped.done()
            go.set()
            await stopped
            response = await asking
            assert isinstance(response, httpx.Response)
            return int(response.status_code)

    assert asyncio.run(use()) == 204


def test_a_client_without_http_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(app: App, wanted: str) -> None:
        async with app.testing() as t:
            with pytest.raises(CoreError, match=wanted):
                t.http  # noqa: B018

    asyncio.run(use(App("clock"), "clock has no HTTP entrypoint"))
    monkeypatch.setattr("cordio_core.testing._http.find_spec", lambda name: None)
    asyncio.run(use(App("orders", entrypoints=[Manual()]), "pip install httpx"))


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


def test_around_handlers_and_streams_work_in_a_call() -> None:
    app = App("orders", entrypoints=[Manual()])
    seen: list[object] = []

    def ring() -> Iterator[None]:
        seen.append((yield))

    @app.on(get("/"), around=[ring])
    async def read() -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"a"

        return Response(stream=pieces())

    async def use() -> list[bytes]:
        async with app.testing() as t:
            stream = (await t.call(read)).stream
            assert stream is not None
            return [piece async for piece in stream]

    assert asyncio.run(use()) == [b"a"]
    assert isinstance(seen[0], Response)


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


def test_a_fake_for_no_service_says_which_there_are() -> None:
    app = App("shop")

    async def use() -> None:
        async with app.testing(stock=1):
            pytest.fail("it was started")

    with pytest.raises(CoreError, match="no service is called 'stock': there are none to override"):
        asyncio.run(use())
