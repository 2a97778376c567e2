"""What ends a program before it has done its work."""

from __future__ import annotations

from cordio_core._exceptions import CoreError

__all__ = [
    "CallError",
    "CutError",
    "HandlerTimeout",
    "StartTimeout",
    "Stopped",
    "WorkerError",
]


class HandlerTimeout(CoreError, TimeoutError):
    """A handler that did not answer within its limit; it was cancelled.

    Parameters
    ----------
    where : str
        The handler, with its file and line.
    event : str
        What it was to answer, in words.
    within : float
        The limit, in seconds.
    at : str
        Where it waited, as file and line; empty if that is not known.

    Attributes
    ----------
    answer_code : str
        What error layers answer where no rule says otherwise: 503 ``unavailable``, as for every limit of time.

    Examples
    --------
    >>> str(HandlerTimeout("place (shop.py:3)", "POST /orders", 30.0, "bank.py:7"))
    "place (shop.py:3) did not answer 'POST /orders' within 30 s, it waited at bank.py:7: let it end ..."
    """

    answer_code = "unavailable"

    def __init__(self, where: str, event: str, within: float, at: str = "") -> None:
        super().__init__(where, event, within, at)
        self.where, self.event, self.within, self.at = where, event, within, at

    def __str__(self) -> str:
        """Say who, what, how long, where it waited, and what to do."""
        waited = f", it waited at {self.at}" if self.at else ""
        return (
            f"{self.where} did not answer {self.event!r} within {self.within:g} s{waited}: "
            "let it end sooner, or raise its limit (within=...)"
        )


class StartTimeout(CoreError):
    """A start that took too long.

    Parameters
    ----------
    name : str
        The application.
    within : float
        How long it was allowed to take, in seconds.
    part : str
        The part that was starting.
    where : str
        The place in the code that it waited at; empty if none is known.

    Examples
    --------
    >>> str(StartTimeout("orders", 60.0, "services", "pool.py:7"))
    "orders did not start within 60 s: 'services' blocks, at pool.py:7: mend that, or set app.start"
    """

    def __init__(self, name: str, within: float, part: str, where: str) -> None:
        super().__init__(name, within, part, where)
        self.name, self.within, self.part, self.where = name, within, part, where

    def __str__(self) -> str:
        """Say which part blocks, and where."""
        at = f", at {self.where}" if self.where else ""
        return (
            f"{self.name} did not start within {self.within:g} s: {self.part!r} blocks{at}: "
            "mend that, or set app.start"
        )


class Stopped(CoreError):
    """An application that was told to stop before it had started; what had started is stopped again.

    Parameters
    ----------
    name : str
        The application.

    Examples
    --------
    >>> str(Stopped("orders")), Stopped.exit_code
    ('orders was told to stop before it had started', 0)
    """

    exit_code = 0

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        """Say which application."""
        return f"{self.name} was told to stop before it had started"


class WorkerError(CoreError):
    """Workers that cannot be.

    Parameters
    ----------
    what : str
        What is wrong.
    cure : str
        What to do.

    Examples
    --------
    >>> str(WorkerError("there cannot be 0 workers", "take one or more"))
    'there cannot be 0 workers: take one or more'
    """

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what, cure)
        self.what, self.cure = what, cure

    def __str__(self) -> str:
        """Say what, and what to do."""
        return f"{self.what}: {self.cure}"


class CallError(CoreError):
    """A handler that cannot be called by the name or with the data given.

    Parameters
    ----------
    name : str
        The name.
    what : str
        What is wrong.
    cure : str
        What to do.

    Examples
    --------
    >>> str(CallError("exprie", "is the name of no handler", "did you mean 'expire'?"))
    "'exprie' is the name of no handler: did you mean 'expire'?"
    """

    exit_code = 64

    def __init__(self, name: str, what: str, cure: str) -> None:
        super().__init__(name, what, cure)
        self.name, self.what, self.cure = name, what, cure

    def __str__(self) -> str:
        """Say which name, what, and what to do."""
        return f"{self.name!r} {self.what}: {self.cure}"


class CutError(CallError):
    """A handler that was called by name and cancelled before its end; it may be called again."""

    exit_code = 75
