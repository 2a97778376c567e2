"""What can be wrong with an application."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "CoreError",
    "DataError",
    "EntrypointError",
    "HandlerError",
    "PartError",
    "StartError",
    "TaskError",
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
