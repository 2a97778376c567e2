"""What is answered to who may not."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from cordio_core._response import Response
from cordio_core.auth._caller import Caller
from cordio_core.auth._settings import AuthSettings

__all__ = ["forbidden", "unauthorized", "unavailable"]

_PROBLEM = "application/problem+json"


def unauthorized(settings: AuthSettings, *, shown: bool, basic: bool) -> Response:
    """Ask for credentials (RFC 9110, section 15.5.2).

    Parameters
    ----------
    settings : AuthSettings
        The section ``auth``.
    shown : bool
        Whether some were shown, which do not hold; only then the challenge has an error (RFC 6750,
        section 3.1).
    basic : bool
        Whether a password is taken too.

    Returns
    -------
    Response
        With a challenge for each scheme that is taken.

    Examples
    --------
    >>> unauthorized(AuthSettings(), shown=False, basic=False).headers["www-authenticate"]
    'Bearer'
    """
    challenges = ['Bearer error="invalid_token"' if shown else "Bearer"]
    if basic and settings.users:
        challenges.append('Basic realm="management", charset="UTF-8"')
    return _problem(401, "Unauthorized", "unauthorized", {"www-authenticate": ", ".join(challenges)})


def forbidden(caller: Caller, rights: Sequence[str]) -> Response:
    """Say that a right is missing (RFC 9110, section 15.5.4).

    Parameters
    ----------
    caller : Caller
        Who asks.
    rights : sequence of str
        What is needed.

    Returns
    -------
    Response
        To the holder of a token, with the scope that is needed (RFC 6750, section 3).

    Examples
    --------
    >>> forbidden(Caller("ann", frozenset(), "token"), ["orders:write"]).headers["www-authenticate"]
    'Bearer error="insufficient_scope", scope="orders:write"'
    """
    challenge = f'Bearer error="insufficient_scope", scope="{" ".join(rights)}"'
    headers = {"www-authenticate": challenge} if caller.kind == "token" else {}
    return _problem(403, "Forbidden", "forbidden", headers)


def unavailable(retry: float) -> Response:
    """Say that nobody can be recognised now (RFC 9110, section 15.6.4).

    Parameters
    ----------
    retry : float
        When it is worth to ask again, in seconds.

    Returns
    -------
    Response
        With ``retry-after``.

    Examples
    --------
    >>> unavailable(9.5).headers["retry-after"]
    '10'
    """
    headers = {"retry-after": str(math.ceil(retry))}
    return _problem(503, "Service Unavailable", "service_unavailable", headers)


def _problem(status: int, title: str, code: str, headers: dict[str, str]) -> Response:
    """Make a problem document (RFC 9457) that tells no more than its status."""
    content = {"type": "about:blank", "title": title, "status": status, "code": code}
    body = json.dumps(content, separators=(",", ":")).encode()
    return Response(status=status, headers={"content-type": _PROBLEM, **headers}, body=body)
