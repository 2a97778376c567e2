"""What happens when a task fails, as it is said where the task is registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from cordio_core._duration import Duration

__all__ = ["Degrade", "Drop", "OnError", "Policy", "Restart", "Stop", "policy"]


def _refuse_pauses(first: str | float, most: str | float, well: str | float) -> None:
    Duration(well)
    if not Duration(first):
        raise ValueError(f"a restart needs a first pause of more than nothing, not {first!r}: write '100ms'")
    if Duration(first) > Duration(most):
        raise ValueError(
            f"a restart's first pause of {first!r} is longer than the longest, {most!r}: "
            f"give most={first!r} or more"
        )


@dataclass(frozen=True, slots=True)
class Restart:
    """Start the task again after a pause; if it fails too often, stop the application.

    The pause doubles from failure to failure and is cut by chance to between its half and its whole, so that
    replicas do not start again all at the same time.

    Parameters
    ----------
    first : str or float
        The first pause, as a duration.
    most : str or float
        The longest pause.
    limit : int
        How many restarts there may be within a time; the next failure stops the application.
    within : str or float
        That time.
    well : str or float
        After how long a run the pauses begin anew.

    Raises
    ------
    ValueError
        If one of them means nothing.

    Examples
    --------
    >>> Restart(first="1s", most="1m").limit
    10
    >>> Restart(first="1m", most="1s")
    Traceback (most recent call last):
    ValueError: a restart's first pause of '1m' is longer than the longest, '1s': give most='1m' or more
    """

    first: str | float = "100ms"
    most: str | float = "30s"
    limit: int = 10
    within: str | float = "5m"
    well: str | float = "1m"

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        _refuse_pauses(self.first, self.most, self.well)
        if type(self.limit) is not int or self.limit < 1 or not Duration(self.within):
            raise ValueError(
                f"a task cannot be restarted {self.limit} times within {self.within!r}: "
                "write limit=10, within='5m', or on_error='stop'"
            )


@dataclass(frozen=True, slots=True)
class Degrade:
    """Start the task again, as often as it takes; until it is well, the application is not ready.

    Parameters
    ----------
    first : str or float
        The first pause, as a duration; it doubles from failure to failure.
    most : str or float
        The longest pause.
    well : str or float
        After how long a run the task counts as well.

    Raises
    ------
    ValueError
        If one of them means nothing.

    Examples
    --------
    >>> Degrade(well="10s").most
    '30s'
    """

    first: str | float = "100ms"
    most: str | float = "30s"
    well: str | float = "1m"

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        _refuse_pauses(self.first, self.most, self.well)


@dataclass(frozen=True, slots=True)
class Drop:
    """Leave it at that: the failure is recorded, and the application goes on without the task."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the application in order.

    Parameters
    ----------
    code : int or None
        The exit code of the process, from 1 to 255; the one of the exception, or 70, unless given.

    Raises
    ------
    ValueError
        If the code is none for a failure.

    Examples
    --------
    >>> Stop(code=3).code
    3
    """

    code: int | None = None

    def __post_init__(self) -> None:
        """Refuse a code that says success, or none."""
        if self.code is not None and (type(self.code) is not int or not 1 <= self.code <= 255):
            raise ValueError(f"an exit code of a failure is a number from 1 to 255, not {self.code!r}")


Policy: TypeAlias = Restart | Degrade | Drop | Stop
OnError: TypeAlias = Policy | Literal["restart", "degrade", "drop", "stop"]
_NAMED: dict[str, Policy] = {"restart": Restart(), "degrade": Degrade(), "drop": Drop(), "stop": Stop()}


def policy(wanted: OnError) -> Policy:
    """Return a policy, or the one with that name.

    Parameters
    ----------
    wanted : Policy or str
        ``restart``, ``degrade``, ``drop``, ``stop``, or one with its values.

    Returns
    -------
    Policy
        What to do.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> policy("drop")
    Drop()
    """
    if isinstance(wanted, Policy):
        return wanted
    if not isinstance(wanted, str) or wanted not in _NAMED:
        known = ", ".join(map(repr, _NAMED))
        raise ValueError(f"on_error={wanted!r} says nothing: write {known}, or Restart(...) and the like")
    return _NAMED[wanted]
