"""What can go wrong while a request is answered."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["AnswerError", "HttpError"]


class HttpError(Exception):
    """The base of this package's errors.

    What keeps the entrypoint from starting is a `cordio_core.EntrypointError` or
    `cordio_core.HandlerError`, as it is for entrypoints of every kind.
    """


class AnswerError(HttpError):
    """An answer that cannot be sent as the handler gave it; the client sees a bare 500.

    Parameters
    ----------
    where : str
        The handler and its place in the code.
    problems : sequence of str
        What is wrong with the answer, without its values: they may be secret.

    Examples
    --------
    >>> print(AnswerError("read (app.py:3)", ["price: Input should be a valid number"]))
    read (app.py:3) answered what it may not: price: Input should be a valid number
    """

    def __init__(self, where: str, problems: Sequence[str]) -> None:
        super().__init__(where, tuple(problems))
        self.where, self.problems = where, tuple(problems)

    def __str__(self) -> str:
        """Say where, and what."""
        return f"{self.where} answered what it may not: {'; '.join(self.problems)}"
