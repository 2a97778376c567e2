"""All consumers of an application, with the two connections that they share."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from cordio_amqp._consumer import Consumer
from cordio_amqp._dialer import Dialer
from cordio_amqp._ending import ended
from cordio_amqp._exceptions import AmqpError
from cordio_amqp._mover import Mover
from cordio_amqp._post import Post, link
from cordio_amqp._trunk import Trunk

if TYPE_CHECKING:
    from cordio_amqp._settings import AmqpSettings
    from cordio_amqp._source import Source
    from cordio_core.protocols import Runtime

__all__ = ["Intakes"]

_LEAST = 1.0  # for the broker to stop handing out, however late it is, in seconds


class Intakes:
    """Owns the consumers: one connection for them, and one for the messages that they move."""

    def __init__(self, sources: Sequence[Source], runtime: Runtime, settings: AmqpSettings) -> None:
        self._settings = settings
        self._trunks, self._links = Dialer(settings, Trunk.open), Dialer(settings, link)
        mover = Mover(settings, self._trunks, Post(self._links), runtime.monitor.log)
        self._consumers = [Consumer(each, runtime, settings, self._trunks, mover) for each in sources]

    async def begun(self) -> None:
        """Wait until all consume; raise one AmqpError with all mistakes that keep some from it."""
        outcomes = await asyncio.gather(*(each.begun for each in self._consumers), return_exceptions=True)
        mistakes = [outcome for outcome in outcomes if outcome is not None]
        if mistakes:
            raise AmqpError("; ".join(dict.fromkeys(map(str, mistakes)))) from mistakes[0]

    async def end(self, within: float) -> None:
        """Stop in order within so many seconds; if cancelled, wait for nothing more."""
        closing = 0.0
        try:
            await self._finished(within)
            closing = self._settings.close_timeout
        finally:
            await asyncio.gather(*(each.abandon() for each in self._consumers))
            await asyncio.gather(self._links.close(closing), self._trunks.close(closing))

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
