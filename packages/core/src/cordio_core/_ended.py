"""What an event comes to that did not go well."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from cordio_core._response import Response
from cordio_core.protocols import Outcome

__all__ = ["Halt", "ended"]

Halt: TypeAlias = Callable[[BaseException], None]

_NO_CONTENT = 204  # RFC 9110, section 15.3.5


def ended(outcome: Outcome, kind: str, halt: Halt | None) -> Response:
    """Return the response to an event that a rule has answered, or ended.

    Parameters
    ----------
    outcome : Outcome
        What the handler came to.
    kind : str
        The kind of the event.
    halt : callable or None
        Stops the application, where a rule asks for that.

    Returns
    -------
    Response
        The rule's answer; without one nothing, for the flow ended.
    """
    if outcome.ended == "halt" and outcome.error is not None and halt is not None:
        halt(outcome.error)
    if outcome.answer is None:
        return Response(status=_NO_CONTENT)
    answer = outcome.answer.render(kind)
    return Response(status=answer.status, headers=answer.headers, body=answer.body)
