"""What carries a break through the code of the user to the layer where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cordio_errors._text import described

if TYPE_CHECKING:
    from cordio_errors._answer import Answer
    from cordio_errors._frame import Frame

__all__ = ["GRAVITY", "Break", "Reaction"]

Reaction = Literal["ignore", "answer", "goto", "stop", "halt"]
GRAVITY: dict[Reaction, int] = {"ignore": 0, "answer": 1, "goto": 2, "stop": 3, "halt": 4}


class Break(BaseException):
    """A break on its way to the layer where it ends.

    It is no Exception, so that ``except Exception`` on the way does not stop it; every ``finally`` runs.

    Parameters
    ----------
    reaction : {"answer", "goto", "stop", "halt"}
        What is done.
    target : Frame
        The layer where it ends.
    error : Exception
        What went wrong.
    answer : Answer or None
        What the event is answered.
    """

    def __init__(self, reaction: Reaction, target: Frame, error: Exception, answer: Answer | None) -> None:
        super().__init__(reaction, target, error, answer)
        self.reaction, self.target, self.error, self.answer = reaction, target, error, answer

    def __str__(self) -> str:
        """Say what is done, where, and why."""
        return f"{self.reaction} at {self.target.name}, since {described(self.error)}"
