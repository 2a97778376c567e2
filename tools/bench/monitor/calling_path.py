"""What a record, a span and a count cost where they are made, six sinks on."""

import asyncio
import collections
import time
from collections.abc import Callable, Sequence

from cordio_monitor import LogSettings, Monitor, count, log, span
from cordio_monitor._event import Event
from cordio_monitor.sinks import Record, Sink
from tools.bench.clock import Run, calls
from tools.bench.comparison import Comparison, Over
from tools.bench.monitor._loggers import loggers
from tools.bench.monitor._tracers import COUNTS, SPANS


class Nowhere(Sink):
    """Stands for a destination: what it costs is not on the calling path."""

    def write(self, records: Sequence[Record]) -> None:
        """Let them go."""


def inside(function: Callable[[Event], object]) -> Run:
    """Measure a call inside of an event of a running monitor."""

    async def turns(number: int) -> float:
        settings = LogSettings(capture=False)
        async with Monitor("bench", [Nowhere() for _ in range(6)], settings, buffer=10**7) as monitor:
            with monitor.incoming("POST /orders") as event:
                # What is remembered is kept back, so that the delivering thread rests meanwhile.
                event.outlet.release_at = 10**9
                begun = time.thread_time()
                for _ in range(number):
                    function(event)
                spent = time.thread_time() - begun
                event.records.clear()
        return spent

    return lambda number: asyncio.run(turns(number))


def record(_: Event) -> None:
    log.info("placing", sku="A-1", n=2, total=12.5)


def spanned(_: Event) -> None:
    with span("reserve", stage="stock"):
        pass


def counted(_: Event) -> None:
    count("reserved")


def answered(event: Event) -> None:
    event.answered(201)


def bare() -> Run:
    kept: collections.deque[object] = collections.deque(maxlen=10_000)
    return calls(lambda: kept.append({"sku": "A-1", "n": 2, "total": 12.5}), time.thread_time)


COMPARISONS = (
    Comparison(
        "a record with three fields",
        lambda: inside(record),
        None,
        Over(2e-6),
        number=20_000,
        peers={"a deque": bare, **loggers(time.thread_time)},
    ),
    Comparison("a span, opened and closed", lambda: inside(spanned), None, Over(3e-6), 20_000, peers=SPANS),
    Comparison("a count", lambda: inside(counted), None, Over(0.7e-6), 20_000, peers=COUNTS),
    Comparison("the place of the answer", lambda: inside(answered), None, Over(0.3e-6), number=20_000),
)
