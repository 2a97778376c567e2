"""What keeps a rule from beginning a connection again that has begun."""

from __future__ import annotations

from cordio_fastapi._exceptions import AnswerError

__all__ = ["Repeated"]


class Repeated(BaseException):
    """A rule calls a handler again whose connection the client has seen begin; it passes all rules.

    Parameters
    ----------
    place : str
        The handler and its place in the code.
    """

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.error = AnswerError(place, ["its connection has begun, so that no rule can repeat it"])
