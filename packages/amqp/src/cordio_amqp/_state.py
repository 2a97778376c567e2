"""How a consumer is at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["AmqpState", "ConsumerState", "Standing"]

Standing: TypeAlias = Literal["consuming", "restoring", "paused", "draining"]


@dataclass(frozen=True, slots=True)
class ConsumerState:
    """How a consumer is at one moment.

    Parameters
    ----------
    queue : str
        What it consumes.
    handler : str
        The function that takes the messages, with its place.
    standing : str
        ``consuming``, ``restoring`` after a loss, ``paused`` on request, or ``draining`` before the end.
    prefetch : int
        How many messages it may have at a time.
    running : int
        How many it has.
    oldest : float
        How long the oldest of these is with it, in seconds; 0 if there is none. What reaches the broker's
        ``consumer_timeout`` costs the channel.
    overdue : int
        How many are with it for more than half of ``consumer_timeout``.
    handled : int
        How many were settled since the start.
    losses : int
        How often the consumer was lost.
    lag : float or None
        How old the latest message was when it came in, in seconds, by the clock of its sender; None if it did
        not say.
    waiting : int or None
        How many messages wait in the queue; None before that was asked.
    parked : int or None
        How many are parked.

    Examples
    --------
    >>> ConsumerState("mail", "home.app.send", "consuming", prefetch=50, running=2).standing
    'consuming'
    """

    queue: str
    handler: str
    standing: Standing
    prefetch: int
    running: int = 0
    oldest: float = 0.0
    overdue: int = 0
    handled: int = 0
    losses: int = 0
    lag: float | None = None
    waiting: int | None = None
    parked: int | None = None


@dataclass(frozen=True, slots=True)
class AmqpState:
    """How the service ``amqp`` is at one moment.

    Parameters
    ----------
    broker : str
        Where the broker is.
    connected : bool
        Whether there is a connection for publishing that is not known to be lost.
    waiting : int
        How many messages wait for one.
    waiting_size : int
        How large they are together, in bytes.
    calls : int
        How many calls wait for their answers.
    late : int
        How many answers came when nobody waited for them any more.

    Examples
    --------
    >>> AmqpState("mq.local:5672", connected=True).waiting
    0
    """

    broker: str
    connected: bool
    waiting: int = 0
    waiting_size: int = 0
    calls: int = 0
    late: int = 0
