"""What can be done with messages that could not be handled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from cordio_amqp._broker import link
from cordio_amqp._delivery import ATTEMPT
from cordio_amqp._dialer import Dialer
from cordio_amqp._moving import moved
from cordio_amqp._post import Post
from cordio_amqp.parked._lane import Lane
from cordio_amqp.parked._message import ABOUT, ParkedMessage

if TYPE_CHECKING:
    from ssl import SSLContext

    from cordio_amqp._settings import AmqpSettings

__all__ = ["Parked"]


class Parked:
    """The parking queues of a broker; nothing is lost whatever breaks in the middle.

    Each call connects, does its work and disconnects.

    Parameters
    ----------
    settings : AmqpSettings
        Where the broker is.
    tls : ssl.SSLContext or None
        What TLS is spoken by, as for `Amqp`.

    Examples
    --------
    >>> import asyncio
    >>> from cordio_amqp import AmqpSettings, TopologyError
    >>> async def main() -> None:
    ...     try:
    ...         await Parked(AmqpSettings(url="memory:")).messages("orders.new")
    ...     except TopologyError as error:
    ...         print(error)
    >>> asyncio.run(main())
    the queue 'orders.new.parked' cannot be used: it is not there: ...
    """

    def __init__(self, settings: AmqpSettings, *, tls: SSLContext | None = None) -> None:
        self._settings, self._tls = settings, tls

    async def messages(
        self, queue: str, *, ids: Collection[str] = (), error: str = "*", most: int = 1000
    ) -> list[ParkedMessage]:
        """Return what is parked, and leave it where it is.

        Parameters
        ----------
        queue : str
            The queue from which it was taken, without ``.parked``.
        ids : collection of str
            The ``message_id`` of those that are meant; all if empty.
        error : str
            The code of the error of those that are meant: ``"out_*"`` (`fnmatch`).
        most : int
            How many are returned at most.

        Returns
        -------
        list of ParkedMessage
            The messages, the oldest first.

        Raises
        ------
        TopologyError
            If nothing was ever parked there: the queue is not there.
        Unavailable
            If the broker cannot be reached.
        """
        found: list[ParkedMessage] = []
        async with Lane(self._settings, _parking(queue), self._tls) as lane:
            async for delivery in lane.deliveries():
                # To the end in any case: only what is given back all together keeps its order.
                message = ParkedMessage.of(delivery, queue)
                if len(found) < most and _is_meant(message, ids, error):
                    found.append(message)
        return found

    async def replay(self, queue: str, *, ids: Collection[str] = (), error: str = "*") -> int:
        """Bring messages back to their queue, as if they had never been handled.

        Each is taken off its parking queue when its copy, with the same ``message_id``, is confirmed: a loss
        in between leaves both.

        Parameters
        ----------
        queue : str
            The queue from which they were taken, without ``.parked``.
        ids : collection of str
            The ``message_id`` of those that are meant; all if empty.
        error : str
            The code of the error of those that are meant: ``"out_*"`` (`fnmatch`).

        Returns
        -------
        int
            How many they were.

        Raises
        ------
        TopologyError
            If nothing was ever parked there: the queue is not there.
        AmqpError
            If one could not be published; it stays parked, and so do those after it.
        """
        count = 0
        async with self._post() as post, Lane(self._settings, _parking(queue), self._tls) as lane:
            async for delivery in lane.deliveries():
                if _is_meant(ParkedMessage.of(delivery, queue), ids, error):
                    until = asyncio.get_running_loop().time() + self._settings.timeout
                    await post.send(moved(delivery, queue, {}, (ABOUT, ATTEMPT)), until)
                    await lane.done(delivery)
                    count += 1
        return count

    async def drop(self, queue: str, *, ids: Collection[str] = (), error: str = "*") -> int:
        """Take messages off their parking queue: they are gone.

        Parameters
        ----------
        queue : str
            The queue from which they were taken, without ``.parked``.
        ids : collection of str
            The ``message_id`` of those that are meant; all if empty.
        error : str
            The code of the error of those that are meant: ``"out_*"`` (`fnmatch`).

        Returns
        -------
        int
            How many they were.

        Raises
        ------
        TopologyError
            If nothing was ever parked there: the queue is not there.
        Unavailable
            If the broker cannot be reached.
        """
        count = 0
        async with Lane(self._settings, _parking(queue), self._tls) as lane:
            async for delivery in lane.deliveries():
                if _is_meant(ParkedMessage.of(delivery, queue), ids, error):
                    await lane.done(delivery)
                    count += 1
        return count

    @asynccontextmanager
    async def _post(self) -> AsyncIterator[Post]:
        dialer = Dialer(self._settings, partial(link, tls=self._tls))
        try:
            yield Post(dialer, self._settings)
        finally:
            await dialer.close(self._settings.close_timeout)


def _parking(queue: str) -> str:
    return f"{queue}.parked"


def _is_meant(message: ParkedMessage, ids: Collection[str], error: str) -> bool:
    return (not ids or message.id in ids) and fnmatchcase(message.error, error)
