"""What a service publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from cordio_amqp._batch import published
from cordio_amqp._codecs import Codec, Codecs
from cordio_amqp._exceptions import AmqpError, InvalidMessage
from cordio_amqp._letter import HeaderValue, Letter
from cordio_amqp._post import Post, not_sent
from cordio_amqp._turns import Turns
from cordio_amqp._writing import Writing
from cordio_core import Duration

if TYPE_CHECKING:
    from cordio_amqp._settings import AmqpSettings
    from cordio_core.outgoing import Opener

__all__ = ["NOT_OPEN", "Publishing"]

NOT_OPEN = "the service is not open; use it inside 'async with'"
_SAME_ID = "another message with this message_id was on its way all the time"


class Publishing:
    """The half of `Amqp` that publishes; there is a post while that is open."""

    def __init__(self, settings: AmqpSettings, span: Opener, codecs: Sequence[Codec]) -> None:
        self._settings, self._span = settings, span
        self._writing = Writing(settings, Codecs(codecs))
        self._turns = Turns()
        self._post: Post | None = None

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
        >>> from cordio_amqp import Amqp, AmqpSettings, NotSent
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
        >>> from cordio_amqp import Amqp, AmqpSettings, BatchFailed
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

    def _until(self, timeout: str | float | None) -> float:
        limit = self._settings.timeout if timeout is None else Duration(timeout)
        return asyncio.get_running_loop().time() + limit

    async def _delivered(self, letter: Letter, until: float) -> None:
        if self._post is None:
            raise not_sent(letter, NOT_OPEN)
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
