"""The service ``amqp``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cordio_amqp._dialer import Dialer
from cordio_amqp._exceptions import Unavailable
from cordio_amqp._letter import HeaderValue, Letter
from cordio_amqp._post import Post, link, not_sent
from cordio_amqp._settings import AmqpSettings
from cordio_amqp._turns import Turns
from cordio_core import Duration

if TYPE_CHECKING:
    from cordio_amqp._link import Link

__all__ = ["Amqp"]

_NOT_OPEN = "the service is not open; use it inside 'async with'"
_SAME_ID = "another message with this message_id was on its way all the time"


class Amqp:
    """A connection to RabbitMQ that is made when it is first needed, and again after a loss.

    Parameters
    ----------
    settings : AmqpSettings
        Where the broker is and how long to wait for it.

    Examples
    --------
    >>> async def main() -> None:
    ...     async with Amqp(AmqpSettings(host="mq.local")) as amqp:
    ...         print(amqp)
    >>> asyncio.run(main())
    Amqp('mq.local:5672', connected=False)
    """

    def __init__(self, settings: AmqpSettings) -> None:
        self._settings = settings
        self._turns = Turns()
        self._dialer: Dialer[Link] | None = None

    def __repr__(self) -> str:
        connected = self._dialer is not None and self._dialer.connected
        return f"Amqp({self._settings.where!r}, connected={connected})"

    async def __aenter__(self) -> Self:
        """Open the service; nothing is connected yet."""
        if self._dialer is not None:
            raise RuntimeError("this Amqp is open already; make another one")
        self._dialer = Dialer(self._settings, link)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Let the messages on their way be confirmed and close the connection, within ``close_timeout``."""
        dialer, self._dialer = self._dialer, None
        if dialer is not None:
            await dialer.close(self._settings.close_timeout)

    async def publish(
        self,
        exchange: str,
        key: str,
        message: object,
        *,
        headers: Mapping[str, HeaderValue] | None = None,
        message_id: str | None = None,
        timeout: str | float | None = None,
    ) -> str:
        """Publish a message and return when the broker has confirmed that it keeps it.

        The message is persistent. While the broker is away it waits, up to `timeout`; once it was
        handed over it is not sent a second time, whatever happens.

        Parameters
        ----------
        exchange : str
            The exchange, which must be there; empty for the default one, whose keys are names of queues.
        key : str
            The routing key, at most 255 bytes.
        message : object
            bytes and str are sent as they are; pydantic models, dataclasses and plain data as JSON.
        headers : Mapping of str to HeaderValue or None
            Headers of the message: text, whole numbers and bytes by name; fractions as text.
        message_id : str or None
            The id by which a receiver recognises a repeat; a new one if none is given. Messages with the
            same id are sent one after the other.
        timeout : str or float or None
            The limit of this call, such as ``"2s"``, in seconds for a number; that of the settings if None.

        Returns
        -------
        str
            The message's id.

        Raises
        ------
        InvalidMessage
            If it cannot be written as a message.
        Unroutable
            If the exchange has no queue for the key.
        Refused
            If the broker did not take it, as when a queue is full.
        ExchangeMissing
            If there is no such exchange.
        NotSent
            If it surely did not reach the broker.
        OutcomeUnknown
            If it was sent and no confirmation came.

        Examples
        --------
        >>> from cordio_amqp import NotSent
        >>> async def main() -> None:
        ...     async with Amqp(AmqpSettings(port=1, timeout="50ms")) as amqp:
        ...         try:
        ...             await amqp.publish("orders", "eu.placed", {"id": 1}, message_id="7d0f")
        ...         except NotSent as failure:
        ...             print(failure)
        >>> asyncio.run(main())
        message 7d0f to exchange 'orders' with key 'eu.placed' was not sent: RabbitMQ at 127.0.0.1:1 ...
        """
        letter = Letter.of(exchange, key, message, headers, message_id)
        until = self._until(timeout)
        # aiormq knows a returned message by its id alone, so that of two with one id on their way the
        # wrong one would be told.
        turn = nullcontext() if message_id is None else self._turns.turn(message_id, until)
        try:
            async with turn:
                await self._delivered(letter, until)
        except TimeoutError as error:
            raise not_sent(letter, _SAME_ID) from error
        return letter.message_id

    async def health(self) -> None:
        """Return if the broker answers and takes messages; connects if that was not done yet.

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
            raise Unavailable(self._settings.where, _NOT_OPEN)
        until = self._until(None)
        found = await self._dialer.link(until, patient=False)
        await found.ping(until)

    def _until(self, timeout: str | float | None) -> float:
        limit = self._settings.timeout if timeout is None else Duration(timeout)
        return asyncio.get_running_loop().time() + limit

    async def _delivered(self, letter: Letter, until: float) -> None:
        if self._dialer is None:
            raise not_sent(letter, _NOT_OPEN)
        await Post(self._dialer).send(letter, until)
