"""The server is down, restarts, is killed, or is there and answers nothing."""

import asyncio
import random
import socket
import traceback

import pytest

from cordio_pg import DeadlineExceeded, Duration, PgError, PgSettings, Postgres, Unavailable
from cordio_pg.embedded import Server


def test_a_server_that_is_down_is_no_error_until_the_first_use(free_port: int) -> None:
    async def main() -> None:
        async with Postgres(PgSettings(port=free_port)) as pg:
            with pytest.raises(Unavailable) as told:
                await pg.fetchval("select 1")
            assert str(told.value) == f"PostgreSQL at 127.0.0.1:{free_port} is unavailable: Connection refused"
            assert told.value.__cause__ is not None

    asyncio.run(main())


def test_a_server_that_was_down_at_the_first_use_is_used_once_it_is_up(
    server: Server, settings: PgSettings
) -> None:
    async def main() -> None:
        server.stop()
        async with Postgres(settings) as pg:
            with pytest.raises(Unavailable):
                await pg.health()
            await asyncio.to_thread(server.start)
            await pg.health()

    asyncio.run(main())


def test_callers_of_a_server_that_is_not_known_to_be_there_share_one_attempt() -> None:
    """A listener that never answers counts who comes."""
    arrived: list[object] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(writer)
        await reader.read()
        writer.close()

    async def main() -> None:
        listener = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        async with listener, Postgres(PgSettings(port=port, connect_timeout=Duration("300ms"))) as pg:
            told = await asyncio.gather(*(pg.health() for _ in range(8)), return_exceptions=True)
        assert {str(error) for error in told} == {
            f"PostgreSQL at 127.0.0.1:{port} is unavailable: no answer to connecting within 0.3 s"
        }
        assert len(arrived) == 1

    asyncio.run(main())


@pytest.mark.parametrize("how", ["fast", "immediate", "kill"])
def test_a_restart_under_an_idle_pool_costs_no_call(server: Server, settings: PgSettings, how: str) -> None:
    def restart() -> None:
        server.kill() if how == "kill" else server.stop("fast" if how == "fast" else "immediate")
        server.start()

    async def main() -> None:
        async with Postgres(settings) as pg:
            await asyncio.gather(*(pg.fetchval("select pg_sleep(0.05)") for _ in range(3)))
            await asyncio.to_thread(restart)
            assert await asyncio.gather(*(pg.fetchval("select 7") for _ in range(10))) == [7] * 10

    asyncio.run(main())


@pytest.mark.parametrize("how", ["fast", "immediate", "kill"])
def test_under_load_an_outage_is_told_as_unavailable_and_nothing_else(
    server: Server, settings: PgSettings, how: str
) -> None:
    async def main() -> None:
        over = asyncio.Event()
        unavailable = asyncio.Event()
        wrong: list[BaseException] = []

        async def caller(pg: Postgres, number: int) -> None:
            while not over.is_set():
                try:
                    assert await pg.fetchval("select $1::int", number) == number
                except Unavailable:
                    unavailable.set()
                except BaseException as error:
                    wrong.append(error)
                    raise
                await asyncio.sleep(0.001)

        async with asyncio.timeout(60), Postgres(settings) as pg, asyncio.TaskGroup() as callers:
            for number in range(12):
                callers.create_task(caller(pg, number))
            await pg.health()
            down = (
                server.kill if how == "kill" else lambda: server.stop("fast" if how == "fast" else "immediate")
            )
            await asyncio.to_thread(down)
            await unavailable.wait()
            await asyncio.to_thread(server.start)
            await pg.health()
            over.set()
        assert not wrong

    asyncio.run(main())


def test_a_session_that_ends_in_the_middle_of_a_call_is_unavailable_and_replaced(
    server: Server, settings: PgSettings
) -> None:
    one = settings.model_copy(update={"max_size": 1})
    sleepers = "from pg_stat_activity where query like 'select pg_sleep(30%'"

    async def main() -> None:
        async with (
            asyncio.timeout(30),
            Postgres(one) as pg,
            Postgres(one) as other,
            asyncio.TaskGroup() as tasks,
        ):
            for _ in range(3):
                sleeper = tasks.create_task(_failure(pg.fetchval("select pg_sleep(30)")))
                while not await other.fetch(f"select pg_terminate_backend(pid) {sleepers}"):
                    pass
                assert isinstance(await sleeper, Unavailable)
            assert await pg.fetchval("select 1") == 1

    asyncio.run(main())


def test_a_call_on_a_frozen_server_ends_at_its_limit(server: Server, settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings.model_copy(update={"close_timeout": 0.2})) as pg:
            await pg.health()
            server.pause()
            async with asyncio.timeout(10):
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
    one = settings.model_copy(update={"max_size": 1, "connect_timeout": Duration("2s")})

    async def main() -> None:
        async with asyncio.timeout(30), Postgres(one) as pg:
            pid = await pg.fetchval("select pg_backend_pid()")
            server.pause()
            assert isinstance(await _failure(pg.fetchval("select 1", timeout="50ms")), DeadlineExceeded)
            told = await _failure(pg.fetchval("select 1"))
            assert str(told).endswith("is unavailable: no answer to connecting within 2 s")
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
            async with asyncio.timeout(10):
                assert isinstance(await _failure(frozen(pg)), DeadlineExceeded)
            server.resume()
            await pg.health()

    asyncio.run(main())


def test_health_ends_on_a_frozen_server(server: Server, settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings) as pg:
            await pg.health()
            server.pause()
            async with asyncio.timeout(10):
                assert isinstance(await _failure(pg.health()), DeadlineExceeded)
            server.resume()

    asyncio.run(main())


def test_a_wrong_password_is_told_without_the_password(server: Server, settings: PgSettings) -> None:
    wrong = settings.model_validate({**settings.model_dump(exclude_unset=True), "password": "wr0ng-secret"})

    async def main() -> BaseException:
        async with Postgres(wrong) as pg:
            return await _failure(pg.health())

    told = asyncio.run(main())
    assert isinstance(told, Unavailable)
    assert told.sqlstate == "28P01"
    assert "password authentication failed" in str(told)
    assert "wr0ng-secret" not in "".join(traceback.format_exception(told)) + repr(wrong)


def test_an_unknown_database_is_told_by_name(settings: PgSettings) -> None:
    async def main() -> BaseException:
        async with Postgres(settings.model_copy(update={"database": "nowhere"})) as pg:
            return await _failure(pg.health())

    assert 'database "nowhere" does not exist' in str(asyncio.run(main()))


def test_something_else_on_the_port_is_told_as_unavailable() -> None:
    """An HTTP server that somebody runs there."""

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def main() -> BaseException:
        listener = await asyncio.start_server(other, "127.0.0.1", 0, family=socket.AF_INET)
        port = listener.sockets[0].getsockname()[1]
        async with listener, Postgres(PgSettings(port=port, connect_timeout=Duration("2s"))) as pg:
            return await _failure(pg.health())

    assert isinstance(asyncio.run(main()), Unavailable)


@pytest.mark.parametrize("seed", range(3))
def test_no_acknowledged_write_is_lost_over_kills_at_random_moments(
    server: Server, settings: PgSettings, seed: int
) -> None:
    chance = random.Random(seed)

    async def main() -> None:
        acknowledged: set[int] = set()

        async def writer(pg: Postgres, first: int) -> None:
            for number in range(first, first + 150):
                try:
                    async with pg.transaction() as tx:
                        await tx.execute("insert into written values ($1)", number)
                except PgError:
                    await asyncio.sleep(0.01)
                else:
                    acknowledged.add(number)

        async with asyncio.timeout(60), Postgres(settings) as pg:
            await pg.execute("drop table if exists written; create table written (id int)")
            async with asyncio.TaskGroup() as writers:
                for first in range(0, 600, 150):
                    writers.create_task(writer(pg, first))
                while len(acknowledged) < chance.randrange(20, 200):
                    await asyncio.sleep(0)
                await asyncio.to_thread(server.stop, "immediate")
                await asyncio.to_thread(server.start)
            stored = {row["id"] for row in await pg.fetch("select id from written")}
        assert acknowledged <= stored

    asyncio.run(main())


async def _failure(call: object) -> BaseException:
    try:
        await call  # type: ignore[misc]  # any awaitable: only its failure matters
    except Exception as error:
        return error
    raise AssertionError("it did not fail")
