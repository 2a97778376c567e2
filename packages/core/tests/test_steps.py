"""The start: its order, its lines, its limit, and what it leaves to the events."""

import asyncio
import contextvars
import re

import pytest
from packages.core.tests.doubles import Manual, Settings

from cordio_core import App, StartTimeout, every, get
from cordio_core._plain import PlainContainer
from cordio_core.protocols import Runtime


def test_each_step_of_the_start_has_a_line_with_its_time(caplog: pytest.LogCaptureFixture) -> None:
    app = App("orders", entrypoints=[Manual(), Manual(kind="amqp")])

    async def warm() -> None: ...

    async def use() -> None:
        run = app.running()
        run.on_started.append(warm)
        async with run:
            pass

    with caplog.at_level("INFO", "cordio"):
        asyncio.run(use())
    said = [re.sub(r"took_ms=[\d.]+", "took_ms=1", line) for line in caplog.messages]
    parts = ["monitor", "services", "hook warm", "source http", "source amqp"]
    assert said[:5] == [f"started part={part!r} took_ms=1" for part in parts]
    assert said[5] == "ready at='manual://here manual://here' took_ms=1"


class Slow(Manual):
    """A source that does not come up."""

    async def start(self, runtime: Runtime, /) -> None:
        await self._connect()

    async def _connect(self) -> None:
        await asyncio.Event().wait()


class Stuck(PlainContainer):
    """Services that do not come up."""

    async def prepare(self, handlers: object, /) -> None:
        await asyncio.Event().wait()


def test_a_start_that_takes_too_long_names_the_part_that_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    first = Manual(kind="first")
    app = App("orders", configuring=Settings(start="10ms"), entrypoints=[first, Slow()])
    assert app.run() == 70
    said = capsys.readouterr().err
    assert said.startswith("orders did not start within 0.01 s: 'source http' blocks, at ")
    assert re.search(r"test_steps\.py:\d+: mend that, or set app\.start\n$", said)
    assert first.happened == ["started", "stopped"]
    other = App("orders", container=Stuck(), configuring=Settings(start="10ms"))
    assert other.run() == 70
    assert "'services' blocks, at " in capsys.readouterr().err


def test_a_limit_of_somebody_elses_is_not_taken_for_the_limit_of_the_start() -> None:
    class Impatient(Manual):
        async def start(self, runtime: Runtime, /) -> None:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()

    async def use() -> None:
        async with App("orders", entrypoints=[Impatient()]).running():
            raise AssertionError("it came up")

    with pytest.raises(TimeoutError) as told:
        asyncio.run(use())
    assert not isinstance(told.value, StartTimeout)


REGION: contextvars.ContextVar[str] = contextvars.ContextVar("region")


def test_context_variables_of_the_start_are_seen_by_handlers_tasks_and_schedules() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])
    seen: dict[str, str] = {}
    struck = asyncio.Event()

    @app.main
    async def main() -> None:
        seen["main"] = REGION.get("")

    @app.on(every("1ms"))
    async def strike() -> None:
        seen["schedule"] = REGION.get("")
        struck.set()

    @app.on(get("/"))
    async def read() -> None:
        seen["handler"] = REGION.get("")

    async def warm() -> None:
        REGION.set("eu")

    async def serve(up: asyncio.Event, end: asyncio.Event) -> None:
        run = app.running()
        run.on_started.append(warm)
        async with run:
            up.set()
            await end.wait()

    async def use() -> None:
        up, end = asyncio.Event(), asyncio.Event()
        serving = asyncio.create_task(serve(up, end))
        async with asyncio.timeout(5):
            await up.wait()
            await struck.wait()
            await source.ask("GET /")
            end.set()
            await serving
        seen["caller"] = REGION.get("")

    contextvars.copy_context().run(asyncio.run, use())
    assert seen == {"main": "eu", "schedule": "eu", "handler": "eu", "caller": "eu"}


def test_a_context_variable_that_is_set_for_an_event_is_kept() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])
    seen: list[str] = []

    @app.on(get("/"))
    async def read() -> None:
        seen.append(REGION.get(""))

    async def warm() -> None:
        REGION.set("eu")

    async def use() -> None:
        run = app.running()
        run.on_started.append(warm)
        async with run:
            REGION.set("us")
            await source.ask("GET /")

    asyncio.run(use())
    assert seen == ["us"]
