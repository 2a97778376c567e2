"""What a guarded call came to."""

from __future__ import annotations

from typing import Literal, NamedTuple

from cordio_errors._answer import Answer

__all__ = ["Outcome"]


class Outcome(NamedTuple):
    """What a guarded call came to.

    Parameters
    ----------
    value : object
        What the handler returned; None if it failed.
    answer : Answer or None
        The answer to what went wrong; None if nothing did, or a rule ignores it or stops the flow.
    ended : {"stop", "halt"} or None
        Whether a rule ended the flow, or asks that the application stops in order.
    error : Exception or None
        Why the application is to stop.

    Examples
    --------
    >>> Outcome(5)
    Outcome(value=5, answer=None)
    """

    value: object
    answer: Answer | None = None
    ended: Literal["stop", "halt"] | None = None
    error: Exception | None = None

    def __repr__(self) -> str:
        """Show the value and the answer, and what ended the flow if anything did."""
        ended = f", ended={self.ended!r}" if self.ended else ""
        return f"Outcome(value={self.value!r}, answer={self.answer!r}{ended})"
