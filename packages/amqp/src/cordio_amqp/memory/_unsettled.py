"""Messages that a channel was handed and has not settled yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cordio_amqp.memory._errors import wrong

if TYPE_CHECKING:
    from cordio_amqp.memory._message import Message
    from cordio_amqp.memory._queue import Consumer, Queue

__all__ = ["Held", "Unsettled"]


@dataclass(frozen=True, slots=True)
class Held:
    """A message, the queue it is of, and the consumer it was handed to; it was asked for if there is none."""

    message: Message
    queue: Queue
    consumer: Consumer | None

    def acknowledged(self) -> None:
        """Be done with it."""

    def back(self) -> None:
        """Let it wait again."""
        self.queue.back(self.message)

    def lost(self) -> None:
        """Let it wait again, before all others where the queue has it so."""
        self.queue.back(self.message, is_lost=True)

    def rejected(self) -> None:
        """Let it go to the dead-letter exchange, if there is one."""
        self.queue.reject(self.message)


class Unsettled:
    """Gives tags to messages, in rising order, and finds them by these."""

    def __init__(self) -> None:
        self._last = 0
        self._held: dict[int, Held] = {}

    def tag(self, message: Message, queue: Queue, consumer: Consumer | None, *, is_settled: bool) -> int:
        """Return the tag of a message that is handed out; keep it unless it is settled by that."""
        self._last += 1
        if not is_settled:
            self._held[self._last] = Held(message, queue, consumer)
        return self._last

    def tags(self, tag: int, *, multiple: bool) -> list[int]:
        """Return what a tag stands for; raise the error of a channel if that is nothing."""
        if multiple:
            return [each for each in self._held if not tag or each <= tag]
        if tag not in self._held:
            raise wrong(f"unknown delivery tag {tag}")
        return [tag]

    def settle(self, tags: Iterable[int], end: Callable[[Held], None]) -> None:
        """Let messages come to an end, and queues hand out others in their place."""
        settled = [self._held.pop(tag) for tag in tags]
        for held in settled:
            if held.consumer is not None:
                held.consumer.held -= 1
                held.queue.held -= 1
            if not held.queue.is_gone:
                end(held)
        for queue in {id(held.queue): held.queue for held in settled}.values():
            queue.pump()

    def lose(self) -> None:
        """Let all of them wait again."""
        self.settle([*self._held], Held.lost)
