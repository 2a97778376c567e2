"""Each failure is told apart, whatever asyncpg or the system calls it."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from asyncpg.exceptions import InternalClientError

from cordio_pg import (
    ConstraintViolated,
    DeadlineExceeded,
    OutcomeUnknown,
    PgSettings,
    Postgres,
    QueryError,
    ReadOnly,
    Unavailable,
)
from cordio_pg._failures import connecting, querying


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ConnectionResetError(104, "Connection reset by peer"),
            "the connection was lost: Connection reset by peer",
        ),
        (ConnectionResetError("Connection lost"), "the connection was lost: Connection lost"),
        (asyncpg.AdminShutdownError("terminating connection"), "terminating connection (SQLSTATE 57P01)"),
        (asyncpg.CrashShutdownError("crash of another"), "crash of another (SQLSTATE 57P02)"),
        (asyncpg.CannotConnectNowError("starting up"), "starting up (SQLSTATE 57P03)"),
        (asyncpg.ConnectionFailureError("gone"), "gone (SQLSTATE 08006)"),
        (
            InternalClientError("cannot switch to state 15; another operation (2) is in progress"),
            "the connection was lost",
        ),
    ],
)
def test_a_lost_connection_has_an_unknown_outcome(error: Exception, told: str) -> None:
    found = querying(error, "db:5432", closed=False)
    assert isinstance(found, OutcomeUnknown)
    assert found.outcome == "unknown"
    assert str(found) == (
        f"PostgreSQL at db:5432 is unavailable: {told}; whether the statement took effect is not known"
    )


def test_a_statement_that_a_farewell_of_the_server_kept_back_was_not_sent() -> None:
    error = InternalClientError("cannot switch to state 12; another operation (2) is in progress")
    told = querying(error, "db:5432", closed=False, alone=True)
    assert isinstance(told, Unavailable)
    assert told.outcome == "not sent"


def test_an_interface_error_is_a_lost_connection_only_if_it_is_closed() -> None:
    error = asyncpg.InterfaceError("connection is closed")
    assert isinstance(querying(error, "db:5432", closed=True), OutcomeUnknown)
    assert isinstance(querying(error, "db:5432", closed=False), QueryError)


def test_a_session_ended_by_the_server_is_unavailable() -> None:
    error = asyncpg.IdleInTransactionSessionTimeoutError(
        "terminating connection due to idle-in-transaction timeout"
    )
    assert isinstance(querying(error, "db:5432", closed=False), Unavailable)


def test_other_errors_stay_what_they_are() -> None:
    assert querying(ZeroDivisionError(), "db:5432", closed=False) is None
    assert isinstance(querying(InternalClientError("unexpected"), "db:5432", closed=False), QueryError)


def test_what_an_unknown_error_says_while_connecting_is_not_repeated() -> None:
    told = connecting(ValueError("invalid literal: 's3cret'"), "db:5432")
    assert str(told) == "PostgreSQL at db:5432 is unavailable: connecting failed with ValueError"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"host": "no-such-host.invalid"}, "no-such-host.invalid:5432 is unavailable"),
        ({"dsn": "postgresql://me:s3cret@no-such-host.invalid/x"}, "no-such-host.invalid:5432 is unavailable"),
        ({"dsn": "postgresql://me:s3cret@127.0.0.1:1/x?sslmode=nonsense"}, "127.0.0.1:1 is unavailable: "),
    ],
)
def test_a_server_that_cannot_be_reached_is_told_by_its_place(settings: dict[str, str], told: str) -> None:
    async def main() -> None:
        async with Postgres(PgSettings.model_validate(settings)) as pg:
            await pg.health()

    with pytest.raises(Unavailable) as error:
        asyncio.run(main())
    assert told in str(error.value)
    assert "s3cret" not in str(error.value)


def test_a_socket_that_is_not_there_is_told_by_its_folder(tmp_path: Path) -> None:
    async def main() -> None:
        async with Postgres(PgSettings(host=str(tmp_path))) as pg:
            await pg.health()

    with pytest.raises(
        Unavailable, match=f"PostgreSQL at {tmp_path}:5432 is unavailable: No such file or directory"
    ):
        asyncio.run(main())


@pytest.mark.parametrize(
    ("statement", "constraint", "columns"),
    [
        ("insert into thing (a, b, c) values (1, 1, 1)", "thing_pair", ("a", "b")),
        ("insert into thing (a, b) values (null, 1)", None, ("a",)),
        ("insert into thing (a, b, c) values (2, 2, -1)", "thing_c_check", ()),
        ("insert into thing (a, b, parent) values (3, 3, 99)", "thing_parent_fkey", ("parent",)),
    ],
)
def test_a_constraint_is_told_by_its_name_and_columns(
    settings: PgSettings, statement: str, constraint: str | None, columns: tuple[str, ...]
) -> None:
    async def main() -> None:
        async with Postgres(settings) as pg:
            await pg.execute(
                "drop table if exists thing; create table thing (id serial primary key, a int not null, "
                "b int, c int check (c > 0), parent int references thing, "
                "constraint thing_pair unique (a, b)); "
                "insert into thing (a, b) values (1, 1)"
            )
            with pytest.raises(ConstraintViolated) as told:
                await pg.execute(statement)
            assert (told.value.constraint, told.value.table) == (constraint, "thing")
            assert told.value.columns == columns
            assert told.value.outcome == "refused"

    asyncio.run(main())


def test_each_failure_says_what_became_of_the_statement(settings: PgSettings, free_port: int) -> None:
    async def main() -> None:
        async with Postgres(settings.model_copy(update={"max_size": 1})) as pg:
            with pytest.raises(QueryError) as refused:
                await pg.execute("no statement")
            assert refused.value.outcome == "refused"
            with pytest.raises(DeadlineExceeded) as late:
                await pg.execute("select pg_sleep(60)", timeout="50ms")
            assert late.value.outcome == "unknown"
            async with pg.connection():
                with pytest.raises(DeadlineExceeded) as early:
                    await pg.execute("select 1", timeout="50ms")
            assert early.value.outcome == "not sent"
            with pytest.raises(OutcomeUnknown) as lost:
                await pg.execute("select pg_terminate_backend(pg_backend_pid())")
            assert lost.value.outcome == "unknown"
            async with pg.connection() as connection:
                connection.raw.terminate()
                with pytest.raises(Unavailable, match="before the statement was sent") as unsent:
                    await connection.execute("select 1")
            assert unsent.value.outcome == "not sent"
        async with Postgres(PgSettings(port=free_port)) as nowhere:
            with pytest.raises(Unavailable) as absent:
                await nowhere.health()
            assert absent.value.outcome == "not sent"

    asyncio.run(main())


def test_a_write_in_a_read_only_transaction_is_told_as_such_and_drops_no_connection(
    settings: PgSettings,
) -> None:
    async def main() -> None:
        async with Postgres(settings.model_copy(update={"max_size": 1})) as pg:
            await pg.execute("create table if not exists plain (id int)")
            pid = await pg.fetchval("select pg_backend_pid()")
            with pytest.raises(ReadOnly):
                async with pg.transaction(read_only=True) as tx:
                    await tx.execute("insert into plain values (1)")
            with pytest.raises(ReadOnly):
                await pg.execute(
                    "begin; set local transaction_read_only = on; insert into plain values (1); commit"
                )
            assert await pg.fetchval("select pg_backend_pid()") == pid

    asyncio.run(main())


def test_a_statement_name_that_is_taken_or_gone_hints_at_pgbouncer() -> None:
    for error in (
        asyncpg.DuplicatePreparedStatementError('prepared statement "__asyncpg_stmt_1__" already exists'),
        asyncpg.InvalidSQLStatementNameError('prepared statement "__asyncpg_stmt_1__" does not exist'),
    ):
        told = querying(error, "db:5432", closed=False)
        assert str(told).endswith("set pgbouncer = true")
