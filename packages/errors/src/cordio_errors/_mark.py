"""What layers leave on an exception, so that a later layer knows what an earlier one did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from cordio_errors._identity import new_id

if TYPE_CHECKING:
    from cordio_errors._in_force import InForce

__all__ = ["Mark", "Marks", "annotate", "marks"]

_KEY = "__cordio_errors__"
_FAR_ENOUGH = 64


@dataclass(slots=True)
class Mark:
    """What is known of one incident.

    Parameters
    ----------
    serial : int
        Its number, rising over the process.
    incident : str
        The id of the incident, empty until somebody needs it.
    attempts : int
        How often the failed call was begun.
    exhausted : bool
        Whether a layer has repeated it as often as it may be.
    recorded : bool
        Whether its facts have been committed.
    landed : tuple of str
        The layers that it has gone to.
    rules : tuple of InForce
        The rules that speak of it, one set an application, where those are not only the application's.
    """

    serial: int
    incident: str = ""
    attempts: int = 1
    exhausted: bool = False
    recorded: bool = False
    landed: tuple[str, ...] = ()
    rules: tuple[InForce, ...] = ()

    def identify(self) -> str:
        """Return the id of the incident, and give it one first if it has none.

        Returns
        -------
        str
            A random UUID (RFC 9562, 5.4).
        """
        if not self.incident:
            self.incident = new_id()
        return self.incident


class Marks:
    """Reads and leaves marks.

    One exception object can be raised for many incidents (a failed start told to all who ask, a
    constant). A mark therefore counts only for the calls that were running when it was left: those
    that began at a lower serial, ``latest``.

    Examples
    --------
    >>> shared, began = ConnectionError(), marks.latest
    >>> marks.of(shared, began).exhausted = True
    >>> marks.exhausted(shared, began), marks.exhausted(shared, marks.latest)
    (True, False)
    """

    __slots__ = ("_serials", "latest")

    def __init__(self) -> None:
        self._serials = count(1)
        self.latest = 0

    def of(self, error: BaseException, since: int) -> Mark:
        """Return the mark of an exception, a new one if it has none that counts.

        Parameters
        ----------
        error : BaseException
            The exception.
        since : int
            ``latest`` as it was when the call began.

        Returns
        -------
        Mark
            Its mark.
        """
        mark = self._left(error, since)
        if mark is None:
            self.latest = next(self._serials)
            # Its __dict__, since a class may refuse attributes (a frozen dataclass).
            mark = error.__dict__[_KEY] = Mark(self.latest)
            if error.__context__ is not None or error.__cause__ is not None:
                mark.incident = self._told(error, since)
        return mark

    def exhausted(self, error: BaseException, since: int) -> bool:
        """Tell whether an exception, or one that it came from, was repeated to the end.

        Parameters
        ----------
        error : BaseException
            The exception.
        since : int
            ``latest`` as it was when the attempt began.

        Returns
        -------
        bool
            True if repeating again would multiply the attempts.
        """
        if error.__context__ is None and error.__cause__ is None and not isinstance(error, BaseExceptionGroup):
            mark = self._left(error, since)
            return mark is not None and mark.exhausted
        found = (self._left(one, since) for one in _family(error))
        return any(mark is not None and mark.exhausted for mark in found)

    def landed(self, error: BaseException, since: int) -> tuple[str, ...]:
        """Tell which layers an exception has gone to.

        Parameters
        ----------
        error : BaseException
            The exception.
        since : int
            ``latest`` as it was when the call began.

        Returns
        -------
        tuple of str
            Their names.
        """
        mark = self._left(error, since)
        return () if mark is None else mark.landed

    def rules(self, error: BaseException, since: int) -> tuple[InForce, ...]:
        """Tell which rules go along with an exception.

        Parameters
        ----------
        error : BaseException
            The exception.
        since : int
            ``latest`` as it was when the call began.

        Returns
        -------
        tuple of InForce
            The rules of each application; empty if no layer that has any has met it.
        """
        mark = self._left(error, since)
        return () if mark is None else mark.rules

    def _told(self, error: BaseException, since: int) -> str:
        """The id of an incident that an exception tells on: a translation is the same incident."""
        found = (self._left(one, since) for one in _family(error))
        return next((mark.incident for mark in found if mark is not None and mark.incident), "")

    @staticmethod
    def _left(error: BaseException, since: int) -> Mark | None:
        mark = error.__dict__.get(_KEY)
        return mark if isinstance(mark, Mark) and mark.serial > since else None


marks = Marks()


def annotate(error: BaseException, note: str) -> None:
    """Add a note to an exception once, whatever its class thinks of new attributes.

    Parameters
    ----------
    error : BaseException
        The exception.
    note : str
        The note that a traceback shows.

    Examples
    --------
    >>> error = ValueError()
    >>> annotate(error, "seen"), annotate(error, "seen")
    (None, None)
    >>> error.__notes__
    ['seen']
    """
    notes = error.__dict__.setdefault("__notes__", [])
    if isinstance(notes, list) and note not in notes:
        notes.append(note)


def _family(error: BaseException) -> Iterator[BaseException]:
    """Go over an exception, its causes, its contexts and the members of its groups."""
    waiting, met = [error], set[int]()
    while waiting and len(met) < _FAR_ENOUGH:
        one = waiting.pop()
        if id(one) in met:
            continue
        met.add(id(one))
        yield one
        waiting += [other for other in (one.__cause__, one.__context__) if other is not None]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
