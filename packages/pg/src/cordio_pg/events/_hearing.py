"""The channels of one database, heard on a connection of their own and handed to their handlers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cordio_pg._exceptions import Unavailable
from cordio_pg.events._channels import MissedEvent, NotifyEvent
from cordio_pg.events._lane import Lane, Reader
from cordio_pg.events._listener import Listener

if TYPE_CHECKING:
    from cordio_core.protocols import Runtime
    from cordio_pg._postgres import Postgres

__all__ = ["ChannelState", "Hearing", "channel_of"]

_LIMIT = 2.0  # how long a start is held up by a server that does not answer


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel at one moment.

    Parameters
    ----------
    channel, database : str
        The channel, and the section of the settings of its database.
    hears : bool
        Whether its notifications are heard.
    heard : int
        How many were.
    waiting : int
        How many wait for their handlers.
    dropped : int
        How many were lost because too many waited.
    gaps : int
        How often some may have been lost while the connection was.
    error : str
        Why it is not heard; empty if it is.
    """

    channel: str
    database: str
    hears: bool = False
    heard: int = 0
    waiting: int = 0
    dropped: int = 0
    gaps: int = 0
    error: str = ""


class Hearing:
    """Hears the channels of a database, from its beginning to its end.

    Parameters
    ----------
    database : str
        The section of its settings.
    pg : Postgres
        The database; not open.
    readers : sequence of Reader
        The handlers.
    runtime : Runtime
        The started application.
    """

    def __init__(self, database: str, pg: Postgres, readers: Sequence[Reader], runtime: Runtime) -> None:
        self._database, self._runtime = database, runtime
        self._lanes: dict[str, list[Lane]] = {}
        self._told: dict[str, list[Lane]] = {}
        for reader in readers:
            channel = channel_of(reader)
            self._lanes.setdefault(channel, [])
            self._lane(reader, channel)
        self._heard, self._dropped = dict.fromkeys(self._lanes, 0), dict.fromkeys(self._lanes, 0)
        self._listener = Listener(pg, list(self._lanes), self._come, self._missed)
        self._hearing = asyncio.create_task(self._listener.run(), name=f"notifications of {database}")
        self._hearing.add_done_callback(self._ended)

    async def begun(self) -> None:
        """Wait until all is heard; not for long, if the server is away."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LIMIT):
                await self._listener.hears.wait()
        # What is told before it hears for the first time is missed too from now on.
        self._listener.expect()

    def states(self) -> Iterator[ChannelState]:
        """Tell how each channel is."""
        hears = self._listener.hears.is_set()
        for channel, lanes in self._lanes.items():
            yield ChannelState(
                channel,
                self._database,
                hears,
                self._heard[channel],
                max(map(len, lanes), default=0),
                self._dropped[channel],
                self._listener.gaps,
                "" if hears else self._listener.error,
            )

    async def health(self) -> None:
        """Raise Unavailable if nothing is heard."""
        if not self._listener.hears.is_set():
            channels = ", ".join(self._lanes)
            raise Unavailable(self._database, f"{channels} not heard: {self._listener.error or 'not yet'}")

    async def end(self, within: float) -> None:
        """Hear no more, let handlers finish what has come within so many seconds, then cancel them."""
        self._hearing.cancel()
        try:
            await asyncio.wait({self._hearing})
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await asyncio.gather(*(lane.finished() for lane in self._all()))
        finally:
            await asyncio.gather(*(lane.stop() for lane in self._all()))

    def _lane(self, reader: Reader, channel: str) -> None:
        event = reader.plan.event
        if isinstance(event, NotifyEvent):
            self._lanes[channel].append(Lane(reader, self._runtime, channel, event.waiting))
        else:  # one that waits is enough: it looks up everything
            self._told.setdefault(channel, []).append(Lane(reader, self._runtime, channel, 1))

    def _all(self) -> list[Lane]:
        return [lane for lanes in (*self._lanes.values(), *self._told.values()) for lane in lanes]

    def _come(self, channel: str, text: str) -> None:
        self._heard[channel] += 1
        refused = [lane for lane in self._lanes[channel] if not lane.put(text)]
        if refused:
            if not self._dropped[channel]:
                self._runtime.monitor.log.warning(
                    "notifications are lost: more come than may wait (told once)",
                    channel=channel,
                    waiting=len(refused[0]),
                )
            self._dropped[channel] += 1
            self._tell([channel])

    def _missed(self) -> None:
        self._tell(self._told)

    def _tell(self, channels: Iterable[str]) -> None:
        for channel in channels:
            for lane in self._told.get(channel, ()):
                lane.put("")

    def _ended(self, hearing: asyncio.Task[None]) -> None:
        if not hearing.cancelled() and (error := hearing.exception()) is not None:
            self._runtime.fail(error)


def channel_of(reader: Reader) -> str:
    """Return the channel that a handler answers."""
    event = reader.plan.event
    assert isinstance(event, NotifyEvent | MissedEvent), "the kind pg has no other events"
    return event.channel
