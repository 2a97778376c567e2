"""A lock that one of several replicas holds, kept by the broker."""

from __future__ import annotations

import asyncio
import re
from hashlib import blake2b
from types import TracebackType
from typing import TYPE_CHECKING, Self

from aiormq.exceptions import ChannelLockedResource

from cordio_amqp._broker import trunk

if TYPE_CHECKING:
    from ssl import SSLContext

    from cordio_amqp._broker import Channel, TrunkLine
    from cordio_amqp._settings import AmqpSettings

__all__ = ["AmqpLock"]

_SIGNS, _READ = re.compile(r"[^A-Za-z0-9_.:-]"), 200


class AmqpLock:
    """Locks by names, each held by one connection at a time: an exclusive queue of that name is the proof.

    It is `cordio_core.protocols.Lock`, for ``every("1h", lock=…)``. The broker frees what a connection held
    when that ends, or when its heartbeats stay out.

    Parameters
    ----------
    settings : AmqpSettings
        Where the broker is; it is connected to at the first `take`, by a connection for this alone.
    tls : ssl.SSLContext or None
        What TLS is spoken by, as for `Amqp`.

    Examples
    --------
    >>> async def main() -> None:
    ...     settings = AmqpSettings(url="memory:locks")
    ...     async with AmqpLock(settings) as one, AmqpLock(settings) as other:
    ...         print(await one.take("nightly"), await other.take("nightly"))
    ...         await one.release("nightly")
    ...         print(await other.take("nightly"))
    >>> from cordio_amqp import AmqpSettings
    >>> asyncio.run(main())
    True False
    True
    """

    def __init__(self, settings: AmqpSettings, *, tls: SSLContext | None = None) -> None:
        self._settings, self._tls = settings, tls
        self._line: TrunkLine | None = None
        self._held: dict[str, Channel] = {}
        self._turn = asyncio.Lock()

    async def take(self, name: str, /) -> bool:
        """Take a lock, or find that it is ours still.

        Parameters
        ----------
        name : str
            Its name, the same for all who want it.

        Returns
        -------
        bool
            Whether it is ours.

        Raises
        ------
        Unavailable
            If the broker cannot be asked; what was held until then is given up.
        """
        async with self._turn:
            return await self._asked(name)

    async def release(self, name: str, /) -> None:
        """Give a lock up, if it is ours.

        Parameters
        ----------
        name : str
            Its name.

        Raises
        ------
        Unavailable
            If the connection is lost meanwhile; the lock is free by that, too.
        """
        async with self._turn:
            channel = self._held.pop(name, None)
            if self._line is None or not self._line.usable or channel is None:
                return
            try:
                await self._line.done(_freed(channel, name))
            except BaseException:
                self._cut()
                raise

    async def __aenter__(self) -> Self:
        """Connect to nothing yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Give up all that is held."""
        line, self._line = self._line, None
        self._held.clear()
        if line is not None:
            await line.close(self._settings.close_timeout)

    async def _asked(self, name: str) -> bool:
        found: list[bool] = []

        async def ask(line: TrunkLine) -> None:
            found.append(await self._declared(line, name))

        line = await self._connected()
        try:
            await line.done(ask(line))
        except BaseException:
            self._cut()  # nobody knows what it holds: its end frees all
            raise
        return found[0]

    async def _declared(self, line: TrunkLine, name: str) -> bool:
        """Declare the queue: one more time where it is ours, which the broker answers in the same way."""
        channel = self._held.get(name) or await line.channel()
        try:
            await channel.queue_declare(_queue(name), exclusive=True)
        except ChannelLockedResource:
            return False
        self._held[name] = channel
        return True

    async def _connected(self) -> TrunkLine:
        if self._line is not None and not self._line.usable:
            self._cut()
        if self._line is None:
            self._line = await trunk(self._settings, self._tls)
        return self._line

    def _cut(self) -> None:
        line, self._line = self._line, None
        self._held.clear()
        if line is not None:
            line.cut()


def _queue(name: str) -> str:
    """Return the queue of a lock: what people can read of its name, and what makes it one of a kind.

    AMQP 0-9-1, section 4.2.5.3, has no room for long names, and pamqp takes few signs in one.
    """
    return f"lock:{_SIGNS.sub('_', name)[:_READ]}:{blake2b(name.encode(), digest_size=12).hexdigest()}"


async def _freed(channel: Channel, name: str) -> None:
    await channel.queue_delete(_queue(name))
    await channel.close()
