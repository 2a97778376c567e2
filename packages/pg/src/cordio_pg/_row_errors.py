"""What can be wrong with the rows of an answer."""

from __future__ import annotations

from cordio_pg._exceptions import PgError

__all__ = ["NotFound", "RowMismatch", "TooMany"]


class NotFound(PgError, LookupError):
    """A row was asked for, and there is none.

    Parameters
    ----------
    kind : str
        What it was to become.

    Examples
    --------
    >>> print(NotFound("Order"))
    there is no row for Order
    >>> issubclass(NotFound, LookupError)
    True
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

    def __str__(self) -> str:
        return f"there is no row for {self.kind}"


class TooMany(PgError):
    """One row was asked for, and there are several.

    Parameters
    ----------
    kind : str
        What it was to become.
    count : int
        How many there are.

    Examples
    --------
    >>> print(TooMany("Order", 2))
    there are 2 rows for one Order: narrow the statement, or ask for all
    """

    def __init__(self, kind: str, count: int) -> None:
        super().__init__(kind, count)
        self.kind = kind
        self.count = count

    def __str__(self) -> str:
        return f"there are {self.count} rows for one {self.kind}: narrow the statement, or ask for all"


class RowMismatch(PgError):
    """Rows do not fit what they were to become; no value of theirs is repeated.

    Parameters
    ----------
    kind : str
        What they were to become.
    columns : tuple of str
        The columns that they have.
    faults : tuple of str
        What does not fit.

    Examples
    --------
    >>> print(RowMismatch("Order", ("id", "skew"), ("no column for the field sku",)))
    the rows do not fit Order: no column for the field sku; their columns are: id, skew
    """

    def __init__(self, kind: str, columns: tuple[str, ...], faults: tuple[str, ...]) -> None:
        super().__init__(kind, columns, faults)
        self.kind = kind
        self.columns = columns
        self.faults = faults

    def __str__(self) -> str:
        return (
            f"the rows do not fit {self.kind}: {'; '.join(self.faults)}; "
            f"their columns are: {', '.join(self.columns)}"
        )
