"""A handler that runs before another, and lets pass who may."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from cordio_core._request import Request
from cordio_core._response import Response
from cordio_core.auth._answers import forbidden, unauthorized, unavailable
from cordio_core.auth._auth import Auth
from cordio_core.auth._caller import Caller
from cordio_core.auth._exceptions import Refused, Unavailable
from cordio_core.protocols import Log

__all__ = ["Allow", "allow"]

_Before = Callable[[Request, Auth, Log], Awaitable[Response | Caller]]

_RIGHT = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")  # scope-token of RFC 6749, section 3.3


class Allow:
    """Lets callers pass that have all of some rights; a before-handler for events of every kind.

    Parameters
    ----------
    rights : tuple of str
        What is needed.
    basic : bool
        Whether a user's password is taken too.
    """

    __slots__ = ("basic", "rights")

    def __init__(self, rights: tuple[str, ...], basic: bool) -> None:
        self.rights, self.basic = rights, basic

    def __repr__(self) -> str:
        """Write it as it is made."""
        given = [*map(repr, self.rights), *(["basic=True"] if self.basic else [])]
        return f"allow({', '.join(given)})"

    async def caller(self, request: Request, auth: Auth, log: Log) -> Response | Caller:
        """Return the caller, or the answer to who may not; why goes into a record alone.

        The chain gives what this returns to the handlers after it, under the name of this method.

        Parameters
        ----------
        request : Request
            The request.
        auth : Auth
            The service that knows who asks.
        log : Log
            Where it is recorded who may not, and why.

        Returns
        -------
        Response or Caller
            A `Response` ends the chain: 401, 403 or 503.
        """
        try:
            caller = await auth.caller(request, basic=self.basic)
        except Refused as refused:
            log.warning("credentials refused", shown=refused.kind, reason=refused.reason)
            return unauthorized(auth.settings, shown=True, basic=self.basic)
        except Unavailable as unknown:
            log.error("callers cannot be recognised", reason=unknown.reason)
            return unavailable(unknown.retry)
        if caller is None:
            log.info("no credentials shown")
            return unauthorized(auth.settings, shown=False, basic=self.basic)
        if not caller.may(*self.rights):
            missing = [right for right in self.rights if right not in caller.rights]
            log.warning("caller has no right", caller=caller.name, missing=missing)
            return forbidden(caller, self.rights)
        return caller


def allow(*rights: str, basic: bool = False) -> _Before:
    """Make a handler that runs before another, and lets pass who may.

    Handlers after it can take the ``caller: Caller``.

    Parameters
    ----------
    *rights : str
        What the caller must have, all of it; whoever is recognised passes if there is none.
    basic : bool
        Whether a user's password is taken too: for management alone.

    Returns
    -------
    callable
        For ``App.on(…, before=[allow("orders:write")])``: `Allow.caller` of an `Allow`, which is its
        ``__self__``.

    Raises
    ------
    ValueError
        If a right has a character that no scope may have (RFC 6749, section 3.3).

    Examples
    --------
    >>> allow("orders:write").__self__
    allow('orders:write')
    >>> allow("orders write")
    Traceback (most recent call last):
    ValueError: 'orders write' is no right: write printable ASCII without spaces, quotes and backslashes
    """
    for right in rights:
        if not isinstance(right, str) or not _RIGHT.fullmatch(right):
            raise ValueError(
                f"{right!r} is no right: write printable ASCII without spaces, quotes and backslashes"
            )
    if not isinstance(basic, bool):
        raise ValueError(f"basic={basic!r} is neither True nor False: write basic=True")
    return Allow(rights, basic).caller
