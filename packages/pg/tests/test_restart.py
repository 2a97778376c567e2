"""Restarts and kills under load: only what was in flight fails, and nothing that was acknowledged is lost."""

import asyncio
import os
import random
import signal
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cordio_pg import Duration, OutcomeUnknown, PgError, PgSettings, Postgres
from cordio_pg.embedded import Server

_counting: list[Counter[int]] = []


@sys.addaudithook
def _count(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and _counting and isinstance(arguments[0], socket.socket):
        address = arguments[1]
        if isinstance(address, tuple):
            _counting[0][address[1]] += 1


@contextmanager
def _connects() -> Iterator[Counter[int]]:
    """Count, by port, what the whole process connects to."""
    _counting.append(Counter())
    try:
        yield _counting[0]
    finally:
        _counting.clear()


class Load:
    """Tasks that write and read all the time, and note what happens to them."""

    def __init__(self, pg: Postgres, tasks: int, limit: float) -> None:
        self.pg = pg
        self.tasks = tasks
        self.limit = limit
        self.over = asyncio.Event()
        self.begun: set[int] = set()
        self.acknowledged: set[int] = set()
        self.failed: list[PgError] = []
        self.longest = 0.0

    async def run(self, number: int) -> None:
        clock = asyncio.get_running_loop().time
        key = number * 100_000
        while not self.over.is_set():
            key += 1
            begun = clock()
            try:
                if key % 3:
                    assert await self.pg.fetchval("select $1::int", key, timeout=self.limit) == key
                else:
                    self.begun.add(key)
                    await self.pg.execute("insert into written values ($1)", key, timeout=self.limit)
                    self.acknowledged.add(key)
            except PgError as error:
                self.failed.append(error)
            self.longest = max(self.longest, clock() - begun)
            await asyncio.sleep(0.01)

    async def until_written(self, more: int) -> None:
        """Wait for so many more acknowledged writes."""
        wanted = len(self.acknowledged) + more
        while len(self.acknowledged) < wanted:
            await asyncio.sleep(0.005)

    async def proven(self) -> None:
        """Nothing acknowledged is lost, and nothing is there twice that was sent once."""
        rows = [row["id"] for row in await self.pg.fetch("select id from written")]
        assert len(rows) == len(set(rows))
        assert self.acknowledged <= set(rows) <= self.begun


@pytest.mark.parametrize("tasks", [20, 50])
@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_over_a_restart_of_two_seconds_only_what_was_in_flight_fails(
    server: Server, settings: PgSettings, caplog: pytest.LogCaptureFixture, how: str, tasks: int
) -> None:
    ten = settings.model_copy(update={"max_size": 10})

    async def main() -> None:
        async with asyncio.timeout(60), Postgres(ten) as pg, asyncio.TaskGroup() as group:
            await pg.execute("drop table if exists written; create table written (id int)")
            load = Load(pg, tasks, 20)
            for number in range(tasks):
                group.create_task(load.run(number))
            await load.until_written(tasks)
            clock = asyncio.get_running_loop().time
            with _connects() as connects:
                down = clock() + 2
                await asyncio.to_thread(server.stop, "fast" if how == "fast" else "immediate")
                await asyncio.sleep(down - clock())
                asked = connects[settings.port]
                await asyncio.to_thread(server.start)
            await load.until_written(tasks)
            load.over.set()
        assert asked <= 10
        assert load.longest < 20
        assert {type(error) for error in load.failed} <= {OutcomeUnknown}
        assert len(load.failed) <= 10
        async with Postgres(ten) as pg:
            load.pg = pg
            await load.proven()

    asyncio.run(main())
    told = [record.getMessage() for record in caplog.records if record.name == "cordio_pg"]
    assert len(told) == 2, told
    assert "is unavailable" in told[0]
    assert "is back after" in told[1]


def test_a_backend_that_is_killed_costs_one_write_and_the_pool_is_whole(
    server: Server, settings: PgSettings
) -> None:
    """The server ends all sessions after one of its processes was killed, recovers, and takes new ones."""

    async def main() -> None:
        async with asyncio.timeout(60), Postgres(settings) as pg, asyncio.TaskGroup() as group:
            await pg.execute("drop table if exists written; create table written (id int)")
            load = Load(pg, 12, 20)
            for number in range(12):
                group.create_task(load.run(number))
            for _ in range(3):
                await load.until_written(10)
                pid = await pg.fetchval("select pg_backend_pid()")
                assert isinstance(pid, int)
                os.kill(pid, signal.SIGKILL)
            await load.until_written(20)
            load.over.set()
            assert {type(error) for error in load.failed} <= {OutcomeUnknown}
            assert len(load.failed) <= 9
            await load.proven()

    asyncio.run(main())


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_to_the_server_at_random_moments_calls_end_and_no_write_is_lost(
    server: Server, settings: PgSettings, seed: int
) -> None:
    chance = random.Random(seed)
    limit = 3.0
    five = settings.model_copy(update={"max_size": 5, "connect_timeout": Duration("1s")})

    async def strike() -> None:
        match chance.choice(["fast", "immediate", "kill", "freeze"]):
            case "freeze":
                server.pause()
                await asyncio.sleep(chance.uniform(0, 0.6))
                server.resume()
                return
            case "kill":
                await asyncio.to_thread(server.kill)
            case mode:
                await asyncio.to_thread(server.stop, "fast" if mode == "fast" else "immediate")
        await asyncio.sleep(chance.uniform(0, 0.4))
        await asyncio.to_thread(server.start)

    async def main() -> None:
        async with asyncio.timeout(90), Postgres(five) as pg, asyncio.TaskGroup() as group:
            await pg.execute("drop table if exists written; create table written (id int)")
            load = Load(pg, 30, limit)
            for number in range(30):
                group.create_task(load.run(number))
            for _ in range(3):
                await load.until_written(chance.randrange(5, 60))
                await strike()
            await load.until_written(30)
            load.over.set()
            assert load.longest < limit + 2
            assert {error.outcome for error in load.failed} <= {"unknown", "not sent"}
            await load.proven()

    asyncio.run(main())


def test_when_the_server_has_no_connections_left_calls_share_those_there_are(
    server: Server, settings: PgSettings
) -> None:
    async def main() -> None:
        async with Postgres(settings) as pg:
            most = int(str(await pg.fetchval("show max_connections")))
            kept = int(str(await pg.fetchval("show superuser_reserved_connections")))
        # A superuser may have them all.
        crowd = settings.model_copy(update={"max_size": most + kept})
        async with asyncio.timeout(60), Postgres(settings) as pg:
            async with pg.connection() as held:
                assert await held.fetchval("select 1") == 1
                async with Postgres(crowd) as others:
                    blockers = [
                        asyncio.create_task(others.execute("select pg_sleep(60)", timeout=60))
                        for _ in range(most + 5)
                    ]
                    while others.state().failed_connects == 0:
                        await asyncio.sleep(0.01)
                    waiting = asyncio.create_task(pg.fetchval("select 4"))
                    while pg.state().failed_connects == 0:
                        await asyncio.sleep(0.01)
                    assert not waiting.done()
                    for blocker in blockers:
                        blocker.cancel()
                    await asyncio.gather(*blockers, return_exceptions=True)
            assert await waiting == 4

    asyncio.run(main())
