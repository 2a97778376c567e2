"""One round of the outbox: what is due is published, and what became of it is written down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cordio_pg._connection import Connection
    from cordio_pg._postgres import Postgres
    from cordio_pg._raw import Row

__all__ = ["Publisher", "Publishing"]

_log = logging.getLogger("cordio_pg")
_TURN = "select pg_try_advisory_xact_lock(4071, 9)"
# A replica that was frozen in the middle of a round holds up the others no longer than this.
_LEASE = "set local idle_in_transaction_session_timeout = '60s'"
_LIMIT = 15.0
_ANY = "select exists (select from cordio_outbox where sent_at is null and due_at <= clock_timestamp())"
_DUE = """
    select id, message_id, exchange, name, key, body, trace, attempts from cordio_outbox row
    where sent_at is null and due_at <= clock_timestamp() and (key is null or not exists (
        select from cordio_outbox earlier
        where earlier.key = row.key and earlier.id < row.id and earlier.sent_at is null
        and earlier.due_at > clock_timestamp()))
    order by id limit $1
"""
_SENT = "update cordio_outbox set sent_at = clock_timestamp(), error = null where id = any($1::bigint[])"
_LATER = (
    "update cordio_outbox set attempts = $2::int, error = $3::text,"
    " due_at = clock_timestamp() + make_interval(secs => $4::float8) where id = $1::bigint"
)


class Publisher(Protocol):
    """What publishes, as ``Amqp`` of cordio-amqp does; the headers hand on the trace of the transaction.

    Examples
    --------
    >>> class Prints:
    ...     async def publish(self, exchange, key, message, /, *, message_id=None, content_type=None,
    ...                       headers=None):
    ...         print(exchange, key, message)
    """

    async def publish(
        self,
        exchange: str,
        key: str,
        message: object,
        /,
        *,
        message_id: str | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> object:
        """Publish; raise if it is not certain that it arrived."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """Rounds, of which one replica at a time has one.

    Parameters
    ----------
    pg : Postgres
        The database.
    publisher : Publisher
        Where messages go.
    batch : int
        How many go in one round.
    longest : float
        How many seconds a message waits for its next attempt at most.
    """

    pg: Postgres
    publisher: Publisher
    batch: int
    longest: float

    async def round(self) -> bool:
        """Publish what is due; return whether more may be."""
        if not await self.pg.fetchval(_ANY):
            return False
        async with self.pg.transaction() as tx:
            if not await tx.fetchval(_TURN):
                return False
            await tx.execute(_LEASE)
            rows = await tx.fetch(_DUE, self.batch)
            if rows:
                await self._settled(tx, rows)
        return len(rows) == self.batch

    async def _settled(self, tx: Connection, rows: Sequence[Row]) -> None:
        sent: list[int] = []
        failed: list[tuple[Row, Exception]] = []
        async with asyncio.TaskGroup() as group:
            for line in _lines(rows):
                group.create_task(self._line(line, sent, failed))
        if sent:
            await tx.execute(_SENT, sent)
        if failed:
            await tx.executemany(_LATER, [self._later(row, error) for row, error in failed])

    async def _line(self, line: Iterable[Row], sent: list[int], failed: list[tuple[Row, Exception]]) -> None:
        """Publish messages of one key in their order; those behind one that fails wait."""
        for row in line:
            try:
                async with asyncio.timeout(_LIMIT):
                    await self.publisher.publish(
                        row["exchange"],
                        row["name"],
                        row["body"],
                        message_id=row["message_id"],
                        content_type="application/json",
                        headers=row["trace"],
                    )
            except Exception as error:  # whatever keeps it back: it is written down, and tried again
                failed.append((row, error))
                return
            sent.append(row["id"])

    def _later(self, row: Row, error: Exception) -> tuple[int, int, str, float]:
        attempts, why = row["attempts"] + 1, f"{type(error).__name__}: {error}"[:500]
        delay = min(0.5 * 2.0 ** min(attempts, 30), self.longest)
        if attempts & (attempts - 1) == 0:  # told at 1, 2, 4, 8, …: not once an attempt
            _log.warning(
                "the message %s to %r could not be published, and is tried again in %g s (attempt %d): %s",
                row["message_id"],
                row["name"],
                delay,
                attempts,
                why,
            )
        return row["id"], attempts, why, delay


def _lines(rows: Sequence[Row]) -> Iterable[list[Row]]:
    lines: dict[object, list[Row]] = {}
    for row in rows:
        own = ("id", row["id"]) if row["key"] is None else ("key", row["key"])
        lines.setdefault(own, []).append(row)
    return lines.values()
