"""Schedules under a clock that is moved far: from one due moment to the next, whatever lies between."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordio_core import App, at, cron, every
from cordio_core.events import ScheduleEvent
from cordio_core.testing import MovableClock

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "UTC")


class Counted(MovableClock):
    """Counts how often somebody wakes."""

    woken = 0

    async def sleep_until(self, moment: float, /) -> None:
        self.woken += 1
        await super().sleep_until(moment)


def _ran(event: ScheduleEvent, span: str) -> tuple[list[float], int]:
    clock = Counted()
    app = App("clock", clock=clock)
    ran: list[float] = []

    @app.on(event)
    async def strike() -> None:
        ran.append(clock.monotonic())

    async def use() -> None:
        async with app.running():
            await clock.advance(span)

    asyncio.run(use())
    return ran, clock.woken


@pytest.mark.parametrize(
    ("event", "days"),
    [
        pytest.param(every("1d"), range(1, 31), id="every"),
        pytest.param(every("1d", jitter="1h"), range(1, 31), id="jitter"),
    ],
)
def test_a_month_passes_from_one_due_moment_to_the_next(event: ScheduleEvent, days: range) -> None:
    ran, woken = _ran(event, "30d")
    assert len(ran) in (len(days), len(days) - 1 if event.jitter else len(days))
    assert all(day <= when / 86_400 <= day + 1 / 24 for day, when in zip(days, ran, strict=False))
    assert woken <= 70


def test_a_month_of_nights_passes_so_too() -> None:
    pytest.importorskip("croniter")
    ran, woken = _ran(cron("0 3 * * *", zone="Europe/Berlin"), "30d")
    assert len(ran) == 30 and woken <= 40


def test_a_run_that_goes_on_while_the_clock_is_moved_skips_queues_or_is_joined() -> None:
    found = {}
    for overlap in ("skip", "queue", "together"):
        found[overlap] = asyncio.run(_overlapping(every("1h", overlap=overlap)))
    assert found == {"skip": [1], "queue": [1, 5, 5, 5, 5], "together": [1, 2, 3, 4, 5]}


async def _overlapping(event: ScheduleEvent) -> list[float]:
    clock, go = MovableClock(), asyncio.Event()
    app, ran = App("clock", clock=clock), list[float]()

    @app.on(event)
    async def strike() -> None:
        ran.append(clock.monotonic() / 3600)
        await go.wait()

    async with app.running():
        await clock.advance("5h")
        go.set()
        await clock.advance(0)
    return ran


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda day: day.replace(second=0, fold=0)),
)
def test_a_single_moment_is_the_first_minute_at_which_the_clocks_show_it(zone: str, shown: datetime) -> None:
    shown = shown.replace(microsecond=0)
    around = datetime(shown.year, shown.month, shown.day, shown.hour, shown.minute, tzinfo=UTC)
    minutes = (around + timedelta(minutes=step) for step in range(-16 * 60, 16 * 60))
    first = next((m for m in minutes if m.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == shown), None)
    if first is None:
        with pytest.raises(ValueError, match="ever shows"):
            at(shown.isoformat(), zone)
    else:
        assert at(shown.isoformat(), zone).moment == first.timestamp()
