"""During an event nothing is done but remember."""

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextvars import Context
from threading import Thread, get_ident
from typing import Any

import pytest
from packages.monitor.tests.doubles import LIMIT, Collected, Hanging, monitored

from cordio_monitor import AlreadyRunning, Monitor, count, log, span, timing
from cordio_monitor.sinks import Record, Sink


class Spy(Mapping[str, object]):
    """A value that notes who looks at it."""

    def __init__(self, seen: list[int]) -> None:
        self.seen = seen

    def __getitem__(self, name: str) -> object:
        self.seen.append(get_ident())
        return 1

    def __iter__(self) -> Iterator[str]:
        self.seen.append(get_ident())
        return iter(("a",))

    def __len__(self) -> int:
        self.seen.append(get_ident())
        return 1

    def __repr__(self) -> str:
        self.seen.append(get_ident())
        return "spy"


class Watched(Sink):
    """A sink that notes what reached it."""

    def __init__(self, seen: list[int]) -> None:
        self.seen = seen

    def write(self, records: Sequence[Record]) -> None:
        self.seen += [get_ident() for record in records if record.trace_id]


def test_nothing_is_formatted_masked_or_written_before_the_event_is_over() -> None:
    looked: list[int] = []
    written: list[int] = []
    other = Collected()

    async def main() -> None:
        monitor = monitored(Watched(written), other)
        async with monitor:
            with monitor.incoming("POST /orders") as event:
                log.info("placing", spy=Spy(looked))
                with span("reserve"):
                    count("reserved")
                    timing("stock", 3.2)
                event.answered(Spy(looked))
                # What belongs to no event passes by and shows that the delivery had the time.
                Thread(target=log.info, args=("passing",)).start()
                other.wait_for("passing")
                assert (looked, written) == ([], [])
            assert get_ident() not in looked

    asyncio.run(main())
    assert len(written) == 5
    assert looked and get_ident() not in looked + written


def test_an_error_does_not_wait_for_the_end_of_the_event() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                log.info("placing")
                log.error("no stock")
                sink.wait_for("no stock")
                assert sink.messages == ["no stock"]

    asyncio.run(main())
    assert sink.messages == ["no stock", "placing", "POST /orders"]


def test_an_exception_field_brings_its_traceback() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                try:
                    raise ValueError("token=hunter2")
                except ValueError as error:
                    log.error("no stock", error=error)

    asyncio.run(main())
    record = sink["no stock"]
    assert record.error == record.fields["error"] == "ValueError: token=***"
    assert record.traceback.startswith("Traceback") and "test_on_the_way.py" in record.traceback
    assert "hunter2" not in record.traceback


def test_an_exception_that_leaves_the_event_is_told_with_the_place_of_the_raise() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                raise ValueError("too many")

    with pytest.raises(ValueError, match="too many"):
        asyncio.run(main())
    closing = sink["POST /orders"]
    assert (closing.level, closing.error) == ("error", "ValueError: too many")
    assert str(closing.fields["file"]).endswith("test_on_the_way.py") and "too many" in closing.traceback
    assert str(closing.fields["function"]).endswith("main") and "status" not in closing.fields


def test_a_cancelled_event_is_told_without_a_traceback() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with pytest.raises(asyncio.CancelledError), monitor.incoming("POST /orders"):
                raise asyncio.CancelledError

    asyncio.run(main())
    closing = sink["POST /orders"]
    assert (closing.level, closing.error, closing.traceback) == ("warning", "CancelledError", "")


def test_a_failed_span_says_why() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"), pytest.raises(ValueError), span("reserve"):
                raise ValueError("password=hunter2")

    asyncio.run(main())
    assert sink["reserve"].error == "ValueError: password=***"


def test_what_comes_after_the_end_of_its_event_is_delivered_with_its_trace() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            gate = asyncio.Event()

            async def later() -> None:
                await gate.wait()
                log.info("later")
                count("later.number")

            async def apart() -> None:
                await gate.wait()
                count("apart")

            async with asyncio.TaskGroup() as tasks:
                with monitor.incoming("POST /orders"):
                    tasks.create_task(later())
                    tasks.create_task(apart(), context=Context())
                gate.set()

    asyncio.run(main())
    assert sink.messages == ["POST /orders", "later", "later.number", "apart"]
    assert sink["later"].trace_id == sink["later.number"].trace_id == sink["POST /orders"].trace_id
    assert sink["apart"].trace_id == ""


def test_threads_that_log_while_their_event_ends_lose_nothing() -> None:
    sink = Collected()
    threads, each = 4, 500
    interval = sys.getswitchinterval()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                await asyncio.to_thread(log.info, "begun")

                def chatter() -> None:
                    for number in range(each):
                        log.info("chatter", number=number)

                running = [asyncio.create_task(asyncio.to_thread(chatter)) for _ in range(threads)]
                await asyncio.sleep(0)
            await asyncio.gather(*running)

    sys.setswitchinterval(1e-5)
    try:
        asyncio.run(main())
    finally:
        sys.setswitchinterval(interval)
    assert sink.messages.count("chatter") == threads * each


def test_an_event_that_is_still_open_at_the_end_is_delivered() -> None:
    sink = Collected()

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            monitor.incoming("POST /orders").__enter__()
            log.info("placing")
            assert monitor.state().events == ("POST /orders",)
        return monitor

    assert asyncio.run(main()).state().events == ()
    assert sink.messages == ["placing"]


def test_an_event_with_very_many_records_hands_them_over_early() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                for _ in range(10_000):
                    count("line")
                log.error("all lines")
                sink.wait_for("all lines")
                assert len(sink.records) == 10_001

    asyncio.run(main())


def test_a_hanging_sink_does_not_hold_an_event() -> None:
    sink = Hanging()

    async def main() -> None:
        async with monitored(sink) as monitor:
            log.info("first")
            assert sink.hangs.wait(LIMIT)
            for _ in range(1_000):
                with monitor.incoming("POST /orders"):
                    log.info("placing")
            assert monitor.state().sinks["Hanging"].pending == 2_001
            sink.let_go.set()

    asyncio.run(main())


def test_levels_below_the_setting_are_not_kept_but_spans_are() -> None:
    sink = Collected()

    async def main() -> None:
        from cordio_monitor import LogSettings

        async with Monitor("orders", [sink], LogSettings(level="warning", capture=False)) as monitor:
            with monitor.incoming("POST /orders"):
                log.info("placing")
                log.warning("late")
                count("reserved")
            monitor.log.debug("outside")

    asyncio.run(main())
    assert sink.messages == ["late", "reserved", "POST /orders"]


def test_a_message_keeps_the_moment_at_which_it_was_logged() -> None:
    sink = Collected()
    moments: list[int] = []

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                moments.append(time.time_ns())
                log.info("placing")
                moments.append(time.time_ns())

    asyncio.run(main())
    assert moments[0] <= sink["placing"].time <= moments[1]


def test_the_log_of_a_monitor_stays_with_it_inside_the_event_of_another() -> None:
    mine, others = Collected(), Collected()

    async def main() -> None:
        async with monitored(mine) as monitor, monitored(others) as other:
            with other.incoming("POST /orders"):
                monitor.log.info("mine")
                log.info("theirs")
            log.info("the last one started takes what belongs to no event")

    asyncio.run(main())
    assert mine.messages == ["mine"]
    assert mine["mine"].trace_id == others["theirs"].trace_id
    assert len(others.messages) == 3


def test_a_running_monitor_cannot_be_entered_again_but_a_stopped_one_can() -> None:
    sink = Collected()

    async def main() -> None:
        monitor = monitored(sink)
        async with monitor:
            with pytest.raises(AlreadyRunning, match="'orders' runs already"):
                await monitor.__aenter__()
            log.info("first")
        async with monitor:
            log.info("second")
        assert not monitor.state().running

    asyncio.run(main())
    assert sink.messages == ["first", "second"] and sink.closed


def test_a_record_that_cannot_be_worked_out_is_hidden_and_the_delivery_goes_on() -> None:
    sink = Collected()

    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("password")

    message: Any = Mute()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                log.error(message, sku="A-1")
                sink.wait_for("***")
                log.info("placing", error=Mute())

    asyncio.run(main())
    assert sink["***"].fields == {"sku": "A-1"} and sink["***"].level == "error"
    assert sink["placing"].fields == {"error": "***"} and sink["placing"].error.endswith("Mute: ***")
    assert "password" not in sink["placing"].traceback
    assert sink.messages == ["***", "placing", "POST /orders"]


def test_the_place_of_an_answer_can_be_another_function_than_the_one_that_tells_it() -> None:
    sink = Collected()

    async def main() -> None:
        async with Monitor("orders", [sink]) as monitor:
            with monitor.incoming("GET /") as event:
                event.answered(200, at=place_of_the_answer.__code__)

    asyncio.run(main())
    closing = sink["GET /"]
    assert closing.fields["function"] == "place_of_the_answer"
    assert closing.fields["line"] == place_of_the_answer.__code__.co_firstlineno


def place_of_the_answer() -> None:
    """Stand for a handler."""
