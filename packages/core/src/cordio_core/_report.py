"""The account of a stop: what was finished, what was cancelled, what was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from cordio_core._exits import Exit

__all__ = ["Part", "Report", "Tally"]


class Tally:
    """Counts the events of one source; the source adds one to a number and allocates nothing.

    ``with tally:`` around an event, from its coming in to its end, counts it; any number may be inside.

    Parameters
    ----------
    kind : str
        The source.

    Attributes
    ----------
    accepted : int
        Events that came in.
    finished : int
        Events that came to an end by themselves, with whatever answer.
    cancelled : int
        Events that were cancelled.

    Examples
    --------
    >>> tally = Tally("http")
    >>> tally.accepted += 2
    >>> tally.finished += 1
    >>> tally.inside
    1
    >>> with tally:
    ...     tally.inside
    2
    >>> tally.inside, tally.finished
    (1, 2)
    """

    __slots__ = ("accepted", "cancelled", "finished", "kind")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.accepted = self.finished = self.cancelled = 0

    def __enter__(self) -> None:
        self.accepted += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.end(error)

    def end(self, error: BaseException | None) -> None:
        """Count the end of an event that was counted as it came in.

        Parameters
        ----------
        error : BaseException or None
            What it ended by.
        """
        if isinstance(error, asyncio.CancelledError):
            self.cancelled += 1
        else:
            self.finished += 1

    @property
    def inside(self) -> int:
        """How many events are in the middle of their way."""
        return self.accepted - self.finished - self.cancelled


@dataclass(frozen=True, slots=True)
class Part:
    """What became of the events of one source, from the moment the stop was asked for.

    Parameters
    ----------
    finished : int
        Those that came to their end.
    cancelled : int
        Those that were cancelled when their time was over.
    lost : int
        Those that ran on though they were cancelled, and were left behind.
    """

    finished: int = 0
    cancelled: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """How an application stopped.

    Parameters
    ----------
    finished : int
        Events that were in the middle of their way, or came during the drain, and were finished.
    cancelled : int
        Events and tasks that were cancelled when their time was over.
    lost : int
        Events and tasks that ran on though they were cancelled, and were left behind.
    took : float
        How long the stop took, in seconds.
    parts : mapping of str to Part
        The same by source.

    Examples
    --------
    >>> Report(finished=50, took=0.3).code
    <Exit.OK: 0>
    >>> Report(cancelled=1, took=20.0).code
    <Exit.CUT: 75>
    """

    finished: int = 0
    cancelled: int = 0
    lost: int = 0
    took: float = 0.0
    parts: Mapping[str, Part] = field(default_factory=dict)

    @property
    def code(self) -> Exit:
        """The exit code that it asks for."""
        return Exit.CUT if self.cancelled or self.lost else Exit.OK

    @property
    def text(self) -> str:
        """What was not finished, by source; empty if there is nothing."""
        return ", ".join(
            f"{kind}: {part.cancelled} cancelled, {part.lost} lost"
            for kind, part in self.parts.items()
            if part.cancelled or part.lost
        )
