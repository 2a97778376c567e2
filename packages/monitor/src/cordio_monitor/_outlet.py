"""Where records go: to a running monitor, or to the standard `logging` while there is none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cordio_monitor._raw import ERROR
from cordio_monitor._stream import put

if TYPE_CHECKING:
    from cordio_monitor._event import Event
    from cordio_monitor._raw import Raw

__all__ = ["Outlet", "outlet", "running"]


class Outlet:
    """The outlet while no monitor runs: everything goes to the standard ``logging``, masked.

    Attributes
    ----------
    threshold : int
        The lowest level of messages that is taken.
    events : dict[Event, None]
        The events that are open, the oldest first.
    urgent : int
        The level from which a message does not wait for the end of its event.
    release_at : int
        How many records an event remembers before it hands them over.
    release_size : int
        How many bytes of large messages an event remembers before that.
    off : frozenset[str]
        The standard points that are switched off.
    recorder : bool
        Whether events keep messages below the threshold until they know whether these are wanted.
    slow : float
        For how many seconds an event may run before they are; 0 for ever.
    """

    threshold = 0
    urgent = ERROR
    release_at = 10_000
    release_size = 8 * 2**20
    off: frozenset[str] = frozenset()
    recorder = False
    slow = 0.0

    def __init__(self) -> None:
        self.events: dict[Event, None] = {}

    def opened(self, event: Event) -> None:
        """Learn of an event that began.

        Parameters
        ----------
        event : Event
            The event.
        """
        self.events[event] = None

    def closed(self, event: Event) -> None:
        """Learn of an event that ended.

        Parameters
        ----------
        event : Event
            The event.
        """
        self.events.pop(event, None)

    def take(self, batch: list[Raw], weight: int = 0) -> None:
        """Take records over.

        Parameters
        ----------
        batch : list[Raw]
            The records.
        weight : int
            About how many bytes are in the large ones of them.
        """
        try:
            from cordio_monitor._fallback import to_logging
        except ImportError:
            # In a finalizer, at the end of the interpreter: nothing can be loaded any more.
            if sys.stderr is not None:
                put(sys.stderr, f"cordio-monitor: {len(batch)} records came after the end and are lost\n")
        else:
            to_logging(batch)

    def drain(self, event: Event) -> None:
        """Take over all that an event remembers, each record once, whoever else drains it.

        Parameters
        ----------
        event : Event
            The event; it remembers nothing afterwards.
        """
        batch: list[Raw] = []
        records, weight, event.weight = event.records, event.weight, 0
        try:
            while records:
                batch.append(records.popleft())
        except IndexError:
            pass
        if batch:
            self.take(batch, weight)


running: list[Outlet] = []
_nowhere = Outlet()


def outlet() -> Outlet:
    """Return where a record goes that belongs to no event.

    Returns
    -------
    Outlet
        The monitor that was started last; the standard ``logging`` if none runs.
    """
    return running[-1] if running else _nowhere
