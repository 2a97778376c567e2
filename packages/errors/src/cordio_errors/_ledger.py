"""Keeps the recorder, and count of what it failed to take or never learnt."""

from __future__ import annotations

import logging
from inspect import iscoroutinefunction
from threading import Lock
from typing import TYPE_CHECKING

from cordio_errors._exceptions import RecorderError
from cordio_errors._recorder import LoggingRecorder, Recorder
from cordio_errors._text import described

if TYPE_CHECKING:
    from cordio_errors._incident import Incident

__all__ = ["Ledger", "usable"]


class Ledger:
    """Hands facts to the recorder.

    Parameters
    ----------
    recorder : Recorder or None
        Who takes them, None for `logging`.

    Attributes
    ----------
    failed : int
        How many facts it failed to take.

    Raises
    ------
    RecorderError
        If its ``record`` cannot be called, or is async.

    Examples
    --------
    >>> Ledger(None).failed
    0
    """

    __slots__ = ("_is_traceless", "_lock", "_recorder", "failed")

    def __init__(self, recorder: Recorder | None) -> None:
        self.recorder = LoggingRecorder() if recorder is None else recorder
        self.failed, self._lock = 0, Lock()
        self._is_traceless = False

    @property
    def recorder(self) -> Recorder:
        """Who takes the facts."""
        return self._recorder

    @recorder.setter
    def recorder(self, recorder: Recorder) -> None:
        self._recorder: Recorder = usable(recorder)

    def enter(self, incident: Incident) -> None:
        """Hand over a fact; that the recorder fails changes nothing for the event.

        Parameters
        ----------
        incident : Incident
            The fact.
        """
        try:
            self._recorder.record(incident)
        except Exception as error:
            self._missed(error)

    def traceless(self, error: Exception) -> None:
        """Tell, once, that the id of a trace could not be had; answers and facts go without it.

        Parameters
        ----------
        error : Exception
            What the function that gives the id raised.
        """
        with self._lock:
            known, self._is_traceless = self._is_traceless, True
        if not known:
            text = "trace_id failed, and answers and facts go without the id of their trace: %s"
            logging.getLogger("cordio.errors").error(text, described(error))

    def _missed(self, error: Exception) -> None:
        with self._lock:
            self.failed += 1
            first = self.failed == 1
        if first:
            name = type(self._recorder).__qualname__
            text = "the recorder %s failed, and facts are lost; failed_records counts them: %s"
            logging.getLogger("cordio.errors").error(text, name, described(error))


def usable(recorder: Recorder) -> Recorder:
    """Refuse a recorder that could take no record.

    Parameters
    ----------
    recorder : Recorder
        The recorder.

    Returns
    -------
    Recorder
        It.

    Raises
    ------
    RecorderError
        If its ``record`` cannot be called, or is async.
    """
    record, name = getattr(recorder, "record", None), type(recorder).__qualname__
    if not callable(record):
        raise RecorderError(name, "has no method `record(incident)`: write one")
    if iscoroutinefunction(record):
        raise RecorderError(name, "is async, and nobody awaits it: put the fact into a queue, and return")
    return recorder
