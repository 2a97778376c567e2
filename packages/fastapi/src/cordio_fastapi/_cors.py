"""Cross-origin requests, as the Fetch standard has them (section 3.2, HTTP-CORS protocol)."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response
from starlette.types import Scope

from cordio_fastapi._cors_settings import CorsSettings
from cordio_fastapi._problem import problem

__all__ = ["Cors"]

Header = tuple[bytes, bytes]


class Cors:
    """Answers the browser's question before a request, and marks the answers that a page may read.

    Parameters
    ----------
    settings : CorsSettings
        Which pages may.
    """

    def __init__(self, settings: CorsSettings) -> None:
        self._origins = frozenset(origin.lower().encode() for origin in settings.origins)
        self._any = b"*" in self._origins
        self._methods = frozenset(method.upper() for method in settings.methods)
        self._headers = frozenset(header.lower() for header in settings.headers)
        credentials = [(b"access-control-allow-credentials", b"true")] if settings.credentials else []
        exposed = [(b"access-control-expose-headers", b", ".join(_bytes(settings.exposed)))]
        self._marks: list[Header] = [*credentials, *(exposed if settings.exposed else [])]
        self._terms = {
            "access-control-allow-methods": ", ".join(sorted(self._methods)),
            "access-control-max-age": str(int(settings.max_age)),
        } | ({"access-control-allow-headers": ", ".join(settings.headers)} if settings.headers else {})
        self._terms |= {name.decode(): value.decode() for name, value in credentials}

    def asked(self, scope: Scope) -> Response | None:
        """Answer a browser that asks whether a page may send a request; None if this is no such question.

        Parameters
        ----------
        scope : mapping
            The request's ASGI scope.

        Returns
        -------
        Response or None
            204 with the terms, else 403, which the browser takes for no.
        """
        if scope["method"] != "OPTIONS":
            return None
        headers = dict(scope["headers"])
        wanted = headers.get(b"access-control-request-method")
        if wanted is None or b"origin" not in headers:
            return None
        named = headers.get(b"access-control-request-headers", b"").decode("latin-1").lower().split(",")
        unknown = {name.strip() for name in named} - self._headers - {""}
        if (
            not self._is_allowed(headers[b"origin"])
            or wanted.decode("latin-1") not in self._methods
            or unknown
        ):
            return problem(403, "a page of this origin may not send such a request")
        return Response(status_code=204, headers=self._terms)

    def marks(self, scope: Scope) -> Iterable[Header]:
        """Return the headers of an answer by which a page may read it.

        Parameters
        ----------
        scope : mapping
            The request's ASGI scope.

        Returns
        -------
        iterable of tuple
            Names and values; ``Vary`` alone where the page may not, since caches must know.
        """
        if self._any:
            return [(b"access-control-allow-origin", b"*"), *self._marks]
        origin = next((value for name, value in scope["headers"] if name == b"origin"), None)
        if origin is None or not self._is_allowed(origin):
            return [(b"vary", b"Origin")]
        return [(b"access-control-allow-origin", origin), (b"vary", b"Origin"), *self._marks]

    def _is_allowed(self, origin: bytes) -> bool:
        return self._any or origin.lower() in self._origins


def _bytes(texts: Iterable[str]) -> list[bytes]:
    return [text.encode() for text in texts]
