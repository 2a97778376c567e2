"""What a monitor is told of messages: how long they waited, and the numbers of their queues."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import time
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

import pytest

from cordio_amqp import Amqp, Retries, queue, rpc
from cordio_core import Response

if TYPE_CHECKING:
    from cordio_core.protocols import Configuration, Incoming, Log

    from ..conftest import Apps
    from .conftest import Place

F = TypeVar("F", bound=Callable[..., object])
LIMIT = 60.0
PARENT = f"00-{'a' * 32}-{'b' * 16}-01"


class Said:
    """A log without a reader."""

    def debug(self, message: str, /, **fields: object) -> None:
        logging.debug(message)

    info = warning = error = debug


@dataclass
class Span:
    """An open span."""

    trace_id: str = ""

    def rename(self, name: str, /) -> None: ...

    def answered(self, status: object, /, at: CodeType | None = None) -> None: ...


class Watching:
    """A monitor that takes all that can be told; it is its own scenario."""

    sections: Mapping[str, type] = {}

    def __init__(self) -> None:
        self.log: Log = Said()
        self.waits: list[tuple[str, float, str]] = []
        self.events: list[str] = []
        self.counts: Counter[str] = Counter()
        self.timings: dict[str, list[float]] = defaultdict(list)

    def observed(self, point: str, /) -> Callable[[F], F]:
        return lambda function: function

    def monitor(self, service: str, configuration: Configuration, /) -> Self:
        return self

    @contextmanager
    def incoming(self, name: str, /, *, headers: Mapping[str, str] | None = None) -> Iterator[Incoming]:
        self.events.append(name)
        yield Span()

    def waited(self, name: str, seconds: float, /, *, headers: Mapping[str, str]) -> None:
        self.waits.append((name, seconds, headers["traceparent"]))

    def count(self, name: str, n: int = 1) -> None:
        self.counts[name] += n

    def timing(self, name: str, ms: float) -> None:
        self.timings[name].append(ms)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


@pytest.fixture
def watching() -> Watching:
    """A monitor."""
    return Watching()


@pytest.mark.parametrize(
    ("age", "told"), [(90.0, (90.0, 90.0 + LIMIT)), (-90.0, (0.0, 0.0)), (None, (0.0, LIMIT))]
)
def test_how_long_a_message_waited_is_told_once_as_a_child_of_its_publishing(
    place: Place, apps: Apps, name: str, watching: Watching, age: float | None, told: tuple[float, float]
) -> None:
    async def main() -> None:
        app, attempts = apps(**place.options, monitoring=watching), asyncio.Queue[int]()

        @app.on(queue(name, retry=Retries(attempts=2, wait="1ms")))
        async def take(number: int) -> Response:
            await attempts.put(number)
            return Response(status=503)

        own = {} if age is None else {"timestamp_in_ms": int((time() - age) * 1000)}
        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            await amqp.publish("", name, 1, headers={"traceparent": PARENT, **own})
            assert [await attempts.get() for _ in range(2)] == [1, 1]
            await amqp.publish("", name, 2)
            await attempts.get()

    asyncio.run(main())
    ((what, seconds, parent),) = watching.waits
    assert (what, parent) == (f"wait {name}", PARENT)
    assert told[0] <= seconds <= told[1]


def test_how_long_a_call_waited_is_told_too(place: Place, apps: Apps, name: str, watching: Watching) -> None:
    async def main() -> None:
        app = apps(**place.options, monitoring=watching)

        @app.on(rpc(name))
        async def price(sku: str) -> int:
            return 7

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            assert await amqp.call(name, sku="A-1", headers={"traceparent": PARENT}) == 7

    asyncio.run(main())
    assert [(what, parent) for what, _, parent in watching.waits] == [(f"wait rpc.{name}", PARENT)]


def test_the_ages_and_the_number_of_messages_are_told_now_and_then(
    place: Place, apps: Apps, name: str, watching: Watching
) -> None:
    async def main() -> None:
        app, go = apps(**place.options, monitoring=watching, watch="10ms"), asyncio.Event()

        @app.on(queue(name))
        async def take(number: int) -> None:
            await go.wait()

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            await amqp.publish("", name, 1, headers={"timestamp_in_ms": int((time() - 90) * 1000)})
            await amqp.publish("", name, 2, headers={"timestamp_in_ms": int((time() - 60) * 1000)})
            while not watching.timings[f"amqp.oldest.{name}"] or not watching.timings[f"amqp.lag.{name}"]:
                await asyncio.sleep(0.01)
            while watching.timings[f"amqp.oldest.{name}"][-1] < 20:
                await asyncio.sleep(0.01)
            go.set()
            while watching.counts[f"amqp.handled.{name}"] < 2:
                await asyncio.sleep(0.01)
            async with place.seat() as seat:
                await seat.channel.queue_delete(name)
            while not watching.counts[f"amqp.lost.{name}"]:
                await asyncio.sleep(0.01)

    asyncio.run(main())
    assert 60_000 <= watching.timings[f"amqp.lag.{name}"][-1] < 90_000
    assert watching.counts[f"amqp.handled.{name}"] == 2
