"""What the monitor adds up of a service: events, and what the service counts and times itself."""

from __future__ import annotations

import asyncio

from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import LogSettings, Monitor, count, timing
from cordio_monitor._diary import Diary
from cordio_monitor.sinks import Record


def test_counts_and_timings_are_added_up_in_and_outside_of_events_whatever_the_level() -> None:
    async def main() -> Monitor:
        settings = LogSettings(level="error", capture=False)
        async with Monitor("orders", [Collected()], settings) as monitor:
            for _ in range(3):
                with monitor.incoming("POST /orders") as event:
                    count("sold", 2)
                    timing("stock", 4)
                    event.answered(201)
            count("sold")
        return monitor

    state = asyncio.run(main()).state()
    assert state.counts == {"sold": 7}
    stock = state.timings["stock"]
    assert (stock.count, stock.failed, stock.total, stock.largest) == (3, 0, 12.0, 4.0)
    assert 3.8 <= stock.p50 <= stock.p99 <= 4.0


def test_an_event_that_is_answered_with_a_500_has_failed_though_no_exception_has_left_it() -> None:
    async def main() -> Monitor:
        async with monitored(Collected()) as monitor:
            for status in (200, 404, 500, 503, "done"):
                with monitor.incoming("GET /") as event:
                    event.answered(status)
        return monitor

    handler = asyncio.run(main()).state().handlers["GET /"]
    assert (handler.count, handler.failed) == (5, 2)
    assert handler.total >= handler.largest > 0


def test_names_are_bounded_and_no_number_is_lost() -> None:
    diary = Diary()
    diary.note([Record("count", "debug", 0, "orders", "", f"n{n}", {"n": 2}) for n in range(2_000)])
    diary.note([Record("timing", "debug", 0, "orders", "", f"n{n}", {"ms": 1.5}) for n in range(2_000)])
    counts, timings = diary.counts(), diary.timings()
    assert len(counts) == len(timings) == 501
    assert (sum(counts.values()), counts["(others)"]) == (4_000, 3_000)
    assert (timings["(others)"].count, timings["(others)"].total) == (1_500, 2_250.0)


def test_what_is_no_number_is_passed_over() -> None:
    diary = Diary()
    diary.note([Record("count", "debug", 0, "orders", "", "n", {"n": "***"})])
    diary.note([Record("timing", "debug", 0, "orders", "", "n", {"ms": "***"})])
    assert diary.counts() == {} and diary.timings()["n"].total == 0.0
