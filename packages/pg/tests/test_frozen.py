"""A server that is there and answers nothing: calls end at their limits."""

import asyncio

from cordio_pg import DeadlineExceeded, Duration, PgSettings, Postgres, Unavailable
from cordio_pg.embedded import Server


def test_a_call_on_a_frozen_server_ends_at_its_limit(server: Server, settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings.model_copy(update={"close_timeout": 0.2})) as pg:
            await pg.health()
            server.pause()
            async with asyncio.timeout(4):
                told = await _failure(pg.fetchval("select 1", timeout="200ms"))
                waiting = await asyncio.gather(
                    *(_failure(pg.fetchval("select 1", timeout=0.2)) for _ in range(8))
                )
            assert str(told).endswith("the limit of 0.2 s was over while waiting for the answer")
            assert {type(error) for error in waiting} == {DeadlineExceeded}
            server.resume()
            await pg.health()
            server.pause()

    asyncio.run(asyncio.wait_for(main(), 30))


def test_a_connection_that_does_not_recover_is_cut_and_replaced(server: Server, settings: PgSettings) -> None:
    one = settings.model_copy(update={"max_size": 1, "connect_timeout": Duration("500ms")})

    async def main() -> None:
        async with asyncio.timeout(30), Postgres(one) as pg:
            pid = await pg.fetchval("select pg_backend_pid()")
            server.pause()
            assert isinstance(await _failure(pg.fetchval("select 1", timeout="50ms")), DeadlineExceeded)
            told = await _failure(pg.health())
            assert isinstance(told, Unavailable | DeadlineExceeded)
            server.resume()
            assert await pg.fetchval("select pg_backend_pid()") != pid
            while await pg.fetchval("select count(*) from pg_stat_activity where pid = $1", pid):
                pass

    asyncio.run(main())


def test_a_transaction_on_a_frozen_server_ends_at_its_limit(server: Server, settings: PgSettings) -> None:
    async def frozen(pg: Postgres) -> None:
        async with pg.transaction() as tx:
            server.pause()
            await tx.execute("select 1", timeout="200ms")

    async def main() -> None:
        async with Postgres(settings) as pg:
            async with asyncio.timeout(4):
                assert isinstance(await _failure(frozen(pg)), DeadlineExceeded)
            server.resume()
            await pg.health()

    asyncio.run(main())


def test_health_ends_on_a_frozen_server(server: Server, settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings) as pg:
            await pg.health()
            server.pause()
            async with asyncio.timeout(4):
                assert isinstance(await _failure(pg.health()), DeadlineExceeded)
            server.resume()

    asyncio.run(main())


async def _failure(call: object) -> BaseException:
    try:
        await call  # type: ignore[misc]  # any awaitable: only its failure matters
    except Exception as error:
        return error
    raise AssertionError("it did not fail")
