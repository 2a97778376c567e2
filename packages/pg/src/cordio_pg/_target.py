"""How a connection is made: to a server somewhere, or to one of our own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from cordio_pg._queries import Raw
    from cordio_pg._settings import PgSettings
    from cordio_pg.embedded import Server

__all__ = ["Target", "embedded", "remote"]

Target: TypeAlias = "Callable[[], Awaitable[Raw]]"


def remote(settings: PgSettings) -> Target:
    """Return how to connect to the server that `settings` name."""
    if settings.dsn is not None:
        return _to(settings, dsn=settings.dsn.get_secret_value())
    password = None if settings.password is None else settings.password.get_secret_value()
    return _to(settings, settings.host, settings.port, password)


async def embedded(settings: PgSettings, stack: AsyncExitStack) -> Target:
    """Start a private server, have its database made, and return how to connect to it."""
    from cordio_pg.embedded import Server

    server = await stack.enter_async_context(Server(settings.data, user=settings.user))
    await _make_database(server, settings.database)
    return _to(settings, server.host, server.port)


def _to(
    settings: PgSettings,
    host: str | None = None,
    port: int | None = None,
    password: str | None = None,
    dsn: str | None = None,
) -> Target:
    async def connect() -> Raw:
        import asyncpg

        return await asyncpg.connect(
            dsn,
            host=host,
            port=port,
            user=None if dsn else settings.user,
            password=password,
            database=None if dsn else settings.database,
            timeout=2 * settings.connect_timeout,  # the pool's limit, of half that, says why
            server_settings={"application_name": settings.application_name},
        )

    return connect


async def _make_database(server: Server, name: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(server.dsn)
    try:
        if not await connection.fetchval("select true from pg_database where datname = $1", name):
            with suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                await connection.execute('create database "{}"'.format(name.replace('"', '""')))
    finally:
        await connection.close()
