"""Queues: what waits, who takes it, and what becomes of it when it is too old, too much or not wanted."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Protocol

from cordio_amqp.memory._message import Message

if TYPE_CHECKING:
    from pamqp.common import FieldTable

__all__ = ["Consumer", "Dead", "Queue"]

_AHEAD = 2**60
Dead = Callable[["Queue", Message, str], None]


class Taker(Protocol):
    """Who gets what is handed out."""

    def deliver(self, consumer: Consumer, message: Message) -> None: ...

    def cancelled(self, consumer: Consumer) -> None: ...


@dataclass(slots=True, eq=False)
class Consumer:
    """One consumer of a queue: it may have `prefetch` messages at a time, any number for 0."""

    tag: str
    taker: Taker
    queue: Queue
    prefetch: int = 0
    no_ack: bool = False
    exclusive: bool = False
    held: int = 0

    @property
    def has_room(self) -> bool:
        """Whether it takes another one."""
        return not self.prefetch or self.held < self.prefetch


@dataclass(slots=True, eq=False)
class Queue:
    """One queue."""

    name: str
    durable: bool = True
    exclusive: bool = False
    auto_delete: bool = False
    arguments: FieldTable = field(default_factory=dict)
    owner: object = None
    dead: Dead | None = None
    consumers: deque[Consumer] = field(default_factory=deque)
    held: int = 0
    is_gone: bool = False
    _ready: list[tuple[int, int, Message]] = field(default_factory=list)
    _bytes: int = 0
    _next: int = 0
    _alarm: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """How many messages wait."""
        self._drop_old()
        return len(self._ready)

    @property
    def kind(self) -> str:
        """Its type."""
        return str(self.arguments.get("x-queue-type", "classic"))

    def accepts(self, message: Message) -> bool:
        """Whether there is room for a message, or will be made."""
        return "reject-publish" not in str(self.arguments.get("x-overflow", "")) or self._has_room(message)

    def put(self, message: Message) -> None:
        """Take a message, at the end."""
        message.order, self._next = self._next, self._next + 1
        message.returns = 0 if self.kind == "quorum" else None
        times = [limit for limit in (message.ttl, self._number("x-message-ttl")) if limit is not None]
        message.gone_at = asyncio.get_running_loop().time() + min(times) / 1000 if times else None
        self._push(message)
        while self._is_overfull():
            self._dies(self._pop(), "maxlen")
        self._hand_out()  # before it may be too old: a time to live of 0 means now or never
        self.pump()

    def back(self, message: Message, *, is_lost: bool = False) -> None:
        """Take a message again that was handed out.

        A classic queue puts it to its old place, a quorum queue to the end, or before all others if its
        channel was lost.
        """
        message.is_redelivered = True
        if message.returns is not None:
            message.returns += 1
            message.order, self._next = self._next - (_AHEAD if is_lost else 0), self._next + 1
        limit = self._number("x-delivery-limit")
        if limit is not None and (message.returns or 0) > limit:
            self._dies(message, "delivery_limit")
        else:
            self._push(message)

    def get(self) -> Message | None:
        """Take the next message away, if there is one."""
        self._drop_old()
        return self._pop() if self._ready else None

    def purge(self) -> int:
        """Throw away all that waits; return how many there were."""
        count, self._ready, self._bytes = len(self), [], 0
        return count

    def reject(self, message: Message) -> None:
        """Let a message go that nobody wants."""
        self._dies(message, "rejected")

    def pump(self) -> None:
        """Hand out what waits, in turns, to whoever has room."""
        self._drop_old()
        self._hand_out()
        self._set_alarm()

    def _hand_out(self) -> None:
        while self._ready and (consumer := self._next_consumer()) is not None:
            message = self._pop()
            if not consumer.no_ack:
                consumer.held += 1
                self.held += 1
            consumer.taker.deliver(consumer, message)

    def stop(self) -> None:
        """Be gone: what waits is lost."""
        self.is_gone, self._ready = True, []
        if self._alarm is not None:
            self._alarm.cancel()

    def _next_consumer(self) -> Consumer | None:
        among = 1 if self.arguments.get("x-single-active-consumer") else len(self.consumers)
        for _ in range(min(among, len(self.consumers))):
            consumer = self.consumers[0]
            if among > 1:
                self.consumers.rotate(-1)
            if consumer.has_room:
                return consumer
        return None

    def _push(self, message: Message) -> None:
        heappush(self._ready, (-self._priority(message), message.order, message))
        self._bytes += len(message.body)

    def _pop(self) -> Message:
        message = heappop(self._ready)[2]
        self._bytes -= len(message.body)
        return message

    def _priority(self, message: Message) -> int:
        return min(message.properties.priority or 0, self._number("x-max-priority") or 0)

    def _has_room(self, message: Message) -> bool:
        most, size = self._number("x-max-length"), self._number("x-max-length-bytes")
        return not (
            (most is not None and len(self._ready) >= most)
            or (size is not None and self._bytes + len(message.body) > size)
        )

    def _is_overfull(self) -> bool:
        most, size = self._number("x-max-length"), self._number("x-max-length-bytes")
        return bool(self._ready) and (
            (most is not None and len(self._ready) > most) or (size is not None and self._bytes > size)
        )

    def _drop_old(self) -> None:
        """Let go what is too old; as with RabbitMQ only the first in the queue is looked at."""
        now = asyncio.get_running_loop().time()
        while self._ready and (gone_at := self._ready[0][2].gone_at) is not None and gone_at <= now:
            self._dies(self._pop(), "expired")

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._ready and (gone_at := self._ready[0][2].gone_at) is not None:
            self._alarm = asyncio.get_running_loop().call_at(gone_at, self.pump)

    def _dies(self, message: Message, reason: str) -> None:
        if self.dead is not None:
            self.dead(self, message, reason)

    def _number(self, name: str) -> int | None:
        value = self.arguments.get(name)
        return value if isinstance(value, int) else None
