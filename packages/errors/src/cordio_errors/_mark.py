"""What layers leave on an exception, so that a later layer knows what an earlier one did."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, ref

from cordio_errors._frame import Root, current
from cordio_errors._identity import new_id

if TYPE_CHECKING:
    from cordio_errors._in_force import InForce

__all__ = ["Mark", "Marks", "marks"]

_KEY = "__cordio_errors__"
_FAR_ENOUGH = 64


class Mark:
    """What is known of one incident.

    Parameters
    ----------
    serial : int
        Its number, rising over the process.

    Attributes
    ----------
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
    event : weak reference to Root or None
        The event that it belongs to; None where no entrypoint runs one.
    others : WeakKeyDictionary of Root to Mark or None
        The marks of the same exception object in other events that run.
    """

    # Most are at their defaults, and a constructor that sets them all costs as much as the choice of a rule.
    incident: str = ""
    attempts: int = 1
    exhausted: bool = False
    recorded: bool = False
    landed: tuple[str, ...] = ()
    rules: tuple[InForce, ...] = ()
    event: ref[Root] | None = None
    others: WeakKeyDictionary[Root, Mark] | None = None

    def __init__(self, serial: int) -> None:
        self.serial = serial

    def __reduce__(self) -> tuple[type[Mark], tuple[int]]:
        """Leave behind what is known, where its exception goes to another process."""
        return Mark, (0,)

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
    that began at a lower serial, ``latest``; and of these only for its own event, or for all if it was
    left outside of any.

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
            mark = Mark(self.latest)
            _leave(error, mark)
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
        if not isinstance(mark, Mark):
            return None
        event = _event()
        if event is not None and mark.event is not None and mark.event() is not event:
            mark = None if mark.others is None else mark.others.get(event)
        return mark if mark is not None and mark.serial > since else None


marks = Marks()


def _event() -> Root | None:
    frame = current.get()
    while frame is not None and not isinstance(frame, Root):
        frame = frame.outer
    return frame


def _leave(error: BaseException, mark: Mark) -> None:
    """Leave a mark beside those of other events that run, in place of all the rest."""
    event = _event()
    if event is not None:
        mark.event = ref(event)
        left = error.__dict__.get(_KEY)
        if left is not None and _is_beside(left, event, mark):
            return
    # Its __dict__, since a class may refuse attributes (a frozen dataclass).
    error.__dict__[_KEY] = mark


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


def _is_beside(left: object, event: Root, mark: Mark) -> bool:
    """Put a mark beside one that was left, if that is of another event which runs; else it takes its place."""
    if not isinstance(left, Mark) or left.event is None:
        return False
    other = left.event()
    if other is None or other is event or not other.open:
        mark.others = left.others
        return False
    left.others = WeakKeyDictionary() if left.others is None else left.others
    left.others[event] = mark
    return True
