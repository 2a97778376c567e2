"""What is known of a stop while it goes on: its time, and what became of the events."""

from __future__ import annotations

import time

from cordio_core._report import Part, Report, Tally

__all__ = ["Account"]

_LEAST = 1.0  # what a part may take for its cleanup, however late it is


class Account:
    """Counts what sources accept, and the time of the stop from the moment it is asked for.

    Parameters
    ----------
    within : float
        How long the whole stop may take, in seconds.

    Examples
    --------
    >>> account = Account(30.0)
    >>> account.tally("http").accepted += 1
    >>> account.begin()
    >>> account.tally("http").finished += 1
    >>> account.report().finished
    1
    """

    def __init__(self, within: float) -> None:
        self._within = within
        self._tallies: dict[str, Tally] = {}
        self._before: dict[str, tuple[int, int]] = {}
        self._began: float | None = None

    def tally(self, kind: str) -> Tally:
        """Return what the events of a source are counted in.

        Parameters
        ----------
        kind : str
            The source.

        Returns
        -------
        Tally
            The same one for each call.
        """
        return self._tallies.setdefault(kind, Tally(kind))

    def begin(self) -> None:
        """Count as part of the stop whatever ends from now on; only the first call counts."""
        if self._began is None:
            self._began = time.monotonic()
            self._before = {kind: (tally.finished, tally.cancelled) for kind, tally in self._tallies.items()}

    @property
    def took(self) -> float:
        """How long the stop takes by now, in seconds."""
        return 0.0 if self._began is None else time.monotonic() - self._began

    def left(self, most: float) -> float:
        """Tell how long a part of the stop may take.

        Parameters
        ----------
        most : float
            Its own limit, in seconds.

        Returns
        -------
        float
            That, or what is left for the whole if it is less; but a second at least, if its own limit is not
            less.
        """
        return max(min(most, self._within - self.took), min(most, _LEAST))

    def last(self, most: float) -> float:
        """Tell how long a part may take that has to clean up, however late it is.

        Parameters
        ----------
        most : float
            Its own limit, in seconds.

        Returns
        -------
        float
            As `left`, but never less than a second.
        """
        return max(self.left(most), _LEAST)

    def report(self) -> Report:
        """Make the account.

        Returns
        -------
        Report
            What became of the events since the stop began.
        """
        parts = {kind: self._part(tally) for kind, tally in self._tallies.items()}
        found = parts.values()
        return Report(
            finished=sum(part.finished for part in found),
            cancelled=sum(part.cancelled for part in found),
            lost=sum(part.lost for part in found),
            took=self.took,
            parts=parts,
        )

    def _part(self, tally: Tally) -> Part:
        finished, cancelled = self._before.get(tally.kind, (0, 0))
        return Part(tally.finished - finished, tally.cancelled - cancelled, tally.inside)
