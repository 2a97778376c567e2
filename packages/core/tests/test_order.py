"""A start and a stop in their whole order, from the monitor to the monitor."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from packages.core.tests.doubles import Manual

from cordio_core import App, get, started, stopping
from cordio_core._plain import PlainContainer, PlainMonitoring
from cordio_core.protocols import Configuration, Monitor, Runtime

Told = Callable[[str], None]


class Container(PlainContainer):
    """Services that tell when they start and stop."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    async def __aenter__(self) -> Self:
        self._told("services start")
        await super().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        await super().__aexit__(kind, error, trace)
        self._told("services stop")


class Monitoring(PlainMonitoring):
    """A monitor that tells when it starts and when it has delivered."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        monitor, told = super().monitor(service, configuration), self._told

        async def enter(self: Monitor) -> Monitor:
            told("monitor starts")
            return self

        async def leave(self: Monitor, *error: object) -> None:
            told("monitor delivers")

        monitor.__class__ = type("Told", (type(monitor),), {"__aenter__": enter, "__aexit__": leave})
        return monitor


class Source(Manual):
    """A source that tells when it starts and stops."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    async def start(self, runtime: Runtime, /) -> None:
        self._told("source starts")
        await super().start(runtime)

    async def stop(self, within: float, /) -> None:
        await super().stop(within)
        self._told("source stops")


def test_a_start_goes_from_the_monitor_to_the_sources_and_a_stop_back_to_the_monitor() -> None:
    happened: list[str] = []
    source = Source(happened.append)
    app = App(
        "orders",
        container=Container(happened.append),
        monitoring=Monitoring(happened.append),
        entrypoints=[source],
    )
    began = {name: asyncio.Event() for name in ("main", "task", "event")}
    answered = asyncio.Event()

    @app.on(started)
    async def begin() -> None:
        happened.append("start is told")

    @app.on(stopping)
    async def end() -> None:
        happened.append("stop is told")
        answered.set()

    async def last(name: str) -> None:
        happened.append(f"{name} begins")
        began[name].set()
        try:
            await asyncio.Event().wait()
        finally:
            happened.append(f"{name} ends")

    @app.main
    async def main() -> None:
        await last("main")

    @app.task
    async def watch() -> None:
        await last("task")

    @app.on(get("/"))
    async def read() -> str:
        began["event"].set()
        await answered.wait()
        happened.append("event is answered")
        return "read"

    async def use() -> object:
        async with asyncio.timeout(20), app.running() as run:
            event = source.begin("GET /")
            for each in began.values():
                await each.wait()
            run.stop()
        return (await event).value

    assert asyncio.run(use()) == "read"
    starts, stops = happened[: happened.index("stop is told")], happened[happened.index("stop is told") :]
    assert starts[:3] == ["monitor starts", "services start", "start is told"]
    assert set(starts[3:]) == {"main begins", "task begins", "source starts"}
    assert stops[:3] == ["stop is told", "event is answered", "source stops"]
    assert set(stops[3:5]) == {"main ends", "task ends"}
    assert stops[5:] == ["services stop", "monitor delivers"]
