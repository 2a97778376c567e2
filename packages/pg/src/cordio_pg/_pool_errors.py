"""What stands against lending a connection, though the server is there."""

from __future__ import annotations

from cordio_pg._exceptions import PgError

__all__ = ["NestedBorrow", "PoolBusy"]


class PoolBusy(PgError):
    """So many calls wait for a connection already that one more is refused at once.

    Parameters
    ----------
    where : str
        The server as ``host:port``.
    waiting : int
        How many wait.

    Examples
    --------
    >>> print(PoolBusy("db.local:5432", 1000))
    PostgreSQL at db.local:5432: 1000 calls wait for a connection already; raise max_size, or max_waiters
    """

    def __init__(self, where: str, waiting: int) -> None:
        super().__init__(where, waiting)
        self.where = where
        self.waiting = waiting

    def __str__(self) -> str:
        return (
            f"PostgreSQL at {self.where}: {self.waiting} calls wait for a connection already; "
            "raise max_size, or max_waiters"
        )


class NestedBorrow(PgError):
    """A task asks for a second connection while it holds one: enough of them wait for each other for ever.

    Parameters
    ----------
    task : str
        The name of the task.
    place : str
        The line that borrowed the one it holds.

    Examples
    --------
    >>> print(NestedBorrow("Task-7", "orders.py:12"))
    task 'Task-7' asks for a second connection while it holds the one borrowed at orders.py:12; use that one
    """

    def __init__(self, task: str, place: str) -> None:
        super().__init__(task, place)
        self.task = task
        self.place = place

    def __str__(self) -> str:
        return (
            f"task {self.task!r} asks for a second connection while it holds the one borrowed at "
            f"{self.place}; use that one"
        )
