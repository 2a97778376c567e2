"""What is done in a block happens as a whole or not at all."""

import asyncio
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_pg import Connection, PgError, PgSettings, Postgres, QueryError


def _play(settings: PgSettings, scene: Callable[[Postgres], Awaitable[None]]) -> list[int]:
    """Play a scene on an empty table and return what is in it afterwards."""

    async def main() -> list[int]:
        async with asyncio.timeout(30), Postgres(settings) as pg:
            await pg.execute("drop table if exists item; create table item (id int primary key)")
            await scene(pg)
            rows = await pg.fetch("select id from item order by id")
            return [row["id"] for row in rows]

    return asyncio.run(main())


async def _add(tx: Connection, number: int) -> None:
    await tx.execute("insert into item values ($1)", number)


def test_a_block_that_ends_well_is_kept(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.transaction(isolation="serializable") as tx:
            await _add(tx, 1)
            assert await tx.fetchval("show transaction isolation level") == "serializable"

    assert _play(settings, scene) == [1]


def test_an_exception_undoes_the_block_and_goes_on(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(ZeroDivisionError):
            async with pg.transaction() as tx:
                await _add(tx, 1)
                print(1 / 0)

    assert _play(settings, scene) == []


def test_cancellation_undoes_the_block(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), pg.transaction() as tx:
                await _add(tx, 1)
                await tx.execute("select pg_sleep(60)")
        open_ones = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"
        while await pg.fetchval(open_ones):
            pass

    assert _play(settings, scene) == []


def test_an_inner_block_is_undone_alone(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.transaction() as tx:
            await _add(tx, 1)
            with pytest.raises(QueryError):
                async with tx.transaction():
                    await _add(tx, 2)
                    await _add(tx, 1)
            async with tx.transaction():
                await _add(tx, 3)

    assert _play(settings, scene) == [1, 3]


def test_an_inner_block_whose_time_is_over_is_never_kept_by_the_outer(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        try:
            async with pg.transaction() as tx:
                await _add(tx, 1)
                try:
                    async with asyncio.timeout(0.1), tx.transaction():
                        await _add(tx, 2)
                        await tx.execute("select pg_sleep(60)")
                except TimeoutError:
                    pass
        except Exception:
            await _add_alone(pg, 9)

    assert _play(settings, scene) in ([1], [9])


async def _add_alone(pg: Postgres, number: int) -> None:
    await pg.execute("insert into item values ($1)", number)


def test_a_commit_that_the_server_turned_into_a_rollback_is_an_error(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError, match="all of it was undone") as told:
            async with pg.transaction() as tx:
                await _add(tx, 1)
                with pytest.raises(QueryError):
                    await tx.execute("select 1 / 0")
        assert told.value.sqlstate == "25P02"

    assert _play(settings, scene) == []


def test_a_read_only_block_refuses_writes(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError, match="read-only transaction"):
            async with pg.transaction(read_only=True) as tx:
                await _add(tx, 1)

    assert _play(settings, scene) == []


def test_the_asyncpg_connection_can_be_reached(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.connection() as connection:
            copied = await connection.raw.copy_records_to_table("item", records=[(4,), (5,)])
            assert copied == "COPY 2"
            assert await connection.fetchrow("select max(id) as top from item") is not None

    assert _play(settings, scene) == [4, 5]


class _Undone(Exception):
    """Ends a block."""


# A block: whether it is kept, and what is in it: numbers to add, and blocks.
_BLOCKS = st.recursive(
    st.tuples(st.booleans(), st.lists(st.integers(0, 9), max_size=3)),
    lambda inner: st.tuples(st.booleans(), st.lists(st.one_of(st.integers(0, 9), inner), max_size=4)),
    max_leaves=8,
)


def _model(block: Any, before: frozenset[int]) -> frozenset[int]:
    """Return what is in the table after a block: a number that is there already undoes the block around it."""
    is_kept, parts = block
    after = before
    for part in parts:
        if isinstance(part, tuple):
            after = _model(part, after)
        elif part in after:
            return before
        else:
            after |= {part}
    return after if is_kept else before


@given(_BLOCKS)
@hypothesis.settings(
    max_examples=40, deadline=None, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
def test_blocks_in_blocks_keep_what_a_plain_model_keeps(settings: PgSettings, block: Any) -> None:
    async def perform(ground: Postgres | Connection, block: Any) -> None:
        is_kept, parts = block
        with suppress(_Undone, QueryError):
            async with ground.transaction() as tx:
                for part in parts:
                    await (perform(tx, part) if isinstance(part, tuple) else _add(tx, part))
                if not is_kept:
                    raise _Undone

    async def scene(pg: Postgres) -> None:
        await perform(pg, block)

    assert _play(settings, scene) == sorted(_model(block, frozenset()))


def test_what_cannot_be_meant_is_refused_before_anything_is_sent(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(ValueError, match="can be deferrable"):
            async with pg.transaction(deferrable=True):
                pass
        with pytest.raises(ValueError, match="no isolation 'chaos': write one of read committed, "):
            async with pg.transaction(isolation="chaos"):  # type: ignore[arg-type]  # on purpose
                pass
        async with pg.transaction() as tx:
            with pytest.raises(ValueError, match="a transaction inside another is a savepoint"):
                async with tx.transaction(read_only=True):
                    pass
            await _add(tx, 1)

    assert _play(settings, scene) == [1]


def test_a_deferrable_report_reads_one_state(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.transaction(isolation="serializable", read_only=True, deferrable=True) as tx:
            assert await tx.fetchval("show transaction_deferrable") == "on"
            assert await tx.fetchval("select count(*) from item") == 0
            await _add_alone(pg, 1)
            assert await tx.fetchval("select count(*) from item") == 0

    assert _play(settings, scene) == [1]


def test_a_commit_that_a_constraint_refuses_is_told_as_refused(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        await pg.execute("alter table item add unique (id) deferrable initially deferred")
        await pg.execute("alter table item drop constraint item_pkey")
        with pytest.raises(QueryError) as told:
            async with pg.transaction() as tx:
                await _add(tx, 1)
                await _add(tx, 1)
        assert (told.value.sqlstate, told.value.outcome) == ("23505", "refused")

    assert _play(settings, scene) == []


def test_a_commit_whose_connection_is_lost_has_an_unknown_outcome(settings: PgSettings) -> None:
    waits = """
    create or replace function wait() returns trigger language plpgsql as
    'begin perform pg_advisory_xact_lock(8); return null; end';
    create constraint trigger waits after insert on item deferrable initially deferred
    for each row execute function wait()
    """
    waiting = "select count(*) from pg_stat_activity where wait_event = 'advisory' and query = 'commit'"

    async def scene(pg: Postgres) -> None:
        await pg.execute(waits)
        async with pg.connection() as holder:
            await holder.execute("select pg_advisory_lock(8)")

            async def place() -> int:
                async with pg.transaction() as tx:
                    pid = await tx.value(int, "select pg_backend_pid()")
                    await _add(tx, pid)
                return pid

            placing = asyncio.create_task(place())
            while not await holder.value(int, waiting):
                await asyncio.sleep(0)
            await holder.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where query = 'commit'"
            )
            with pytest.raises(PgError) as told:
                await placing
            assert told.value.outcome == "unknown"

    _play(settings, scene)


@types.coroutine
def _cancelled_at(coroutine: Coroutine[object, None, object], wait: int) -> Generator[object, None, bool]:
    """Await a coroutine in place, its task cancelled at that wait; tell whether it waits so often."""
    error: BaseException | None = None
    task, count = asyncio.current_task(), 0
    assert task is not None
    while True:
        try:
            waited = coroutine.throw(error) if error else coroutine.send(None)
        except StopIteration:
            return count >= wait
        except asyncio.CancelledError:
            task.uncancel()
            return True
        count += 1
        if count == wait:
            task.cancel()
        error = None
        try:
            yield waited
        except (Exception, asyncio.CancelledError) as thrown:
            error = thrown


@pytest.mark.parametrize("nested", [False, True])
def test_cancelled_at_any_wait_it_happens_wholly_or_not_at_all_and_stays_nowhere_open(
    settings: PgSettings, nested: bool
) -> None:
    async def place(pg: Postgres, number: int) -> None:
        async with pg.transaction() as tx:
            await _add(tx, number)
            if nested:
                async with tx.transaction():
                    await _add(tx, -number)
            else:
                await _add(tx, -number)

    async def scene(pg: Postgres) -> None:
        number, reached = 0, True
        while reached:
            number += 1
            reached = await _cancelled_at(place(pg, number), number)
            kept = await pg.all(int, "select id from item where abs(id) = $1 order by id", number)
            assert kept in ([], [-number, number])
            await _until_nothing_is_open(pg)
        assert number > 4

    _play(settings, scene)


def test_a_session_is_in_no_transaction_after_one_that_was_cancelled_at_any_wait(settings: PgSettings) -> None:
    async def place(connection: Connection, number: int) -> None:
        async with connection.transaction():
            await _add(connection, number)

    async def scene(pg: Postgres) -> None:
        number, reached = 0, True
        while reached:
            number += 1
            async with pg.connection() as connection:
                reached = await _cancelled_at(place(connection, number), number)
                if not connection.raw.is_closed():
                    await connection.execute("insert into item values ($1)", -number)
                    assert await pg.maybe(int, "select id from item where id = $1", -number) is not None
        assert number > 3

    _play(settings, scene)


async def _until_nothing_is_open(pg: Postgres) -> None:
    open_ones = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"
    async with asyncio.timeout(5):
        while await pg.fetchval(open_ones):
            pass
