"""TOML as the standard library reads it."""

from __future__ import annotations

import re
import tomllib

from cordio_config._place import DEPTH, Place, Unreadable, check_depth

__all__ = ["places", "read"]

_ERROR = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_DOUBLED = ("Cannot ", "Duplicate ")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PART = re.compile(r"""[ \t]*(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_TEXT = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""",
    re.DOTALL,
)
# A text that is not closed is taken to its end, or each quote in it would be tried anew.
_STEPS = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*+(?:"{3,5})?'
    r"|'''(?:[^']|'{1,2}(?!'))*+(?:'{3,5})?"
    r"""|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?|#[^\n]*|(\.)(?!\.)|([\n,=\[\]{}])""",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\r\n]*[^,\]}#\s]")


def read(text: str) -> object:
    """Read the values."""
    _refuse_long_keys(text)
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(str(error), text) from None
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except ValueError:
        raise Unreadable("it holds a number of too many digits") from None
    check_depth(value, text)
    return value


def places(text: str) -> Place:
    """Find where each value stands."""
    return _Scanner(text).document()


def _refuse_long_keys(text: str) -> None:
    """Refuse keys of very many parts: tomllib would take quadratic time and memory for them."""
    if all(line.count(".") < DEPTH for line in text.split("\n")):
        return
    steps = 0
    for match in _STEPS.finditer(text):
        steps = steps + 1 if match[1] else 0 if match[2] else steps
        if steps >= DEPTH:
            raise Unreadable.at(f"a key is nested deeper than {DEPTH} levels", text, match.start())


def _unreadable(message: str, text: str) -> Unreadable:
    match = _ERROR.fullmatch(message)
    if match is None:
        return Unreadable(message, is_final=False)
    is_final = match[1].startswith(_DOUBLED)
    if match[2] is None:
        return Unreadable.at(match[1], text, len(text), is_final)
    return Unreadable(match[1], int(match[2]), int(match[3]), is_final)


class _Scanner:
    """Walks a document that `tomllib` has accepted."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> Place:
        root = Place(0, len(self.text), keys={})
        table = root
        while self._skip() < len(self.text):
            if self.text[self.at] == "[":
                table = self._header(root)
            else:
                self._pair(table)
        return root

    def _header(self, root: Place) -> Place:
        start = self.at
        several = self.text.startswith("[[", start)
        self.at += 2 if several else 1
        *above, last = self._key()
        self.at += 2 if several else 1
        outer = _down(root, above, start)
        if several:
            found = _keys(outer).setdefault(last, Place(start, key=start, items=[]))
            found.items = [*(found.items or []), Place(start, key=start, keys={})]
        return _down(outer, [last], start)

    def _pair(self, table: Place) -> None:
        at = self.at
        *above, last = self._key()
        self.at += 1
        place = self._value()
        place.key = at
        _keys(_down(table, above, at))[last] = place

    def _key(self) -> list[str]:
        parts = [self._part()]
        while self.text[self.at] == ".":
            self.at += 1
            parts.append(self._part())
        return parts

    def _part(self) -> str:
        part = self._take(_PART).strip(" \t")
        return str(tomllib.loads(f"part = {part}")["part"]) if part[0] in "\"'" else part

    def _value(self) -> Place:
        start = self._skip()
        if self.text[start] == "[":
            place = Place(start, items=self._array())
        elif self.text[start] == "{":
            place = Place(start, keys={})
            self._table(place)
        else:
            self._take(_TEXT if self.text[start] in "\"'" else _BARE)
            place = Place(start)
        place.end = self.at
        return place

    def _array(self) -> list[Place]:
        items: list[Place] = []
        while self._more("]"):
            items.append(self._value())
        return items

    def _table(self, table: Place) -> None:
        while self._more("}"):
            self._pair(table)

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
        assert match is not None, "tomllib accepted it"
        self.at = match.end()
        return match[0]


def _keys(place: Place) -> dict[str, Place]:
    place.keys = {} if place.keys is None else place.keys
    return place.keys


def _down(place: Place, path: list[str], start: int) -> Place:
    for step in path:
        place = _keys(place).setdefault(step, Place(start, key=start, keys={}))
        place = place.items[-1] if place.items else place
    return place
