"""Which pages may open a WebSocket: a browser lets any page try, and sends the user's cookies along."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Scope

from cordio_fastapi._problem import problem

__all__ = ["Origins"]

_PORTS = {"http": ":80", "https": ":443"}


class Origins:
    """Lets pages of the service itself pass, and those of the origins that are set.

    What sends no ``Origin`` is no browser (RFC 6455, section 10.2).

    Parameters
    ----------
    origins : sequence of str
        Origins, or ``*``.

    Examples
    --------
    >>> scope = {"scheme": "ws", "headers": [(b"host", b"shop.example"), (b"origin", b"https://evil.example")]}
    >>> Origins(())(scope).status_code
    403
    >>> Origins(("https://evil.example",))(scope)
    """

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = frozenset(origin.lower() for origin in origins)
        self._any = "*" in self._origins

    def __call__(self, scope: Scope) -> Response | None:
        """Return the answer to a page that may not connect; None lets it pass."""
        told = _values(scope, b"origin")
        if not told or self._any or (len(told) == 1 and self._may(scope, told[0])):
            return None
        return problem(403, "a page of this origin may not connect")

    def _may(self, scope: Scope, origin: str) -> bool:
        return origin in self._origins or _is_own(scope, origin)


def _is_own(scope: Scope, origin: str) -> bool:
    """Tell whether an origin is the host that was asked.

    The scheme may be another one where a proxy has ended TLS; a page that came without TLS is no part of a
    service that is asked with it.
    """
    scheme, _, page = origin.partition("://")
    hosts = _values(scope, b"host")
    if scheme not in _PORTS or len(hosts) != 1 or (scope.get("scheme") == "wss" and scheme != "https"):
        return False
    return page.removesuffix(_PORTS[scheme]) == hosts[0].removesuffix(_PORTS[scheme])


def _values(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1").lower() for name, value in scope["headers"] if name == wanted]
