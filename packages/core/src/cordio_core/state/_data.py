"""What an application tells of itself, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cordio_core._task_state import TaskState
from cordio_core.state._versions import Versions

__all__ = ["HandlerState", "LastError", "ServiceState", "SourceState", "State", "Value"]


@dataclass(frozen=True, slots=True)
class HandlerState:
    """A handler and the event that it answers.

    Parameters
    ----------
    event : str
        The event in words: ``GET /orders/{order_id}``.
    kind : str
        Its kind: ``http``, ``amqp``, ``schedule``, ``internal``.
    handler : str
        The handler with its file and line.
    around : tuple of str
        What runs around its chain, the outermost first, each with its file and line.
    before : tuple of str
        What runs before it.
    after : tuple of str
        What runs after it.
    rules : int
        How many error rules are its own.
    within : float or None
        How long its chain may take, in seconds; None if there is no limit.
    """

    event: str
    kind: str
    handler: str
    around: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    rules: int = 0
    within: float | None = None


@dataclass(frozen=True, slots=True)
class ServiceState:
    """A service that the handlers reach.

    Parameters
    ----------
    name : str
        Its name.
    status : str
        Where it is in its life, in the words of the container; empty if that does not tell.
    since : float
        Since when, in seconds since the epoch; 0 if that is not told.
    error : str
        Why its last start failed, masked; empty unless it did.
    place : str
        Where it is declared; empty if that is not told.
    needs : tuple of str
        The services that it needs.
    more : mapping of str to object
        What it tells of itself, masked: the mapping or dataclass that its method ``state()`` returns while it
        is up.
    """

    name: str
    status: str = ""
    since: float = 0.0
    error: str = ""
    place: str = ""
    needs: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source of events.

    Parameters
    ----------
    kind : str
        The kind of its events.
    addresses : tuple of str
        Where it can be reached, masked.
    accepted : int
        Events that came in.
    finished : int
        Events that came to an end by themselves, with whatever answer.
    cancelled : int
        Events that were cancelled.
    inside : int
        Events in the middle of their way.
    more : mapping of str to object
        What the source tells of itself, masked: routes, consumers, …
    """

    kind: str
    addresses: tuple[str, ...] = ()
    accepted: int = 0
    finished: int = 0
    cancelled: int = 0
    inside: int = 0
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LastError:
    """One of the last errors, masked.

    Parameters
    ----------
    time : float
        When it was, in seconds since the epoch.
    event : str
        The event in which it was; empty outside of one.
    message : str
        The message.
    error : str
        What went wrong, in a line; empty if there was no exception.
    trace : str
        The id of the trace; empty outside of one.
    """

    time: float
    event: str = ""
    message: str = ""
    error: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the configuration in force.

    Parameters
    ----------
    key : str
        Its key, sections first: ``limits.burst``.
    value : object
        The value as plain data; a secret one is ``***``.
    origin : str
        Where it comes from: a file with line, a variable, an option, the default; empty if the configuration
        does not tell.
    """

    key: str
    value: object
    origin: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """An application at one moment; all texts are masked.

    Parameters
    ----------
    name : str
        Its name.
    phase : str
        ``new``, ``starting``, ``up``, ``draining``, ``stopping``, ``over``.
    uptime : float
        How long it has been up, in seconds; that of the whole run once it is over, 0 before the start.
    versions : Versions
        Which build runs, on what.
    handlers : tuple of HandlerState
        The handlers, by events.
    services : tuple of ServiceState
        The services that they reach, those that are needed first.
    tasks : tuple of TaskState
        The tasks that run now.
    schedules : tuple of object
        The schedules, as their source describes them: dataclasses.
    sources : tuple of SourceState
        Where events come from.
    errors : tuple of LastError
        The last errors, the newest last; empty where the monitor keeps none.
    configuration : tuple of Value
        The values in force; empty before the first start.
    failure : str
        What ended it, or is about to; empty if nothing is.
    problems : tuple of str
        What could not be told, and why.
    """

    name: str
    phase: str
    uptime: float
    versions: Versions
    handlers: tuple[HandlerState, ...] = ()
    services: tuple[ServiceState, ...] = ()
    tasks: tuple[TaskState, ...] = ()
    schedules: tuple[object, ...] = ()
    sources: tuple[SourceState, ...] = ()
    errors: tuple[LastError, ...] = ()
    configuration: tuple[Value, ...] = ()
    failure: str = ""
    problems: tuple[str, ...] = field(default=())

    def data(self) -> Mapping[str, object]:
        """Return the state as JSON has it.

        Returns
        -------
        mapping of str to object
            Text, numbers, booleans, None, lists and dicts of these.

        Examples
        --------
        >>> State("orders", "up", 7.5, Versions()).data()["phase"]
        'up'
        """
        from cordio_core.state._plain import plain

        return plain(self)
