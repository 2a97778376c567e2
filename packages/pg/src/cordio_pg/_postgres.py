"""The service ``pg``: PostgreSQL that is there when it is used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from cordio_pg._backoff import Scheme
from cordio_pg._copies import Copies
from cordio_pg._cursor import Cursors
from cordio_pg._deadline import Deadline
from cordio_pg._defaults import in_force
from cordio_pg._duration import Duration
from cordio_pg._exceptions import NotOpen
from cordio_pg._gate import Gate
from cordio_pg._lending import Lending
from cordio_pg._observer import Observer, PoolState
from cordio_pg._pool import Pool
from cordio_pg._project import project
from cordio_pg._queries import Queries
from cordio_pg._retry import Repeating, Replays
from cordio_pg._settings import PgSettings
from cordio_pg._target import Target, embedded, remote
from cordio_pg._tls import Trust
from cordio_pg._typed import Typed
from cordio_pg._watch import Watch, watch

if TYPE_CHECKING:
    from cordio_pg._connection import Connection
    from cordio_pg._raw import Raw

__all__ = ["Postgres"]

T = TypeVar("T")
_HEALTH_LIMIT = 2.0
_EXPLAIN_LIMIT = 5.0
_FOR_EVER = 3650 * 86400.0


class Postgres(Queries, Typed, Copies, Cursors, Lending):
    """PostgreSQL as a service: connects at the first use, keeps its limits, tells failures apart.

    A remote server is connected to when it is first used; the embedded one is started when the block
    is entered, so that a failure shows at once.

    Parameters
    ----------
    settings : PgSettings
        Where the database is.
    root : Path or None
        The folder in which relative files of the settings are looked for; unless given it is that of the
        running program's ``up.py``, or, where there is none, the working directory.
    retry : Repeating or None
        How a retryable transaction is repeated: ``errors.service`` of cordio-errors is one; `Replays` unless
        given.
    scheme : Scheme or None
        How long to wait between attempts to connect; a `Backoff` unless given.
    observer : Observer or None
        Is told what happens, as numbers and spans: a ``Monitor`` of cordio-monitor is one.
    trust : Trust or None
        Where ``sslmode`` is ``verify-full`` and the settings name no files, what verifies the server, and
        the certificate that it is shown; the system's authorities unless given.

    Examples
    --------
    >>> import asyncio, tempfile
    >>> async def main(folder: str) -> object:
    ...     async with Postgres(PgSettings(dsn="embedded", data=folder)) as pg:
    ...         return await pg.fetchval("select 6 * $1::int", 7)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     asyncio.run(main(folder))
    42
    """

    def __init__(
        self,
        settings: PgSettings,
        *,
        root: Path | None = None,
        retry: Repeating | None = None,
        scheme: Scheme | None = None,
        observer: Observer | None = None,
        trust: Trust | None = None,
    ) -> None:
        known = in_force()
        self._settings = settings.below(root or known.root or project())
        self._environment = settings.environment or known.environment
        self._retry = Replays() if retry is None else retry
        self._scheme = scheme
        self._observer, self._trust = observer, trust
        self._gate = Gate(self._settings)
        self._watch: Watch | None = None
        self._pool: Pool | None = None
        self._stack = AsyncExitStack()

    def __repr__(self) -> str:
        return f"Postgres({self._settings.where})"

    async def __aenter__(self) -> Self:
        if self._pool is not None:
            raise RuntimeError(f"{self!r} is open already")
        async with AsyncExitStack() as stack:
            target = await self._target(stack)
            self._pool = Pool(target, self._settings, self._scheme, self._observer)
            stack.push_async_callback(self._close)
            self._watched(stack)
            await self._gate.open(self)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def settings(self) -> PgSettings:
        """The settings in force, with absolute files."""
        return self._settings

    def apart(self) -> Postgres:
        """Return the same database once more, not open yet, with one connection that may be kept for ever.

        It is for what holds a session: a listener, a lock. Nobody is told what happens on it, and it migrates
        nothing.

        Returns
        -------
        Postgres
            The other one.

        Examples
        --------
        >>> Postgres(PgSettings(max_size=20)).apart().settings.max_size
        1
        """
        own = {"min_size": 0, "max_size": 1, "migrate": "never", "slow": 0.0, "borrow": _FOR_EVER}
        return Postgres(self._settings.model_copy(update=own), scheme=self._scheme, trust=self._trust)

    async def health(self) -> None:
        """Ask the server for a sign of life; returns within two seconds, and waits for no outage to end.

        Raises
        ------
        Unavailable
            If there is no connection to be had.
        DeadlineExceeded
            If the answer does not come in time.
        MigrationError
            If the schema is not what the code needs; looked at until it is, once.

        Examples
        --------
        >>> async def healthy(pg: Postgres) -> bool:
        ...     try:
        ...         await pg.health()
        ...     except PgError:
        ...         return False
        ...     return True
        """
        limit = min(_HEALTH_LIMIT, self._settings.timeout)
        await self._opened().run(_asked, self._deadline(limit), patient=False)
        await self._gate.ask(self)

    def state(self) -> PoolState:
        """Return the numbers of the pool: its connections, the calls that wait, and what went wrong.

        Returns
        -------
        PoolState
            The numbers of this moment.

        Raises
        ------
        NotOpen
            Outside of the block.

        Examples
        --------
        >>> def busy(pg: Postgres) -> bool:
        ...     return pg.state().waiting > 0
        """
        return self._opened().state()

    @asynccontextmanager
    async def _streaming(self, timeout: str | float | None) -> AsyncIterator[Connection]:
        async with self.transaction(timeout=timeout) as tx:
            yield tx

    async def _run(
        self,
        call: Callable[[Raw], Awaitable[T]],
        timeout: str | float | None,
        query: str = "",
        args: tuple[object, ...] = (),
    ) -> T:
        deadline = self._deadline(timeout)
        if self._watch is None or not query:
            return await self._opened().run(call, deadline)
        pool = self._opened()
        return await self._watch.call(lambda timed: pool.run(timed, deadline), call, query, args)

    async def _explain(self, query: str, args: tuple[object, ...]) -> object:
        told = f"explain (format json) {query}"
        return await self._opened().run(lambda raw: raw.fetchval(told, *args), self._deadline(_EXPLAIN_LIMIT))

    def _watched(self, stack: AsyncExitStack) -> None:
        explain = self._explain if self._settings.slow_plan else None
        self._watch, explained = watch(self._observer, self._settings.slow, explain)
        if explained is not None:
            stack.push_async_callback(explained.close)

    async def _target(self, stack: AsyncExitStack) -> Target:
        if not self._settings.embedded:
            return remote(self._settings, self._trust)
        return await embedded(self._settings, self._environment, stack)

    async def _close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close(self._settings.close_timeout)

    def _opened(self) -> Pool:
        if self._pool is None:
            raise NotOpen("this Postgres")
        return self._pool

    def _deadline(self, timeout: str | float | None) -> Deadline:
        limit = self._settings.timeout if timeout is None else Duration(timeout)
        return Deadline.after(limit, self._settings.where)


async def _asked(raw: Raw) -> None:
    await raw.execute("select 1")
