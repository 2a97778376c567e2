"""Calls, over a connection that is made at the first one, and again after a loss."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cordio_amqp._codecs import Codecs
from cordio_amqp._dialer import Dialer
from cordio_amqp._exceptions import Unavailable
from cordio_amqp._flights import Gone
from cordio_amqp._letter import Letter, Properties
from cordio_amqp._post import not_sent
from cordio_amqp._writing import Writing
from cordio_amqp.rpc._answers import opened
from cordio_amqp.rpc._caller import Caller
from cordio_amqp.rpc._exceptions import CallOverdue
from cordio_amqp.rpc._state import CallState
from cordio_amqp.rpc._wire import REPLY_TO, address

if TYPE_CHECKING:
    from ssl import SSLContext

    from aiormq.abc import DeliveredMessage

    from cordio_amqp._letter import HeaderValue
    from cordio_amqp._settings import AmqpSettings
    from cordio_amqp._writing import Written

__all__ = ["Calls"]


class Calls:
    """Makes any number of calls at once."""

    def __init__(self, settings: AmqpSettings, tls: SSLContext | None = None) -> None:
        self._dialer, self._tls = Dialer(settings, self._opened), tls
        self._writing, self._most = Writing(settings, Codecs()), settings.body_limit
        self._in_flight = self._late = 0

    @property
    def state(self) -> CallState:
        """How many are in flight, and how many answers were late."""
        return CallState(self._in_flight, self._late)

    async def call(
        self, procedure: str, arguments: Mapping[str, object], headers: Mapping[str, HeaderValue], limit: float
    ) -> DeliveredMessage:
        """Return the answer, unpacked and not read yet; raise the AmqpError that tells another outcome."""
        until = asyncio.get_running_loop().time() + limit
        letter = _letter(procedure, self._writing.written(dict(arguments), None, None), headers)
        self._in_flight += 1
        try:
            return opened(procedure, await self._asked(letter, until), self._most)
        except TimeoutError as error:
            reason = f"none came within {limit:g} s"
            raise CallOverdue(letter.exchange, letter.key, letter.message_id, reason) from error
        finally:
            self._in_flight -= 1

    async def close(self, within: float) -> None:
        """Let the calls in flight come to their end, and close the connection, within so many seconds."""
        await self._dialer.close(within)

    async def _asked(self, letter: Letter, until: float) -> DeliveredMessage:
        while True:
            try:
                caller = await self._dialer.link(until)
            except Unavailable as failure:
                raise not_sent(letter, str(failure)) from failure
            try:
                return await caller.ask(_expiring(letter, until), until)
            except Gone:
                continue

    async def _opened(self, settings: AmqpSettings) -> Caller:
        return await Caller.open(settings, self._count_late, self._tls)

    def _count_late(self) -> None:
        self._late += 1


def _letter(procedure: str, arguments: Written, headers: Mapping[str, HeaderValue]) -> Letter:
    letter = Letter.of("", address(procedure), arguments, headers, None)
    return replace(
        letter,
        is_persistent=False,
        properties=Properties(**letter.properties, correlation_id=letter.message_id, reply_to=REPLY_TO),
    )


def _expiring(letter: Letter, until: float) -> Letter:
    """Let the broker drop the call, and nobody begin it, when its caller does not wait any more."""
    left = max(1, int((until - asyncio.get_running_loop().time()) * 1000))
    return replace(letter, expiration=str(left))
