"""A million records under a sink that is dead: what they cost, and that memory stays bounded."""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import Record, Sink
from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Over

# Half a million records would be 200 MiB and more.
BUFFER, MOST = 10_000, 32 * 2**20


class Dead(Sink):
    """Takes nothing until it is let go."""

    def __init__(self) -> None:
        self.let_go = Event()

    def write(self, records: Sequence[Record]) -> None:
        """Hang."""
        self.let_go.wait()


def resident() -> int:
    """Return how many bytes of memory the process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def dead() -> Run:
    """Measure everything, caller and delivery; fail when the second half of the records costs memory."""

    def run(number: int) -> float:
        sink = Dead()
        monitor = Monitor("bench", [sink], LogSettings(capture=False, buffer=BUFFER), stop_within=5)
        begun = time.process_time()
        asyncio.run(_flood(monitor, sink, number))
        return time.process_time() - begun

    return run


async def _flood(monitor: Monitor, sink: Dead, number: int) -> None:
    async with monitor:
        before = 0
        for made in range(0, number, 50):
            if 2 * made == number:
                before = resident()
            with monitor.incoming("POST /orders"):
                for _ in range(49):
                    log.info("placing", sku="A-1", n=2, total=12.5)
            if made % 1_000 == 0:
                await asyncio.sleep(0)
        grown = resident() - before if before else 0
        (account,) = monitor.state().sinks.values()
        sink.let_go.set()
    if grown > MOST or not account.balances:
        raise RuntimeError(f"memory grew by {grown} bytes, and the books are {account}")


COMPARISONS = (
    Comparison("a million records under a dead sink, bounded", dead, None, Over(20e-6), 1_000_000, 3),
)
