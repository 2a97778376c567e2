"""What a handler can be attached to, with what RabbitMQ can do beyond the events of the core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from cordio_amqp._retries import Retrying
from cordio_core import QueueEvent, TopicEvent
from cordio_core import queue as plain_queue
from cordio_core import topic as plain_topic

__all__ = ["ConsumedQueue", "ConsumedTopic", "Consumption", "QueueType", "queue", "topic"]

QueueType: TypeAlias = Literal["quorum", "classic"]

_MOST = 65535  # AMQP 0-9-1, section 1.8.3.1: a short


@dataclass(frozen=True, slots=True)
class Consumption:
    """How a queue is consumed.

    Parameters
    ----------
    prefetch : int or None
        How many messages the broker hands out before one is settled; that of the settings if None.
    limit : int or None
        How many are handled at once; as many as are handed out if None.
    retry : Retrying or None
        How often a message is handled that fails, and how long it waits; five times within about half a minute
        if None.
    type : str
        The type that the queue is declared with: ``quorum`` or ``classic``.
    declared : bool
        Whether the queue is declared; otherwise it has to be there, and is used as it is.
    """

    prefetch: int | None = None
    limit: int | None = None
    retry: Retrying | None = None
    type: QueueType = "quorum"
    declared: bool = True

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        for name, number in (("prefetch", self.prefetch), ("limit", self.limit)):
            if number is not None and not 1 <= number <= _MOST:
                raise ValueError(f"{name}={number} is no number of messages: write 1 to {_MOST}")
        if self.type not in get_args(QueueType):
            raise ValueError(f"type={self.type!r} is no type of queue here: write 'quorum' or 'classic'")
        if self.retry is not None and not isinstance(self.retry, Retrying):
            raise ValueError(
                f"retry={self.retry!r} is no retry scheme: write Retries(attempts=5, wait='1s..5m')"
            )
        if self.retry is not None and self.retry.most is None:
            raise ValueError(f"retry={self.retry!r} never ends: give it a number of attempts")


@dataclass(frozen=True, slots=True)
class ConsumedQueue(QueueEvent):
    """A message in a queue, and how it is consumed.

    Parameters
    ----------
    consumption : Consumption
        How.
    """

    consumption: Consumption = Consumption()


@dataclass(frozen=True, slots=True)
class ConsumedTopic(TopicEvent):
    """Messages that an exchange routes by their key, and how they are consumed.

    Parameters
    ----------
    queue : str
        The queue; empty for one named after service and handler.
    consumption : Consumption
        How.
    """

    queue: str = ""
    consumption: Consumption = Consumption()


def queue(
    name: str,
    *,
    prefetch: int | None = None,
    limit: int | None = None,
    retry: Retrying | None = None,
    type: QueueType = "quorum",
    declare: bool = True,
) -> ConsumedQueue:
    """Describe a message in a queue, and how it is consumed.

    Parameters
    ----------
    name : str
        The name of the queue, at most 255 bytes.
    prefetch : int or None
        How many messages the broker hands out before one is settled; that of the settings if None.
    limit : int or None
        How many are handled at once; as many as are handed out if None.
    retry : Retrying or None
        How often a message is handled that fails, and how long it waits: `Retries`, ``cordio_errors.Retry``.
    type : str
        The type that the queue is declared with: ``quorum`` or ``classic``.
    declare : bool
        Whether the queue is declared; otherwise it has to be there, and is used as it is.

    Returns
    -------
    ConsumedQueue
        The event, for ``App.on``; ``cordio_core.queue`` gives the same with nothing chosen.

    Raises
    ------
    ValueError
        If the name is empty or too long, or an option means nothing.

    Examples
    --------
    >>> queue("orders.new", prefetch=20).consumption.prefetch
    20
    """
    plain = plain_queue(name)
    consumption = Consumption(prefetch, limit, retry, type, declare)
    return ConsumedQueue(plain.kind, plain.name, plain.names, plain.queue, consumption)


def topic(
    exchange: str,
    key: str,
    *,
    queue: str = "",
    prefetch: int | None = None,
    limit: int | None = None,
    retry: Retrying | None = None,
    type: QueueType = "quorum",
) -> ConsumedTopic:
    """Describe messages that an exchange routes by their key, and how they are consumed.

    Parameters
    ----------
    exchange : str
        The exchange, which is declared as a durable one of the type ``topic``; one that the broker brings,
        as ``amq.topic``, is used as it is.
    key : str
        The binding key, at most 255 bytes: ``"*.cancelled"``.
    queue : str
        The queue; one named after service and handler if empty, as ``orders.cancelled``.
    prefetch : int or None
        How many messages the broker hands out before one is settled; that of the settings if None.
    limit : int or None
        How many are handled at once; as many as are handed out if None.
    retry : Retrying or None
        How often a message is handled that fails, and how long it waits: `Retries`, ``cordio_errors.Retry``.
    type : str
        The type that the queue is declared with: ``quorum`` or ``classic``.

    Returns
    -------
    ConsumedTopic
        The event, for ``App.on``; ``cordio_core.topic`` gives the same with nothing chosen.

    Raises
    ------
    ValueError
        If a name is empty or too long, or an option means nothing.

    Examples
    --------
    >>> topic("orders", "*.cancelled").name
    'topic orders *.cancelled'
    """
    plain = plain_topic(exchange, key)
    consumption = Consumption(prefetch, limit, retry, type)
    return ConsumedTopic(plain.kind, plain.name, plain.names, plain.exchange, plain.key, queue, consumption)
