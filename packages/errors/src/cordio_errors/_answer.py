"""What a guarded call came to: a value or an answer, and the answer as each destination reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, cast

from cordio_errors._catalogue import Entry
from cordio_errors._problem import quoted

__all__ = ["Answer", "Rendered", "answer_of"]

_JSON = "application/json"


class Rendered(NamedTuple):
    """An answer in the terms of one destination.

    For messages the headers say what becomes of them: ``x-action`` is ``ack``, ``reject`` or ``requeue``, the
    last one with ``x-limit`` (how often) and ``x-delay-ms``.

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


class Answer(NamedTuple):
    """What a rule answers to an exception; it holds no reference to the exception.

    Parameters
    ----------
    code : str
        The code of the catalogue.
    incident : str
        The id of the incident, a UUID; it is also in what was recorded.
    entry : Entry
        What the catalogue says for the code.
    values : mapping of str to object
        The fields of the exception that the catalogue's texts show.
    trace_id : str or None
        The id of the event's trace, if one is known.
    fields : tuple of tuple of str
        The wrong fields of a validation error: name and message.
    """

    code: str
    incident: str
    entry: Entry
    values: Mapping[str, object]
    trace_id: str | None = None
    fields: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Show what leaves the process in any case."""
        return f"Answer(code={self.code!r}, incident={self.incident!r}, trace_id={self.trace_id!r})"

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return self.entry.http.status

    def render(self, kind: str, /, accept_language: str | None = None) -> Rendered:
        """Return the answer for a destination.

        Parameters
        ----------
        kind : str
            ``http`` gives a problem document (RFC 9457), every other kind a small JSON object with the
            code and the incident, and with what the catalogue tells that kind.
        accept_language : str or None
            The languages that the other side reads; None for those of `speaking`.

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
        if kind == "http":
            return _problem(self, accept_language)
        return _note(self, kind, accept_language)


# The constructors of named tuples are a tenth of what a rendered failure costs.
answer_of = partial(cast("Callable[[type[Answer], tuple[object, ...]], Answer]", tuple.__new__), Answer)
_rendered = partial(cast("Callable[[type[Rendered], tuple[object, ...]], Rendered]", tuple.__new__), Rendered)


def _problem(answer: Answer, accepted: str | None) -> Rendered:
    _, incident, entry, values, trace_id, fields = answer
    problem = entry.only or entry.problem(accepted)
    if problem is None:
        return Rendered(entry.http.status, _headers(answer), b"")
    status, headers, head, tail, detail = problem
    told = "" if detail is None else quoted(detail.fill(values))
    more = _more(trace_id, fields) if fields or trace_id is not None else ""
    body = f"{head}{incident}{tail}{told}{more}}}".encode("utf-8", "replace")
    return _rendered((status, {**headers, **_headers(answer)} if entry.http.headers else {**headers}, body))


def _more(trace_id: str | None, fields: tuple[tuple[str, str], ...]) -> str:
    listed = f',"errors":{_listed(fields)}' if fields else ""
    return listed if trace_id is None else f'{listed},"trace_id":{quoted(str(trace_id))}'


def _headers(answer: Answer) -> dict[str, str]:
    return {name: _header(text.fill(answer.values)) for name, text in answer.entry.http.headers.items()}


def _note(answer: Answer, kind: str, accepted: str | None) -> Rendered:
    parts = ['{"code":', quoted(answer.code), ',"incident":', quoted(answer.incident)]
    headers = {"content-type": _JSON}
    page = answer.entry.told.get(kind)
    if page is not None:
        voice = page.voice(page.language(accepted))
        parts += (',"title":', quoted(voice.title))
        if voice.detail is not None:
            parts += (',"detail":', quoted(voice.detail.fill(answer.values)))
    delivery = answer.entry.amqp if kind == "amqp" else None
    if delivery is not None:
        headers["x-action"] = delivery.action
    if delivery is not None and delivery.action == "requeue":
        headers |= {"x-limit": str(delivery.limit), "x-delay-ms": str(round(delivery.delay * 1000))}
    return Rendered(answer.status, headers, _json(parts))


def _listed(fields: tuple[tuple[str, str], ...]) -> str:
    inner = ",".join(f'{{"field":{quoted(name)},"detail":{quoted(text)}}}' for name, text in fields)
    return f"[{inner}]"


def _json(parts: list[str]) -> bytes:
    return "".join((*parts, "}")).encode("utf-8", "replace")


def _header(value: str) -> str:
    """Keep a value inside its header: no line breaks, nothing beyond ASCII (RFC 9110, 5.5)."""
    return "".join(letter if " " <= letter <= "~" else "?" for letter in value)
