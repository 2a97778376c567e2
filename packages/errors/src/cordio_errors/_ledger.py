"""Keeps the recorder, and count of what it failed to take."""

from __future__ import annotations

from cordio_errors._incident import Incident
from cordio_errors._recorder import LoggingRecorder, Recorder

__all__ = ["Ledger"]


class Ledger:
    """Hands facts to the recorder.

    Parameters
    ----------
    recorder : Recorder or None
        Who takes them, None for `logging`.

    Examples
    --------
    >>> Ledger(None).failed
    0
    """

    __slots__ = ("failed", "recorder")

    def __init__(self, recorder: Recorder | None) -> None:
        self.recorder: Recorder = recorder if recorder is not None else LoggingRecorder()
        self.failed = 0

    def enter(self, incident: Incident) -> None:
        """Hand over a fact; that the recorder fails changes nothing for the event.

        Parameters
        ----------
        incident : Incident
            The fact.
        """
        try:
            self.recorder.record(incident)
        except Exception:
            self.failed += 1
