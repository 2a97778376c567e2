"""Several servers: one that is there is found, and one that takes no writes any more is left."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordio_pg import Duration, PgSettings, Postgres, ReadOnly, Unavailable
from cordio_pg.embedded import Server


@pytest.fixture(scope="module")
def pair(template: Path) -> Iterator[tuple[Server, Server]]:
    """Two servers of their own, with the same empty data."""
    folder = template.parent
    made = [folder / "first", folder / "second"]
    for place in made:
        subprocess.run(["cp", "-a", template, place], check=True)
    servers = [Server(place, port=_port(), options={"fsync": "off"}) for place in made]
    with servers[0], servers[1]:
        yield servers[0], servers[1]
    for place in made:
        shutil.rmtree(place)


@pytest.fixture
def both(pair: tuple[Server, Server]) -> Iterator[PgSettings]:
    """Settings that name both; afterwards both run and take writes."""
    first, second = pair
    yield PgSettings(host=f"127.0.0.1:{first.port},127.0.0.1:{second.port}", max_size=4)
    for server in pair:
        server.start()
        asyncio.run(_read_only(server, "off"))


def test_a_server_that_is_down_is_passed_over(pair: tuple[Server, Server], both: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(both) as pg:
            assert await _port_of(pg) == pair[0].port
            await asyncio.to_thread(pair[0].stop)
            assert await _port_of(pg) == pair[1].port
            await asyncio.to_thread(pair[1].stop)
            told = await _failure(pg.health())
            for server in pair:
                assert f" 127.0.0.1:{server.port}: Connection refused" in str(told)
            call = asyncio.create_task(_port_of(pg))
            await asyncio.to_thread(pair[0].start)
            assert await call == pair[0].port

    asyncio.run(main())


def test_a_frozen_server_does_not_use_up_the_time_of_the_next(
    pair: tuple[Server, Server], both: PgSettings
) -> None:
    async def main() -> None:
        quick = both.model_copy(update={"connect_timeout": Duration("300ms")})
        async with Postgres(quick) as pg:
            pair[0].pause()
            assert await _port_of(pg) == pair[1].port
            pair[0].resume()

    asyncio.run(main())


def test_a_dsn_may_name_several_servers_too(pair: tuple[Server, Server], both: PgSettings) -> None:
    async def main() -> None:
        address = f"postgresql://postgres@127.0.0.1:{pair[0].port},127.0.0.1:{pair[1].port}/postgres"
        await _read_only(pair[0], "on")
        async with Postgres(PgSettings.model_validate({"dsn": address})) as pg:
            assert await _port_of(pg) == pair[0].port
        async with Postgres(
            PgSettings.model_validate({"dsn": f"{address}?target_session_attrs=read-write"})
        ) as pg:
            assert await _port_of(pg) == pair[1].port

    asyncio.run(main())


def test_the_server_that_is_asked_for_is_chosen(pair: tuple[Server, Server], both: PgSettings) -> None:
    async def main() -> None:
        await _read_only(pair[1], "on")
        for target, server in (("read-write", pair[0]), ("read-only", pair[1]), ("prefer-standby", pair[0])):
            async with Postgres(both.model_copy(update={"target": target})) as pg:
                assert await _port_of(pg) == server.port
        await _read_only(pair[0], "on")
        async with Postgres(both.model_copy(update={"target": "read-write"})) as pg:
            assert "none of its hosts is what the setting target asks for" in str(await _failure(pg.health()))

    asyncio.run(main())


def test_after_a_failover_writes_go_to_the_server_that_takes_them_and_none_fails(
    pair: tuple[Server, Server], both: PgSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        for server in pair:
            async with Postgres(PgSettings(port=server.port)) as alone:
                await alone.execute("drop table if exists moved; create table moved (id int)")
        await _read_only(pair[1], "on")
        async with asyncio.timeout(30), Postgres(both) as pg, asyncio.TaskGroup() as writers:
            moved = asyncio.Event()

            async def write(number: int) -> None:
                count = 0
                while not (moved.is_set() and await _port_of(pg) == pair[1].port):
                    count += 1
                    await pg.execute("insert into moved values ($1)", number * 10_000 + count)
                    await asyncio.sleep(0.002)
                acknowledged.append(count)

            acknowledged: list[int] = []
            for number in range(8):
                writers.create_task(write(number))
            while pg.state().connects < 4:
                await asyncio.sleep(0)
            await _read_only(pair[1], "off")
            await _read_only(pair[0], "on")
            moved.set()
        stored = 0
        for server in pair:
            async with Postgres(PgSettings(port=server.port)) as alone:
                stored += int(str(await alone.fetchval("select count(distinct id) from moved")))
        assert stored == sum(acknowledged)

    asyncio.run(main())
    told = [record.getMessage() for record in caplog.records if record.name == "cordio_pg"]
    assert [text.partition("takes no writes any more")[1] for text in told] == ["takes no writes any more"]


def test_a_transaction_that_meets_a_failover_is_told_and_the_next_one_goes_through(
    pair: tuple[Server, Server], both: PgSettings
) -> None:
    async def main() -> None:
        async with Postgres(both) as pg:
            await pg.health()
            await _read_only(pair[0], "on")
            with pytest.raises(ReadOnly) as told:
                async with pg.transaction() as tx:
                    await tx.execute("create table if not exists late (id int)")
            assert told.value.outcome == "refused"
            async with pg.transaction() as tx:
                await tx.execute("create table if not exists late (id int)")
            assert await _port_of(pg) == pair[1].port

    asyncio.run(main())


def test_who_asks_for_readers_stays_with_a_reader(pair: tuple[Server, Server], both: PgSettings) -> None:
    async def main() -> None:
        await _read_only(pair[0], "on")
        async with Postgres(both.model_copy(update={"target": "read-only"})) as pg:
            with pytest.raises(ReadOnly):
                await pg.execute("create table never (id int)")
            assert await _port_of(pg) == pair[0].port

    asyncio.run(main())


async def _port_of(pg: Postgres) -> object:
    return int(str(await pg.fetchval("show port")))


async def _read_only(server: Server, whether: str) -> None:
    """Turn a server into one that takes no writes, as a former primary is."""
    async with Postgres(PgSettings(port=server.port)) as pg:
        async with pg.connection() as connection:
            await connection.execute(f"alter system set default_transaction_read_only = {whether}")
            await connection.execute("select pg_reload_conf()")
        while True:
            async with Postgres(PgSettings(port=server.port)) as seen:
                if await seen.fetchval("show default_transaction_read_only") == whether:
                    return


async def _failure(call: object) -> BaseException:
    try:
        await call  # type: ignore[misc]  # any awaitable: only its failure matters
    except Unavailable as error:
        return error
    raise AssertionError("it did not fail")


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
