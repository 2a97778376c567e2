"""A retryable transaction is done once more after a conflict, and after nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from cordio_pg import Connection, PgSettings, Postgres, QueryError, Repeating, Replays

T = TypeVar("T")
_CONFLICTS = ("40001", "40P01")


def _play(
    settings: PgSettings, scene: Callable[[Postgres], Awaitable[T]], retry: Repeating | None = None
) -> T:
    async def main() -> T:
        async with asyncio.timeout(60), Postgres(settings, retry=retry) as pg:
            await pg.execute(
                "drop table if exists account; create table account (id int primary key, sum int)"
            )
            await pg.executemany("insert into account values ($1, 0)", [(1,), (2,)])
            return await scene(pg)

    return asyncio.run(main())


async def _raise(tx: Connection, code: str) -> None:
    await tx.execute(f"do $$ begin raise exception 'no' using errcode = '{code}'; end $$")


def test_transactions_that_stand_against_each_other_all_happen(settings: PgSettings) -> None:
    both_have_read = asyncio.Barrier(2)
    attempts = 0

    async def add(tx: Connection, key: int) -> None:
        nonlocal attempts
        attempts += 1
        first = attempts <= 2
        most = await tx.value(int, "select max(sum) from account")
        if first:
            await both_have_read.wait()
        await tx.execute("update account set sum = $1 where id = $2", most + 1, key)

    async def scene(pg: Postgres) -> int:
        async with asyncio.TaskGroup() as group:
            for number in range(12):
                group.create_task(pg.run(add, 1 + number % 2, retryable=True, isolation="serializable"))
        return await pg.value(int, "select max(sum) from account")

    assert _play(settings, scene, Replays(attempts=100, first=0.005)) == 12
    assert attempts > 12


def test_a_deadlock_is_undone_and_done_again(settings: PgSettings) -> None:
    first_locks = asyncio.Barrier(2)
    attempts = 0

    async def both(tx: Connection, keys: tuple[int, int]) -> None:
        nonlocal attempts
        attempts += 1
        await tx.execute("set local deadlock_timeout = '20ms'")
        await tx.execute("update account set sum = sum + 1 where id = $1", keys[0])
        if attempts <= 2:
            await first_locks.wait()
        await tx.execute("update account set sum = sum + 1 where id = $1", keys[1])

    async def scene(pg: Postgres) -> list[int]:
        async with asyncio.TaskGroup() as group:
            group.create_task(pg.run(both, (1, 2), retryable=True))
            group.create_task(pg.run(both, (2, 1), retryable=True))
        return await pg.all(int, "select sum from account")

    assert _play(settings, scene) == [2, 2]
    assert attempts == 3


@pytest.mark.parametrize("code", _CONFLICTS)
def test_the_last_conflict_is_told_when_the_attempts_are_used_up(settings: PgSettings, code: str) -> None:
    attempts = 0

    async def lose(tx: Connection) -> None:
        nonlocal attempts
        attempts += 1
        await tx.execute("insert into account values (3, 3)")
        await _raise(tx, code)

    async def scene(pg: Postgres) -> int:
        with pytest.raises(QueryError) as told:
            await pg.run(lose, retryable=True)
        assert told.value.sqlstate == code
        return await pg.value(int, "select count(*) from account")

    assert _play(settings, scene, Replays(attempts=3, first=0)) == 2
    assert attempts == 3


@pytest.mark.parametrize("code", ["23505", "22012", "P0001", "25P02", "55P03"])
def test_nothing_else_is_repeated_whatever_the_scheme_would_do(settings: PgSettings, code: str) -> None:
    attempts = 0

    async def fail(tx: Connection) -> None:
        nonlocal attempts
        attempts += 1
        await _raise(tx, code)

    def always(attempt: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        async def repeated() -> object:
            while True:
                try:
                    return await attempt()
                except Exception:
                    pass

        return repeated

    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError) as told:
            await pg.run(fail, retryable=True)
        assert told.value.sqlstate == code

        async def stumble(tx: Connection) -> None:
            raise KeyError("mine")

        with pytest.raises(KeyError):
            await pg.run(stumble, retryable=True)

    _play(settings, scene, always)
    assert attempts == 1


def test_a_transaction_that_is_not_retryable_is_done_once(settings: PgSettings) -> None:
    attempts = 0

    async def lose(tx: Connection) -> None:
        nonlocal attempts
        attempts += 1
        await _raise(tx, "40001")

    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError):
            await pg.run(lose)

    _play(settings, scene)
    assert attempts == 1


def test_a_scheme_that_gives_something_instead_does_not_hide_the_failure(settings: PgSettings) -> None:
    def forgiving(attempt: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        async def ignored() -> object:
            try:
                return await attempt()
            except QueryError:
                return None

        return ignored

    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError) as told:
            await pg.run(_raise, "40001", retryable=True)
        assert told.value.sqlstate == "40001"

    _play(settings, scene, forgiving)


def test_a_decorated_function_gets_its_transaction(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> int:
        lost = False

        @pg.transactional(retryable=True, isolation="repeatable read")
        async def add(tx: Connection, amount: int, *, key: int) -> int:
            nonlocal lost
            if not lost:
                lost = True
                await _raise(tx, "40001")
            query = "update account set sum = sum + $1 where id = $2 returning sum"
            return await tx.value(int, query, amount, key)

        assert add.__name__ == "add"
        return await add(7, key=2)

    assert _play(settings, scene) == 7


def test_service_of_cordio_errors_is_a_scheme(settings: PgSettings) -> None:
    errors_ = pytest.importorskip("cordio_errors")
    errors = errors_.Errors()
    errors.on(QueryError, retry=errors_.Retry(attempts=4, wait="1ms..2ms"))
    attempts = 0

    async def lose_twice(tx: Connection) -> str:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            await _raise(tx, "40P01")
        return "done"

    async def scene(pg: Postgres) -> str:
        return await pg.run(lose_twice, retryable=True)

    assert _play(settings, scene, errors.service) == "done"
    assert attempts == 3


def test_the_pause_grows_to_its_limit_and_is_of_random_length(monkeypatch: pytest.MonkeyPatch) -> None:
    ranges: list[tuple[float, float]] = []

    def drawn(low: float, high: float) -> float:
        ranges.append((low, high))
        return 0.0

    monkeypatch.setattr("random.uniform", drawn)

    async def lose() -> object:
        raise QueryError("no", "40001")

    with pytest.raises(QueryError):
        asyncio.run(_awaited(Replays(attempts=6, first=0.01, most=0.05)(lose)))
    assert ranges == [(0, 0.01), (0, 0.02), (0, 0.04), (0, 0.05), (0, 0.05)]


async def _awaited(call: Callable[[], Awaitable[object]]) -> object:
    return await call()
