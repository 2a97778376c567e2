"""Messages of a broker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cordio_core.events._event import Event

__all__ = ["QueueEvent", "RpcEvent", "TopicEvent", "queue", "rpc", "topic"]


@dataclass(frozen=True, slots=True)
class QueueEvent(Event):
    """A message in a queue.

    Parameters
    ----------
    queue : str
        The name of the queue.
    """

    queue: str = ""


@dataclass(frozen=True, slots=True)
class TopicEvent(Event):
    """A message that an exchange routes by its key; the queue is named after service and handler.

    Parameters
    ----------
    exchange : str
        The name of the exchange.
    key : str
        The binding key: words between dots, ``*`` for one word, ``#`` for any number of them.
    """

    exclusive: ClassVar[bool] = False
    exchange: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class RpcEvent(Event):
    """A call that waits for its answer.

    Parameters
    ----------
    procedure : str
        The name under which it is called.
    """

    procedure: str = ""


def queue(name: str) -> QueueEvent:
    """Describe a message in a queue (AMQP 0-9-1).

    Parameters
    ----------
    name : str
        The name of the queue, at most 255 bytes (AMQP 0-9-1, type `shortstr`).

    Returns
    -------
    QueueEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the name is empty or too long.

    Examples
    --------
    >>> queue("orders.new").name
    'queue orders.new'
    """
    _refuse_long("a queue", name)
    return QueueEvent("amqp", f"queue {name}", (), name)


def topic(exchange: str, key: str) -> TopicEvent:
    """Describe messages that an exchange routes by their key (AMQP 0-9-1, section 3.1.3.3).

    Parameters
    ----------
    exchange : str
        The name of the exchange, at most 255 bytes.
    key : str
        The binding key, at most 255 bytes: ``"*.cancelled"``.

    Returns
    -------
    TopicEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If one of the two is empty or too long.

    Examples
    --------
    >>> topic("orders", "*.cancelled").name
    'topic orders *.cancelled'
    """
    _refuse_long("an exchange", exchange)
    _refuse_long("a binding key", key)
    return TopicEvent("amqp", f"topic {exchange} {key}", (), exchange, key)


def rpc(name: str) -> RpcEvent:
    """Describe a call over a broker that waits for its answer.

    Parameters
    ----------
    name : str
        The name under which it is called, at most 255 bytes.

    Returns
    -------
    RpcEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the name is empty or too long.

    Examples
    --------
    >>> rpc("price").name
    'rpc price'
    """
    _refuse_long("a procedure", name)
    return RpcEvent("amqp", f"rpc {name}", (), name)


def _refuse_long(what: str, name: str) -> None:
    if not isinstance(name, str):
        raise ValueError(f"the name of {what} is a text, not {name!r}")
    if not 0 < len(name.encode()) <= 255:
        raise ValueError(f"the name of {what} has 1 to 255 bytes, not {len(name.encode())}")
