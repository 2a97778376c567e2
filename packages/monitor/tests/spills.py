"""A sink that cannot be reached, and its spill."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from packages.monitor.tests.doubles import LIMIT, Collected, monitored

from cordio_monitor import Monitor, log
from cordio_monitor.sinks import Record, Sink, Spill


class Distant(Collected):
    """Cannot be reached until it is told that it can."""

    def __init__(self, path: Path, *, away: bool, size: str = "1MiB", batch: int = 10) -> None:
        super().__init__()
        self.spill = Spill(path, size)
        self.batch = batch
        self.away = away

    def write(self, records: Sequence[Record]) -> None:
        if self.away:
            raise ConnectionError("no server")
        super().write(records)


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()[1:]


def run(sink: Sink, *messages: str, error: str = "") -> Monitor:
    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            for message in messages:
                log.info(message, password="hunter2")
        return monitor

    return asyncio.run(main())


def spilled(monitor: Monitor, number: int) -> None:
    """Wait until so many records are in the file."""
    channel = monitor._delivery.channels[0]
    with channel._changed:
        assert channel._changed.wait_for(lambda: channel.ledger.spilled >= number, LIMIT)
