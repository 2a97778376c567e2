"""How a connection is made: to a server somewhere, or to one of our own."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

from cordio_pg._address import address
from cordio_pg._embedded_errors import EmbeddedRefused
from cordio_pg._exceptions import Unavailable
from cordio_pg._failures import connecting, lasting
from cordio_pg._hosts import places
from cordio_pg._session import prepared, server_settings
from cordio_pg._tls import Trust, tls

if TYPE_CHECKING:
    from cordio_pg._hosts import Place
    from cordio_pg._lent import Lent
    from cordio_pg._settings import PgSettings
    from cordio_pg.embedded import Server

__all__ = ["Target", "embedded", "remote"]

_log = logging.getLogger("cordio_pg")
_PRODUCTION = "production"
_READERS = ("read-only", "standby", "prefer-standby")


class Target:
    """The servers that may be connected to, the one that was there last tried first.

    Parameters
    ----------
    settings : PgSettings
        The limits.
    servers : tuple of (str, int) or of None
        Their places; None leaves it to asyncpg.
    asked : str or None
        What a server must be, by libpq's names.
    **arguments : Any
        What else asyncpg gets.
    """

    def __init__(
        self, settings: PgSettings, servers: tuple[Place | None, ...], asked: str | None, **arguments: Any
    ) -> None:
        self._where = settings.where
        self._limit = settings.connect_timeout
        self._servers = list(servers)
        self._asked = asked
        self._arguments = {
            **arguments,
            "timeout": 2 * settings.connect_timeout,  # our limit, of half that, says why
            "server_settings": server_settings(settings),
            **({"statement_cache_size": 0} if settings.pgbouncer else {}),
        }

    @property
    def writes(self) -> bool:
        """Whether a server that takes no writes is the wrong one."""
        return self._asked not in _READERS

    def need_writes(self) -> None:
        """From now on take only a server that takes writes."""
        if self.writes:
            self._asked = "read-write"

    async def __call__(self) -> Lent:
        """Connect to the first server that is there and is what is asked for.

        Returns
        -------
        Lent
            The connection.

        Raises
        ------
        Unavailable
            If none is; the reasons of all are in its text.
        """
        if self._asked == "prefer-standby" and len(self._servers) > 1:
            with suppress(Unavailable):
                return await self._first("standby")
            return await self._first(None)
        return await self._first(self._asked)

    async def _first(self, asked: str | None) -> Lent:
        errors = []
        for server in list(self._servers):
            try:
                raw = await self._within(server, asked)
            except Unavailable as error:
                errors.append((server, error))
                continue
            self._servers.remove(server)
            self._servers.insert(0, server)
            return raw
        raise self._told(errors)

    def _told(self, errors: list[tuple[Place | None, Unavailable]]) -> Unavailable:
        if len(errors) == 1:
            return errors[0][1]
        # One of them that may come back is worth waiting for.
        chosen = next((error for _, error in errors if not lasting(error)), errors[0][1])
        reasons = "; ".join(f"{place[0]}:{place[1]}: {error.reason}" for place, error in errors if place)
        told = Unavailable(self._where, reasons, chosen.sqlstate)
        told.__cause__ = chosen.__cause__
        return told

    async def _within(self, server: Place | None, asked: str | None) -> Lent:
        timer = asyncio.timeout(self._limit)
        try:
            async with timer:
                return await self._connected(server, asked)
        except Exception as error:  # of asyncpg, ssl and the system: `connecting` tells them apart
            if timer.expired():
                reason = f"no answer to connecting within {self._limit:g} s"
                raise Unavailable(self._where, reason) from error
            raise connecting(error, self._where) from error

    async def _connected(self, server: Place | None, asked: str | None) -> Lent:
        import asyncpg

        from cordio_pg._lent import Lent

        host, port = server or (None, None)
        raw: Lent = await asyncpg.connect(
            **self._arguments,
            host=host,
            port=port,
            target_session_attrs=asked,  # type: ignore[arg-type]  # its name will do
            connection_class=Lent,
        )
        await prepared(raw)
        raw.traits = 0
        return raw


def remote(settings: PgSettings, trust: Trust | None = None) -> Target:
    """Return how to connect to the servers that `settings` name."""
    return Target(
        settings,
        _servers(settings),
        settings.target or _parts(settings).get("target_session_attrs"),
        dsn=None if settings.dsn is None else settings.dsn.get_secret_value(),
        user=settings.given("user"),
        password=settings.given("password"),
        database=settings.given("database"),
        ssl=tls(settings, trust),
    )


async def embedded(settings: PgSettings, environment: str, stack: AsyncExitStack) -> Target:
    """Start a private server, have its database made, and return how to connect to it."""
    from cordio_pg.embedded import Server

    if environment.lower() == _PRODUCTION:
        raise EmbeddedRefused(settings.where)
    _log.warning("%s is in use: for development and tests, not for production", settings.where)
    server = await stack.enter_async_context(Server(settings.data, user=settings.user))
    await _make_database(server, settings.database)
    return Target(
        settings, ((server.host, server.port),), None, user=settings.user, database=settings.database
    )


def _parts(settings: PgSettings) -> dict[str, str]:
    return {} if settings.dsn is None else address(settings.dsn.get_secret_value()).parts


def _servers(settings: PgSettings) -> tuple[Place | None, ...]:
    """Return the places, each of which has a limit of its own; one that only asyncpg can tell is None."""
    host, port = settings.given("host"), settings.given("port")
    if settings.dsn is not None and host is None:
        told = address(settings.dsn.get_secret_value())
        if "host" not in told.parts:
            return (None,)
        host, port = told.hosts, port or told.parts.get("port") or settings.port
    return places(str(host), int(str(port or settings.port)))


async def _make_database(server: Server, name: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(server.dsn)
    try:
        if not await connection.fetchval("select true from pg_database where datname = $1", name):
            with suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                await connection.execute('create database "{}"'.format(name.replace('"', '""')))
    finally:
        await connection.close()
