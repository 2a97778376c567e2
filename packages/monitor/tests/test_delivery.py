"""No sink holds up another one, an event or the exit, and what waits is bounded."""

import asyncio
import threading
from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.monitor.tests.doubles import LIMIT, Collected, Hanging, Raising, monitored

from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor._buffer import Buffer
from cordio_monitor._full import Limits
from cordio_monitor.sinks import Choice, Record
from cordio_monitor.sinks._http import Unready


def record(level: str, message: str = "line") -> Record:
    return Record("log", level, 0, "orders", "", message, {})


def logging(**settings: object) -> LogSettings:
    return LogSettings(capture=False, **settings)  # type: ignore[arg-type]


class Failing(Collected):
    """Fails so many times, and then writes."""

    def __init__(self, times: int, error: Exception) -> None:
        super().__init__()
        self.left = times
        self.error = error

    def write(self, records: Sequence[Record]) -> None:
        if self.left:
            self.left -= 1
            raise self.error
        super().write(records)


def test_a_sink_that_hangs_does_not_hold_up_the_others() -> None:
    sink, hanging = Collected(), Hanging()

    async def main() -> None:
        async with monitored(hanging, sink) as monitor:
            log.info("first")
            assert hanging.hangs.wait(LIMIT)
            with monitor.incoming("POST /orders"):
                log.info("placing")
            sink.wait_for("POST /orders")
            hanging.let_go.set()

    asyncio.run(main())


def test_what_the_world_refuses_is_tried_again_until_it_is_taken() -> None:
    sink = Failing(3, ConnectionError("gone"))

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            log.info("placing")
            sink.wait_for("placing")
        return monitor

    account = asyncio.run(main()).state().sinks["Failing"]
    assert (account.written, account.failed, account.last_error) == (1, 0, "ConnectionError: gone")


def test_the_pauses_between_attempts_grow_up_to_half_a_minute_unless_the_receiver_says_otherwise() -> None:
    (channel,) = monitored(Raising())._delivery.channels
    pauses = [channel._wait_after(attempt, OSError()) for attempt in range(1, 20)]
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8] and pauses == sorted(pauses) and pauses[-1] == 30.0
    said = {7: 7, 3_600: 30.0, 0: 0.1, -1: 0.1, float("nan"): 0.1}
    for seconds, pause in said.items():
        assert channel._wait_after(1, Unready("zipkin", 503, seconds)) == pause


def test_one_record_that_cannot_be_written_does_not_take_the_others_with_it() -> None:
    class Choosy(Collected):
        def write(self, records: Sequence[Record]) -> None:
            if any(record.message == "bad" for record in records):
                raise ValueError("bad")
            super().write(records)

    sink = Choosy()

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                for message in ("one", "bad", "two"):
                    log.info(message)
        return monitor

    account = asyncio.run(main()).state().sinks["Choosy"]
    assert sink.messages == ["one", "two", "POST /orders"]
    assert (account.written, account.failed, account.causes) == (3, 1, {"failed: ValueError": 1})


def test_a_dead_sink_holds_the_exit_no_longer_than_a_few_attempts() -> None:
    sink = Failing(10**9, OSError("dead"))

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            for _ in range(3_000):
                log.info("line")
        return monitor

    account = asyncio.run(main()).state().sinks["Failing"]
    assert account.failed == 3_000 and account.balances and account.pending == 0


def test_a_full_buffer_drops_the_lowest_level_first_if_so_chosen() -> None:
    sink, hanging = Collected(), Hanging()

    async def main() -> Monitor:
        monitor = Monitor("orders", [hanging, sink], logging(buffer=10, full="lowest"), stop_within=LIMIT)
        async with monitor:
            log.info("first")
            assert hanging.hangs.wait(LIMIT)
            for level in ("debug", "info", "warning", "error"):
                for number in range(9):
                    getattr(log, level)(f"{level} {number}")
                    sink.wait_for(f"{level} {number}")
            kept = hanging_levels(monitor)
            assert kept == ["error"] * 9
            assert monitor.state().sinks["Hanging"].dropped >= 27
            hanging.let_go.set()
        return monitor

    def hanging_levels(monitor: Monitor) -> list[str]:
        buffer = monitor._delivery.channels[0]._buffer
        waiting = (slot[2] for lane in buffer._lanes for slot in lane)
        return [one.level for one in waiting if one.message.split()[0] == one.level]

    assert asyncio.run(main()).state().sinks["Hanging"].balances


def test_a_full_buffer_makes_the_caller_wait_if_so_chosen() -> None:
    sink, hanging = Collected(), Hanging()
    done = threading.Event()

    async def main() -> Monitor:
        monitor = Monitor("orders", [hanging, sink], logging(buffer=10, full="wait"), stop_within=LIMIT)
        async with monitor:

            def chatter() -> None:
                for number in range(60):
                    log.info(f"line {number}")
                done.set()

            thread = threading.Thread(target=chatter)
            thread.start()
            assert hanging.hangs.wait(LIMIT)
            assert not done.is_set()
            hanging.let_go.set()
            assert done.wait(LIMIT)
            thread.join(LIMIT)
        return monitor

    accounts = asyncio.run(main()).state().sinks
    assert accounts["Hanging"].dropped == accounts["Collected"].dropped == 0
    assert [m for m in sink.messages if m.startswith("line")] == [f"line {number}" for number in range(60)]


def test_what_waits_is_bounded_in_bytes_too() -> None:
    sink, hanging = Collected(), Hanging()

    async def main() -> Monitor:
        async with Monitor(
            "orders", [hanging, sink], logging(buffer_size="64KiB"), stop_within=LIMIT
        ) as monitor:
            log.info("first")
            assert hanging.hangs.wait(LIMIT)
            for number in range(20):
                log.info(f"line {number}", text="x" * 10_000)
                sink.wait_for(f"line {number}")
            account = monitor.state().sinks["Hanging"]
            assert account.dropped == 14 and account.balances
            assert monitor._delivery.channels[0]._buffer.size <= 64 * 1024
            hanging.let_go.set()
        return monitor

    asyncio.run(main())


def test_open_events_hand_over_early_when_together_they_remember_much() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink, buffer=1_000) as monitor:
            events = [monitor.incoming(f"event {number}") for number in range(99)]
            for event in events:
                event.__enter__()
                for _ in range(20):
                    log.info("line")
                log.error(f"begun {event.name}")
                sink.wait_for(f"begun {event.name}")
            assert 0 < sum(len(event.records) for event in events) <= 1_000
            for event in reversed(events):
                event.__exit__(None, None, None)

    asyncio.run(main())
    assert sink.messages.count("line") == 99 * 20


def test_a_level_can_be_chosen_from_which_on_records_do_not_wait() -> None:
    sink = Collected()

    async def main() -> None:
        async with Monitor("orders", [sink], logging(urgent="warning")) as monitor:
            with monitor.incoming("POST /orders"):
                log.info("placing")
                log.warning("late")
                sink.wait_for("late")
                assert sink.messages == ["late"]

    asyncio.run(main())


def test_each_sink_chooses_and_sampling_is_announced() -> None:
    class Logs(Collected):
        choice = Choice(kinds={"log"}, level="warning", without=["GET /health*"])

    class Some(Collected):
        choice = Choice(kinds={"event"}, sample=0.5)

    logs, some, everything = Logs(), Some(), Collected()

    async def main() -> None:
        async with monitored(logs, some, everything) as monitor:
            for number in range(16):
                trace = f"00-{number + 1:024x}{number << 28:08x}-{1:016x}-01"
                with monitor.incoming("GET /orders", headers={"traceparent": trace}):
                    log.info("seen")
            with monitor.incoming("GET /health"):
                log.warning("quiet")
            with monitor.incoming("POST /orders"):
                log.warning("loud")

    asyncio.run(main())
    assert logs.messages == ["loud"]
    traced = [record for record in some.records if record.event == "GET /orders"]
    assert len(traced) == 8 and {int(record.trace_id[-8:], 16) >> 28 for record in traced} == set(range(8))
    announced = everything["a sink gets a sample of the traces"]
    assert announced.fields == {"sink": "Some", "share": 0.5}


def test_a_sink_that_fails_to_choose_takes_nothing_and_says_so() -> None:
    class Odd(Collected):
        def takes(self, record: Record) -> bool:
            raise RuntimeError("odd")

    sink, other = Odd(), Collected()

    async def main() -> Monitor:
        async with monitored(sink, other) as monitor:
            log.info("placing")
        return monitor

    assert asyncio.run(main()).state().sinks["Odd"].last_error == "RuntimeError: odd"
    assert other.messages == ["placing"]


def test_the_books_close_the_log_for_sinks_that_ask_for_them() -> None:
    class Books(Collected):
        def takes(self, record: Record) -> bool:
            return True

    sink, other = Books(), Collected()

    async def main() -> None:
        async with monitored(sink, other):
            log.info("placing")

    asyncio.run(main())
    assert sink.records[-1].kind == "ledger" and other.messages == ["placing"]
    books = sink.records[-1].fields["Collected"]
    assert isinstance(books, dict) and books["accepted"] == 1 == books["written"] + books["pending"]


def test_the_delivery_pauses_between_pieces_so_that_the_loop_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("cordio_monitor._rounds.sleep", pauses.append)
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                for _ in range(1_000):
                    log.info("line")

    asyncio.run(main())
    assert len(pauses) >= 1_000 // 64


@settings(deadline=None, max_examples=60)
@given(
    st.booleans(), st.lists(st.tuples(st.sampled_from(("debug", "info", "warning", "error")), st.booleans()))
)
def test_a_buffer_keeps_order_bounds_and_count(lowest: bool, steps: list[tuple[str, bool]]) -> None:
    buffer = Buffer(5, 10_000, lowest=lowest)
    waiting: list[int] = []
    taken = put = lost = 0
    for number, (level, take) in enumerate(steps):
        refused, evicted = buffer.put([record(level, str(number))])
        put, lost = put + 1, lost + refused + evicted
        assert buffer.length <= 5 and put == lost + buffer.length + taken
        if take:
            out = buffer.take(2)
            buffer.release()
            taken += len(out)
            waiting = [int(one.message) for one in out]
            assert waiting == sorted(waiting)


def test_what_is_remembered_under_a_dead_sink_stays_within_the_buffer() -> None:
    hanging = Hanging()

    async def main() -> Monitor:
        async with monitored(hanging, buffer=2_000, stop_within=0.05) as monitor:
            for _ in range(100):
                with monitor.incoming("POST /orders"):
                    for _ in range(100):
                        log.info("line")
            assert monitor.state().sinks["Hanging"].pending <= 4_000
            hanging.let_go.set()
        return monitor

    account = asyncio.run(main()).state().sinks["Hanging"]
    assert account.balances


@pytest.mark.parametrize("lowest", [False, True])
def test_what_a_delivery_says_of_itself_finds_room_in_a_full_buffer_but_not_without_end(lowest: bool) -> None:
    buffer = Buffer(10, 1_000_000, lowest=lowest)
    record = Record("log", "warning", 0, "orders", "", "records were dropped", {})
    assert buffer.put([record] * 10) == (0, 0)
    assert buffer.put([record], force=True) == (0, 0)
    assert buffer.put([record] * 200, force=True) == (101, 0)
    assert buffer.length == 110
    assert len(buffer.take(1_000)) == 110


@pytest.mark.parametrize("stops", [False, True])
def test_where_the_caller_waits_a_sink_that_hangs_costs_only_its_own_records(
    stops: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cordio_monitor._configured.Limits", partial(Limits, patience=600 if stops else 1))
    sink, hanging = Collected(), Hanging()
    lines = [f"line {number}" for number in range(10 if stops else 200)]

    def released() -> None:
        sink.wait_for(lines[-1])
        hanging.let_go.set()

    async def main() -> Monitor:
        monitor = Monitor("orders", [hanging, sink], logging(buffer=10, full="wait"), stop_within=LIMIT)
        async with monitor:
            log.info("first")
            assert hanging.hangs.wait(LIMIT)
            for line in lines:
                log.info(line)
            if not stops:
                sink.wait_for(lines[-1])
                hanging.let_go.set()
            else:
                threading.Thread(target=released).start()
        return monitor

    accounts = asyncio.run(main()).state().sinks
    assert [message for message in sink.messages if message.startswith("line")] == lines
    assert accounts["Collected"].dropped == accounts["Collected"].pending == 0
    assert (accounts["Hanging"].dropped == 0) == stops and accounts["Hanging"].balances
