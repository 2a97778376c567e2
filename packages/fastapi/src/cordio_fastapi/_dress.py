"""Headers that every answer gets, worked out at the start."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Message, Scope

from cordio_fastapi._cors import Cors
from cordio_fastapi._exchange import Dress
from cordio_fastapi._problem import problem
from cordio_fastapi._settings import HttpSettings

__all__ = ["Gate", "dress", "gates"]

Gate = Callable[[Scope], Response | None]
Header = tuple[bytes, bytes]


def dress(settings: HttpSettings, cors: Cors | None) -> Dress | None:
    """Return what completes the start of an answer.

    Parameters
    ----------
    settings : HttpSettings
        The section ``http``.
    cors : Cors or None
        Marks what pages of other origins may read.

    Returns
    -------
    callable or None
        A function of the scope and the message; None if nothing is to be added.
    """
    added = [(name.lower().encode(), value.encode()) for name, value in settings.security_headers.items()]
    secure = _hsts(settings)
    if not added and not secure and cors is None:
        return None

    def complete(scope: Scope, message: Message) -> None:
        headers = message["headers"] = list(message.get("headers", ()))
        names = {name for name, _ in headers}
        headers += [header for header in added if header[0] not in names]
        if secure and scope.get("scheme") == "https":
            headers += [header for header in secure if header[0] not in names]
        if cors is not None:
            headers += [
                header for header in cors.marks(scope) if header[0] not in names or header[0] == b"vary"
            ]

    return complete


def gates(settings: HttpSettings, cors: Cors | None = None) -> tuple[Gate, ...]:
    """Return what may answer a request, or a handshake, in place of its handler.

    Parameters
    ----------
    settings : HttpSettings
        The section ``http``.
    cors : Cors or None
        Answers what browsers ask before a request; they ask nothing before a handshake.

    Returns
    -------
    tuple of callable
        Each returns an answer, or None to let a request pass.
    """
    hosts: tuple[Gate, ...] = (_Hosts(settings.hosts),) if settings.hosts else ()
    return (*hosts, *(() if cors is None else (cors.asked,)))


class _Hosts:
    """Lets requests pass that call the service by one of its names."""

    def __init__(self, hosts: tuple[str, ...]) -> None:
        lowered = [host.lower() for host in hosts]
        self._any = "*" in lowered
        self._names = frozenset(host for host in lowered if not host.startswith("*."))
        self._ends = tuple(host[1:] for host in lowered if host.startswith("*."))

    def __call__(self, scope: Scope) -> Response | None:
        named = [value for name, value in scope["headers"] if name == b"host"]
        host = named[0].decode("latin-1").lower() if len(named) == 1 else ""
        bare = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        if self._any or bare in self._names or (self._ends and bare.endswith(self._ends)):
            return None
        return problem(421, "this service is not called by that name")


def _hsts(settings: HttpSettings) -> list[Header]:
    seconds = int(settings.hsts)
    return [(b"strict-transport-security", b"max-age=%d" % seconds)] if seconds else []
