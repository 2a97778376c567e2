"""The service ``amqp``."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar, overload

from cordio_amqp._batch import published
from cordio_amqp._broker import announce, link
from cordio_amqp._codecs import Codec, Codecs
from cordio_amqp._dialer import Dialer
from cordio_amqp._exceptions import AmqpError, InvalidMessage, Unavailable
from cordio_amqp._letter import HeaderValue, Letter
from cordio_amqp._post import Post, not_sent
from cordio_amqp._settings import AmqpSettings
from cordio_amqp._turns import Turns
from cordio_amqp._writing import Writing
from cordio_amqp.rpc import CallState
from cordio_core import Duration
from cordio_core.outgoing import opener

if TYPE_CHECKING:
    from ssl import SSLContext

    from cordio_amqp._broker import LinkLine
    from cordio_amqp.rpc._calls import Calls

__all__ = ["Amqp"]

T = TypeVar("T")

_NOT_OPEN = "the service is not open; use it inside 'async with'"
_SAME_ID = "another message with this message_id was on its way all the time"


class Amqp:
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
        self._settings, self._span, self._tls = settings, opener(monitor), tls
        self._writing = Writing(settings, Codecs(codecs))
        self._turns = Turns()
        self._dialer: Dialer[LinkLine] | None = None
        self._calls: Calls | None = None

    def __repr__(self) -> str:
        connected = self._dialer is not None and self._dialer.connected
        return f"Amqp({self._settings.where!r}, connected={connected})"

    async def __aenter__(self) -> Self:
        """Open the service; nothing is connected yet."""
        if self._dialer is not None:
            raise RuntimeError("this Amqp is open already; make another one")
        announce(self._settings)
        self._dialer = Dialer(self._settings, partial(link, tls=self._tls), idle=self._settings.idle)
        self._post = Post(self._dialer, self._settings)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Let the messages on their way be confirmed and close the connection, within ``close_timeout``."""
        dialer, self._dialer = self._dialer, None
        calls, self._calls = self._calls, None
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

    async def publish(
        self,
        exchange: str,
        key: str,
        message: object,
        *,
        headers: Mapping[str, HeaderValue] | None = None,
        message_id: str | None = None,
        content_type: str | None = None,
        compress: bool | None = None,
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
        content_type : str or None
            What the message is written as, by a `Codec`, or what given bytes are; JSON, text or plain bytes if
            None.
        compress : bool or None
            Whether it is compressed (gzip); if None, from the size on that ``compress_from`` of the settings
            says.
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
        until = self._until(timeout)
        with self._span(f"publish {exchange or key}") as span:
            written = self._writing.written(message, content_type, compress)
            letter = Letter.of(exchange, key, written, {**span.headers, **(headers or {})}, message_id)
            await self._in_turn(letter, until, is_named=message_id is not None)
            span.answered("confirmed")
        return letter.message_id

    async def publish_batch(
        self,
        exchange: str,
        key: str,
        messages: Iterable[object],
        *,
        headers: Mapping[str, HeaderValue] | None = None,
        content_type: str | None = None,
        compress: bool | None = None,
        timeout: str | float | None = None,
    ) -> list[str]:
        """Publish many messages in their order, and return when the broker has confirmed them all.

        No message waits for the confirmation of the one before. All else is as for `publish`.

        Parameters
        ----------
        exchange : str
            The exchange.
        key : str
            The routing key of all.
        messages : iterable of object
            The messages; they are taken a thousand at a time.
        headers : Mapping of str to HeaderValue or None
            Headers of each.
        content_type : str or None
            What they are written as.
        compress : bool or None
            Whether they are compressed.
        timeout : str or float or None
            The limit of the whole; that of the settings if None.

        Returns
        -------
        list of str
            The id of each message.

        Raises
        ------
        BatchFailed
            If some were not confirmed; it has the outcome of each.

        Examples
        --------
        >>> from cordio_amqp import BatchFailed
        >>> async def main() -> None:
        ...     async with Amqp(AmqpSettings(port=1, timeout="50ms")) as amqp:
        ...         try:
        ...             await amqp.publish_batch("", "orders.new", [{"id": 1}, {"id": 2}])
        ...         except BatchFailed as failure:
        ...             print(len(failure.failures), "of", len(failure.outcomes))
        >>> asyncio.run(main())
        2 of 2
        """
        until = self._until(timeout)
        with self._span(f"publish {exchange or key}") as span:
            told = {**span.headers, **(headers or {})}

            def letter(message: object) -> Letter | AmqpError:
                try:
                    written = self._writing.written(message, content_type, compress)
                    return Letter.of(exchange, key, written, told, None)
                except InvalidMessage as error:
                    return error

            ids = await published(map(letter, messages), lambda letter: self._delivered(letter, until))
            span.answered("confirmed")
        return ids

    @overload
    async def call(
        self,
        procedure: str,
        /,
        *,
        into: type[T],
        timeout: str | float | None = ...,
        headers: Mapping[str, HeaderValue] | None = ...,
        **arguments: object,
    ) -> T: ...

    @overload
    async def call(
        self,
        procedure: str,
        /,
        *,
        into: None = ...,
        timeout: str | float | None = ...,
        headers: Mapping[str, HeaderValue] | None = ...,
        **arguments: object,
    ) -> object: ...

    async def call(
        self,
        procedure: str,
        /,
        *,
        into: type[T] | None = None,
        timeout: str | float | None = None,
        headers: Mapping[str, HeaderValue] | None = None,
        **arguments: object,
    ) -> T | object:
        """Call a procedure, a handler of ``rpc`` somewhere, and return its answer.

        Any number of calls go at once. While the broker is away a call waits, up to `timeout`; once it was
        handed over it is not sent a second time. After `timeout` nobody begins it any more.

        Parameters
        ----------
        procedure : str
            What is called.
        into : type or None
            What the answer is read as: a pydantic model, a dataclass, ``list[int]``; plain data if None.
        timeout : str or float or None
            The limit of this call, such as ``"2s"``, in seconds for a number; that of the settings if None.
        headers : Mapping of str to HeaderValue or None
            Headers of the call.
        **arguments : object
            The arguments by name, of which JSON can be made.

        Returns
        -------
        object
            The answer.

        Raises
        ------
        CallFailed
            If the called one answers with an error.
        AnswerUnfit
            If its answer is not of the type `into`.
        CallOverdue
            If no answer came in time.
        Unroutable
            If there is nobody who answers such calls.
        NotSent
            If it surely did not reach the broker.
        OutcomeUnknown
            If the connection was lost before the answer came.

        Examples
        --------
        >>> from cordio_amqp import NotSent
        >>> async def main() -> None:
        ...     async with Amqp(AmqpSettings(port=1)) as amqp:
        ...         try:
        ...             await amqp.call("price", sku="A-1", timeout="50ms")
        ...         except NotSent as failure:
        ...             print(failure.key)
        >>> asyncio.run(main())
        rpc.price
        """
        from cordio_amqp.rpc._answers import value

        limit = self._settings.timeout if timeout is None else Duration(timeout)
        with self._span(f"call {procedure}") as span:
            sent = {**span.headers, **(headers or {})}
            answer: T | object = value(
                procedure, await self._calling().call(procedure, arguments, sent, limit), into
            )
            span.answered("answered")
        return answer

    @property
    def calls(self) -> CallState:
        """How many calls are in flight, and how many answers came too late.

        Examples
        --------
        >>> Amqp(AmqpSettings()).calls
        CallState(in_flight=0, late=0)
        """
        return CallState(0, 0) if self._calls is None else self._calls.state

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
            raise Unavailable(self._settings.where, _NOT_OPEN)
        if self._dialer.is_resting:
            return
        until = self._until(None)
        found = await self._dialer.link(until, patient=False)
        await found.ping(until)

    def _until(self, timeout: str | float | None) -> float:
        limit = self._settings.timeout if timeout is None else Duration(timeout)
        return asyncio.get_running_loop().time() + limit

    async def _delivered(self, letter: Letter, until: float) -> None:
        if self._dialer is None:
            raise not_sent(letter, _NOT_OPEN)
        await self._post.send(letter, until)

    async def _in_turn(self, letter: Letter, until: float, *, is_named: bool) -> None:
        # aiormq knows a returned message by its id alone, so that of two with one id on their way the
        # wrong one would be told.
        turn = self._turns.turn(letter.message_id, until) if is_named else nullcontext()
        try:
            async with turn:
                await self._delivered(letter, until)
        except TimeoutError as error:
            raise not_sent(letter, _SAME_ID) from error

    def _calling(self) -> Calls:
        """Return what makes calls; what that takes is imported now, and not before."""
        if self._dialer is None:
            raise AmqpError(_NOT_OPEN)
        if self._calls is None:
            from cordio_amqp.rpc._calls import Calls

            self._calls = Calls(self._settings, self._tls)
        return self._calls
