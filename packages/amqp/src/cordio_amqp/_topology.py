"""Exchanges, queues and bindings, declared as the handlers want them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiormq.exceptions import (
    ChannelAccessRefused,
    ChannelLockedResource,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    ConnectionCommandInvalid,
)

from cordio_amqp._topology_error import TopologyError
from cordio_amqp.rpc._wire import EXPIRES

if TYPE_CHECKING:
    from pamqp.common import FieldTable

    from cordio_amqp._broker import Channel
    from cordio_amqp._consumption import Consumption, QueueType
    from cordio_amqp._source import Source

__all__ = ["declare", "declare_queue", "parking", "waiting", "waiting_in"]

_ANY_NUMBER = 2**31 - 1
_HASH_PLUGIN = "rabbitmq_consistent_hash_exchange"
_DIFFERENCE = re.compile(r"inequivalent arg '([^']*)'.*?: received (.*?) but current is (.*)", re.DOTALL)
_WORDS = {"none": "not set", "the value": "", "of type 'longstr'": "", "of type 'signedint'": ""}


async def declare(channel: Channel, source: Source, queue: str) -> None:
    """Declare what a handler consumes from; raise TopologyError if that is there already and is different."""
    if source.is_answered:
        return await declare_queue(channel, queue, source.consumption.type, {"x-expires": EXPIRES})
    if source.consumption.declared:
        await declare_queue(channel, queue, source.consumption.type, _wanted(source.consumption))
    else:
        with _told(f"the queue {queue!r}", "declare it, or leave out declare=False"):
            await channel.queue_declare(queue, passive=True)
    await declare_queue(channel, *parking(queue, source.consumption.type))
    if source.exchange:
        await _bind(channel, source, queue)


def _wanted(consumption: Consumption) -> FieldTable:
    found = {} if consumption.stream is None else consumption.stream.arguments
    return {**found, "x-single-active-consumer": True} if consumption.single_active else found


async def _bind(channel: Channel, source: Source, queue: str) -> None:
    exchange, provided = source.exchange, source.exchange.startswith("amq.")
    arguments: FieldTable = {"hash-header": source.hash_header} if source.hash_header else {}
    with _told(f"the exchange {exchange!r}", "choose another exchange, or delete that one"):
        await channel.exchange_declare(
            exchange,
            exchange_type=source.exchange_type,
            durable=True,
            passive=provided,
            arguments=arguments or None,
        )
        await channel.queue_bind(queue, exchange, source.key)


async def declare_queue(
    channel: Channel, queue: str, kind: QueueType, arguments: FieldTable | None = None
) -> None:
    """Declare a durable queue; raise TopologyError if there is a different one of this name."""
    cure = f"declare it so (type={'classic' if kind == 'quorum' else 'quorum'!r}), or delete that one"
    with _told(f"the queue {queue!r}", cure):
        await channel.queue_declare(queue, durable=True, arguments={"x-queue-type": kind, **(arguments or {})})


async def waiting_in(channel: Channel, queue: str) -> int:
    """Return how many messages wait in a queue; raise TopologyError if it is not there."""
    with _told(f"the queue {queue!r}", "is this its name, and has its consumer ever run?"):
        return (await channel.queue_declare(queue, passive=True)).message_count or 0


def parking(queue: str, kind: QueueType) -> tuple[str, QueueType, FieldTable]:
    """Return the name, the type and the arguments of the queue for what cannot be handled.

    It is looked through without taking anything off it, and RabbitMQ 4 drops by default what comes back to
    a quorum queue twenty times.
    """
    if kind == "classic":
        return f"{queue}.parked", "classic", {}
    return f"{queue}.parked", "quorum", {"x-delivery-limit": _ANY_NUMBER}


def waiting(queue: str, kind: QueueType, milliseconds: int) -> tuple[str, FieldTable]:
    """Return the name and the arguments of the queue whose messages come back after so long."""
    arguments: FieldTable = {
        "x-message-ttl": milliseconds,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue,
    }
    if kind == "quorum":  # otherwise a message is gone if the queue cannot take it at that moment
        arguments |= {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
    return f"{queue}.retry.{milliseconds}", arguments


@contextmanager
def _told(what: str, cure: str) -> Iterator[None]:
    try:
        yield
    except ChannelPreconditionFailed as error:
        raise TopologyError(what, _difference(str(error)), cure) from error
    except ChannelNotFoundEntity as error:
        raise TopologyError(what, "it is not there", cure) from error
    except ConnectionCommandInvalid as error:
        raise TopologyError(what, str(error), _plugin(str(error)) or cure) from error
    except (ChannelAccessRefused, ChannelLockedResource) as error:
        raise TopologyError(what, str(error), "give the user the right to it") from error


def _plugin(text: str) -> str:
    """Return what to do if the broker does not know a type of exchange that a plugin brings."""
    return f"run 'rabbitmq-plugins enable {_HASH_PLUGIN}' on the broker" if "x-consistent-hash" in text else ""


def _difference(text: str) -> str:
    found = _DIFFERENCE.search(text)
    if found is None:
        return text
    name, wanted, current = found.groups()
    return f"its {name} is {_plain(current)}, and {_plain(wanted)} is wanted"


def _plain(value: str) -> str:
    for word, plain in _WORDS.items():
        value = value.replace(word, plain)
    return value.strip()
