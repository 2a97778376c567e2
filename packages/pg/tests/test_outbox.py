"""Messages leave exactly when their transaction commits, in order for each key."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest
from packages.pg.tests.publishing import QUICK, Publisher, opened, schemed
from packages.pg.tests.test_watch import Follows
from pydantic import BaseModel

from cordio_pg import PgSettings, Postgres
from cordio_pg.embedded import Server
from cordio_pg.events import MessagesMissing, NoTransaction, Outbox, OutboxBehind, made


class Order(BaseModel):
    sku: str


@pytest.fixture
def own(settings: PgSettings) -> PgSettings:
    """Settings for a schema of one's own."""
    return schemed(settings)


def test_a_message_leaves_when_its_transaction_commits_and_not_when_it_does_not(own: PgSettings) -> None:
    async def main() -> None:
        publisher = Publisher()
        async with opened(own) as pg, Outbox(pg, publisher, QUICK) as outbox:
            with pytest.raises(ZeroDivisionError):
                async with pg.transaction() as tx:
                    await tx.outbox("orders.never", Order(sku="no"))
                    raise ZeroDivisionError
            async with pg.transaction() as tx:
                given = await tx.outbox("orders.placed", Order(sku="pen"), key="pen")
                assert publisher.told == []
            await publisher.until(lambda: publisher.told == [(given, "orders.placed")])
            assert publisher.data == {"orders.placed": {"sku": "pen"}}
            while (await outbox.state()).depth:
                pass
            await outbox.health()
        assert publisher.told == [(given, "orders.placed")]

    asyncio.run(main())


def test_a_message_goes_on_with_the_trace_of_its_transaction(own: PgSettings) -> None:
    async def main() -> None:
        publisher, follows = Publisher(), Follows()
        async with opened(own) as pg, Outbox(pg, publisher, QUICK):
            async with Postgres(own, observer=follows) as watched, watched.transaction() as tx:
                await tx.outbox("followed", 1, key="k")
            async with pg.transaction() as tx:
                await tx.outbox("alone", 1)
            await publisher.until(lambda: len(publisher.names) == 2)
        assert publisher.traces == {"followed": {"traceparent": "of outbox followed"}, "alone": None}
        assert ("outbox followed", "messages") in zip(follows.begun, follows.points, strict=True)

    asyncio.run(main())


def test_a_commit_wakes_the_outbox_without_waiting_for_the_next_look(own: PgSettings) -> None:
    async def main() -> None:
        publisher, never = Publisher(), replace(QUICK, poll=3600.0)  # type: ignore[arg-type]
        async with opened(own) as pg, Outbox(pg, publisher, never):
            while "LISTEN" not in await pg.value(
                str,
                "select coalesce(string_agg(query, ' '), '') from pg_stat_activity where query like 'LISTEN%'",
            ):
                pass
            async with pg.transaction() as tx:
                await tx.outbox("a", 1)
            await publisher.until(lambda: publisher.names == ["a"])

    asyncio.run(main())


def test_a_message_that_is_refused_holds_back_its_key_alone_and_is_told(
    own: PgSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        publisher = Publisher(refused={"bad"})
        late = replace(QUICK, late=0.0)  # type: ignore[arg-type]
        async with opened(own) as pg, Outbox(pg, publisher, late) as outbox:
            async with pg.transaction() as tx:
                for name, key in (("bad", "k"), ("behind", "k"), ("other", "l"), ("free", None)):
                    await tx.outbox(name, name, key=key)
            await publisher.until(lambda: len([1 for _, name in publisher.told if name == "refused bad"]) > 3)
            assert sorted(publisher.names) == ["free", "other"]
            with pytest.raises(OutboxBehind, match="2 messages wait.*1 of them could not be published"):
                await outbox.health()
            publisher.refused.clear()
            await publisher.until(lambda: publisher.names[2:] == ["bad", "behind"])
        assert len({given for given, name in publisher.told if name.endswith("bad")}) == 1

    with caplog.at_level(logging.WARNING, "cordio_pg"):
        asyncio.run(main())
    assert "to 'bad' could not be published" in caplog.text and "ConnectionError: refused" in caplog.text
    assert caplog.text.count("could not be published") < 6, "told at 1, 2, 4, … attempts, not at each"


def test_messages_of_a_key_leave_in_the_order_of_their_commits_by_whatever_replica(own: PgSettings) -> None:
    async def main() -> None:
        publisher, order = Publisher(), list[str]()

        async def write(pg: Postgres, number: int) -> None:
            async with pg.transaction() as tx:
                await tx.outbox(f"{number}", number, key="same")
                await tx.execute("select pg_sleep(0.01)")
                order.append(f"{number}")  # nobody else can have the key's turn before the commit

        async with opened(own) as pg, Outbox(pg, publisher, QUICK), Outbox(pg, publisher, QUICK):
            async with asyncio.TaskGroup() as group:
                for number in range(20):
                    group.create_task(write(pg, number))
            await publisher.until(lambda: len(publisher.told) == 20)
        assert publisher.names == order

    asyncio.run(main())


def test_what_a_stop_leaves_behind_goes_out_at_the_next_start(own: PgSettings) -> None:
    async def main() -> None:
        publisher = Publisher()
        async with opened(own) as pg:
            await made(pg)
            async with pg.transaction() as tx:
                for number in range(250):
                    await tx.outbox(f"{number}", number)
            async with Outbox(pg, publisher, QUICK):
                await publisher.until(lambda: len(publisher.told) >= 5)
            async with Outbox(pg, publisher, QUICK):
                await publisher.until(lambda: len(publisher.told) >= 250)
        assert len(publisher.told) == len(set(publisher.told)) == 250, "a stop ends no round in its middle"

    asyncio.run(main())


def test_the_outbox_goes_on_after_a_restart_of_the_server(own: PgSettings, server: Server) -> None:
    async def main() -> None:
        publisher = Publisher()
        async with opened(own) as pg, Outbox(pg, publisher, QUICK):
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            async with pg.transaction() as tx:
                await tx.outbox("after", 1)
            await publisher.until(lambda: publisher.names == ["after"])

    asyncio.run(main())


def test_messages_that_were_sent_and_ids_that_were_seen_are_forgotten_in_time(own: PgSettings) -> None:
    async def main() -> None:
        short = replace(QUICK, keep=0.0, remember=0.0)  # type: ignore[arg-type]
        async with opened(own) as pg:
            await made(pg)
            async with pg.transaction() as tx:
                await tx.outbox("a", 1)
                assert await tx.inbox("take", "1")
            async with Outbox(pg, Publisher(), short):
                for table in ("cordio_outbox", "cordio_inbox"):
                    while await pg.value(int, f"select count(*) from {table}"):
                        pass

    asyncio.run(main())


def test_a_message_outside_of_a_transaction_or_without_its_table_is_a_clear_error(own: PgSettings) -> None:
    async def main() -> None:
        async with opened(own) as pg:
            async with pg.connection() as connection:
                with pytest.raises(NoTransaction, match="pg.transaction"):
                    await connection.outbox("a", 1)
            with pytest.raises(MessagesMissing, match="open an `Outbox`"):
                async with pg.transaction() as tx:
                    await tx.outbox("a", 1)

    asyncio.run(main())
