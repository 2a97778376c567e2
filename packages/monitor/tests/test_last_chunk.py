"""Nothing is worked out before the last chunk of an answer is sent."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, ParamSpec, TypeVar

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import Monitor, count, log, span, timing
from cordio_monitor._fields import told
from cordio_monitor._json import line
from cordio_monitor._record import develop
from cordio_monitor.sinks import Record, Sink

P = ParamSpec("P")
R = TypeVar("R")
Message = MutableMapping[str, Any]
CHUNKS = 3


class Spies:
    """Note how many chunks had been sent when something was done for the event that is watched."""

    def __init__(self) -> None:
        self.sent = 0
        self.calls: dict[str, list[int]] = {}

    def noting(self, name: str) -> None:
        self.calls.setdefault(name, []).append(self.sent)

    def around(self, name: str, function: Callable[P, R], is_ours: Callable[..., bool]) -> Callable[P, R]:
        def spied(*args: P.args, **options: P.kwargs) -> R:
            if is_ours(*args, **options):
                self.noting(name)
            return function(*args, **options)

        return spied


class Noting(Sink):
    """A sink that notes when it gets a record of an event."""

    def __init__(self, spies: Spies) -> None:
        self._spies = spies

    def takes(self, record: Record) -> bool:
        if record.trace_id:
            self._spies.noting("route")
        return True

    def write(self, records: Sequence[Record]) -> None:
        if any(record.trace_id for record in records):
            self._spies.noting("write")


async def application(send: Callable[[Message], Awaitable[None]]) -> None:
    """Answer as an ASGI application does."""
    log.info("placing", sku="A-1", password="hunter2")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(CHUNKS):
        with span("chunk", stage="body"):
            count("chunks")
            timing("chunk", 1.5)
        last = number == CHUNKS - 1
        await send({"type": "http.response.body", "body": b"x", "more_body": not last})


def watch(patch: pytest.MonkeyPatch, spies: Spies) -> None:
    formatted = spies.around("format", develop, lambda raw, _: raw[5] is not None)
    patch.setattr("cordio_monitor._round.develop", formatted)
    masked = spies.around("mask", told, lambda fields: bool(fields.keys() & {"sku", "ms"}))
    patch.setattr("cordio_monitor._record.told", masked)
    serialised = spies.around("serialise", line, lambda parts: "trace_id" in parts[8])
    patch.setattr("cordio_monitor._record.line", serialised)


async def answered(monitor: Monitor, other: Collected, spies: Spies) -> None:
    """Send an answer, and let the delivery have its time after each chunk."""
    passing = asyncio.Event()

    async def send(message: Message) -> None:
        spies.sent += message["type"] == "http.response.body"
        if message.get("more_body", True):
            # In a context of its own, in which there is no event: it passes by.
            passing.set()
            await asyncio.to_thread(other.wait_for, f"passing {spies.sent}")

    async def passer() -> None:
        for number in range(CHUNKS):
            await passing.wait()
            passing.clear()
            log.info(f"passing {number}")

    task = asyncio.create_task(passer())
    with monitor.incoming("GET /orders") as event:
        await application(send)
        event.answered(200)
        event.sent()
    await task


def test_no_format_mask_or_sink_call_comes_before_the_last_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    spies, other = Spies(), Collected()
    watch(monkeypatch, spies)

    async def main() -> None:
        async with monitored(Noting(spies), other) as monitor:
            await answered(monitor, other, spies)

    asyncio.run(main())
    assert set(spies.calls) == {"format", "mask", "serialise", "route", "write"}
    assert {sent for calls in spies.calls.values() for sent in calls} == {CHUNKS}
    assert len(spies.calls["format"]) == 2 + 3 * CHUNKS
