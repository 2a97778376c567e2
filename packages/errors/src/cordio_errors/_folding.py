"""A recorder that folds repeats of one exception in a short time into one record with a count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock

from cordio_errors._destination import Destination
from cordio_errors._duration import seconds
from cordio_errors._exceptions import ErrorsError, RetryMistake
from cordio_errors._incident import Incident
from cordio_errors._origin import Origin
from cordio_errors._pause import now
from cordio_errors._recorder import Recorder
from cordio_errors._text import described

__all__ = ["Folded", "Folding"]

_MOST = 1_000

_Key = tuple[Destination, type[Exception], Origin | None, str]


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
    for the same destination. The folded record comes with the next fact after the time is over, or by `flush`;
    its ``count`` says how many it stands for.

    Parameters
    ----------
    recorder : Recorder
        Who takes the records.
    within : str or float
        The time, as in ``"1m"``; a number is seconds.

    Raises
    ------
    RetryMistake
        If it is no duration.

    Examples
    --------
    >>> from cordio_errors import Errors, LoggingRecorder
    >>> errors = Errors(recorder=Folding(LoggingRecorder(), within="1m"))
    """

    __slots__ = ("_lock", "_met", "_recorder", "_within")

    def __init__(self, recorder: Recorder, within: str | float) -> None:
        try:
            self._within = seconds(within)
        except ValueError as error:
            raise RetryMistake("within", str(error), "Folding") from None
        self._recorder, self._lock = recorder, Lock()
        self._met: dict[_Key, _Repeats] = {}

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
        self._hand_over(due)

    def flush(self) -> None:
        """Record at once what has been folded so far."""
        with self._lock:
            due = self._due(float("inf"))
        self._hand_over(due)

    def _due(self, moment: float) -> list[Incident]:
        """Take out what is over, and the oldest if there are too many kinds."""
        over = [key for key, repeats in self._met.items() if repeats.end <= moment]
        taken = [self._met.pop(key) for key in over]
        while len(self._met) >= _MOST:
            taken.append(self._met.pop(next(iter(self._met))))
        return [replace(one.last, count=one.count) for one in taken if one.last is not None]

    def _hand_over(self, due: list[Incident]) -> None:
        for incident in due:
            self._recorder.record(incident)
