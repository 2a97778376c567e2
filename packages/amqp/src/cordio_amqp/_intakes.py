"""All consumers of an application, with the two connections that they share."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from cordio_amqp._broker import link, trunk
from cordio_amqp._codecs import Codecs
from cordio_amqp._consumer import Consumer
from cordio_amqp._content import Content
from cordio_amqp._dialer import Dialer
from cordio_amqp._ending import ended
from cordio_amqp._exceptions import AmqpError
from cordio_amqp._handling import Handling
from cordio_amqp._mover import Mover
from cordio_amqp._order import Ordering
from cordio_amqp._post import Post
from cordio_amqp._watch import Watch
from cordio_amqp._writing import Writing
from cordio_amqp.rpc._answering import Answering

if TYPE_CHECKING:
    from ssl import SSLContext

    from cordio_amqp._codecs import Codec
    from cordio_amqp._settings import AmqpSettings
    from cordio_amqp._source import Source
    from cordio_amqp._state import ConsumerState
    from cordio_core.protocols import Runtime

__all__ = ["Intakes"]

_LEAST = 1.0  # for the broker to stop handing out, however late it is, in seconds


class Intakes:
    """Owns the consumers: one connection for them, one for the messages that they move, one for calls.

    Calls and their answers go over a connection of their own: a broker in need blocks what publishes, and
    with it all that is to be acknowledged there.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        runtime: Runtime,
        settings: AmqpSettings,
        codecs: Sequence[Codec] = (),
        tls: SSLContext | None = None,
    ) -> None:
        known = Codecs(codecs)
        self._settings, self._content = settings, Content(settings.body_limit, known)
        self._writing = Writing(settings, known)
        self._runtime = runtime
        opening = partial(trunk, tls=tls)
        self._trunks, self._answers = Dialer(settings, opening), Dialer(settings, opening)
        self._links = Dialer(settings, partial(link, tls=tls))
        self._mover = Mover(settings, self._trunks, Post(self._links, settings), runtime.monitor.log)
        self._consumers = [self._consumer(each) for each in sources]
        watch = Watch(self._consumers, self._trunks, settings, runtime.monitor)
        self._watching = asyncio.create_task(watch.run(), name="watch of the consumers")
        self._watching.add_done_callback(self._watched)

    async def begun(self) -> None:
        """Wait until all consume; raise one AmqpError with all mistakes that keep some from it."""
        outcomes = await asyncio.gather(*(each.begun for each in self._consumers), return_exceptions=True)
        mistakes = [outcome for outcome in outcomes if outcome is not None]
        if mistakes:
            raise AmqpError("; ".join(dict.fromkeys(map(str, mistakes)))) from mistakes[0]

    def states(self) -> list[ConsumerState]:
        """Tell how each consumer is."""
        return [each.state() for each in self._consumers]

    def consumer(self, queue: str) -> Consumer:
        """Return the consumer of a queue; raise AmqpError if there is none."""
        for each in self._consumers:
            if each.queue == queue:
                return each
        known = ", ".join(repr(each.queue) for each in self._consumers)
        raise AmqpError(f"nothing here consumes the queue {queue!r}: choose one of {known}")

    async def end(self, within: float) -> None:
        """Stop in order within so many seconds; if cancelled, wait for nothing more."""
        closing = 0.0
        try:
            await self._finished(within)
            closing = self._settings.close_timeout
        finally:
            self._watching.cancel()
            await asyncio.gather(*(each.abandon() for each in self._consumers))
            await asyncio.wait({self._watching})
            lines = (self._links, self._trunks, self._answers)
            await asyncio.gather(*(each.close(closing) for each in lines))

    def _consumer(self, source: Source) -> Consumer:
        queue = source.name(self._runtime.name)
        if source.is_answered:
            answering = Answering(source, queue, self._runtime, self._content, self._writing)
            return Consumer(source, self._runtime, self._settings, self._answers, answering)
        handling = Handling(source, queue, self._runtime, self._mover, self._content)
        ordering = None if source.consumption.ordered_by is None else Ordering(source, self._content)
        return Consumer(source, self._runtime, self._settings, self._trunks, handling, ordering)

    def _watched(self, watching: asyncio.Task[None]) -> None:
        if not watching.cancelled() and (error := watching.exception()) is not None:
            self._runtime.fail(error)

    async def _finished(self, within: float) -> None:
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(within, _LEAST)):
                    await asyncio.gather(*(each.end() for each in self._consumers))
                    if runs := self._runs():
                        await asyncio.wait(runs)
        finally:
            runs = self._runs()
            for run in runs:
                run.cancel()
            await ended(runs)
        await asyncio.gather(*(each.close() for each in self._consumers))

    def _runs(self) -> list[asyncio.Task[None]]:
        return [run for each in self._consumers for run in each.runs]
