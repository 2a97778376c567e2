"""Connections are lent, tidied, never leaked, and never waited for without a limit."""

import asyncio
import random

import pytest

from cordio_pg import DeadlineExceeded, NotOpen, PgSettings, Postgres, QueryError
from cordio_pg._deadline import Deadline
from cordio_pg._pool import Pool
from cordio_pg._target import remote


def test_an_exhausted_pool_fails_at_the_deadline(settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings.model_copy(update={"max_size": 1})) as pg:
            async with pg.connection():
                with pytest.raises(DeadlineExceeded, match="while waiting for one of the 1 connections"):
                    await pg.fetchval("select 1", timeout="50ms")
            assert await pg.fetchval("select 1") == 1

    asyncio.run(main())


def test_callers_beyond_the_size_wait_their_turn(settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings) as pg:
            pids = await asyncio.gather(
                *(pg.fetchval("select pg_backend_pid() from pg_sleep(0.001)") for _ in range(40))
            )
        assert len(set(pids)) <= 3

    asyncio.run(main())


@pytest.mark.parametrize("seed", range(5))
def test_cancellation_at_random_points_leaves_the_pool_whole(settings: PgSettings, seed: int) -> None:
    chance = random.Random(seed)

    async def work(pg: Postgres) -> None:
        match chance.randrange(4):
            case 0:
                await pg.fetch("select * from generate_series(1, 200)")
            case 1:
                async with pg.connection() as connection:
                    await connection.execute("set search_path to nowhere")
            case 2:
                async with pg.transaction() as tx, tx.transaction():
                    await tx.execute("select pg_sleep(0.002)")
            case _:
                await pg.fetchval("select pg_sleep(0.005)", timeout="3ms")

    async def cancelled(pg: Postgres) -> None:
        task = asyncio.create_task(work(pg))
        for _ in range(chance.randrange(60)):
            await asyncio.sleep(0 if chance.random() < 0.9 else 0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def main() -> None:
        async with asyncio.timeout(60), Postgres(settings) as pg:
            for _ in range(12):
                await asyncio.gather(*(cancelled(pg) for _ in range(10)))
            await _whole(pg, 3)

    asyncio.run(main())


async def _whole(pg: Postgres, size: int) -> None:
    """All of the connections can be had at once, are clean, and the server knows no others."""
    together = asyncio.Barrier(size)

    async def one() -> tuple[object, object]:
        async with pg.connection() as connection:
            await together.wait()
            path = await connection.fetchval("show search_path")
            pid = await connection.fetchval("select pg_backend_pid()")
            await together.wait()
            return path, pid

    seen = await asyncio.gather(*(one() for _ in range(size)))
    assert [path for path, _ in seen] == ['"$user", public'] * size
    others = "select count(*) from pg_stat_activity where state like '%transaction%'"
    assert await pg.fetchval(others) == 0
    assert len({pid for _, pid in seen}) == size


def test_a_call_given_up_is_cancelled_at_the_server_and_its_connection_saved(settings: PgSettings) -> None:
    async def main() -> None:
        async with asyncio.timeout(20), Postgres(settings.model_copy(update={"max_size": 1})) as pg:
            pid = await pg.fetchval("select pg_backend_pid()")
            with pytest.raises(DeadlineExceeded):
                await pg.fetchval("select pg_sleep(60)", timeout="50ms")
            assert await pg.fetchval("select pg_backend_pid()") == pid

    asyncio.run(main())


def test_an_answer_that_came_in_time_is_kept_when_tidying_does_not_end_in_time(settings: PgSettings) -> None:
    one = settings.model_copy(update={"max_size": 1})

    async def main() -> None:
        pool = Pool(remote(one), one)
        raw = await pool.take(Deadline.after(10, "here"))
        await raw.execute("set search_path to nowhere")
        await pool.give(raw, Deadline("here", 0.0, 0.0))
        again = await pool.take(Deadline.after(10, "here"))
        assert again is raw
        assert await again.fetchval("show search_path") == '"$user", public'
        await pool.give(again, Deadline.after(10, "here"))
        await pool.close(10)

    asyncio.run(main())


def test_idle_connections_are_closed_down_to_the_smallest_size(settings: PgSettings) -> None:
    async def main() -> None:
        small = settings.model_copy(update={"idle": 0.05, "min_size": 1, "application_name": "idle"})
        async with asyncio.timeout(20), Postgres(small) as pg, Postgres(settings) as other:
            await asyncio.gather(*(pg.fetchval("select pg_sleep(0.05)") for _ in range(3)))
            count = "select count(*) from pg_stat_activity where application_name = 'idle'"
            while await other.fetchval(count) != 1:
                pass

    asyncio.run(main())


def test_leaving_waits_for_a_call_in_progress(settings: PgSettings) -> None:
    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            async with Postgres(settings) as pg:
                await pg.health()
                call = tasks.create_task(pg.fetchval("select 3 from pg_sleep(0.2)"))
                await asyncio.sleep(0)
        assert call.result() == 3

    asyncio.run(main())


def test_leaving_cuts_what_does_not_end_and_says_so(
    settings: PgSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with asyncio.timeout(20), Postgres(settings) as other, asyncio.TaskGroup() as tasks:
            async with Postgres(settings.model_copy(update={"close_timeout": 0.1})) as pg:
                sleepers = [tasks.create_task(_told(pg.fetchval("select pg_sleep(60)"))) for _ in range(5)]
                busy = "from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'"
                while await other.fetchval(f"select count(*) {busy}") != 3:
                    pass
        told = [sleeper.result() for sleeper in sleepers]
        assert [text.startswith("PostgreSQL at") for text in told] == [True] * 3 + [False] * 2
        assert [text.startswith("this Postgres is not open") for text in told] == [False] * 3 + [True] * 2

    asyncio.run(main())
    assert "cut 3 connections that did not end within 0.1 s" in caplog.text


def test_a_service_that_is_not_open_says_so(settings: PgSettings) -> None:
    async def main() -> None:
        pg = Postgres(settings)
        with pytest.raises(NotOpen, match="this Postgres is not open: use it inside its 'async with' block"):
            await pg.health()
        async with pg:
            async with pg.connection() as connection:
                await connection.fetchval("select 1")
            with pytest.raises(NotOpen, match="given back"):
                await connection.fetchval("select 1")
            with pytest.raises(RuntimeError, match="is open already"):
                await pg.__aenter__()
        with pytest.raises(NotOpen):
            await pg.health()
        async with pg:
            await pg.health()

    asyncio.run(main())


def test_a_refused_statement_is_told_with_its_code_and_harms_nothing(settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings.model_copy(update={"max_size": 1})) as pg:
            pid = await pg.fetchval("select pg_backend_pid()")
            with pytest.raises(QueryError, match='relation "nowhere" does not exist') as told:
                await pg.fetch("select * from nowhere")
            assert told.value.sqlstate == "42P01"
            assert told.value.__cause__ is not None
            with pytest.raises(QueryError, match="expects 1 argument"):
                await pg.fetch("select $1::int")
            with pytest.raises(QueryError, match="invalid input for query argument"):
                await pg.fetch("select $1::int", "seven")
            with pytest.raises(ValueError, match="is no duration"):
                await pg.fetch("select 1", timeout="soon")
            assert await pg.fetchval("select pg_backend_pid()") == pid

    asyncio.run(main())


async def _told(call: object) -> str:
    try:
        await call  # type: ignore[misc]  # any awaitable: only its failure matters
    except Exception as error:
        return str(error)
    return "nothing"
