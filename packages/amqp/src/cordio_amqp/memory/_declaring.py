"""What a channel declares, binds and deletes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiormq.exceptions import AMQPChannelError, ChannelInvalidStateError, ChannelLockedResource
from pamqp import commands as spec

from cordio_amqp.memory._exchange import Binding, Exchange
from cordio_amqp.memory._queue import Queue

if TYPE_CHECKING:
    from aiormq.abc import ArgumentsType

    from cordio_amqp.memory._broker import Broker

__all__ = ["Declaring"]


class Declaring(ABC):
    """The half of a channel that is about exchanges and queues; `owner` is its connection."""

    def __init__(self, broker: Broker, owner: object) -> None:
        self._broker, self._owner = broker, owner

    @property
    @abstractmethod
    def is_closed(self) -> bool:
        """Whether the channel is."""

    @abstractmethod
    def shut(self, error: Exception) -> None:
        """Close the channel at once."""

    async def exchange_declare(
        self,
        exchange: str = "",
        *,
        exchange_type: str = "direct",
        passive: bool = False,
        durable: bool = False,
        auto_delete: bool = False,
        internal: bool = False,
        arguments: ArgumentsType | None = None,
    ) -> spec.Exchange.DeclareOk:
        """Make an exchange, or see that it is there."""
        wanted = Exchange(exchange, exchange_type, durable, auto_delete, internal, dict(arguments or {}))
        with self._attempt():
            self._broker.declare_exchange(wanted, passive=passive)
        return spec.Exchange.DeclareOk()

    async def exchange_delete(self, exchange: str = "", *, if_unused: bool = False) -> spec.Exchange.DeleteOk:
        """Delete an exchange."""
        with self._attempt():
            self._broker.delete_exchange(exchange, if_unused=if_unused)
        return spec.Exchange.DeleteOk()

    async def exchange_bind(
        self,
        destination: str = "",
        source: str = "",
        routing_key: str = "",
        *,
        arguments: ArgumentsType | None = None,
    ) -> spec.Exchange.BindOk:
        """Let an exchange get what another one routes to it."""
        with self._attempt():
            self._broker.exchange(destination)
            binding = Binding(destination, routing_key, dict(arguments or {}), to_exchange=True)
            self._broker.exchange(source).bind(binding)
        return spec.Exchange.BindOk()

    async def queue_declare(
        self,
        queue: str = "",
        *,
        passive: bool = False,
        durable: bool = False,
        exclusive: bool = False,
        auto_delete: bool = False,
        arguments: ArgumentsType | None = None,
    ) -> spec.Queue.DeclareOk:
        """Make a queue, or see that it is there."""
        owner = self._owner if exclusive else None
        wanted = Queue(queue, durable, exclusive, auto_delete, dict(arguments or {}), owner)
        with self._attempt():
            if queue in self._broker.queues:
                self._queue(queue)
            found = self._broker.declare_queue(wanted, passive=passive)
        return spec.Queue.DeclareOk(found.name, len(found), len(found.consumers))

    async def queue_bind(
        self, queue: str, exchange: str, routing_key: str = "", *, arguments: ArgumentsType | None = None
    ) -> spec.Queue.BindOk:
        """Let a queue get what an exchange routes to it."""
        with self._attempt():
            name = self._queue(queue).name
            self._broker.exchange(exchange).bind(Binding(name, routing_key, dict(arguments or {})))
        return spec.Queue.BindOk()

    async def queue_unbind(
        self,
        queue: str = "",
        exchange: str = "",
        routing_key: str = "",
        arguments: ArgumentsType | None = None,
    ) -> spec.Queue.UnbindOk:
        """Take a binding away."""
        with self._attempt():
            if exchange in self._broker.exchanges:
                self._broker.exchange(exchange).unbind(Binding(queue, routing_key, dict(arguments or {})))
        return spec.Queue.UnbindOk()

    async def queue_delete(
        self, queue: str = "", if_unused: bool = False, if_empty: bool = False
    ) -> spec.Queue.DeleteOk:
        """Delete a queue with what is in it."""
        with self._attempt():
            count = self._delete(queue, if_unused=if_unused, if_empty=if_empty)
        return spec.Queue.DeleteOk(count)

    async def queue_purge(self, queue: str = "") -> spec.Queue.PurgeOk:
        """Throw away what waits in a queue."""
        with self._attempt():
            count = self._queue(queue).purge()
        return spec.Queue.PurgeOk(count)

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        """Do something; a mistake closes the channel, as AMQP 0-9-1 has it."""
        if self.is_closed:
            raise ChannelInvalidStateError("the channel is closed")
        try:
            yield
        except AMQPChannelError as error:
            self.shut(error)
            raise

    def _queue(self, name: str) -> Queue:
        found = self._broker.queue(name)
        if found.owner not in (None, self._owner):
            raise ChannelLockedResource(
                f"RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '{name}' in vhost '/'"
            )
        return found

    def _delete(self, name: str, *, if_unused: bool = False, if_empty: bool = False) -> int:
        if name in self._broker.queues:
            self._queue(name)
        found = self._broker.delete_queue(name, if_unused=if_unused, if_empty=if_empty)
        if found is None:
            return 0
        count = len(found)
        found.stop()
        for consumer in [*found.consumers]:
            consumer.taker.cancelled(consumer)
        found.consumers.clear()
        return count
