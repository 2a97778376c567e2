"""The opening and the shutting of a connection, with no task left by either."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from aio_pika import Connection
from aio_pika.exceptions import ConnectionClosed

from cordio_amqp._address import address
from cordio_amqp._ending import ended
from cordio_amqp._exceptions import AccessDenied, Unavailable
from cordio_amqp._failures import failed_opening
from cordio_amqp._places import told
from cordio_amqp._swift import SwiftChannel
from cordio_amqp._wire import Wire

if TYPE_CHECKING:
    from ssl import SSLContext

    from cordio_amqp._places import Place
    from cordio_amqp._settings import AmqpSettings

__all__ = ["channel", "opened", "shut", "side_channels"]

_LOST = "the connection was lost"
_FIRST, _SIDE_CHANNELS = 1, 2000


async def opened(
    settings: AmqpSettings, tls: SSLContext | None = None
) -> tuple[Connection, SwiftChannel, Wire]:
    """Connect to the first broker that can be reached, and open a channel.

    Raises Unavailable, or AccessDenied where another attempt is of no use.
    """
    reasons: list[str] = []
    for place in settings.places:
        try:
            return await _opened(settings, place, tls)
        except AccessDenied:
            raise
        except Unavailable as failure:
            if len(settings.places) == 1:
                raise
            reasons.append(f"{told((place,))}: {failure.reason}")
    raise Unavailable(settings.where, "; ".join(reasons))


async def _opened(
    settings: AmqpSettings, place: Place, tls: SSLContext | None
) -> tuple[Connection, SwiftChannel, Wire]:
    wire = Wire(tls)
    connection = Connection(address(settings, place))
    connection.kwargs["transport_factory"] = wire
    opening = asyncio.create_task(_open(connection, wire))
    try:
        await asyncio.wait({opening}, timeout=settings.connect_timeout)
        return connection, _outcome(opening), wire
    except BaseException as error:
        await _given_up(connection, opening, wire)
        if isinstance(error, Exception):
            raise failed_opening(error, settings) from error
        raise


async def shut(connection: Connection) -> None:
    """Close the connection as its own `close` does, but end when cancelled.

    That one swallows the cancellation and waits on for a callback. If the callback was cancelled as well,
    as by the end of `asyncio.run`, it waits for ever, and the process with it.
    """
    transport, connection.transport = connection.transport, None
    try:
        if transport is not None:
            await transport.connection.close(ConnectionClosed)
            await transport.close_callback.wait()
    finally:
        await connection.close()  # waits for nothing now; left out, the garbage collector would begin it


def side_channels(connection: Connection) -> Iterator[int]:
    """Yield numbers for channels, none of them twice in a short time.

    Where aiormq has no room to answer the broker's closing of a channel, the broker ignores what comes
    later for the same number.
    """
    assert connection.transport is not None
    most = connection.transport.connection.connection_tune.channel_max or _SIDE_CHANNELS
    return itertools.cycle(range(2, min(most, _SIDE_CHANNELS) + 1))


async def channel(connection: Connection, wire: Wire, number: int, *, confirms: bool) -> SwiftChannel:
    """Open a channel; raise whatever aiormq does."""
    if connection.transport is None:
        raise ConnectionError(_LOST)
    made = SwiftChannel(connection.transport.connection, number, wire, confirms=confirms)
    await made.open()
    return made


async def _open(connection: Connection, wire: Wire) -> SwiftChannel:
    await connection.connect()
    return await channel(connection, wire, _FIRST, confirms=True)


def _outcome(opening: asyncio.Task[SwiftChannel]) -> SwiftChannel:
    if not opening.done():
        raise TimeoutError
    if opening.cancelled():  # by aiormq: ours would have ended our own waiting
        raise ConnectionError(_LOST)
    return opening.result()


async def _given_up(connection: Connection, opening: asyncio.Task[SwiftChannel], wire: Wire) -> None:
    """Leave nothing of the attempt behind.

    Cancelled while it connects, aio-pika forgets the connection that aiormq has just made, so that nobody
    could wait for its end. Without its socket it ends by itself, in an error or with a connection to close.
    """
    wire.cut()
    if not wire.laid:
        opening.cancel()
    await ended([opening])
    with suppress(asyncio.CancelledError, asyncio.InvalidStateError):
        opening.exception()  # seen, so that asyncio does not report it
    with suppress(Exception):  # of a connection without its socket; why it was given up is told by the caller
        await shut(connection)
