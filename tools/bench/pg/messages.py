"""Messages of transactions: what writing one costs, and what publishing one costs."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from cordio_pg import Connection, Postgres
from cordio_pg.events import Outbox, made
from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Ratio
from tools.bench.pg._place import server, settings

ORDER = {"id": 7, "sku": "A-1", "amount": 3}
INSERT = "insert into bench_plain (message_id, body) values ($1, $2)"
TABLE = "create table if not exists bench_plain (id bigserial primary key, message_id text unique, body bytea)"
WIPE = "truncate cordio_outbox, bench_plain restart identity"


class Taken:
    """A publisher that takes everything at once."""

    def __init__(self) -> None:
        self.count = 0

    async def publish(
        self,
        exchange: str,
        key: str,
        message: object,
        /,
        *,
        message_id: str | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> object:
        """
        Count a message.

        Parameters
        ----------
        exchange, key : str
            Where it goes.
        message : object
            Its body.
        message_id : str or None
            Its id.
        content_type : str or None
            What it is.
        headers : Mapping of str to str or None
            Its trace.

        Returns
        -------
        object
            Its id.
        """
        self.count += 1
        return message_id


def written(write: Callable[[Connection, int], Awaitable[object]]) -> Run:
    """
    Measure transactions of ten messages or rows each.

    Parameters
    ----------
    write : callable
        Writes one.

    Returns
    -------
    callable
        Writes so many tens, and returns the CPU seconds of this process.
    """
    server()

    async def turns(number: int) -> float:
        async with Postgres(settings(server())) as pg:
            await made(pg)
            await pg.execute(TABLE)
            await pg.execute(WIPE)
            begun = time.process_time()
            for turn in range(number):
                async with pg.transaction() as tx:
                    for each in range(10):
                        await write(tx, turn * 10 + each)
            return time.process_time() - begun

    return lambda number: asyncio.run(turns(number))


def drained() -> Run:
    """
    Measure the publishing of what was written before.

    Returns
    -------
    callable
        Publishes so many tens, and returns the CPU seconds of this process.
    """
    server()

    async def turns(number: int) -> float:
        async with Postgres(settings(server())) as pg:
            await made(pg)
            await pg.execute(TABLE)
            await pg.execute(WIPE)
            async with pg.transaction() as tx:
                for _ in range(number * 10):
                    await tx.outbox("orders.placed", ORDER)
            taken = Taken()
            begun = time.process_time()
            async with Outbox(pg, taken):
                while taken.count < number * 10:
                    await asyncio.sleep(0.001)
            return time.process_time() - begun

    return lambda number: asyncio.run(turns(number))


async def by_hand(tx: Connection, number: int) -> object:
    """Write a row of the same size into a plain table."""
    return await tx.execute(INSERT, f"{number:032}", b'{"id": 7, "sku": "A-1", "amount": 3}')


COMPARISONS = (
    Comparison(
        "tx.outbox of ten messages, over ten plain inserts",
        lambda: written(lambda tx, _: tx.outbox("orders.placed", ORDER)),
        lambda: written(by_hand),
        Ratio(1.5),
        number=50,
    ),
    Comparison(
        "publishing ten messages of the outbox, over ten plain inserts",
        drained,
        lambda: written(by_hand),
        Ratio(0.5),
        number=50,
    ),
)
