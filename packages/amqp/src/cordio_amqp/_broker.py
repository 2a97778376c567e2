"""What this package asks of a broker, in the words of aiormq, and who answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Coroutine
    from ssl import SSLContext

    from aiormq.abc import (
        ArgumentsType,
        ConfirmationFrameType,
        ConsumerCancelCallback,
        DeliveredMessage,
        ReturnCallback,
    )
    from pamqp import commands as spec

    from cordio_amqp._letter import Letter
    from cordio_amqp._settings import AmqpSettings

__all__ = ["Channel", "LinkLine", "TrunkLine", "announce", "link", "trunk"]


class Channel(Protocol):
    """A channel of AMQP 0-9-1: names, results and exceptions are those of aiormq."""

    on_consumer_cancel_callbacks: set[ConsumerCancelCallback]
    on_return_callbacks: set[ReturnCallback]

    @property
    def closing(self) -> asyncio.Future[object]:
        """Done when the channel is closed."""
        ...

    @property
    def is_closed(self) -> bool: ...

    async def close(self) -> None: ...

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
    ) -> spec.Exchange.DeclareOk: ...

    async def exchange_delete(
        self, exchange: str = "", *, if_unused: bool = False
    ) -> spec.Exchange.DeleteOk: ...

    async def exchange_bind(
        self,
        destination: str = "",
        source: str = "",
        routing_key: str = "",
        *,
        arguments: ArgumentsType | None = None,
    ) -> spec.Exchange.BindOk: ...

    async def queue_declare(
        self,
        queue: str = "",
        *,
        passive: bool = False,
        durable: bool = False,
        exclusive: bool = False,
        auto_delete: bool = False,
        arguments: ArgumentsType | None = None,
    ) -> spec.Queue.DeclareOk: ...

    async def queue_bind(
        self, queue: str, exchange: str, routing_key: str = "", *, arguments: ArgumentsType | None = None
    ) -> spec.Queue.BindOk: ...

    async def queue_unbind(
        self,
        queue: str = "",
        exchange: str = "",
        routing_key: str = "",
        arguments: ArgumentsType | None = None,
    ) -> spec.Queue.UnbindOk: ...

    async def queue_delete(
        self, queue: str = "", if_unused: bool = False, if_empty: bool = False
    ) -> spec.Queue.DeleteOk: ...

    async def queue_purge(self, queue: str = "") -> spec.Queue.PurgeOk: ...

    async def basic_qos(self, *, prefetch_count: int | None = None) -> spec.Basic.QosOk: ...

    async def basic_consume(
        self,
        queue: str,
        consumer_callback: Callable[[DeliveredMessage], object],
        *,
        no_ack: bool = False,
        exclusive: bool = False,
        arguments: ArgumentsType | None = None,
        consumer_tag: str | None = None,
    ) -> spec.Basic.ConsumeOk: ...

    async def basic_cancel(self, consumer_tag: str) -> spec.Basic.CancelOk: ...

    async def basic_get(self, queue: str = "", no_ack: bool = False) -> DeliveredMessage: ...

    def basic_ack(self, delivery_tag: int, multiple: bool = False, wait: bool = True) -> Awaitable[None]: ...

    def basic_nack(
        self, delivery_tag: int, multiple: bool = False, requeue: bool = True, wait: bool = True
    ) -> Awaitable[None]: ...

    def basic_reject(
        self, delivery_tag: int, *, requeue: bool = True, wait: bool = True
    ) -> Awaitable[None]: ...

    async def basic_publish(
        self,
        body: bytes,
        *,
        exchange: str = "",
        routing_key: str = "",
        properties: spec.Basic.Properties | None = None,
        mandatory: bool = False,
        wait: bool = True,
    ) -> ConfirmationFrameType | None: ...


class _Line(Protocol):
    @property
    def usable(self) -> bool:
        """Whether it is not known to be lost."""
        ...

    async def landed(self) -> None:
        """Wait until nothing is on its way."""
        ...

    async def close(self, within: float) -> None:
        """Close in good order, by force after so many seconds."""
        ...

    def cut(self) -> None:
        """Close by force."""
        ...


class TrunkLine(_Line, Protocol):
    """A connection with channels for everything but plain publishing; it is never repaired."""

    async def channel(self, *, confirms: bool = False) -> Channel:
        """Open a channel."""
        ...

    async def done(self, work: Coroutine[object, object, None]) -> None:
        """Do something on it; raise AmqpError, among them Unavailable if it was lost or did not answer."""
        ...


class LinkLine(_Line, Protocol):
    """A connection for publishing; it is never repaired."""

    async def send(self, letter: Letter, until: float) -> None:
        """Publish, and return when it is confirmed; raise Gone, or the AmqpError that tells the outcome."""
        ...

    async def ping(self, until: float) -> None:
        """Ask for a sign of life until the loop's time `until`; raise Unavailable."""
        ...


def announce(settings: AmqpSettings) -> None:
    """Say so if there is no server, but a broker in this process."""
    if settings.in_memory:
        from cordio_amqp.memory import announce as say

        say(settings.where)


async def trunk(settings: AmqpSettings, tls: SSLContext | None = None) -> TrunkLine:
    """Make one attempt to connect for consuming; raise Unavailable."""
    if settings.in_memory:
        from cordio_amqp.memory import MemoryTrunk

        return MemoryTrunk.open(settings)
    from cordio_amqp._trunk import Trunk

    return await Trunk.open(settings, tls)


async def link(settings: AmqpSettings, tls: SSLContext | None = None) -> LinkLine:
    """Make one attempt to connect for publishing; what that takes is imported now, and not before."""
    if settings.in_memory:
        from cordio_amqp.memory import MemoryLink

        return MemoryLink.open(settings)
    from cordio_amqp._link import Link

    return await Link.open(settings, tls)
