"""What can be wrong with services."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "ContainerInUse",
    "DiError",
    "DuplicateService",
    "ServiceClosed",
    "ServiceUnavailable",
    "StillInUse",
    "StopFailed",
    "WiringError",
]


class DiError(Exception):
    """The base of all errors of this package.

    ``exit_code`` is what a process ends with that fails for it: 70, an internal software error
    (sysexits.h, ``EX_SOFTWARE``).
    """

    exit_code = 70


class WiringError(DiError):
    """All that is wrong with how services and handlers fit together, in one error.

    Parameters
    ----------
    problems : sequence of str
        What is wrong, each with its place and its cure.

    Examples
    --------
    >>> print(WiringError(["read (app.py:3): nothing fills the parameter 'pol': write 'pool'"]))
    services do not fit together:
      - read (app.py:3): nothing fills the parameter 'pol': write 'pool'
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(tuple(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """List every problem on a line of its own."""
        return "\n".join(["services do not fit together:", *(f"  - {problem}" for problem in self.problems)])


class DuplicateService(DiError):
    """A name that is given to a second service.

    Parameters
    ----------
    name : str
        The name.
    first : str
        Where it is used already.
    second : str
        Where it is used again.

    Examples
    --------
    >>> str(DuplicateService("pool", "pool (app.py:3)", "pool (db.py:9)"))
    "the service 'pool' is there twice: pool (app.py:3) and pool (db.py:9): give one of them another name"
    """

    def __init__(self, name: str, first: str, second: str) -> None:
        super().__init__(name, first, second)
        self.name, self.first, self.second = name, first, second

    def __str__(self) -> str:
        """Say which name, where, and what to do."""
        return (
            f"the service {self.name!r} is there twice: {self.first} and {self.second}: "
            "give one of them another name"
        )


class ServiceUnavailable(DiError):
    """A service that could not be started; ``__cause__`` is what stopped it.

    Parameters
    ----------
    path : sequence of str
        The way from the service that was asked for to the one that failed.
    place : str
        Where the one that failed stands.
    reason : str
        Why it failed: the type of the exception and its text.

    Examples
    --------
    >>> str(ServiceUnavailable(["orders", "pool"], "pool (app.py:3)", "OSError: refused"))
    'orders -> pool: pool (app.py:3) does not start: OSError: refused'
    """

    def __init__(self, path: Sequence[str], place: str, reason: str) -> None:
        super().__init__(tuple(path), place, reason)
        self.path, self.place, self.reason = tuple(path), place, reason

    def __str__(self) -> str:
        """Say which service, needed by which, and why."""
        return f"{' -> '.join(self.path)}: {self.place} does not start: {self.reason}"


class ServiceClosed(DiError):
    """A service that was asked for while its container, or its event, is not open.

    Parameters
    ----------
    name : str
        The service.
    cure : str
        What to do.

    Examples
    --------
    >>> str(ServiceClosed("pool", "call it inside `async with container`"))
    "the service 'pool' is closed: call it inside `async with container`"
    """

    def __init__(self, name: str, cure: str) -> None:
        super().__init__(name, cure)
        self.name, self.cure = name, cure

    def __str__(self) -> str:
        """Say which service, and what to do."""
        return f"the service {self.name!r} is closed: {self.cure}"


class StopFailed(DiError):
    """A service whose stop failed; ``__cause__`` is why.

    Parameters
    ----------
    name : str
        The service.
    place : str
        Where it stands.
    reason : str
        Why: the type of the exception and its text.

    Examples
    --------
    >>> str(StopFailed("pool", "pool (app.py:3)", "OSError: broken pipe"))
    "the service 'pool', pool (app.py:3), does not stop: OSError: broken pipe"
    """

    def __init__(self, name: str, place: str, reason: str) -> None:
        super().__init__(name, place, reason)
        self.name, self.place, self.reason = name, place, reason

    def __str__(self) -> str:
        """Say which service, and why."""
        return f"the service {self.name!r}, {self.place}, does not stop: {self.reason}"


class StillInUse(DiError):
    """A container that was left while calls or scopes went on, and whose services are stopped all the same.

    Parameters
    ----------
    uses : sequence of str
        What went on.
    limit : float
        How long that was waited for, in seconds.

    Examples
    --------
    >>> str(StillInUse(["read (app.py:3) in the task 'Task-7'"], 10.0))
    "the container was closed after 10 s under read (app.py:3) in the task 'Task-7': end it before"
    """

    def __init__(self, uses: Sequence[str], limit: float) -> None:
        super().__init__(tuple(uses), limit)
        self.uses, self.limit = tuple(uses), limit

    def __str__(self) -> str:
        """Say what went on, and what to do."""
        return f"the container was closed after {self.limit:g} s under {', '.join(self.uses)}: end it before"


class ContainerInUse(DiError):
    """A container that is already open, or belongs to another event loop.

    Parameters
    ----------
    what : str
        What was tried.
    cure : str
        What to do.

    Examples
    --------
    >>> str(ContainerInUse("the container is already open", "leave it before entering it again"))
    'the container is already open: leave it before entering it again'
    """

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what, cure)
        self.what, self.cure = what, cure

    def __str__(self) -> str:
        """Say what, and what to do."""
        return f"{self.what}: {self.cure}"
