"""The service ``amqp``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cordio_amqp._broker import announce, link
from cordio_amqp._calling import Calling
from cordio_amqp._codecs import Codec
from cordio_amqp._dialer import Dialer
from cordio_amqp._exceptions import Unavailable
from cordio_amqp._post import Post
from cordio_amqp._publishing import NOT_OPEN, Publishing
from cordio_amqp._settings import AmqpSettings
from cordio_amqp._state import AmqpState
from cordio_core.outgoing import opener

if TYPE_CHECKING:
    from ssl import SSLContext

    from cordio_amqp._broker import LinkLine

__all__ = ["Amqp"]


class Amqp(Publishing, Calling):
    """A connection to RabbitMQ that is made when it is first needed, and again after a loss.

    Parameters
    ----------
    settings : AmqpSettings
        Where the broker is and how long to wait for it.
    monitor : object
        A monitor that is `cordio_core.protocols.Following` watches what is published and called, and lets its
        trace go on with the messages.
    codecs : sequence of Codec
        What writes content types beside JSON, text and bytes; those that packages announce are there anyway.
    tls : ssl.SSLContext or None
        What TLS is spoken by where the address begins with ``amqps://``; unless given, the system's
        authorities and what the address says (``?cafile=…``).

    Examples
    --------
    >>> async def main() -> None:
    ...     async with Amqp(AmqpSettings(host="mq.local")) as amqp:
    ...         print(amqp)
    >>> asyncio.run(main())
    Amqp('mq.local:5672', connected=False)
    """

    def __init__(
        self,
        settings: AmqpSettings,
        *,
        monitor: object = None,
        codecs: Sequence[Codec] = (),
        tls: SSLContext | None = None,
    ) -> None:
        span = opener(monitor)
        Publishing.__init__(self, settings, span, codecs)
        Calling.__init__(self, settings, span, tls)
        self._dialer: Dialer[LinkLine] | None = None

    def __repr__(self) -> str:
        connected = self._dialer is not None and self._dialer.connected
        return f"Amqp({self._settings.where!r}, connected={connected})"

    async def __aenter__(self) -> Self:
        """Open the service; nothing is connected yet."""
        if self._dialer is not None:
            raise RuntimeError("this Amqp is open already; make another one")
        announce(self._settings)
        self._dialer = Dialer(self._settings, partial(link, tls=self._tls), idle=self._settings.idle)
        self._post, self._is_open = Post(self._dialer, self._settings), True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Let the messages on their way be confirmed and close the connection, within ``close_timeout``."""
        dialer, self._dialer = self._dialer, None
        calls, self._calls = self._calls, None
        self._post, self._is_open = None, False
        until = asyncio.get_running_loop().time() + self._settings.close_timeout
        try:
            if dialer is not None:
                await dialer.close(self._settings.close_timeout)
        except BaseException:
            until = 0.0  # whoever does not wait for publishing does not wait for calls either
            raise
        finally:
            if calls is not None:
                await calls.close(max(0.0, until - asyncio.get_running_loop().time()))

    @property
    def settings(self) -> AmqpSettings:
        """The settings in force.

        Examples
        --------
        >>> Amqp(AmqpSettings(host="mq.local")).settings.where
        'mq.local:5672'
        """
        return self._settings

    @property
    def tls(self) -> SSLContext | None:
        """What TLS is spoken by, if it was given.

        Examples
        --------
        >>> Amqp(AmqpSettings()).tls is None
        True
        """
        return self._tls

    def state(self) -> AmqpState:
        """Tell how it is at this moment, without asking the broker.

        Returns
        -------
        AmqpState
            Its connection, and what waits.

        Examples
        --------
        >>> Amqp(AmqpSettings(host="mq.local")).state().connected
        False
        """
        connected = self._dialer is not None and self._dialer.connected
        waiting = (0, 0) if self._post is None else self._post.waiting
        return AmqpState(self._settings.where, connected, *waiting, self.calls.in_flight, self.calls.late)

    async def health(self) -> None:
        """Return if the broker answers and takes messages; connects if that was not done yet.

        A connection that is closed because nobody used it stays closed.

        Raises
        ------
        Unavailable
            If it does not, within ``timeout`` of the settings.

        Examples
        --------
        >>> async def main() -> None:
        ...     async with Amqp(AmqpSettings(port=1)) as amqp:
        ...         try:
        ...             await amqp.health()
        ...         except Unavailable as failure:
        ...             print(failure)
        >>> asyncio.run(main())
        RabbitMQ at 127.0.0.1:1 is unavailable: ...
        """
        if self._dialer is None:
            raise Unavailable(self._settings.where, NOT_OPEN)
        if self._dialer.is_resting:
            return
        until = self._until(None)
        found = await self._dialer.link(until, patient=False)
        await found.ping(until)
