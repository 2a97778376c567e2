"""The languages that the other side reads, by its ``Accept-Language``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from functools import lru_cache

from cordio_errors._context import restore

__all__ = ["chosen", "speaking"]

_MOST = 1_000
_WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")

_accepted: ContextVar[str | None] = ContextVar("cordio_errors_languages", default=None)


class speaking:
    """Answer in the languages of a request, in this context and in what is started in it: tasks, threads.

    Parameters
    ----------
    accept_language : str or None
        The header of the request, as in ``"de-AT, en;q=0.5"``; None if it has none.

    Raises
    ------
    TypeError
        If it is anything else, bytes say.

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

    __slots__ = ("_header", "_token")

    def __init__(self, accept_language: str | None, /) -> None:
        if accept_language is not None and not isinstance(accept_language, str):
            raise TypeError(f"speaking({accept_language!r}): write the header as text, or None")
        self._header = accept_language

    def __enter__(self) -> None:
        """Speak so from here on."""
        self._token = _accepted.set(self._header)

    def __exit__(self, *_: object) -> None:
        """Speak as before."""
        restore(_accepted, self._token)


def chosen(known: Collection[str], accept_language: str | None = None) -> str:
    """Choose a language (RFC 9110, 12.5.4; RFC 4647, 3.4, lookup).

    A range that no language is found for by lookup, ``de`` say, is met by one of its kin, ``de-AT``.

    Parameters
    ----------
    known : collection of str
        The languages there are, the default first.
    accept_language : str or None
        What the other side reads; None for what `speaking` says.

    Returns
    -------
    str
        One of `known`; the default if none is accepted.

    Examples
    --------
    >>> chosen(["en", "de"], "fr, de-AT;q=0.8, en;q=0.5"), chosen(["en", "de"], "fr")
    ('de', 'en')
    """
    header = _accepted.get() if accept_language is None else accept_language
    default = next(iter(known))
    if not header:
        return default
    wanted, refused = _ranked(header[:_MOST])
    open_to = {one.lower(): one for one in known if one.lower() not in refused}
    for tag in wanted:
        found = next(iter(open_to.values()), None) if tag == "*" else _met(tag, open_to)
        if found is not None:
            return found
    return default


def _met(tag: str, known: Mapping[str, str]) -> str | None:
    wider = tag
    while wider:
        if wider in known:
            return known[wider]
        wider = wider.rpartition("-")[0]
    return next((known[one] for one in known if one.startswith(f"{tag}-")), None)


@lru_cache(maxsize=256)
def _ranked(header: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The ranges that are accepted, the best first, and those that are refused."""
    weighed: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, parameter = part.partition(";")
        if tag.strip():
            weighed.append((_weight(parameter), tag.strip().lower()))
    ranked = sorted(weighed, key=lambda one: -one[0])
    return tuple(tag for weight, tag in ranked if weight > 0), frozenset(
        tag for weight, tag in weighed if weight == 0
    )


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    return float(value) if _WEIGHT.fullmatch(value.strip()) else 0.0
