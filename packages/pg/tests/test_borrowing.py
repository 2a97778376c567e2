"""Who waits, for how long, who holds what: told, limited, counted."""

import asyncio
import linecache
import random
from collections import Counter

import pytest

from cordio_pg import (
    DeadlineExceeded,
    Duration,
    NestedBorrow,
    PgSettings,
    PoolBusy,
    Postgres,
    QueryError,
)
from cordio_pg._lent import Lent


def test_nobody_waits_for_a_connection_longer_than_the_limit_on_waiting(settings: PgSettings) -> None:
    impatient = settings.model_copy(update={"max_size": 1, "waiting": Duration("1s")})

    async def main() -> None:
        async with asyncio.timeout(8), Postgres(impatient) as pg, pg.connection() as held:
            with pytest.raises(DeadlineExceeded, match=r"the limit of 1 s was .* \(setting waiting\)") as told:
                await asyncio.create_task(pg.fetchval("select 1"))
            assert told.value.outcome == "not sent"
            assert await held.fetchval("select 1") == 1

    assert PgSettings().waiting == Duration("30s")
    asyncio.run(main())


def test_one_more_waiter_than_the_limit_is_refused_at_once(settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings.model_copy(update={"max_size": 1, "max_waiters": 2})) as pg:
            async with pg.connection():
                waiting = [asyncio.create_task(pg.fetchval("select 1")) for _ in range(2)]
                while pg.state().waiting < 2:
                    await asyncio.sleep(0)
                with pytest.raises(PoolBusy, match="2 calls wait for a connection already; raise max_size"):
                    await asyncio.create_task(pg.fetchval("select 1"))
            assert await asyncio.gather(*waiting) == [1, 1]

    asyncio.run(main())


def test_those_who_wait_are_served_in_their_order(settings: PgSettings) -> None:
    async def main() -> None:
        served: list[int] = []

        async def one(pg: Postgres, number: int) -> None:
            await pg.fetchval("select 1")
            served.append(number)

        async with Postgres(settings.model_copy(update={"max_size": 1})) as pg:
            async with pg.connection():
                waiting = [asyncio.create_task(one(pg, number)) for number in range(10)]
                while pg.state().waiting < 10:
                    await asyncio.sleep(0)
            await asyncio.gather(*waiting)
        assert served == list(range(10))

    asyncio.run(main())


def test_a_connection_that_is_not_given_back_is_reported_with_task_and_line(
    settings: PgSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async def hold(pg: Postgres) -> None:
        async with pg.transaction():  # the line that is told
            while pg.state().overdue == 0:
                await asyncio.sleep(0.01)

    async def main() -> None:
        async with Postgres(settings.model_copy(update={"borrow": Duration("50ms")})) as pg:
            await asyncio.create_task(hold(pg), name="slow one")

    asyncio.run(main())
    (told,) = [record.getMessage() for record in caplog.records if record.name == "cordio_pg"]
    text, _, line = told.rpartition(":")
    assert text == f"a connection was not given back within 0.05 s by task 'slow one' at {__file__}"
    assert "the line that is told" in linecache.getline(__file__, int(line))


def test_who_holds_a_connection_is_named_when_leaving_cuts_it(
    settings: PgSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async def hold(pg: Postgres, held: asyncio.Event) -> None:
        async with pg.connection() as connection:
            held.set()
            await connection.execute("select pg_sleep(61)")

    async def main() -> None:
        async with Postgres(settings.model_copy(update={"close_timeout": 0.1})) as pg:
            held = asyncio.Event()
            holder = asyncio.create_task(hold(pg, held), name="holder")
            await held.wait()
        await asyncio.gather(holder, return_exceptions=True)

    asyncio.run(main())
    assert "one is held by task 'holder' at " in caplog.text


@pytest.mark.parametrize("ask", ["call", "block"])
def test_a_second_connection_in_one_task_is_an_error_or_a_warning_by_setting(
    settings: PgSettings, caplog: pytest.LogCaptureFixture, ask: str
) -> None:
    async def nested(pg: Postgres) -> object:
        async with pg.transaction():
            if ask == "call":
                return await pg.fetchval("select 1")
            async with pg.connection() as second:
                return await second.fetchval("select 1")

    async def main(way: str, times: int) -> int:
        async with Postgres(settings.model_copy(update={"nested": way})) as pg:
            for _ in range(times):
                assert await asyncio.create_task(nested(pg), name="nesting") == 1
            return pg.state().nested

    with pytest.raises(
        NestedBorrow, match=f"task 'nesting' asks for a second .* borrowed at {__file__}:"
    ) as told:
        asyncio.run(main("error", 1))
    assert told.value.outcome == "not sent"
    assert not caplog.records
    assert asyncio.run(main("warn", 3)) == 3
    assert len([record for record in caplog.records if "asks for a second" in record.getMessage()]) == 1
    assert asyncio.run(main("allow", 1)) == 0


def test_other_tasks_of_the_same_block_may_have_connections(settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings.model_copy(update={"nested": "error"})) as pg, pg.connection():
            assert list(await asyncio.gather(*(pg.fetchval("select 7") for _ in range(2)))) == [7, 7]

    asyncio.run(main())


def test_a_connection_of_a_certain_age_is_replaced(settings: PgSettings) -> None:
    async def main() -> None:
        old = settings.model_copy(update={"max_size": 1, "age": Duration("50ms")})
        async with asyncio.timeout(20), Postgres(old) as pg:
            first = await pg.fetchval("select pg_backend_pid()")
            while await pg.fetchval("select pg_backend_pid()") == first:
                pass
            state = pg.state()
            assert (state.lost, state.failed_connects) == (0, 0)

    asyncio.run(main())


def test_connections_made_together_do_not_end_together(settings: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(settings.model_copy(update={"max_size": 3})) as pg:
            ends = set()
            together = asyncio.Barrier(3)

            async def one() -> None:
                async with pg.connection() as connection:
                    assert isinstance(connection.raw, Lent)
                    ends.add(round(connection.raw.expires - asyncio.get_running_loop().time()))
                    await together.wait()

            await asyncio.gather(one(), one(), one())
            assert len(ends) == 3
            assert all(0.89 * 3600 < end < 1.11 * 3600 for end in ends)

    random.seed(1)
    asyncio.run(main())


def test_a_dead_connection_is_never_lent(settings: PgSettings) -> None:
    async def main() -> None:
        end = "select pg_terminate_backend(pid, 1000) from pg_stat_activity where application_name = 'mine'"
        mine = settings.model_copy(update={"application_name": "mine"})
        async with asyncio.timeout(20), Postgres(mine) as pg, Postgres(settings) as other:
            for _ in range(10):
                await asyncio.gather(*(pg.fetchval("select pg_sleep(0.01)") for _ in range(3)))
                while pg.state().size:
                    await other.execute(end)
                assert await pg.execute("select 1; notify x") == "NOTIFY"
            assert pg.state().lost >= 20
            assert pg.state().repeats == 0

    asyncio.run(main())


def test_the_service_goes_to_no_connection_at_all_and_comes_back(settings: PgSettings) -> None:
    async def main() -> None:
        async with asyncio.timeout(20), Postgres(settings.model_copy(update={"idle": 0.05})) as pg:
            assert pg.state().size == 0
            await asyncio.gather(*(pg.fetchval("select pg_sleep(0.05)") for _ in range(3)))
            while pg.state().size:
                await asyncio.sleep(0.01)
            assert pg.state().reachable is None
            assert await pg.fetchval("select 1") == 1
            assert pg.state().reachable is True

    asyncio.run(main())


def test_the_numbers_of_the_pool_are_told_in_its_state_and_to_an_observer(settings: PgSettings) -> None:
    class Notes:
        def __init__(self) -> None:
            self.counts: Counter[str] = Counter()
            self.timings: Counter[str] = Counter()

        def count(self, name: str, n: int = 1) -> None:
            self.counts[name] += n

        def timing(self, name: str, ms: float) -> None:
            assert ms >= 0
            self.timings[name] += 1

    notes = Notes()

    async def main() -> None:
        async with Postgres(settings.model_copy(update={"max_size": 1}), observer=notes) as pg:
            async with pg.connection() as connection:
                await connection.execute("set work_mem = '1MB'")
                waiting = asyncio.create_task(pg.fetchval("select 1"))
                while pg.state().waiting == 0:
                    await asyncio.sleep(0)
                state = pg.state()
                assert (state.size, state.idle, state.lent, state.waiting) == (1, 0, 1, 1)
            await waiting
            with pytest.raises(QueryError):
                await pg.fetchval("select 1 / 0")
            with pytest.raises(DeadlineExceeded):
                await pg.fetchval("select pg_sleep(9)", timeout="20ms")
            await pg.fetchval("select 1")
            state = pg.state()
            assert (state.connects, state.waits, state.errors, state.reachable) == (1, 3, 1, True)
            assert state.waited > 0

    asyncio.run(main())
    sums = ["pg.call", "pg.call.most", "pg.wait", "pg.wait.most"]
    assert notes.timings == {"pg.connect": 1, **dict.fromkeys(sums, 1)}
    errors = {"pg.error.QueryError": 1, "pg.error.DeadlineExceeded": 1}
    assert notes.counts == {"pg.call": 2, "pg.wait": 3, "pg.reset": 2, **errors}


def test_an_observer_that_fails_hurts_no_call_and_is_told_nothing_more(
    settings: PgSettings, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def count(self, name: str, n: int = 1) -> None:
            raise OSError("the metrics are gone")

        def timing(self, name: str, ms: float) -> None:
            raise OSError("the metrics are gone")

    async def main() -> None:
        async with Postgres(settings, observer=Broken()) as pg:
            assert await asyncio.gather(*(pg.fetchval("select 1") for _ in range(9))) == [1] * 9

    asyncio.run(main())
    assert caplog.text.count("the observer") == 1
