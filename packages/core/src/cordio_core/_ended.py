"""What an event comes to that did not go well."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from cordio_core._request import Request
from cordio_core._response import Response
from cordio_core.protocols import Outcome

__all__ = ["Halt", "ended"]

Halt: TypeAlias = Callable[[BaseException], None]

_NO_CONTENT = 204  # RFC 9110, section 15.3.5


def ended(outcome: Outcome, request: Request, halt: Halt | None) -> Response:
    """Return the response to an event that a rule has answered, or ended.

    Parameters
    ----------
    outcome : Outcome
        What the handler came to.
    request : Request
        The event; its ``accept-language`` chooses among the languages of the answer (RFC 9110, 12.5.4).
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
    answer = outcome.answer.render(request.kind, request.headers.get("accept-language"))
    return Response(status=answer.status, headers=answer.headers, body=answer.body)
