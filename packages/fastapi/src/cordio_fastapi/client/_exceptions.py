"""What can become of a request to another service."""

from __future__ import annotations

from collections.abc import Mapping

from cordio_fastapi._exceptions import HttpError

__all__ = [
    "AddressRefused",
    "AnswerInvalid",
    "AnswerTooLarge",
    "CertificateRefused",
    "CircuitOpen",
    "ClientClosed",
    "ClientIncomplete",
    "ConnectionFailed",
    "RedirectRefused",
    "RequestError",
    "RequestFailed",
    "RequestTimeout",
]

_LONGEST = 200
_PASSING = frozenset({408, 425, 429, 502, 503, 504})


class ClientIncomplete(HttpError, ImportError):
    """A client without the library that it stands on.

    Examples
    --------
    >>> print(ClientIncomplete())
    the HTTP client needs aiohttp: pip install cordio-fastapi[client]
    """

    def __str__(self) -> str:
        """Say what to install."""
        return "the HTTP client needs aiohttp: pip install cordio-fastapi[client]"


class RequestError(HttpError):
    """A request to another service that came to nothing.

    Parameters
    ----------
    where : str
        The method and the address, without its query.
    *facts : object
        What else its kind knows.

    Attributes
    ----------
    what : str
        What is wrong, without what was sent.
    sent : bool
        Whether the service may have got the request.
    passing : bool
        Whether the same request may do better a little later.
    retry_after : float or None
        How many seconds the other side asks to wait.
    """

    what = "it came to nothing"
    sent = True
    passing = False
    retry_after: float | None = None

    def __init__(self, where: str, *facts: object) -> None:
        super().__init__(where, *facts)
        self.where = where

    def __str__(self) -> str:
        """Say where, and what."""
        return f"{self.where}: {self.what}"


class _Told(RequestError):
    """A request of which one sentence tells what became of it.

    Parameters
    ----------
    where : str
        The method and the address, without its query.
    what : str
        What is wrong, without what was sent.
    sent : bool
        Whether the service may have got the request.

    Examples
    --------
    >>> print(ConnectionFailed("GET https://stock.example/items", "no connection: refused", False))
    GET https://stock.example/items: no connection: refused
    """

    def __init__(self, where: str, what: str, sent: bool = True) -> None:
        super().__init__(where, what, sent)
        self.what, self.sent = what, sent


class AddressRefused(_Told, ValueError):
    """An address or a path that is not called."""


class ConnectionFailed(_Told, ConnectionError):
    """No connection, or one that broke."""

    passing = True


class CertificateRefused(ConnectionFailed):
    """A server that is not who it should be, or that does not take our certificate."""

    passing = False


class RequestTimeout(_Told, TimeoutError):
    """No connection, no answer, or not all of it in time."""

    passing = True


class AnswerTooLarge(_Told):
    """An answer that has more bytes than it may."""


class AnswerInvalid(_Told, ValueError):
    """An answer that cannot be read, or is not what was asked for."""


class RedirectRefused(_Told):
    """A redirect that is not followed."""


class ClientClosed(_Told, RuntimeError):
    """A request through a client that is closed."""


class CircuitOpen(RequestError, ConnectionError):
    """A request that was not sent, since those before it failed.

    Parameters
    ----------
    where : str
        The method and the address.
    left : float
        For how many seconds requests are refused still.
    cause : str
        How the last one failed.

    Examples
    --------
    >>> print(CircuitOpen("GET https://stock.example/items", 12.25, "503 Service Unavailable"))
    GET https://stock.example/items: not sent for 12.2 s still, since requests fail: 503 Service Unavailable
    """

    def __init__(self, where: str, left: float, cause: str) -> None:
        super().__init__(where, left, cause)
        self.what = f"not sent for {left:.1f} s still, since requests fail: {cause}"
        self.sent, self.retry_after, self.cause = False, left, cause


class RequestFailed(RequestError):
    """An answer with a status of 400 or more; what a problem document says is in it (RFC 9457).

    Parameters
    ----------
    where : str
        The method and the address.
    status : int
        The status.
    problem : mapping of str to object
        The problem document; empty if the answer is none.
    body : str
        The beginning of any other answer.
    headers : mapping of str to str
        The headers of the answer, names in lower case.
    retry_after : float or None
        How many seconds the answer asks to wait.

    Attributes
    ----------
    code : str or None
        The code of the problem, as catalogues of errors have it.
    title, detail : str or None
        What the problem document says for people.

    Examples
    --------
    >>> told = {"title": "Conflict", "status": 409, "code": "out_of_stock", "detail": "none is left"}
    >>> print(RequestFailed("POST https://stock.example/items", 409, told))
    POST https://stock.example/items: answered 409: out_of_stock: none is left
    """

    def __init__(
        self,
        where: str,
        status: int,
        problem: Mapping[str, object],
        body: str = "",
        headers: Mapping[str, str] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(where, status, problem, body, headers, retry_after)
        self.status, self.problem, self.body = status, problem, body
        self.headers, self.retry_after = headers or {}, retry_after
        self.code, self.title, self.detail = (_text(problem.get(key)) for key in ("code", "title", "detail"))
        said = (self.code or self.title, self.detail)
        self.what = ": ".join([f"answered {status}", *(text[:_LONGEST] for text in said if text)])

    @property
    def passing(self) -> bool:  # type: ignore[override]  # it depends on the status
        """Whether the status is one of those that pass: 408, 425, 429, 502, 503, 504."""
        return self.status in _PASSING


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
