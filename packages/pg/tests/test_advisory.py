"""Of several replicas one holds a lock, and loses it with its connection."""

from __future__ import annotations

import asyncio

import pytest

from cordio_pg import AdvisoryLock, LockImpossible, PgError, PgSettings, Postgres
from cordio_pg.embedded import Server

LIMIT = 60.0
HOLDERS = "select pid from pg_locks where locktype = 'advisory' and granted"


def test_one_of_two_holds_it_until_it_is_given_up(settings: PgSettings) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), AdvisoryLock(settings) as one, AdvisoryLock(settings) as other:
            assert [await one.take("a"), await one.take("a"), await other.take("a")] == [True, True, False]
            assert await other.take("b")
            await other.release("a")  # is not its own
            assert not await other.take("a")
            await one.release("a")
            assert [await other.take("a"), await one.take("a")] == [True, False]

    asyncio.run(main())


def test_who_leaves_frees_what_it_held(settings: PgSettings) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), AdvisoryLock(settings) as other:
            async with AdvisoryLock(settings) as one:
                assert await one.take("a") and not await other.take("a")
            assert await other.take("a")

    asyncio.run(main())


def test_who_loses_its_connection_has_lost_its_locks_and_asks_anew(settings: PgSettings) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), Postgres(settings) as pg, AdvisoryLock(settings) as other:
            async with AdvisoryLock(settings) as one:
                assert await one.take("a")
                await pg.execute("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'")
                while not await other.take("a"):
                    pass
                assert not await _asked(one, "a")
                await one.release("a")
                assert await other.take("a")

    asyncio.run(main())


async def _asked(lock: AdvisoryLock, name: str) -> bool:
    """Ask; a connection that is lost while it asks is told as an error."""
    while True:
        try:
            return await lock.take(name)
        except PgError:
            continue


def test_a_server_that_does_not_answer_is_told_and_what_was_held_is_free_once_it_goes_on(
    settings: PgSettings, server: Server
) -> None:
    quick = settings.model_copy(update={"timeout": 0.5, "outage": 0.5})

    async def main() -> None:
        async with asyncio.timeout(LIMIT), AdvisoryLock(quick) as one, AdvisoryLock(settings) as other:
            assert await one.take("a")
            server.pause()
            with pytest.raises(PgError):
                await one.take("a")
            server.resume()
            while not await _asked(other, "a"):
                pass

    asyncio.run(main())


def test_a_take_that_is_cancelled_at_any_moment_leaves_no_lock_behind(settings: PgSettings) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), Postgres(settings) as pg, AdvisoryLock(settings) as lock:
            for turns in range(12):
                taking = asyncio.create_task(lock.take("a"))
                for _ in range(turns):
                    await asyncio.sleep(0)
                taking.cancel()
                await asyncio.wait([taking])
                if taking.cancelled():
                    while await pg.fetch(HOLDERS):
                        pass
                await lock.release("a")
            assert await lock.take("a")

    asyncio.run(main())


def test_behind_a_pgbouncer_it_is_refused(settings: PgSettings) -> None:
    with pytest.raises(LockImpossible, match="behind which no lock holds"):
        AdvisoryLock(settings.model_copy(update={"pgbouncer": True}))
