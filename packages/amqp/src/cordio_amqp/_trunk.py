"""One connection for consuming, shared by all consumers, each on a channel of its own."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from cordio_amqp._connection import channel, opened, shut, side_channels
from cordio_amqp._ending import closed, ended
from cordio_amqp._exceptions import AmqpError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from ssl import SSLContext

    from aio_pika import Connection

    from cordio_amqp._broker import Channel
    from cordio_amqp._settings import AmqpSettings
    from cordio_amqp._wire import Wire

__all__ = ["Trunk"]

_LOST = "the connection was lost"
_SILENT = "no answer in time"


class Trunk:
    """A connection that is never repaired; what is done on it has a limit, or it is given up."""

    def __init__(self, connection: Connection, wire: Wire, settings: AmqpSettings) -> None:
        self._connection, self._wire, self._settings = connection, wire, settings
        self._numbers = side_channels(connection)
        self._lost = False
        connection.close_callbacks.add(self._lose)

    @classmethod
    async def open(cls, settings: AmqpSettings, tls: SSLContext | None = None) -> Self:
        """Make one attempt to connect; raise Unavailable, or AccessDenied where another is of no use."""
        connection, _, wire = await opened(settings, tls)
        return cls(connection, wire, settings)

    @property
    def usable(self) -> bool:
        """Whether it is not known to be lost."""
        return not self._lost

    async def channel(self, *, confirms: bool = False) -> Channel:
        """Open a channel; raise whatever aiormq does."""
        if self._lost:
            raise ConnectionError(_LOST)
        return await channel(self._connection, self._wire, next(self._numbers), confirms=confirms)

    async def done(self, work: Coroutine[object, object, None]) -> None:
        """Do something on it; raise AmqpError, among them Unavailable if it was lost or did not answer.

        aiormq's own cancellation may wait for a frozen broker, so that the work is never cancelled, but
        loses its connection.
        """
        task = asyncio.create_task(work)
        task.add_done_callback(_seen)
        try:
            await asyncio.wait({task}, timeout=self._settings.connect_timeout)
        finally:
            if not task.done():
                self.cut()
                await ended([task])
        self._tell(task)

    def _tell(self, task: asyncio.Task[None]) -> None:
        if not task.done() or task.cancelled():
            raise Unavailable(self._settings.where, _LOST if self._lost else _SILENT)
        error = task.exception()
        if error is None or isinstance(error, AmqpError):
            return task.result()
        raise Unavailable(self._settings.where, str(error) or _LOST) from error

    async def landed(self) -> None:
        """Wait for nothing: what is not settled comes again."""

    async def close(self, within: float) -> None:
        """Close in good order, by force after so many seconds."""
        await closed(self._end(), within, self.cut)

    def cut(self) -> None:
        """Close by force; what is not settled comes again."""
        self._wire.cut()
        self._lose()

    async def _end(self) -> None:
        with suppress(Exception):  # of a connection that is lost, which is an end as well
            await shut(self._connection)

    def _lose(self, *_: object) -> None:
        self._lost = True


def _seen(task: asyncio.Task[None]) -> None:
    """See the exception, even if nobody waited for it to the end."""
    if not task.cancelled():
        task.exception()
