"""What can be wrong with an application."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "CallError",
    "CoreError",
    "CutError",
    "DataError",
    "EntrypointError",
    "HandlerError",
    "PartError",
    "StartError",
    "StartTimeout",
    "Stopped",
    "TaskError",
    "WorkerError",
]


class CoreError(Exception):
    """The base of all errors of this package.

    ``exit_code`` is what a process ends with that fails for it: 70, an internal software error
    (sysexits.h, ``EX_SOFTWARE``), unless a class says otherwise.
    """

    exit_code = 70


class HandlerError(CoreError):
    """A handler that cannot be attached as it is.

    Parameters
    ----------
    where : str
        The handler and its place in the code.
    what : str
        What is wrong with it.
    cure : str
        What to do.

    Examples
    --------
    >>> str(HandlerError("read (app.py:3)", "has the parameter 'x'", "annotate it"))
    "read (app.py:3) has the parameter 'x': annotate it"
    """

    def __init__(self, where: str, what: str, cure: str) -> None:
        super().__init__(where, what, cure)
        self.where, self.what, self.cure = where, what, cure

    def __str__(self) -> str:
        """Say where, what, and what to do."""
        return f"{self.where} {self.what}: {self.cure}"


class DataError(CoreError):
    """Data of an event that do not fit its handler.

    Parameters
    ----------
    where : str
        The handler and its place in the code.
    name : str
        The parameter; empty for all of them.
    what : str
        What is wrong, without the value.

    Examples
    --------
    >>> str(DataError("pack (app.py:3)", "amount", "int was expected, not str"))
    "pack (app.py:3) cannot take the data of the event: 'amount': int was expected, not str"
    """

    def __init__(self, where: str, name: str, what: str) -> None:
        super().__init__(where, name, what)
        self.where, self.name, self.what = where, name, what

    def __str__(self) -> str:
        """Say which handler, which parameter, and what was expected."""
        named = f"{self.name!r}: " if self.name else ""
        return f"{self.where} cannot take the data of the event: {named}{self.what}"


class EntrypointError(CoreError):
    """A source of events that is missing or cannot start.

    Parameters
    ----------
    kind : str
        The kind of its events.
    what : str
        What is wrong, where.
    cure : str
        What to do.

    Examples
    --------
    >>> str(EntrypointError("http", "127.0.0.1:8000 is taken by another process", "set http.port"))
    'http: 127.0.0.1:8000 is taken by another process: set http.port'
    """

    def __init__(self, kind: str, what: str, cure: str) -> None:
        super().__init__(kind, what, cure)
        self.kind, self.what, self.cure = kind, what, cure

    def __str__(self) -> str:
        """Say which source, what, and what to do."""
        return f"{self.kind}: {self.what}: {self.cure}"


class StartError(CoreError):
    """All that keeps an application from starting, in one error.

    Parameters
    ----------
    name : str
        The application.
    problems : sequence of str
        What is wrong, each with its place and its cure.

    Examples
    --------
    >>> print(StartError("orders", ["read (app.py:3) has no service 'pg'"]))
    orders cannot start:
      - read (app.py:3) has no service 'pg'
    """

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        super().__init__(name, tuple(problems))
        self.name, self.problems = name, tuple(problems)

    def __str__(self) -> str:
        """List every problem on a line of its own."""
        return "\n".join([f"{self.name} cannot start:", *(f"  - {problem}" for problem in self.problems)])


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


class PartError(CoreError):
    """A part of an application that does not do what it should while it stops.

    Parameters
    ----------
    part : str
        The part.
    what : str
        What is wrong.
    cure : str
        What to do.

    Examples
    --------
    >>> str(PartError("services", "did not stop within 5 s", "mend it, or set app.close"))
    'services: did not stop within 5 s: mend it, or set app.close'
    """

    def __init__(self, part: str, what: str, cure: str) -> None:
        super().__init__(part, what, cure)
        self.part, self.what, self.cure = part, what, cure

    def __str__(self) -> str:
        """Say which part, what, and what to do."""
        return f"{self.part}: {self.what}: {self.cure}"


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


class TaskError(CoreError):
    """A task of the application that does not keep to the rules of cancellation.

    Parameters
    ----------
    name : str
        The task.
    what : str
        What it did.
    cure : str
        What to do.

    Examples
    --------
    >>> str(TaskError("main", "runs on though it was cancelled", "let CancelledError through"))
    "the task 'main' runs on though it was cancelled: let CancelledError through"
    """

    def __init__(self, name: str, what: str, cure: str) -> None:
        super().__init__(name, what, cure)
        self.name, self.what, self.cure = name, what, cure

    def __str__(self) -> str:
        """Say which task, what, and what to do."""
        return f"the task {self.name!r} {self.what}: {self.cure}"


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
