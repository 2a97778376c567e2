"""What a guarded call came to: a value or an answer, and the answer as each destination reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cordio_errors._catalogue import Entry
from cordio_errors._text import Shown

__all__ = ["Answer", "Outcome", "Rendered"]

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer in the terms of one destination.

    Parameters
    ----------
    status : int
        The status of HTTP that fits.
    headers : mapping of str to str
        The headers; names of the package's own are in lower case.
    body : bytes
        The body, in UTF-8.

    Examples
    --------
    >>> Rendered(204, {}, b"").status
    204
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule answers to an exception; it holds no reference to the exception.

    Parameters
    ----------
    code : str
        The code of the catalogue.
    incident : str
        The id of the incident, a UUID; it is also in what was recorded.
    entry : Entry
        What the catalogue says for the code.
    values : mapping of str to Shown
        The fields of the exception that the catalogue's texts show.
    trace_id : str or None
        The id of the event's trace, if one is known.
    """

    code: str
    incident: str
    entry: Entry = field(repr=False)
    values: Mapping[str, Shown] = field(repr=False)
    trace_id: str | None = None

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return self.entry.http.status

    def render(self, kind: str, /) -> Rendered:
        """Return the answer for a destination.

        Parameters
        ----------
        kind : str
            ``http`` gives a problem document (RFC 9457), every other kind a small JSON object with the
            code and the incident.

        Returns
        -------
        Rendered
            The answer in the terms of the destination.

        Examples
        --------
        >>> import asyncio
        >>> from cordio_errors import Errors, answer
        >>> errors = Errors()
        >>> errors.on(LookupError, answer=answer("not_found"))
        >>> async def find() -> None:
        ...     raise KeyError("A-1")
        >>> page = asyncio.run(errors.run(find)).answer.render("http")
        >>> page.status, page.headers["content-type"]
        (404, 'application/problem+json')
        """
        return _problem(self) if kind == "http" else _note(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a guarded call came to.

    Parameters
    ----------
    value : object
        What the handler returned; None if it failed.
    answer : Answer or None
        The answer to what went wrong; None if nothing did, or a rule ignores it.

    Examples
    --------
    >>> Outcome(5)
    Outcome(value=5, answer=None)
    """

    value: object
    answer: Answer | None = None


def _problem(answer: Answer) -> Rendered:
    page = answer.entry.http
    headers = {name: _header(text.fill(answer.values)) for name, text in page.headers.items()}
    if page.status < 200 or page.status in (204, 304):  # RFC 9110, 6.4.1: these have no content
        return Rendered(page.status, headers, b"")
    document: dict[str, object] = {
        "type": f"urn:problem-type:{answer.code}",
        "title": page.title,
        "status": page.status,
        "instance": f"urn:uuid:{answer.incident}",
        "code": answer.code,
    }
    if page.detail is not None:
        document["detail"] = page.detail.fill(answer.values)
    if answer.trace_id is not None:
        document["trace_id"] = answer.trace_id
    return Rendered(page.status, {"content-type": "application/problem+json", **headers}, _json(document))


def _note(answer: Answer) -> Rendered:
    document = {"code": answer.code, "incident": answer.incident}
    return Rendered(answer.status, {"content-type": "application/json"}, _json(document))


def _json(document: Mapping[str, object]) -> bytes:
    return _ENCODER.encode(document).encode("utf-8", "replace")


def _header(value: str) -> str:
    """Keep a value inside its header: no line breaks, nothing beyond ASCII (RFC 9110, 5.5)."""
    return "".join(letter if " " <= letter <= "~" else "?" for letter in value)
