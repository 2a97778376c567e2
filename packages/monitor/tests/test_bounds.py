"""What waits for a dead sink is bounded in records and bytes, and the rest is counted by its cause."""

import asyncio
from collections.abc import Sequence
from threading import Event

import pytest
from packages.monitor.tests.doubles import LIMIT, Raising

from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor._ledger import Account
from cordio_monitor.sinks import Record, Sink

# What the delivery says of itself finds room in a full buffer too.
EXTRA = 100


class Dead(Sink):
    """Writes nothing until it is let go, and keeps how much it is given then."""

    def __init__(self) -> None:
        self.let_go = Event()
        self.bytes = 0

    def write(self, records: Sequence[Record]) -> None:
        assert self.let_go.wait(10 * LIMIT)
        self.bytes += sum(len(record.line()) for record in records)


async def flood(monitor: Monitor, events: int, each: int) -> Account:
    """Make records of which the sink writes none; return its account when all of them are worked out."""
    for made in range(events):
        with monitor.incoming("POST /orders"):
            for number in range(each - 1):
                log.info("placing", sku="A-1", n=number)
        if made % 100 == 0:
            await asyncio.sleep(0)
    async with asyncio.timeout(6 * LIMIT):
        while monitor._delivery._intake.waiting:
            await asyncio.sleep(0.01)
    (account,) = monitor.state().sinks.values()
    return account


def bounded(account: Account, made: int, most: int) -> None:
    assert account.balances and account.written == account.failed == 0
    assert most - 1 <= account.pending <= most + EXTRA
    # A record for each time that losses were told, and a count.
    assert made <= account.accepted <= made + 2 * EXTRA
    assert account.causes == {"dropped: full": account.dropped} and account.dropped >= made - most - EXTRA


@pytest.mark.parametrize("kind", [Dead, Raising])
def test_of_three_hundred_thousand_records_under_a_dead_sink_a_hundred_thousand_wait(
    kind: type[Dead | Raising],
) -> None:
    sink = kind()

    async def main() -> Account:
        async with Monitor("orders", [sink], LogSettings(capture=False), stop_within=6 * LIMIT) as monitor:
            account = await flood(monitor, 3_000, 100)
            bounded(account, 300_000, 100_000)
            if isinstance(sink, Dead):
                sink.let_go.set()
        return account

    asyncio.run(main())


def test_the_bytes_that_wait_are_bounded_whatever_the_number_of_records() -> None:
    sink, size = Dead(), 2**20

    async def main() -> Account:
        settings = LogSettings(capture=False, buffer_size="1MiB")
        async with Monitor("orders", [sink], settings, stop_within=6 * LIMIT) as monitor:
            account = await flood(monitor, 300, 100)
            sink.let_go.set()
        return account

    account = asyncio.run(main())
    assert account.balances and account.causes == {"dropped: full": account.dropped}
    assert 0 < account.pending < 30_000 and account.dropped >= 30_000 - account.pending
    # Beside what waits the sink has one batch in its hands, and at the end the books are told.
    assert size // 2 < sink.bytes < 2 * size


def test_what_finds_room_is_not_dropped() -> None:
    sink = Dead()

    async def main() -> Account:
        async with Monitor("orders", [sink], LogSettings(capture=False), stop_within=6 * LIMIT) as monitor:
            account = await flood(monitor, 900, 100)
            sink.let_go.set()
        return account

    account = asyncio.run(main())
    assert (account.pending, account.dropped) == (90_000, 0)
