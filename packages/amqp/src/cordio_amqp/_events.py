"""What a handler can be attached to, with what RabbitMQ can do beyond the events of the core."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_amqp._consumption import Consumption, OrderedBy, QueueType, Stream
from cordio_amqp._retries import Retrying
from cordio_core import QueueEvent, TopicEvent
from cordio_core import queue as plain_queue
from cordio_core import topic as plain_topic

__all__ = ["ConsumedQueue", "ConsumedTopic", "queue", "topic"]


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
    exchange_type : str
        The type that the exchange is declared with.
    hash_header : str
        The header by which an exchange of the type ``x-consistent-hash`` spreads messages; the key if empty.
    """

    queue: str = ""
    consumption: Consumption = Consumption()
    exchange_type: str = "topic"
    hash_header: str = ""


def queue(
    name: str,
    *,
    prefetch: int | None = None,
    limit: int | None = None,
    retry: Retrying | None = None,
    type: QueueType | Stream = "quorum",
    declare: bool = True,
    single_active: bool = False,
    ordered_by: OrderedBy | None = None,
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
    type : str or Stream
        The type that the queue is declared with: ``quorum``, ``classic`` or a `Stream`, whose messages stay.
    declare : bool
        Whether the queue is declared; otherwise it has to be there, and is used as it is.
    single_active : bool
        Whether of all instances of the service one gets messages, and the next takes over when it is gone.
    ordered_by : str, callable or None
        Messages that are alike in this are handled one after the other, in the order in which they came, all
        others at the same time: a name in the data, as ``"customer.id"``, or a function of the request. One in
        which it is missing has no order; one that is tried again later has lost its place.

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
    consumption = Consumption.of(
        type,
        prefetch=prefetch,
        limit=limit,
        retry=retry,
        declared=declare,
        single_active=single_active,
        ordered_by=ordered_by,
    )
    return ConsumedQueue(plain.kind, plain.name, plain.names, plain.queue, consumption)


def topic(
    exchange: str,
    key: str,
    *,
    queue: str = "",
    prefetch: int | None = None,
    limit: int | None = None,
    retry: Retrying | None = None,
    type: QueueType | Stream = "quorum",
    single_active: bool = False,
    ordered_by: OrderedBy | None = None,
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
    type : str or Stream
        The type that the queue is declared with: ``quorum``, ``classic`` or a `Stream`, whose messages stay.
    single_active : bool
        Whether of all instances of the service one gets messages, and the next takes over when it is gone.
    ordered_by : str, callable or None
        Messages that are alike in this are handled one after the other, in the order in which they came, all
        others at the same time: a name in the data, as ``"customer.id"``, or a function of the request. One in
        which it is missing has no order; one that is tried again later has lost its place.

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
    consumption = Consumption.of(
        type, prefetch=prefetch, limit=limit, retry=retry, single_active=single_active, ordered_by=ordered_by
    )
    return ConsumedTopic(plain.kind, plain.name, plain.names, plain.exchange, plain.key, queue, consumption)
