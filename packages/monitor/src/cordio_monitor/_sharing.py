"""How the open events share the memory: all of them together remember less than the buffer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_monitor._outlet import Outlet

if TYPE_CHECKING:
    from cordio_monitor._event import Event
    from cordio_monitor._full import Limits

__all__ = ["Sharing"]

# So many open events are known by name; of more, those that are open for the longest time are only counted.
_KNOWN, _FORSAKEN = 10_000, 1_000
_RECORDS, _LEAST_RECORDS = 10_000, 16
_SIZE, _LEAST_SIZE = 8 * 2**20, 2**16


class Sharing(Outlet):
    """An outlet whose open events remember the less each, the more of them there are.

    Parameters
    ----------
    limits : Limits
        How much may wait.

    Attributes
    ----------
    forsaken : int
        How many open events are only counted.
    """

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        self.forsaken = 0
        self._alone = self._share(1)
        self._plan(1)

    def opened(self, event: Event) -> None:
        """Note that an event is open.

        Parameters
        ----------
        event : Event
            The event.
        """
        events = self.events
        events[event] = None
        number = len(events)
        if number == 1:
            self.release_at, self.release_size = self._alone
            self._planned = 1
        elif number > self._planned:
            if number > _KNOWN:
                self._forsake(tuple(events)[:_FORSAKEN])
            # What was remembered while there were fewer is looked through each time their number doubles.
            self._plan(2 * number)
            for other in tuple(events):
                if len(other.records) > self.release_at or other.weight > self.release_size:
                    self.drain(other)

    def closed(self, event: Event) -> None:
        """Learn of an event that ended.

        Parameters
        ----------
        event : Event
            The event.
        """
        if event in self.events:
            self.events.pop(event, None)
        elif self.forsaken:
            self.forsaken -= 1

    def _plan(self, number: int) -> None:
        self._planned = min(number, _KNOWN)
        self.release_at, self.release_size = self._share(self._planned)

    def _share(self, number: int) -> tuple[int, int]:
        records, size = self._limits.records // (2 * number), self._limits.size // (2 * number)
        return max(min(_RECORDS, records), _LEAST_RECORDS), max(min(_SIZE, size), _LEAST_SIZE)

    def _forsake(self, events: tuple[Event, ...]) -> None:
        """Let events be that nobody may close any more: what still comes is handed over as it comes."""
        for event in events:
            event.end()
        self.forsaken += len(events)
