"""What a guarded call came to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from cordio_errors._answer import Answer

if TYPE_CHECKING:
    from cordio_errors._signal import Reaction

__all__ = ["Outcome", "come_to", "outcome_of"]


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


# A named tuple's own constructor costs as much as a layer.
outcome_of = partial(cast("Callable[[type[Outcome], tuple[object, ...]], Outcome]", tuple.__new__), Outcome)


def come_to(reaction: Reaction, error: Exception, answer: Answer | None, answers: bool) -> Outcome:
    """Make the outcome of what went wrong.

    Parameters
    ----------
    reaction : Reaction
        What is done.
    error : Exception
        What went wrong.
    answer : Answer or None
        What the catalogue says to it.
    answers : bool
        Whether a rule asks for an answer, which one that stops the flow need not.

    Returns
    -------
    Outcome
        What the event came to.
    """
    if reaction == "halt":
        return Outcome(None, answer, ended="halt", error=error)
    if reaction == "stop":
        return Outcome(None, answer if answers else None, ended="stop")
    return outcome_of((None, None if reaction == "ignore" else answer, None, None))
