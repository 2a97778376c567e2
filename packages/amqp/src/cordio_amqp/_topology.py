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
)

from cordio_amqp._topology_error import TopologyError

if TYPE_CHECKING:
    from aiormq.abc import AbstractChannel
    from pamqp.common import FieldTable

    from cordio_amqp._events import QueueType
    from cordio_amqp._source import Source

__all__ = ["declare", "declare_queue", "waiting"]

_DIFFERENCE = re.compile(r"inequivalent arg '([^']*)'.*?: received (.*?) but current is (.*)", re.DOTALL)
_WORDS = {"none": "not set", "the value": "", "of type 'longstr'": "", "of type 'signedint'": ""}


async def declare(channel: AbstractChannel, source: Source, queue: str) -> None:
    """Declare what a handler consumes from; raise TopologyError if that is there already and is different."""
    kind = source.consumption.type
    if source.consumption.declared:
        await declare_queue(channel, queue, kind)
    else:
        with _told(f"the queue {queue!r}", "declare it, or leave out declare=False"):
            await channel.queue_declare(queue, passive=True)
    await declare_queue(channel, f"{queue}.parked", kind)
    if source.exchange:
        await _bind(channel, source, queue)


async def _bind(channel: AbstractChannel, source: Source, queue: str) -> None:
    exchange, provided = source.exchange, source.exchange.startswith("amq.")
    with _told(f"the exchange {exchange!r}", "choose another exchange, or delete that one"):
        await channel.exchange_declare(exchange, exchange_type="topic", durable=True, passive=provided)
        await channel.queue_bind(queue, exchange, source.key)


async def declare_queue(
    channel: AbstractChannel, queue: str, kind: QueueType, arguments: FieldTable | None = None
) -> None:
    """Declare a durable queue; raise TopologyError if there is a different one of this name."""
    cure = f"declare it so (type={'classic' if kind == 'quorum' else 'quorum'!r}), or delete that one"
    with _told(f"the queue {queue!r}", cure):
        await channel.queue_declare(queue, durable=True, arguments={"x-queue-type": kind, **(arguments or {})})


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
    except (ChannelAccessRefused, ChannelLockedResource) as error:
        raise TopologyError(what, str(error), "give the user the right to it") from error


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
