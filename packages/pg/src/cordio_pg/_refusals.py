"""Refusals of the server that a program acts on: read-only, and what a constraint forbids."""

from __future__ import annotations

from cordio_pg._exceptions import QueryError

__all__ = ["ConstraintViolated", "ReadOnly"]


class ReadOnly(QueryError):
    """The server takes no writes (SQLSTATE 25006): it is a replica by now, or the transaction is read-only.

    Parameters
    ----------
    message : str
        What is wrong.
    sqlstate : str or None
        The server's code.
    detail : str or None
        What the server says besides.
    hint : str or None
        What the server proposes.

    Examples
    --------
    >>> ReadOnly("cannot execute INSERT in a read-only transaction", "25006").outcome
    'refused'
    """


class ConstraintViolated(QueryError):
    """A constraint forbids the change (SQLSTATE class 23).

    Parameters
    ----------
    message : str
        What is wrong.
    sqlstate : str or None
        The server's code.
    detail : str or None
        What the server says besides.
    hint : str or None
        What the server proposes.
    constraint : str or None
        The name of the constraint; None for a column that must not be null.
    table : str or None
        The table.
    columns : tuple of str
        The columns, where the server tells them.

    Examples
    --------
    >>> taken = ConstraintViolated("duplicate key", "23505", constraint="orders_sku_key", columns=("sku",))
    >>> taken.constraint, taken.columns
    ('orders_sku_key', ('sku',))
    """

    def __init__(  # noqa: B042  # its args are all of them
        self,
        message: str,
        sqlstate: str | None = None,
        detail: str | None = None,
        hint: str | None = None,
        constraint: str | None = None,
        table: str | None = None,
        columns: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, sqlstate, detail, hint)
        self.args = (message, sqlstate, detail, hint, constraint, table, columns)
        self.constraint = constraint
        self.table = table
        self.columns = columns
