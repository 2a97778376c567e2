"""What a record costs off the calling path: masked, written as JSON, to console and file."""

import asyncio
import io
import os
import tempfile
import time
from pathlib import Path

from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import Console, File
from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Over, Ratio
from tools.bench.monitor._loggers import loggers, standard


class Pipe(io.TextIOWrapper):
    """Stands for the console of a service: a descriptor whose reader is fast."""

    def __init__(self) -> None:
        super().__init__(io.FileIO(os.devnull, "w"))


def delivered() -> Run:
    """Measure all threads, less what the calling one spends on remembering."""

    def run(number: int) -> float:
        with tempfile.TemporaryDirectory() as folder, Pipe() as console:
            sinks = [Console(console), File(Path(folder) / "main.log")]
            return asyncio.run(_cost(Monitor("bench", sinks, _settings(number), stop_within=60), number))

    return run


async def _cost(monitor: Monitor, number: int) -> float:
    async with monitor:
        with monitor.incoming("POST /orders") as event:
            event.outlet.release_at = 10**9
            for _ in range(number):
                log.info("placing", sku="A-1", n=2, total=12.5)
            begun = time.process_time()
        while any(account.pending for account in monitor.state().sinks.values()):
            await asyncio.sleep(0.01)
        return time.process_time() - begun


def _settings(number: int) -> LogSettings:
    return LogSettings(capture=False, format="json", buffer=2 * number + 100)


def sustained() -> Run:
    """Measure everything, caller and delivery, for a file: the whole must fit into one core's share."""

    def run(number: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            file = File(Path(folder) / "main.log")
            monitor = Monitor("bench", [file], LogSettings(capture=False), stop_within=60)
            begun = time.process_time()
            asyncio.run(_paced(monitor, number))
            spent = time.process_time() - begun
            if monitor.state().sinks["File"].dropped:
                raise RuntimeError("records were dropped")
            return spent

    return run


async def _paced(monitor: Monitor, number: int) -> None:
    """Make 50,000 records a second in events of 50."""
    async with monitor:
        begun = time.monotonic()
        for made in range(0, number, 50):
            with monitor.incoming("POST /orders"):
                for _ in range(49):
                    log.info("placing", sku="A-1", n=2, total=12.5)
            ahead = begun + made / 50_000 - time.monotonic()
            if ahead > 0.001:
                await asyncio.sleep(ahead)


# What they cost in all, on every thread.
OTHERS = {name: make for name, make in loggers(time.process_time).items() if name != "logging to a file"}
COMPARISONS = (
    Comparison(
        "a record masked and written to console and file, beside logging to a file",
        delivered,
        lambda: standard(time.process_time),
        Ratio(1 / 3),
        number=20_000,
        turns=7,
        peers=OTHERS,
    ),
    Comparison("the same, alone", delivered, None, Over(8e-6), number=20_000, turns=7),
    Comparison("50,000 records a second to a file, none dropped", sustained, None, Over(20e-6), 100_000, 3),
)
