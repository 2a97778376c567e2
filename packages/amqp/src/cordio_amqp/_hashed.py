"""Queues that share the messages of an exchange, spread by a hash."""

from __future__ import annotations

from cordio_amqp._consumption import Consumption, OrderedBy, QueueType, Stream
from cordio_amqp._events import ConsumedTopic
from cordio_amqp._retries import Retrying
from cordio_core import queue as plain_queue
from cordio_core import topic as plain_topic

__all__ = ["hashed"]

_HASHED = "x-consistent-hash"


def hashed(
    exchange: str,
    *,
    queue: str,
    weight: int = 1,
    header: str = "",
    prefetch: int | None = None,
    limit: int | None = None,
    retry: Retrying | None = None,
    type: QueueType | Stream = "quorum",
    single_active: bool = False,
    ordered_by: OrderedBy | None = None,
) -> ConsumedTopic:
    """Describe a part of the messages of an exchange that spreads them over its queues by a hash.

    Messages with the same key, or the same value of a header, go to the same queue, as long as no queue comes
    or goes. The broker needs the plugin ``rabbitmq_consistent_hash_exchange``.

    Parameters
    ----------
    exchange : str
        The exchange, which is declared as a durable one of the type ``x-consistent-hash``.
    queue : str
        The queue: each has its part.
    weight : int
        How large the part is, compared with those of the other queues.
    header : str
        The header whose value is hashed; the routing key if empty.
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
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If a name is empty or too long, or an option means nothing.

    Examples
    --------
    >>> hashed("orders", queue="orders.1").name
    'hashed orders to orders.1'
    """
    if weight < 1:
        raise ValueError(f"weight={weight} is no part: write 1 or more")
    plain, named = plain_topic(exchange, str(weight)), plain_queue(queue)
    consumption = Consumption.of(
        type, prefetch=prefetch, limit=limit, retry=retry, single_active=single_active, ordered_by=ordered_by
    )
    name = f"hashed {exchange} to {named.queue}"
    return ConsumedTopic(plain.kind, name, (), exchange, plain.key, named.queue, consumption, _HASHED, header)
