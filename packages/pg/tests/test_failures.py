"""Each failure is told apart, whatever asyncpg or the system calls it."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from asyncpg.exceptions import InternalClientError

from cordio_pg import PgSettings, Postgres, QueryError, Unavailable
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
def test_a_lost_connection_is_unavailable(error: Exception, told: str) -> None:
    assert str(querying(error, "db:5432", closed=False)) == f"PostgreSQL at db:5432 is unavailable: {told}"


def test_an_interface_error_is_a_lost_connection_only_if_it_is_closed() -> None:
    error = asyncpg.InterfaceError("connection is closed")
    assert isinstance(querying(error, "db:5432", closed=True), Unavailable)
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
