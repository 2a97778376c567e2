"""What open events and their flight recorders remember is bounded in bytes, and so is what was handed over."""

import asyncio
from contextvars import copy_context
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packages.monitor.tests.doubles import LIMIT, Collected, Hanging, monitored

from cordio_monitor import LogSettings, Monitor, count, log
from cordio_monitor._event import Event
from cordio_monitor._weight import weight

MEBIBYTE = 2**20
DATA = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(), st.binary()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner), st.tuples(inner, inner)),
)


def test_large_messages_of_an_open_event_are_handed_over_before_they_fill_the_memory() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders") as event:
                for number in range(3):
                    log.info(f"body {number}", body=[b"x" * 4 * MEBIBYTE])
                sink.wait_for("body 1")
                assert [raw[3] for raw in event.records] == ["body 2"]

    asyncio.run(main())
    assert sink.messages == ["body 0", "body 1", "body 2", "POST /orders"]


def test_the_flight_recorder_keeps_the_last_messages_that_find_room() -> None:
    sink = Collected()
    settings = LogSettings(level="info", recorder=True, capture=False)

    async def main() -> None:
        async with Monitor("orders", [sink], settings, stop_within=LIMIT) as monitor:
            with pytest.raises(ValueError), monitor.incoming("POST /orders"):
                for number in range(12):
                    log.debug(str(number), body="x" * MEBIBYTE)
                raise ValueError("no stock")

    asyncio.run(main())
    *kept, last = sink.messages
    assert last == "POST /orders" and 3 <= len(kept) <= 8
    assert kept == [str(number) for number in range(12 - len(kept), 12)]


@pytest.mark.parametrize("full", ["newest", "lowest"])
def test_large_records_beyond_the_bytes_are_dropped_and_counted(full: Literal["newest", "lowest"]) -> None:
    sink = Hanging()
    settings = LogSettings(capture=False, full=full, buffer_size="2MiB")

    async def main() -> None:
        async with Monitor("orders", [sink], settings, stop_within=LIMIT) as monitor:
            log.error("first")
            assert sink.hangs.wait(LIMIT)
            for number in range(50):
                log.warning(f"body {number}", body="x" * MEBIBYTE)
                account = monitor.state().sinks["Hanging"]
                assert account.balances and account.accepted == number + 2
            assert monitor.state().sinks["Hanging"].dropped >= 40
            sink.let_go.set()

    asyncio.run(main())


def test_a_caller_that_waits_for_bytes_loses_nothing() -> None:
    sink = Collected()
    settings = LogSettings(capture=False, full="wait", buffer_size="2MiB")

    async def main() -> None:
        async with Monitor("orders", [sink], settings, stop_within=LIMIT) as monitor:
            for number in range(20):
                log.info(f"body {number}", body="x" * MEBIBYTE)
            with monitor.incoming("POST /orders"):
                for number in range(20, 40):
                    log.info(f"body {number}", body="x" * (MEBIBYTE // 2))

    asyncio.run(main())
    assert sink.messages == [*(f"body {number}" for number in range(40)), "POST /orders"]


def test_events_that_nobody_closes_are_counted_and_only_the_oldest_are_shown() -> None:
    sink = Collected()

    def opened(monitor: Monitor, number: int) -> Event:
        event = monitor.incoming(f"GET /{number}").__enter__()
        count("opened")
        return event

    async def main() -> None:
        async with monitored(sink) as monitor:
            events = [copy_context().run(opened, monitor, number) for number in range(10_500)]
            state = monitor.state()
            assert len(monitor._delivery.events) <= 10_000
            assert state.open == 10_500 and len(state.events) == 100 and state.events[0] == "GET /1000"
            events[0].__exit__(None, None, None)
            assert monitor.state().open == 10_499
            sink.wait_for("GET /0")

    asyncio.run(main())
    assert sink.messages.count("opened") == 10_500 and sink.messages.count("GET /0") == 1


@given(DATA, st.integers(0, 3))
def test_the_weight_of_a_text_counts_wherever_it_is(beside: object, deep: int) -> None:
    value: object = "x" * 5_000
    for _ in range(deep):
        value = [value, beside]
    assert 5_000 <= weight("said", {"value": value}) < 10**7
    assert weight("x" * 3_000, {"n": 1}) == 3_000
