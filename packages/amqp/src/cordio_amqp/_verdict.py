"""What becomes of a message whose handler has answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cordio_amqp._retries import Retrying, pause
from cordio_core import Response

__all__ = ["Action", "Verdict", "judged", "parked"]

Action: TypeAlias = Literal["ack", "reject", "retry", "park"]

_FAILED = 500
_REFUSED = 400
_LONGEST = 100  # letters of a code or an incident in a header
_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message, and why.

    Parameters
    ----------
    action : str
        ``ack``, ``reject``, ``retry`` or ``park``.
    delay : float
        How long it waits before it is tried again, in seconds.
    error : str
        The code of the error, or what is wrong with the message; never the text of an exception.
    incident : str
        The id under which the error was recorded; empty if there is none.
    """

    action: Action
    delay: float = 0.0
    error: str = ""
    incident: str = ""


_ACK = Verdict("ack")


def parked(error: str) -> Verdict:
    """Return the verdict on a message that cannot be read."""
    return Verdict("park", error=error[:_LONGEST_REASON])


def judged(response: Response, attempt: int, scheme: Retrying) -> Verdict:
    """Return what becomes of a message.

    The headers ``x-action``, ``x-limit`` and ``x-delay-ms`` of an answer decide, where it has them. Otherwise
    the status does: from 500 on the message is tried again, from 400 on that would not help.

    Parameters
    ----------
    response : Response
        What the handler, or a rule for its exception, has answered.
    attempt : int
        How often the message was handled by now.
    scheme : Retrying
        How often, and when, messages are tried again.

    Returns
    -------
    Verdict
        What becomes of it.

    Examples
    --------
    >>> from cordio_amqp import Retries
    >>> judged(Response(), 1, Retries()).action
    'ack'
    >>> judged(Response(status=503), 2, Retries()).delay
    2.0
    """
    action, status = response.headers.get("x-action"), response.status or 0
    if action == "ack" or (action is None and status < _REFUSED):
        return _ACK
    code, incident = _named(response)
    if action == "reject":
        return Verdict("reject", error=code, incident=incident)
    if action == "requeue":
        again = attempt <= _number(response, "x-limit")
        delay = _number(response, "x-delay-ms") / 1000
    else:
        again = status >= _FAILED and attempt < (scheme.most or 1)
        delay = pause(scheme, attempt)
    if again:
        return Verdict("retry", delay, code, incident)
    return Verdict("park", error=code, incident=incident)


def _number(response: Response, header: str) -> int:
    text = response.headers.get(header, "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _named(response: Response) -> tuple[str, str]:
    """Return the code and the incident of an answer, as far as it says them."""
    try:
        told = response.value if response.body is None else json.loads(response.body or b"null")
    except ValueError:
        told = None
    named = told if isinstance(told, dict) else {}
    code, incident = (named.get(name) for name in ("code", "incident"))
    unnamed = f"status {response.status or _FAILED}"
    return (
        code[:_LONGEST] if isinstance(code, str) else unnamed,
        incident[:_LONGEST] if isinstance(incident, str) else "",
    )
