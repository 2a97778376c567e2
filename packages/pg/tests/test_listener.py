"""Notifications are heard through restarts, and it is said when some may be lost."""

from __future__ import annotations

import asyncio

from packages.pg.tests.publishing import LIMIT, QUICK, Publisher, opened, schemed

from cordio_pg import PgSettings, Postgres
from cordio_pg.embedded import Server
from cordio_pg.events import Outbox
from cordio_pg.events._listener import Listener

_MADE = """
select exists (select from information_schema.columns
where table_schema = $1 and table_name = 'cordio_outbox' and column_name = 'trace')
"""


def test_notifications_are_heard_again_after_a_restart_and_the_gap_is_told(
    settings: PgSettings, server: Server
) -> None:
    async def main() -> None:
        heard, missed = asyncio.Queue[tuple[str, str]](), asyncio.Event()
        listener = Listener(Postgres(settings), ["prices"], lambda *told: heard.put_nowait(told), missed.set)
        async with asyncio.timeout(LIMIT), Postgres(settings) as pg:
            hearing = asyncio.create_task(listener.run())
            await listener.hears.wait()
            await pg.execute("notify prices, 'first'")
            assert await heard.get() == ("prices", "first") and not missed.is_set()
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            await missed.wait()
            await pg.execute("notify prices, 'second'")
            assert await heard.get() == ("prices", "second")
            hearing.cancel()
            await asyncio.wait([hearing])
            assert hearing.cancelled()

    asyncio.run(main())


def test_an_outbox_that_starts_before_its_server_works_once_that_is_there(
    settings: PgSettings, server: Server
) -> None:
    own = schemed(settings).model_copy(update={"outage": 0.0})

    async def main() -> None:
        publisher = Publisher()
        async with opened(own):
            pass
        await asyncio.to_thread(server.stop)
        async with Postgres(own) as pg, asyncio.timeout(LIMIT), Outbox(pg, publisher, QUICK):
            await asyncio.to_thread(server.start)
            async with Postgres(own.model_copy(update={"outage": 10.0})) as another:
                while not await another.value(bool, _MADE, own.search_path):
                    pass
                async with another.transaction() as tx:
                    await tx.outbox("late", 1)
            await publisher.until(lambda: publisher.names == ["late"])

    asyncio.run(main())
