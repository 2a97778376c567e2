"""The languages that the other side reads, by its ``Accept-Language``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

__all__ = ["chosen", "speaking"]

_MOST = 1_000

_accepted: ContextVar[str | None] = ContextVar("cordio_errors_languages", default=None)


@contextmanager
def speaking(accept_language: str | None, /) -> Iterator[None]:
    """Answer in the languages of a request, in this context and in the tasks that are started in it.

    Parameters
    ----------
    accept_language : str or None
        The header of the request, as in ``"de-AT, en;q=0.5"``; None if it has none.

    Yields
    ------
    None
        At once.

    Examples
    --------
    >>> import asyncio
    >>> from cordio_errors import Errors, answer
    >>> errors = Errors()
    >>> errors.on(KeyError, answer=answer("gone"))
    >>> errors.catalogue({"gone": {"http": {"status": 410, "title": {"en": "Gone", "de": "Weg"}}}})
    >>> async def find() -> None:
    ...     raise KeyError
    >>> with speaking("de-AT, en;q=0.5"):
    ...     page = asyncio.run(errors.run(find)).answer.render("http")
    >>> page.headers["content-language"], b"Weg" in page.body
    ('de', True)
    """
    token = _accepted.set(accept_language)
    try:
        yield
    finally:
        _accepted.reset(token)


def chosen(known: Collection[str], accept_language: str | None = None) -> str:
    """Choose a language (RFC 4647, 3.4, lookup; RFC 9110, 12.5.4).

    Parameters
    ----------
    known : collection of str
        The languages there are, the default first.
    accept_language : str or None
        What the other side reads; None for what `speaking` says.

    Returns
    -------
    str
        One of `known`.

    Examples
    --------
    >>> chosen(["en", "de"], "fr, de-AT;q=0.8, en;q=0.5"), chosen(["en", "de"], "fr")
    ('de', 'en')
    """
    header = _accepted.get() if accept_language is None else accept_language
    default = next(iter(known))
    if not header:
        return default
    by_tag = {one.lower(): one for one in known}
    for tag in _ranked(header[:_MOST]):
        if tag == "*":
            return default
        while tag:
            if tag in by_tag:
                return by_tag[tag]
            tag = tag.rpartition("-")[0]
    return default


@lru_cache(maxsize=256)
def _ranked(header: str) -> tuple[str, ...]:
    ranked: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, parameter = part.partition(";")
        weight = _weight(parameter)
        if tag.strip() and weight > 0:
            ranked.append((weight, tag.strip().lower()))
    return tuple(tag for _, tag in sorted(ranked, key=lambda one: -one[0]))


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
