"""Reads a catalogue as people write it, and collects every mistake in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TypeVar

from cordio_errors._catalogue import CODE, Entry, Page
from cordio_errors._near import near
from cordio_errors._text import Text

__all__ = ["Reading"]

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PAGE = ("status", "title", "detail", "headers")
_OWN_HEADERS = ("content-type", "content-length")

T = TypeVar("T")


class Reading:
    """One reading of a catalogue.

    Parameters
    ----------
    known : mapping of str to Entry
        The entries so far; what a new entry does not say stays as it is there.

    Examples
    --------
    >>> reading = Reading({})
    >>> reading.entries({"sold_out": {"http": {"status": 42}}})["sold_out"].http.status
    500
    >>> reading.problems
    ['sold_out.http.status: 42 is no status of HTTP: write 100 to 599']
    """

    def __init__(self, known: Mapping[str, Entry]) -> None:
        self._known = known
        self.problems: list[str] = []

    def entries(self, entries: object) -> dict[str, Entry]:
        """Read all entries.

        Parameters
        ----------
        entries : object
            A mapping of code to destination to what is said there.

        Returns
        -------
        dict of str to Entry
            The entries; of use only while there are no problems.
        """
        return {
            code: self._entry(code, parts) for code, parts in self._mapping("the catalogue", entries).items()
        }

    def _entry(self, code: str, written: object) -> Entry:
        if not CODE.fullmatch(code):
            self._wrong(code, "is no code: write up to 63 letters, digits, '_', '.' or '-', a letter first")
        entry = self._known.get(code) or Entry(code, Page(500, "Internal error"))
        parts = self._mapping(code, written)
        self._unknown(code, parts, ("http", "log"))
        if "http" in parts:
            entry = replace(entry, http=self._page(f"{code}.http", parts["http"]))
        if "log" in parts:
            entry = replace(entry, log=self._text(f"{code}.log", parts["log"]))
        return entry

    def _page(self, path: str, written: object) -> Page:
        parts = self._mapping(path, written)
        self._unknown(path, parts, _PAGE)
        status = self._status(f"{path}.status", parts.get("status"))
        title = self._optional(self._plain, f"{path}.title", parts.get("title"))
        headers = self._mapping(f"{path}.headers", parts.get("headers", {}))
        return Page(
            status,
            title or _phrase(status),
            self._optional(self._text, f"{path}.detail", parts.get("detail")),
            {name: self._header(f"{path}.headers.{name}", name, value) for name, value in headers.items()},
        )

    def _status(self, path: str, written: object) -> int:
        if isinstance(written, int) and not isinstance(written, bool) and 100 <= written <= 599:
            return int(written)
        self._wrong(path, f"{written!r} is no status of HTTP: write 100 to 599")
        return 500

    def _header(self, path: str, name: str, written: object) -> Text:
        if not _TOKEN.fullmatch(name):
            self._wrong(path, f"{name!r} is no name of a header (RFC 9110, 5.1)")
        if name.lower() in _OWN_HEADERS:
            self._wrong(path, "is set by the renderer: leave it out")
        number = isinstance(written, int) and not isinstance(written, bool)
        return self._text(path, str(written) if number else written)

    def _text(self, path: str, written: object) -> Text:
        try:
            return Text(self._plain(path, written))
        except ValueError as error:
            self._wrong(path, str(error))
            return Text("")

    def _plain(self, path: str, written: object) -> str:
        if isinstance(written, str):
            return written
        self._wrong(path, f"{written!r} is no text")
        return ""

    def _optional(self, read: Callable[[str, object], T], path: str, written: object) -> T | None:
        return None if written is None else read(path, written)

    def _mapping(self, path: str, written: object) -> dict[str, object]:
        if isinstance(written, Mapping):
            return {str(key): value for key, value in written.items()}
        self._wrong(path, f"{written!r} is no mapping")
        return {}

    def _unknown(self, path: str, parts: Mapping[str, object], known: tuple[str, ...]) -> None:
        for key in parts.keys() - set(known):
            self._wrong(f"{path}.{key}", f"there is no such key: {near(key, known)}")

    def _wrong(self, path: str, what: str) -> None:
        self.problems.append(f"{path}: {what}")


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else f"Status {status}"
