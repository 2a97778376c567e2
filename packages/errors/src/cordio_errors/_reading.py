"""Reads a catalogue as people write it, and collects every mistake in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from cordio_errors._catalogue import CODE, Entry
from cordio_errors._duration import seconds
from cordio_errors._near import near
from cordio_errors._page import Action, Delivery, Page, Voice
from cordio_errors._text import Text

__all__ = ["Reading"]

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_KEYS = ("http", "amqp", "internal", "log")
_PAGE = ("status", "title", "detail", "headers", "type", "fields")
_DELIVERY = ("action", "limit", "delay", "title", "detail")
_ACTIONS: tuple[Action, ...] = ("ack", "reject", "requeue")
_OWN_HEADERS = ("content-type", "content-length", "content-language")
_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


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
    ['sold_out.http.status: 42 is no status of HTTP: write 200 to 599']
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
        entry = self._known.get(code) or Entry(code, Page(500, {"": Voice("Internal error")}))
        parts = self._mapping(code, written)
        self._unknown(code, parts, _KEYS)
        if "http" in parts:
            entry = replace(entry, http=self._page(f"{code}.http", parts["http"]))
        if "amqp" in parts:
            entry = self._message(entry, f"{code}.amqp", parts["amqp"])
        if "internal" in parts:
            entry = self._told(entry, "internal", f"{code}.internal", parts["internal"], ("title", "detail"))
        if "log" in parts:
            entry = replace(entry, log=self._text(f"{code}.log", parts["log"]))
        return entry

    def _page(self, path: str, written: object) -> Page:
        parts = self._mapping(path, written)
        self._unknown(path, parts, _PAGE)
        status = self._status(f"{path}.status", parts.get("status"))
        headers = self._mapping(f"{path}.headers", parts.get("headers", {}))
        self._twice(f"{path}.headers", headers)
        return Page(
            status,
            self._voices(path, parts, _phrase(status)),
            {name: self._header(f"{path}.headers.{name}", name, value) for name, value in headers.items()},
            self._type(f"{path}.type", parts.get("type")),
            self._switch(f"{path}.fields", parts.get("fields", False)),
        )

    def _message(self, entry: Entry, path: str, written: object) -> Entry:
        """Read what becomes of a message; one that comes again without end would never leave the queue."""
        parts = self._mapping(path, written)
        action = next((one for one in _ACTIONS if one == parts.get("action")), None)
        if action is None:
            self._wrong(
                f"{path}.action", f"{parts.get('action')!r} is none: write one of {', '.join(_ACTIONS)}"
            )
        again = {key: parts[key] for key in ("limit", "delay") if key in parts}
        if again and action != "requeue":
            self._wrong(path, f"only 'requeue' has {' and '.join(again)}: leave it out")
        limit = self._limit(f"{path}.limit", parts.get("limit")) if action == "requeue" else 0
        delivery = Delivery(action or "reject", limit, self._delay(f"{path}.delay", parts.get("delay", 0.0)))
        entry = replace(entry, amqp=delivery)
        return self._told(entry, "amqp", path, written, _DELIVERY)

    def _told(self, entry: Entry, kind: str, path: str, written: object, known: tuple[str, ...]) -> Entry:
        parts = self._mapping(path, written) if kind == "internal" else dict(_mapped(written))
        self._unknown(path, parts, known)
        if not parts.keys() & {"title", "detail"}:
            return entry
        page = Page(entry.http.status, self._voices(path, parts, entry.http.title))
        return replace(entry, told={**entry.told, kind: page})

    def _voices(self, path: str, parts: Mapping[str, object], title: str) -> dict[str, Voice]:
        """Read a title and a detail; either is a text, or texts by language, the default first."""
        titles = self._spoken(f"{path}.title", parts.get("title"))
        details = self._spoken(f"{path}.detail", parts.get("detail"))
        languages = list(dict.fromkeys([*titles, *details])) or [""]
        if len(languages) > 1 and "" in languages:
            languages.remove("")
        found: dict[str, Voice] = {}
        for language in languages:
            plain = _spoken_in(titles, language) or title
            detail = _spoken_in(details, language)
            text = None if detail is None else self._text(f"{path}.detail", detail)
            found[language] = Voice(plain, text)
        return found

    def _spoken(self, path: str, written: object) -> dict[str, str]:
        if not isinstance(written, Mapping):
            return {} if written is None else {"": self._plain(path, written)}
        texts = self._mapping(path, written)
        self._twice(path, texts)
        for language in texts:
            if not _LANGUAGE.fullmatch(language):
                self._wrong(f"{path}.{language}", "is no language (RFC 5646): write 'en', 'de-AT', …")
        return {language: self._plain(f"{path}.{language}", text) for language, text in texts.items()}

    def _switch(self, path: str, written: object) -> bool:
        if not isinstance(written, bool):
            self._wrong(path, f"{written!r} is neither true nor false")
        return bool(written)

    def _limit(self, path: str, written: object) -> int:
        if isinstance(written, int) and not isinstance(written, bool) and written > 0:
            return written
        self._wrong(path, f"{written!r} is no limit: write how often a message may come again, 1 or more")
        return 1

    def _delay(self, path: str, written: object) -> float:
        try:
            return seconds(written if isinstance(written, str | float | int) else str(written))
        except ValueError as error:
            self._wrong(path, str(error))
            return 0.0

    def _status(self, path: str, written: object) -> int:
        if isinstance(written, int) and not isinstance(written, bool) and 200 <= written <= 599:
            return int(written)
        interim = isinstance(written, int) and 100 <= written < 200
        what = "ends no request (RFC 9110, 15.2)" if interim else "is no status of HTTP"
        self._wrong(path, f"{written!r} {what}: write 200 to 599")
        return 500

    def _type(self, path: str, written: object) -> str:
        if written is None or (isinstance(written, str) and _ADDRESS.fullmatch(written)):
            return written or ""
        self._wrong(path, f"{written!r} is no URI (RFC 3986): write one, as in 'https://example.org/sold-out'")
        return ""

    def _header(self, path: str, name: str, written: object) -> Text:
        if not _TOKEN.fullmatch(name):
            self._wrong(path, f"{name!r} is no name of a header (RFC 9110, 5.1)")
        if name.lower() in _OWN_HEADERS:
            self._wrong(path, "is set by the renderer: leave it out")
        number = isinstance(written, int) and not isinstance(written, bool)
        text = self._text(path, str(written) if number else written)
        if not (text.template.isascii() and (text.template + " ").isprintable()):
            self._wrong(
                path, f"{text.template!r} is no value of a header (RFC 9110, 5.5): write printable ASCII"
            )
        return text

    def _twice(self, path: str, names: Mapping[str, object]) -> None:
        met: set[str] = set()
        for name in names:
            if name.lower() in met:
                self._wrong(f"{path}.{name}", "is there twice, for capitals mean nothing: leave one")
            met.add(name.lower())

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

    def _mapping(self, path: str, written: object) -> dict[str, object]:
        if isinstance(written, Mapping):
            for key in written:
                if not isinstance(key, str):
                    self._wrong(f"{path}.{key}", "is no text: put the name in quotes")
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


def _mapped(written: object) -> Mapping[str, object]:
    return {str(key): value for key, value in written.items()} if isinstance(written, Mapping) else {}


def _spoken_in(texts: Mapping[str, str], language: str) -> str | None:
    if language in texts:
        return texts[language]
    return next(iter(texts.values()), None)
