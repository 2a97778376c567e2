"""What was answered to an event, and where in the code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cordio_monitor._place import lookup, raised

if TYPE_CHECKING:
    from types import CodeType

__all__ = ["UNANSWERED", "Answer"]

UNANSWERED: object = object()


class Answer:
    """What an event remembers of its answer.

    Attributes
    ----------
    status : object
        The answer in a word or a number.
    place : tuple[CodeType, int] | None
        The function and the instruction that formed it.
    answered_by : str
        ``answered``, ``return`` or ``exception``.
    """

    __slots__ = ("answered_by", "place", "status")
    answered_by: str
    place: tuple[CodeType, int] | None
    status: object

    def answered(
        self, status: object, /, at: CodeType | None = None, error: BaseException | None = None
    ) -> None:
        """Remember what was answered, and where.

        Parameters
        ----------
        status : object
            The answer in a word or a number.
        at : CodeType | None
            The code of the function whose ``return`` formed the answer; else it was formed where this is
            called.
        error : BaseException | None
            The exception that was answered; then the place is that of its ``raise``.
        """
        if error is not None and error.__traceback__ is not None:
            self.place, self.answered_by = raised(error.__traceback__), "exception"
        elif at is None:
            frame = sys._getframe(1)
            self.place, self.answered_by = (frame.f_code, frame.f_lasti), "answered"
        else:
            self.place, self.answered_by = (at, 0), "return"
        self.status = status

    def where(self) -> str:
        """Say where it was answered, for a header of the answer in development.

        Returns
        -------
        str
            File, line, function, and whether by ``answered``, ``return`` or ``exception``; empty before.

        Examples
        --------
        >>> from cordio_monitor import Monitor
        >>> with Monitor("orders", sinks=[]).incoming("GET /") as event:
        ...     event.answered(200)
        ...     event.where()
        '... <module> (answered)'
        """
        if self.place is None:
            return ""
        place = lookup(*self.place)
        return f"{place['file']}:{place['line']} {place['function']} ({self.answered_by})"

    @property
    def is_answered(self) -> bool:
        """Whether `answered` was called."""
        return self.status is not UNANSWERED
