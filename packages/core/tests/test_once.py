"""One handler as an ordinary program: data in, answer and exit code out, no source started."""

import asyncio
import datetime
import enum
import os
import signal
from dataclasses import dataclass

import pytest
from packages.core.tests.doubles import Manual, Settings
from packages.core.tests.ending import refuse_to_end, tell

from cordio_core import App, CallError, CoreError, Exit, Response, every, get, post
from cordio_core._once import written


@dataclass(frozen=True)
class Order:
    sku: str
    amount: int = 1


def shop(source: Manual, **spans: str) -> App:
    app = App("orders", configuring=Settings(**spans), entrypoints=[source])

    @app.service
    def prices() -> dict[str, int]:
        return {"A-1": 7}

    @app.main
    async def main() -> None:
        source.happened.append("main")

    @app.on(post("/orders"))
    async def place(order: Order, prices: dict[str, int]) -> dict[str, int]:
        return {"price": order.amount * prices[order.sku]}

    @app.on(get("/orders/{number}"))
    async def read(number: int) -> Response:
        return Response({"detail": f"no order {number}"}, status=404)

    @app.on(every("1h"))
    async def expire() -> None: ...

    return app


def test_a_handler_is_called_with_its_services_and_no_source_is_started(
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = Manual()
    assert shop(source).once("place", '{"sku": "A-1", "amount": 2}') == Exit.OK
    assert capsys.readouterr().out == '{"price": 14}\n'
    assert source.happened == []


@pytest.mark.parametrize("name", ["expire", "every 1h", f"{__name__}.expire"])
def test_a_handler_is_known_by_its_name_and_by_its_event(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shop(Manual()).once(name) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "data", "code", "said"),
    [
        ("plase", "", Exit.USAGE, "'plase' is the name of no handler: did you mean 'place'?"),
        ("nothing", "", Exit.USAGE, "'nothing' is the name of no handler: there are expire, place, read"),
        ("place", "{sku}", Exit.USAGE, "'place' got data that are no JSON, at character 2"),
        ("place", '{"amount": 2}', Exit.DATA, "sku"),
        ("place", "7", Exit.DATA, "cannot take the data of the event"),
        ("read", '{"number": 7}', Exit.DATA, '{"detail": "no order 7"}'),
        ("place", '{"sku": "B-2"}', Exit.SOFTWARE, "internal"),
    ],
)
def test_what_goes_wrong_is_told_with_a_code(
    name: str, data: str, code: Exit, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shop(Manual()).once(name, data) == code
    told = capsys.readouterr()
    assert told.out == "" and said in told.err


def test_a_name_that_means_two_handlers_is_refused_with_their_places() -> None:
    app = App("orders", entrypoints=[Manual()])

    def make() -> None:
        @app.on(get("/a"))
        async def read() -> str:
            return "a"

    make()

    @app.on(get("/b"))
    async def read() -> str:
        return "b"

    with pytest.raises(CallError, match=r"is the name of .*test_once.* and .*test_once.*name its event"):
        asyncio.run(app.call("read"))
    assert asyncio.run(app.call("GET /b")).value == "b"


def test_a_program_in_an_event_loop_calls_and_can_call_again() -> None:
    app = shop(Manual())

    async def use() -> list[object]:
        with pytest.raises(CoreError, match="await app.call"):
            app.once("expire")
        return [(await app.call("place", {"sku": "A-1"})).value for _ in range(2)]

    assert asyncio.run(use()) == [{"price": 7}, {"price": 7}]


def test_a_signal_leaves_the_handler_its_grace_time_and_then_cancels_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen: list[str] = []
    app = shop(Manual(), grace="10ms")

    async def work(endless: bool) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await (asyncio.Event().wait() if endless else asyncio.sleep(0))
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        return "done"

    app.on(post("/work"))(work)
    assert app.once("work", '{"endless": false}') == 0
    assert capsys.readouterr().out == '"done"\n'
    assert app.once("work", '{"endless": true}') == Exit.CUT
    assert "'POST /work' was cancelled by a signal" in capsys.readouterr().err
    assert seen == ["cancelled"]


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize("signals", [1, 2])
def test_a_handler_that_swallows_its_cancellation_is_named_with_its_line_and_left_behind(
    signals: int, capsys: pytest.CaptureFixture[str]
) -> None:
    app = shop(Manual(), grace="10ms" if signals == 1 else "1d")

    @app.on(post("/work"))
    async def work() -> None:
        tell()
        asyncio.get_running_loop().call_soon(tell if signals == 2 else int)
        await refuse_to_end()

    assert app.once("work") == Exit.CUT
    said = capsys.readouterr().err
    assert "'POST /work' runs on though it was cancelled, at " in said and "ending.py:" in said


@pytest.mark.parametrize("data", ["{", "[" * 100_000, "\ud800"])
def test_data_that_are_no_json_are_a_call_that_is_written_wrongly(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shop(Manual()).once("place", data) == Exit.USAGE
    told = capsys.readouterr().err
    assert "'place' got data that are no JSON, " in told and "Traceback" not in told


def test_an_answer_that_is_no_json_names_the_handler(capsys: pytest.CaptureFixture[str]) -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.on(post("/labels"))
    async def label() -> bytes:
        return b"\xff"

    @app.on(post("/circles"))
    async def circle() -> object:
        found: list[object] = []
        found.append(found)
        return found

    for name in ("label", "circle"):
        assert app.once(name) == Exit.SOFTWARE
        error = capsys.readouterr().err
        assert f"'{name}': answers with what cannot be written as JSON: " in error and "Traceback" not in error


def test_a_handler_that_is_cancelled_by_what_it_awaits_is_not_cut_by_a_signal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.on(post("/orders"))
    async def place() -> None:
        raise asyncio.CancelledError

    assert app.once("place") == Exit.CUT
    assert "'POST /orders' was cancelled by what it awaits" in capsys.readouterr().err


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Label:
    at: datetime.date
    colour: Colour


@pytest.mark.parametrize("is_there", [True, False])
def test_an_answer_is_written_alike_with_and_without_pydantic(
    is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_there:
        pytest.importorskip("pydantic")
    monkeypatch.setattr("cordio_core._once.find_spec", lambda name: name if is_there else None)
    day = datetime.date(2026, 1, 2)
    moment = datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC)
    given = {"raw": "ö".encode(), "label": Label(day, Colour.RED), "marks": {7}, "at": moment.time()}
    assert written(Response(given)) == (
        '{"raw": "ö", "label": {"at": "2026-01-02", "colour": "red"}, "marks": [7], "at": "03:04:00"}'
    )
