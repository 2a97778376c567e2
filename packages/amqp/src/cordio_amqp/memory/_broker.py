"""The broker in this process: its exchanges and queues, and the way of a message through them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias, cast
from uuid import uuid4

from cordio_amqp.memory._errors import demand_same, missing, refused, wrong
from cordio_amqp.memory._exchange import KINDS, Exchange
from cordio_amqp.memory._message import Message, dead
from cordio_amqp.memory._queue import Queue

if TYPE_CHECKING:
    from pamqp.common import FieldTable

__all__ = ["REPLY_TO", "Broker", "Outcome"]

Outcome: TypeAlias = Literal["kept", "unroutable", "full"]

REPLY_TO = "amq.rabbitmq.reply-to"
_PROVIDED = {
    "amq.direct": "direct",
    "amq.fanout": "fanout",
    "amq.topic": "topic",
    "amq.headers": "headers",
    "amq.match": "headers",
}
_OF_QUEUE = (
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-dead-letter-strategy",
    "x-delivery-limit",
    "x-expires",
    "x-max-length",
    "x-max-length-bytes",
    "x-max-priority",
    "x-message-ttl",
    "x-overflow",
    "x-queue-type",
    "x-single-active-consumer",
)


class Broker:
    """Routes, keeps and hands out messages as RabbitMQ does, and keeps nothing beyond its end."""

    def __init__(self) -> None:
        self.exchanges = {name: Exchange(name, kind) for name, kind in _PROVIDED.items()}
        self.queues: dict[str, Queue] = {}
        self.replies: dict[str, Callable[[Message], None]] = {}

    def publish(self, message: Message) -> Outcome:
        """Route a message; raise the error of a channel if its exchange is not there."""
        if (reply := self.replies.get(message.key)) is not None and not message.exchange:
            reply(message)
            return "unroutable"  # as RabbitMQ says of replies, although they arrive
        if message.exchange and self.exchange(message.exchange).internal:
            raise refused(f"cannot publish to internal exchange '{message.exchange}' in vhost '/'")
        return self._put(message, self._routed(message))

    def declare_exchange(self, wanted: Exchange, *, passive: bool) -> None:
        """Make an exchange; raise the error of a channel if it is there and different, or not there."""
        there = self.exchanges.get(wanted.name)
        if passive and there is None:
            raise missing("exchange", wanted.name)
        if passive or not wanted.name:
            return
        if wanted.kind not in KINDS:
            raise wrong(f"invalid exchange type '{wanted.kind}'")
        if there is not None:
            current, asked = _exchange_as_table(there), _exchange_as_table(wanted)
            return demand_same(f"exchange '{wanted.name}'", current, asked)
        if wanted.name.startswith("amq."):
            raise refused(f"exchange name '{wanted.name}' contains reserved prefix 'amq.*'")
        self.exchanges[wanted.name] = wanted

    def delete_exchange(self, name: str, *, if_unused: bool) -> None:
        """Delete an exchange with its bindings."""
        there = self.exchanges.get(name)
        if there is None:
            return
        if if_unused and there.bindings:
            raise wrong(f"exchange '{name}' in vhost '/' in use")
        del self.exchanges[name]
        for other in self.exchanges.values():
            other.forget(name, is_exchange=True)

    def declare_queue(self, wanted: Queue, *, passive: bool) -> Queue:
        """Make a queue; raise the error of a channel if it is there and different, or not there."""
        wanted.name = wanted.name or f"amq.gen-{uuid4().hex}"
        there = self.queues.get(wanted.name)
        if passive and there is None:
            raise missing("queue", wanted.name)
        if there is not None and not passive:
            demand_same(f"queue '{wanted.name}'", _queue_as_table(there), _queue_as_table(wanted))
        if there is not None:
            return there
        _check(wanted)
        wanted.dead = self._dead
        self.queues[wanted.name] = wanted
        return wanted

    def queue(self, name: str) -> Queue:
        """Return a queue; raise the error of a channel if it is not there."""
        if (found := self.queues.get(name)) is None:
            raise missing("queue", name)
        return found

    def delete_queue(self, name: str, *, if_unused: bool, if_empty: bool) -> Queue | None:
        """Delete a queue with its bindings, and return it; whoever consumes it is to be told."""
        found = self.queues.get(name)
        if found is None:
            return None
        if (if_unused and found.consumers) or (if_empty and len(found)):
            why = "in use" if if_unused and found.consumers else "not empty"
            raise wrong(f"queue '{name}' in vhost '/' {why}")
        del self.queues[name]
        for exchange in self.exchanges.values():
            exchange.forget(name, is_exchange=False)
        return found

    def exchange(self, name: str) -> Exchange:
        """Return an exchange; raise the error of a channel if it is not there."""
        if not name:
            raise refused("operation not permitted on the default exchange")
        if (found := self.exchanges.get(name)) is None:
            raise missing("exchange", name)
        return found

    def _routed(self, message: Message) -> list[Queue]:
        """Return the queues that a message goes to, each once."""
        if not message.exchange:
            found = self.queues.get(message.key)
            return [] if found is None else [found]
        reached = dict.fromkeys(self._reached(self.exchange(message.exchange), message, set()))
        return [self.queues[name] for name in reached if name in self.queues]

    def _reached(self, exchange: Exchange, message: Message, seen: set[str]) -> Iterator[str]:
        seen.add(exchange.name)
        is_taken = False
        for binding in exchange.targets(message):
            is_taken = True
            if not binding.to_exchange:
                yield binding.target
            elif binding.target not in seen:
                yield from self._reached(self.exchange(binding.target), message, seen)
        other = exchange.arguments.get("alternate-exchange")
        if not is_taken and isinstance(other, str) and other not in seen and other in self.exchanges:
            yield from self._reached(self.exchanges[other], message, seen)

    def _put(self, message: Message, queues: list[Queue]) -> Outcome:
        if not queues:
            return "unroutable"
        outcome: Outcome = "kept"
        for queue in queues:
            mine = Message(message.exchange, message.key, message.properties, message.body)
            if queue.accepts(mine):
                queue.put(mine)
            else:
                outcome = "full"
        return outcome

    def _dead(self, queue: Queue, message: Message, reason: str) -> None:
        """Send what leaves a queue to its dead-letter exchange, but never round in a circle."""
        exchange, key = (queue.arguments.get(f"x-dead-letter-{each}") for each in ("exchange", "routing-key"))
        if not isinstance(exchange, str) or (exchange and exchange not in self.exchanges):
            return
        gone = dead(message, queue.name, reason, exchange, key if isinstance(key, str) else None)
        self._put(gone, [each for each in self._routed(gone) if not _is_circle(gone, each.name)])


def _is_circle(message: Message, queue: str) -> bool:
    deaths = cast("list[FieldTable]", message.headers["x-death"])  # as `dead` has just written it
    places = [place for place, death in enumerate(deaths) if death.get("queue") == queue]
    return bool(places) and all(death.get("reason") != "rejected" for death in deaths[: places[0] + 1])


def _check(queue: Queue) -> None:
    if queue.kind not in ("classic", "quorum"):
        what = f"the broker in this process keeps no queue of the type '{queue.kind}'"
        raise wrong(f"{what}; set amqp.host or amqp.url for RabbitMQ")
    if queue.kind == "quorum" and not queue.durable:
        raise wrong(f"invalid property 'non-durable' for queue '{queue.name}' in vhost '/'")


def _exchange_as_table(exchange: Exchange) -> FieldTable:
    return {
        "type": exchange.kind,
        "durable": exchange.durable,
        "auto_delete": exchange.auto_delete,
        "internal": exchange.internal,
        "alternate-exchange": exchange.arguments.get("alternate-exchange"),
    }


def _queue_as_table(queue: Queue) -> FieldTable:
    given = {name: queue.arguments.get(name) for name in _OF_QUEUE}
    about: FieldTable = {name: getattr(queue, name) for name in ("durable", "auto_delete", "exclusive")}
    return {**about, **given, "x-queue-type": queue.kind}
