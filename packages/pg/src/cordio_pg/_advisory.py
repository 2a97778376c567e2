"""A lock that one of several replicas holds, kept by the database."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from hashlib import blake2b
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cordio_pg._exceptions import PgError
from cordio_pg._postgres import Postgres

if TYPE_CHECKING:
    from cordio_pg._connection import Connection
    from cordio_pg._settings import PgSettings
    from cordio_pg._tls import Trust

__all__ = ["AdvisoryLock", "LockImpossible"]

_TRY = "select pg_try_advisory_lock($1)"
_FREE = "select pg_advisory_unlock($1)"
_FREE_ALL = "select pg_advisory_unlock_all()"
_SIGN_OF_LIFE = "select 1"
_LAST = 1.0
# A holder that is gone from the net is missed within half a minute, and not in two hours.
_MISSED = "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4"


class LockImpossible(PgError):
    """Behind a pgbouncer in transaction mode there is no session that could hold a lock.

    Parameters
    ----------
    where : str
        The pgbouncer.

    Examples
    --------
    >>> print(LockImpossible("db:6432"))
    db:6432 is a pgbouncer, behind which no lock holds: lock at the server itself, by settings of its own
    """

    exit_code = 78  # wrong settings: its text is for people

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where

    def __str__(self) -> str:
        return (
            f"{self.where} is a pgbouncer, behind which no lock holds: lock at the server itself, by settings "
            "of its own"
        )


class AdvisoryLock:
    """Locks by names, each held by one session at a time: advisory locks of PostgreSQL.

    It has the two methods of ``cordio_core.protocols.Lock``, for ``every("1h", lock=…)``. A connection of its
    own holds all locks, from the first `take` to the end; the server frees them when that is lost.

    Parameters
    ----------
    settings : PgSettings
        Where the database is.
    trust : Trust or None
        As with `Postgres`.

    Raises
    ------
    LockImpossible
        If that is a pgbouncer.

    Examples
    --------
    >>> import tempfile
    >>> from cordio_pg import PgSettings
    >>> async def main(folder: str) -> None:
    ...     settings = PgSettings(dsn="embedded", data=folder)
    ...     async with AdvisoryLock(settings) as one, AdvisoryLock(settings) as other:
    ...         print(await one.take("nightly"), await other.take("nightly"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     asyncio.run(main(folder))
    True False
    """

    def __init__(self, settings: PgSettings, *, trust: Trust | None = None) -> None:
        if settings.pgbouncer:
            raise LockImpossible(settings.where)
        self._pg = Postgres(settings, trust=trust).apart()
        self._session: AsyncExitStack | None = None
        self._connection: Connection | None = None
        self._held: set[str] = set()
        self._turn = asyncio.Lock()

    async def take(self, name: str, /) -> bool:
        """Take a lock, or find that it is ours still.

        Parameters
        ----------
        name : str
            Its name, the same for all who want it.

        Returns
        -------
        bool
            Whether it is ours.

        Raises
        ------
        PgError
            If the server cannot be asked; what was held until then is given up.
        """
        async with self._turn:
            try:
                return await self._asked(name)
            except BaseException:
                await self._part()  # nobody knows what the session holds: its end frees all
                raise

    async def release(self, name: str, /) -> None:
        """Give a lock up, if it is ours.

        Parameters
        ----------
        name : str
            Its name.

        Raises
        ------
        PgError
            If the connection is lost meanwhile; the lock is free by that, too.
        """
        async with self._turn:
            connection = self._live()
            if connection is None or name not in self._held:
                return
            self._held.discard(name)
            try:
                await connection.fetchval(_FREE, _key(name))
            except BaseException:
                await self._part()
                raise

    async def __aenter__(self) -> Self:
        """Connect to nothing yet."""
        await self._pg.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Give up all that is held."""
        try:
            await self._freed()
        finally:
            await self._part()
            await self._pg.__aexit__(kind, error, trace)

    async def _freed(self) -> None:
        """Give all up in good order: the end of the session does it too, but a moment later."""
        connection = self._live()
        if connection is not None and self._held:
            with suppress(PgError):
                await connection.fetchval(_FREE_ALL, timeout=_LAST)

    async def _asked(self, name: str) -> bool:
        connection = await self._connected()
        if name in self._held:
            await connection.execute(_SIGN_OF_LIFE)
            return True
        if await connection.fetchval(_TRY, _key(name)):
            self._held.add(name)
        return name in self._held

    async def _connected(self) -> Connection:
        if (found := self._live()) is not None:
            return found
        await self._part()
        async with AsyncExitStack() as stack:
            made = await stack.enter_async_context(self._pg.connection())
            await made.execute(_MISSED)
            self._session = stack.pop_all()
        self._connection = made
        return made

    def _live(self) -> Connection | None:
        found = self._connection
        return None if found is None or found.raw.is_closed() else found

    async def _part(self) -> None:
        """End the session, whatever it is doing."""
        session, self._session = self._session, None
        connection, self._connection = self._connection, None
        self._held.clear()
        if connection is not None and not connection.raw.is_closed():
            connection.raw.terminate()
        if session is not None:
            await session.aclose()


def _key(name: str) -> int:
    """Return the number that PostgreSQL knows the lock by (chapter 13.3.5, one key of 64 bits)."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
