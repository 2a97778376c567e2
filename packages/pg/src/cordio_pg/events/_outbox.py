"""The service that publishes what transactions leave in the outbox."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pydantic.dataclasses import dataclass

from cordio_pg._duration import Duration
from cordio_pg._exceptions import PgError
from cordio_pg._messages import CHANNEL
from cordio_pg.events._listener import Listener
from cordio_pg.events._made import made
from cordio_pg.events._publishing import Publisher, Publishing

if TYPE_CHECKING:
    from cordio_pg._postgres import Postgres

__all__ = ["Outbox", "OutboxBehind", "OutboxSettings", "OutboxState"]

_log = logging.getLogger("cordio_pg")
_TIDY = 60.0
_OLD_SENT = "delete from cordio_outbox where sent_at < clock_timestamp() - make_interval(secs => $1::float8)"
_OLD_SEEN = "delete from cordio_inbox where at < clock_timestamp() - make_interval(secs => $1::float8)"
_DEPTH = (
    "select count(*) as depth,"
    " coalesce(extract(epoch from clock_timestamp() - min(made_at)), 0)::float8 as age,"
    " count(*) filter (where attempts > 0) as failing from cordio_outbox where sent_at is null"
)


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """The settings of the section ``outbox``.

    Parameters
    ----------
    poll : Duration
        How often it is looked for messages that no notification told of.
    batch : int
        How many messages are published in one transaction; so many may come twice after a crash.
    longest : Duration
        How long a message that could not be published waits for its next attempt at most.
    grace : Duration
        How long a round may take to end when the service stops.
    keep : Duration
        How long messages that were sent are kept.
    remember : Duration
        How long the inbox remembers the ids of messages.
    late : Duration
        From which age of the oldest message on the service is not healthy.
    """

    poll: Duration = Duration("1s")
    batch: int = 100
    longest: Duration = Duration("30s")
    grace: Duration = Duration("10s")
    keep: Duration = Duration("1h")
    remember: Duration = Duration("7d")
    late: Duration = Duration("1m")


@dataclass(frozen=True, slots=True)
class OutboxState:
    """The outbox at one moment.

    Parameters
    ----------
    depth : int
        How many messages wait.
    age : float
        How old the oldest of them is, in seconds.
    failing : int
        How many of them could not be published at least once.
    """

    depth: int
    age: float
    failing: int


class OutboxBehind(PgError):
    """Messages wait for longer than they should.

    Parameters
    ----------
    state : OutboxState
        The outbox.

    Examples
    --------
    >>> print(str(OutboxBehind(OutboxState(depth=3, age=75.0, failing=1))).partition(";")[0])
    3 messages wait in the outbox, the oldest for 75 s
    """

    def __init__(self, state: OutboxState) -> None:
        super().__init__(state)
        self.state = state

    def __str__(self) -> str:
        return (
            f"{self.state.depth} messages wait in the outbox, the oldest for {self.state.age:.0f} s; "
            f"{self.state.failing} of them could not be published: see cordio_outbox.error"
        )


class Outbox:
    """Publishes what transactions leave in the outbox; of several replicas one at a time does.

    A message is published at least once, under the same id. Messages with the same key leave in order: those
    behind one that fails wait, all others go on.

    Parameters
    ----------
    pg : Postgres
        The database; open.
    publisher : Publisher
        Where messages go, such as ``Amqp`` of cordio-amqp.
    settings : OutboxSettings
        How.

    Examples
    --------
    >>> async def serve(pg: "Postgres", publisher: Publisher) -> None:
    ...     async with Outbox(pg, publisher):
    ...         async with pg.transaction() as tx:
    ...             await tx.outbox("orders.placed", {"sku": "A-1"})
    """

    def __init__(self, pg: Postgres, publisher: Publisher, settings: OutboxSettings | None = None) -> None:
        self._pg, self._settings = pg, settings or OutboxSettings()
        self._publishing = Publishing(pg, publisher, self._settings.batch, self._settings.longest)
        self._woken, self._is_ending = asyncio.Event(), False
        self._is_made, self._error, self._tidied = False, "", 0.0
        self._works: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Make the tables, or as soon as the server is there, and begin to publish."""
        try:
            await self._make()
        except (PgError, OSError) as error:
            self._tell(error)
        self._works = [asyncio.create_task(self._work(), name="outbox")]
        if not self._pg.settings.pgbouncer:  # behind it nothing is heard
            listener = Listener(self._pg, [CHANNEL], self._wake, self._woken.set)
            self._works.append(asyncio.create_task(listener.run(), name="outbox wakes"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the round that goes on; what is left waits for the next start."""
        works, self._works = self._works, []
        self._is_ending = True
        self._woken.set()
        try:
            await asyncio.wait(works[:1], timeout=self._settings.grace)
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    async def state(self) -> OutboxState:
        """Tell how many messages wait, and since when.

        Returns
        -------
        OutboxState
            Of this moment.

        Examples
        --------
        >>> async def waits(outbox: Outbox) -> int:
        ...     return (await outbox.state()).depth
        """
        return await self._pg.one(OutboxState, _DEPTH)

    async def health(self) -> None:
        """Raise if the outbox does not work, or is behind.

        Raises
        ------
        OutboxBehind
            If messages wait for longer than the setting ``late``.
        PgError
            If the last round failed, or the database does.

        Examples
        --------
        >>> async def healthy(outbox: Outbox) -> None:
        ...     await outbox.health()
        """
        if self._error:
            raise PgError(f"the outbox does not work: {self._error}")
        state = await self.state()
        if state.age > self._settings.late:
            raise OutboxBehind(state)

    async def _make(self) -> None:
        if not self._is_made:
            await made(self._pg)
            self._is_made = True

    async def _work(self) -> None:
        while not self._is_ending:
            self._woken.clear()
            try:
                await self._make()
                while await self._publishing.round() and not self._is_ending:
                    pass
                await self._tidy()
                self._error = ""
            except Exception as error:  # whatever it was: messages are safe in their table, and it goes on
                self._tell(error)
            if not self._is_ending:
                await self._pause()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.poll):
                await self._woken.wait()

    async def _tidy(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._tidied > _TIDY or not self._tidied:
            self._tidied = now
            await self._pg.execute(_OLD_SENT, self._settings.keep)
            await self._pg.execute(_OLD_SEEN, self._settings.remember)

    def _tell(self, error: Exception) -> None:
        if not self._error:
            _log.warning("the outbox does not work, and tries again: %s", error)
        self._error = f"{type(error).__name__}: {error}"

    def _wake(self, _channel: str, _payload: str) -> None:
        self._woken.set()
