"""JSON (RFC 8259), with comments and trailing commas by leave: no key twice, no ``NaN``."""

from __future__ import annotations

import json
import re

from cordio_config._place import Place, Unreadable, check_depth, count_pairs

__all__ = ["places", "read"]

_BLANK = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_BARE = re.compile(r'[^\s\[\]{},:"]+')
# A text that is not closed is taken to its end, or each quote in it would be tried anew.
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"?|//[^\n\r]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_COMMA = re.compile(
    r'("(?:[^"\\]|\\.)*+"|[\]}\w.])([ \t\r\n]*),(?=[ \t\r\n]*[\]}])|"(?:[^"\\]|\\.)*+"?', re.DOTALL
)
_VISIBLE = re.compile(r"[^\r\n]")
_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")
_ODD_COLONS = ('\\":', " :", "\t:", "\r:", "\n:")


def read(text: str) -> object:
    """Read the values."""
    try:
        return _read(text)
    except Unreadable as error:
        plain = text if error.is_final else without_comments(text)
        if plain == text:
            raise
    return _read(plain)


def places(text: str) -> Place:
    """Find where each value stands; a key that stands twice is refused here."""
    try:
        _decode(text, _PLAIN)
    except Unreadable:
        text = without_comments(text)
    return _Scanner(text).value()


def without_comments(text: str) -> str:
    """Lay blanks over comments and trailing commas; everything else keeps its place."""
    if "/" in text:
        text = _COMMENT.sub(_blanked, text)
    return _COMMA.sub(lambda match: f"{match[1]}{match[2]} " if match[1] else match[0], text)


def _blanked(match: re.Match[str]) -> str:
    found = match[0]
    is_block = found.startswith("/*") and found.endswith("*/") and len(found) > 3
    return _VISIBLE.sub(" ", found) if is_block or found.startswith("//") else found


def _read(text: str) -> object:
    value = _decode(text, _PLAIN)
    _refuse_halves(text)
    pairs = count_pairs(value)
    # Every key has its colon: as many keys as colons, and none has replaced another.
    if pairs == text.count(":"):
        return value
    # So it is if no text can hold a colon after a quote.
    if pairs == text.count('":') and not any(odd in text for odd in _ODD_COLONS):
        return value
    return _checked(text)


def _refuse_halves(text: str) -> None:
    """Refuse surrogates that have no partner: no file and no terminal takes them."""
    if _HALF_ESCAPED.search(text) is None:
        return
    for match in _STRING.finditer(text):
        if _HALF.search(json.loads(match[0])):
            raise Unreadable.at("it holds half a character (a lone surrogate)", text, match.start())


def _checked(text: str) -> object:
    """Read the values, and look at the keys of each object as it is made."""
    doubled: list[str] = []

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        mapping = dict(found)
        if len(mapping) != len(found):
            doubled.append("")
        return mapping

    value = _decode(text, json.JSONDecoder(object_pairs_hook=pairs, parse_constant=_constant))
    check_depth(value, text)
    if doubled:
        _Scanner(text).value()
    return value


def _decode(text: str, decoder: json.JSONDecoder) -> object:
    try:
        value: object = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(error.msg, error.lineno, error.colno, is_final=False) from None
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except _Constant as error:
        raise Unreadable.at(f"{error} is not a JSON value", text, _offset_of(str(error), text)) from None
    except ValueError:
        raise Unreadable("it holds a number of too many digits") from None
    return value


class _Constant(Exception):
    pass


def _constant(name: str) -> object:
    raise _Constant(name)


_PLAIN = json.JSONDecoder(parse_constant=_constant)


def _offset_of(name: str, text: str) -> int:
    outside = re.compile(rf"{_STRING.pattern}|({name})")
    return next((match.start() for match in outside.finditer(text) if match[1]), 0)


class _Scanner:
    """Walks a document that `json` has accepted."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def value(self) -> Place:
        start = self._skip()
        if self.text[start] == "{":
            place = Place(start, keys=self._object())
        elif self.text[start] == "[":
            place = Place(start, items=self._array())
        else:
            self._take(_STRING if self.text[start] == '"' else _BARE)
            place = Place(start)
        place.end = self.at
        return place

    def _object(self) -> dict[str, Place]:
        keys: dict[str, Place] = {}
        while self._more("}"):
            at = self._skip()
            key = json.loads(self._take(_STRING), strict=False)
            if key in keys:
                raise Unreadable.at(f"the key {key!r} stands twice", self.text, at)
            self._skip()
            self.at += 1
            keys[key] = self.value()
            keys[key].key = at
        return keys

    def _array(self) -> list[Place]:
        items: list[Place] = []
        while self._more("]"):
            items.append(self.value())
        return items

    def _more(self, closing: str) -> bool:
        at = self._skip()
        if self.text[at] in "{[,":
            self.at += 1
            at = self._skip()
        if self.text[at] == closing:
            self.at += 1
            return False
        return True

    def _skip(self) -> int:
        self._take(_BLANK)
        return self.at

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        assert match is not None, "json accepted it"
        self.at = match.end()
        return match[0]
