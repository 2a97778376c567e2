"""A recorder that folds repeats of one exception in a short time into one record with a count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias
from weakref import finalize

from cordio_errors._duration import seconds
from cordio_errors._exceptions import ErrorsError, RetryMistake
from cordio_errors._ledger import usable
from cordio_errors._pause import now
from cordio_errors._text import described

if TYPE_CHECKING:
    from cordio_errors._destination import Destination
    from cordio_errors._incident import Incident
    from cordio_errors._origin import Origin
    from cordio_errors._recorder import Recorder

__all__ = ["Folded", "Folding"]

_MOST = 1_000

_Key: TypeAlias = "tuple[Destination, type[Exception], Origin | None, str]"


class Folded(ErrorsError):
    """Stands in a folded record for the exceptions that are gone.

    Parameters
    ----------
    text : str
        What the last of them was.

    Examples
    --------
    >>> str(Folded("ConnectionError: refused"))
    'ConnectionError: refused'
    """


@dataclass(slots=True)
class _Repeats:
    end: float
    last: Incident | None = None
    count: int = 0


class Folding:
    """Records the first of its kind at once, and those that follow in a while as one record.

    Of one kind are incidents with the same type of exception, raised in the same line, in the same layer and
    for the same destination. The folded record comes with the next fact after the time is over, by `flush`, or
    at the exit of the program; its ``count`` says how many it stands for.

    Parameters
    ----------
    recorder : Recorder
        Who takes the records.
    within : str or float
        The time, as in ``"1m"``; a number is seconds.

    Raises
    ------
    RetryMistake
        If it is no duration, or none at all.
    RecorderError
        If ``record`` of the recorder cannot be called, or is async.

    Examples
    --------
    >>> from cordio_errors import Errors, LoggingRecorder
    >>> errors = Errors(recorder=Folding(LoggingRecorder(), within="1m"))
    """

    __slots__ = ("__weakref__", "_lock", "_met", "_recorder", "_within")

    def __init__(self, recorder: Recorder, within: str | float) -> None:
        try:
            self._within = seconds(within)
        except ValueError as error:
            raise RetryMistake("within", str(error), "Folding") from None
        if self._within == 0:
            raise RetryMistake("within", "no time at all folds nothing: write a longer duration", "Folding")
        self._recorder, self._lock = usable(recorder), Lock()
        self._met: dict[_Key, _Repeats] = {}  # those that end first come first
        finalize(self, _flush, recorder, self._met)

    def record(self, incident: Incident, /) -> None:
        """Take one fact.

        Parameters
        ----------
        incident : Incident
            The fact.
        """
        key = (incident.destination, type(incident.error), incident.where, incident.layer)
        moment = now()
        with self._lock:
            due = self._due(moment)
            repeats = self._met.get(key)
            if repeats is None:
                self._met[key] = _Repeats(moment + self._within)
                due.append(incident)
            else:
                repeats.count += incident.count
                repeats.last = replace(incident, error=Folded(described(incident.error)))
        _hand_over(self._recorder, due)

    def flush(self) -> None:
        """Record at once what has been folded so far."""
        with self._lock:
            due = _taken(self._met, list(self._met))
        _hand_over(self._recorder, due)

    def _due(self, moment: float) -> list[Incident]:
        """Take out what is over, and the oldest if there are too many kinds."""
        over: list[_Key] = []
        for key, repeats in self._met.items():
            if repeats.end > moment and len(self._met) - len(over) < _MOST:
                break
            over.append(key)
        return _taken(self._met, over)


def _flush(recorder: Recorder, met: dict[_Key, _Repeats]) -> None:
    _hand_over(recorder, _taken(met, list(met)))


def _taken(met: dict[_Key, _Repeats], keys: Iterable[_Key]) -> list[Incident]:
    repeats = [met.pop(key) for key in keys]
    return [replace(one.last, count=one.count) for one in repeats if one.last is not None]


def _hand_over(recorder: Recorder, due: Iterable[Incident]) -> None:
    """Hand over each, also where the recorder fails to take one before it."""
    failed: Exception | None = None
    for incident in due:
        try:
            recorder.record(incident)
        except Exception as error:
            failed = failed or error
    if failed is not None:
        raise failed
