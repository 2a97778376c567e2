"""The server is down, restarts, is killed, or is there and answers nothing."""

import asyncio
import re
import socket
import traceback

import pytest

from cordio_pg import Backoff, Duration, OutcomeUnknown, PgSettings, Postgres, Unavailable
from cordio_pg.embedded import Server


def test_a_server_that_is_down_is_no_error_until_the_first_use(free_port: int) -> None:
    async def main() -> None:
        async with Postgres(PgSettings(port=free_port)) as pg:
            with pytest.raises(Unavailable) as told:
                await pg.health()
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
            call = asyncio.create_task(pg.fetchval("select 5"))
            await asyncio.to_thread(server.start)
            assert await call == 5

    asyncio.run(main())


def test_an_outage_is_waited_over_so_long_and_then_calls_fail_at_once(free_port: int) -> None:
    async def main() -> None:
        settings = PgSettings(port=free_port, outage=Duration("300ms"))
        async with Postgres(settings, scheme=Backoff(first=0.02)) as pg:
            told = await asyncio.gather(*(_failure(pg.fetchval("select 1")) for _ in range(20)))
            assert {type(error) for error in told} == {Unavailable}
            assert re.fullmatch(
                rf"PostgreSQL at 127.0.0.1:{free_port} is unavailable: Connection refused "
                r"\(for 0\.\d s now, \d+ attempts\)",
                str(told[0]),
            )
            before = pg.state()
            for _ in range(100):
                assert isinstance(await _failure(pg.fetchval("select 1")), Unavailable)
            assert pg.state().waits == before.waits

    asyncio.run(main())


def test_a_scheme_of_ones_own_says_when_and_how_often(free_port: int) -> None:
    asked: list[int] = []

    class Twice:
        def wait(self, attempt: int) -> float | None:
            asked.append(attempt)
            return 0.01 if attempt < 2 else None

    async def main() -> None:
        async with Postgres(PgSettings(port=free_port), scheme=Twice()) as pg:
            told = await _failure(pg.fetchval("select 1"))
            assert "2 attempts" in str(told)
            assert pg.state().failed_connects == 2

    asyncio.run(main())
    assert asked == [1, 2]


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


def test_a_session_that_ends_in_the_middle_of_a_write_has_an_unknown_outcome_and_is_replaced(
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
                sleeper = tasks.create_task(_failure(pg.execute("select pg_sleep(30); notify x")))
                while not await other.fetch(f"select pg_terminate_backend(pid) {sleepers}"):
                    pass
                assert isinstance(await sleeper, OutcomeUnknown)
            assert await pg.fetchval("select 1") == 1

    asyncio.run(main())


def test_a_read_whose_session_ends_in_the_middle_is_repeated_once(
    server: Server, settings: PgSettings
) -> None:
    one = settings.model_copy(update={"max_size": 1})
    # Only where it sleeps: before, while it is prepared, it was not sent yet, and would be sent once more.
    end = """select pg_terminate_backend(pid), pid from pg_stat_activity
    where query = $1 and pid <> $2 and wait_event = 'PgSleep'"""
    query = "select 8 from pg_sleep(120)"

    async def main() -> None:
        async with asyncio.timeout(60), Postgres(one) as pg, Postgres(one) as other:
            sleeper = asyncio.create_task(_failure(pg.fetchval(query, timeout="1m")))
            ended = 0
            for _ in range(2):
                while (row := await other.fetchrow(end, query, ended)) is None:
                    pass
                ended = row["pid"]
            assert isinstance(await sleeper, OutcomeUnknown)
            assert pg.state().repeats == 1

    asyncio.run(main())


def test_a_wrong_password_is_told_at_once_without_it_and_not_tried_by_every_call(
    server: Server, settings: PgSettings
) -> None:
    wrong = settings.model_validate({**settings.model_dump(exclude_unset=True), "password": "wr0ng-secret"})

    async def main() -> BaseException:
        async with Postgres(wrong) as pg:
            told = await _failure(pg.fetchval("select 1"))
            for _ in range(50):
                assert isinstance(await _failure(pg.fetchval("select 1")), Unavailable)
            assert pg.state().failed_connects <= 3
            return told

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


async def _failure(call: object) -> BaseException:
    try:
        await call  # type: ignore[misc]  # any awaitable: only its failure matters
    except Exception as error:
        return error
    raise AssertionError("it did not fail")
