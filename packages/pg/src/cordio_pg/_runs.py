"""A transaction as a function: what can be done once more as a whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar, TypeVarTuple

from cordio_pg._retry import Repeating, replayed
from cordio_pg._transaction import Isolation

if TYPE_CHECKING:
    from cordio_pg._connection import Connection

__all__ = ["Runs"]

T = TypeVar("T")
P = ParamSpec("P")
Ts = TypeVarTuple("Ts")


class Runs(ABC):
    """Functions that get their transaction."""

    _retry: Repeating

    @abstractmethod
    def transaction(
        self,
        *,
        isolation: Isolation | None = None,
        read_only: bool = False,
        deferrable: bool = False,
        timeout: str | float | None = None,
    ) -> AbstractAsyncContextManager[Connection]:
        """Return a block that happens as a whole or not at all."""

    async def run(
        self,
        function: Callable[[Connection, *Ts], Awaitable[T]],
        /,
        *args: *Ts,
        retryable: bool = False,
        isolation: Isolation | None = None,
        read_only: bool = False,
        deferrable: bool = False,
        timeout: str | float | None = None,
    ) -> T:
        """Call a function in a transaction, and commit when it has returned.

        Parameters
        ----------
        function : callable
            The async function; its first argument is the transaction.
        *args : object
            Its other arguments.
        retryable : bool
            Whether it is called once more, in a new transaction, when PostgreSQL ended this one since it stood
            against another (SQLSTATE 40001, 40P01). So let it do nothing but what the transaction undoes.
        isolation : {"read committed", "repeatable read", "serializable"} or None
            How far it is shielded from others.
        read_only : bool
            Whether it may only read.
        deferrable : bool
            Whether it waits at its begin until it cannot fail any more; if serializable and read-only.
        timeout : str, float or None
            The limit for getting a connection; each statement has its own.

        Returns
        -------
        T
            What the function returned.

        Raises
        ------
        QueryError
            If the last attempt was refused.

        Examples
        --------
        >>> async def move(tx: "Connection", amount: int) -> None:
        ...     await tx.execute("update account set balance = balance - $1 where id = 1", amount)
        ...     await tx.execute("update account set balance = balance + $1 where id = 2", amount)
        >>> async def pay(pg: Runs) -> None:
        ...     await pg.run(move, 10, retryable=True, isolation="serializable")
        """

        async def attempt() -> T:
            async with self.transaction(
                isolation=isolation, read_only=read_only, deferrable=deferrable, timeout=timeout
            ) as tx:
                return await function(tx, *args)

        return await (replayed(attempt, self._retry) if retryable else attempt())

    def transactional(
        self,
        *,
        retryable: bool = False,
        isolation: Isolation | None = None,
        read_only: bool = False,
        deferrable: bool = False,
        timeout: str | float | None = None,
    ) -> Callable[[Callable[Concatenate[Connection, P], Awaitable[T]]], Callable[P, Awaitable[T]]]:
        """Make functions that get their transaction when they are called; see `run`.

        Parameters
        ----------
        retryable : bool
            Whether it is called once more when PostgreSQL ended it since it stood against another.
        isolation : {"read committed", "repeatable read", "serializable"} or None
            How far it is shielded from others.
        read_only : bool
            Whether it may only read.
        deferrable : bool
            Whether it waits at its begin until it cannot fail any more; if serializable and read-only.
        timeout : str, float or None
            The limit for getting a connection; each statement has its own.

        Returns
        -------
        callable
            The decorator; what it makes is called without the transaction.

        Examples
        --------
        >>> async def pay(pg: Runs) -> None:
        ...     @pg.transactional(retryable=True)
        ...     async def move(tx: "Connection", amount: int) -> None:
        ...         await tx.execute("update account set balance = balance - $1 where id = 1", amount)
        ...     await move(10)
        """

        def decorate(
            function: Callable[Concatenate[Connection, P], Awaitable[T]],
        ) -> Callable[P, Awaitable[T]]:
            @wraps(function)
            async def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
                return await self.run(
                    lambda tx: function(tx, *args, **kwargs),
                    retryable=retryable,
                    isolation=isolation,
                    read_only=read_only,
                    deferrable=deferrable,
                    timeout=timeout,
                )

            return wrapped

        return decorate
