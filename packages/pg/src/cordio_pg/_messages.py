"""Messages that belong to a transaction: those that leave with it, and those that it handles once."""

from __future__ import annotations

import uuid
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from cordio_pg._exceptions import PgError, QueryError
from cordio_pg._queries import Queries

if TYPE_CHECKING:
    from cordio_pg._raw import Raw
    from cordio_pg._watch import Watch

__all__ = ["CHANNEL", "Messages", "MessagesMissing", "NoTransaction"]

CHANNEL = "cordio_outbox"
_TURN = "select pg_advisory_xact_lock(hashtextextended($1, 4071))"
_PUT = (
    "with put as (insert into cordio_outbox (message_id, exchange, name, key, body, trace)"
    f" values ($1, $2, $3, $4, $5, $6) returning 1) select pg_notify('{CHANNEL}', '') from put"
)
_SEEN = "insert into cordio_inbox (handler, message_id) values ($1, $2) on conflict do nothing"
_NO_TABLE, _NO_COLUMN = "42P01", "42703"


class NoTransaction(PgError):
    """A message was to belong to a transaction, and there is none.

    Parameters
    ----------
    call : str
        What was called.

    Examples
    --------
    >>> print(str(NoTransaction("outbox")).partition(":")[0])
    outbox() belongs to a transaction, and none is open here
    """

    def __init__(self, call: str) -> None:
        super().__init__(call)
        self.call = call

    def __str__(self) -> str:
        return (
            f"{self.call}() belongs to a transaction, and none is open here: "
            "call it inside of `async with pg.transaction() as tx`"
        )


class MessagesMissing(PgError):
    """The tables of messages are not there, or are those of an older version.

    Examples
    --------
    >>> MessagesMissing().outcome
    'refused'
    """

    outcome = "refused"

    def __str__(self) -> str:
        return (
            "the tables cordio_outbox and cordio_inbox are not there, or older than this version: "
            "open an `Outbox` (the service outbox), which makes them, or await `cordio_pg.events.made(pg)`"
        )


class Messages(Queries):
    """What a transaction can do with messages."""

    _watch: Watch | None

    @property
    @abstractmethod
    def raw(self) -> Raw:
        """The asyncpg connection."""

    async def outbox(
        self,
        name: str,
        data: object,
        /,
        *,
        exchange: str = "",
        key: str | None = None,
        message_id: str | None = None,
    ) -> str:
        """Have a message leave exactly when the transaction commits; an `Outbox` publishes it then.

        The trace goes on with it, where an observer follows statements.

        Parameters
        ----------
        name : str
            The routing key; for the default exchange the name of a queue.
        data : object
            A pydantic model, a dataclass or plain data; it leaves as JSON.
        exchange : str
            The exchange; empty for the default one.
        key : str or None
            Messages with the same key leave in the order in which their transactions commit. A transaction
            that writes one waits for others that have; none has an order without it.
        message_id : str or None
            The id by which a receiver recognises a repeat; a new one if none is given.

        Returns
        -------
        str
            The message's id.

        Raises
        ------
        NoTransaction
            If no transaction is open.
        MessagesMissing
            If the table is not there.

        Examples
        --------
        >>> async def place(pg: "Postgres", sku: str) -> None:
        ...     async with pg.transaction() as tx:
        ...         await tx.execute("insert into orders (sku) values ($1)", sku)
        ...         await tx.outbox("orders.placed", {"sku": sku}, key=sku)
        """
        from pydantic_core import to_json

        self._inside("outbox")
        chosen = message_id or uuid.uuid4().hex
        body = to_json(data)
        with self._followed(name) as trace:
            if key is not None:
                # Numbers are given at the insert, not at the commit: only one after the other they agree.
                await self.execute(_TURN, key)
            with _known():
                await self.execute(_PUT, chosen, exchange, name, key, body, dict(trace) or None)
        return chosen

    async def inbox(self, handler: str, message_id: str, /) -> bool:
        """Tell whether a message is new to a handler, and remember it exactly if the transaction commits.

        Parameters
        ----------
        handler : str
            Who handles it.
        message_id : str
            The message's id.

        Returns
        -------
        bool
            False if a transaction that has committed handled it. One that is under way is waited for.

        Raises
        ------
        NoTransaction
            If no transaction is open.
        MessagesMissing
            If the table is not there.
        ValueError
            If the message has no id.

        Examples
        --------
        >>> async def take(pg: "Postgres", message_id: str) -> None:
        ...     async with pg.transaction() as tx:
        ...         if await tx.inbox("take", message_id):
        ...             await tx.execute("update stock set amount = amount - 1")
        """
        self._inside("inbox")
        if not message_id:
            raise ValueError("a message without an id cannot be recognised: publish it with a message_id")
        with _known():
            return await self.execute(_SEEN, handler, message_id) == "INSERT 0 1"

    def _followed(self, name: str) -> AbstractContextManager[Mapping[str, str]]:
        return nullcontext({}) if self._watch is None else self._watch.message(name)

    def _inside(self, call: str) -> None:
        if not self.raw.is_in_transaction():
            raise NoTransaction(call)


@contextmanager
def _known() -> Iterator[None]:
    try:
        yield
    except QueryError as error:
        if error.sqlstate in (_NO_TABLE, _NO_COLUMN):
            raise MessagesMissing from error
        raise
