"""What a monitor tells about itself and its service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cordio_monitor._diary import HandlerState, LastError
from cordio_monitor._ledger import Account
from cordio_monitor._tasks import TaskState

__all__ = ["Health", "State"]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the monitor does its work.

    Parameters
    ----------
    ok : bool
        Whether it runs, and every sink writes what it is given.
    problems : tuple[str, ...]
        What is wrong, in words.

    Examples
    --------
    >>> Health(False, ("the sink File failed on 3 records: OSError",)).ok
    False
    """

    ok: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A monitor and its service at one moment; all texts are masked.

    Parameters
    ----------
    service : str
        The service that it watches.
    running : bool
        Whether it accepts records.
    events : tuple[str, ...]
        The names of the events that are open: of the hundred oldest.
    sinks : Mapping[str, Account]
        What became of the records, by sink.
    level : str
        The lowest level of messages that is kept now.
    tasks : tuple[TaskState, ...]
        The asynchronous tasks that run.
    errors : tuple[LastError, ...]
        The last errors, the newest last.
    handlers : Mapping[str, HandlerState]
        How the delivered events fared, by their names.
    open : int
        How many events are open in all, with those that are only counted since they were never closed.
    timings : Mapping[str, HandlerState]
        What was timed, by name.
    counts : Mapping[str, int]
        What was counted, by name.

    Examples
    --------
    >>> State("orders", True, ("POST /orders",), {"Console": Account()}).running
    True
    """

    service: str
    running: bool
    events: tuple[str, ...]
    sinks: Mapping[str, Account]
    level: str = "debug"
    tasks: tuple[TaskState, ...] = ()
    errors: tuple[LastError, ...] = ()
    handlers: Mapping[str, HandlerState] = field(default_factory=dict)
    open: int = 0
    timings: Mapping[str, HandlerState] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


def health(running: bool, sinks: Mapping[str, Account]) -> Health:
    """Judge a monitor by its books.

    Parameters
    ----------
    running : bool
        Whether it accepts records.
    sinks : Mapping[str, Account]
        The account of each sink by its name.

    Returns
    -------
    Health
        The verdict.

    Examples
    --------
    >>> health(True, {"File": Account(accepted=3, dropped=3)}).problems
    ('the sink File dropped 3 of 3 records',)
    """
    problems = [] if running else ["the monitor does not run"]
    for name, account in sinks.items():
        if account.dropped:
            problems.append(f"the sink {name} dropped {account.dropped} of {account.accepted} records")
        if account.failed:
            known = f"the sink {name} failed on {account.failed} records"
            problems.append(_with_error(known, account))
        if account.spilled:
            kept = f"the sink {name} keeps {account.spilled} records in its spill"
            problems.append(_with_error(kept, account))
        if account.stalled:
            waiting = f"the sink {name} lets {account.pending - account.spilled} records wait"
            problems.append(_with_error(waiting, account))
    return Health(not problems, tuple(problems))


def _with_error(problem: str, account: Account) -> str:
    return f"{problem}: {account.last_error}" if account.last_error else problem
