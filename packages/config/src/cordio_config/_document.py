"""A configuration file that was read: its values now, the places of them when somebody asks."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from pathlib import Path

from cordio_config._formats import Format
from cordio_config._names import Key
from cordio_config._origin import Origin
from cordio_config._place import Place, Unreadable, position

__all__ = ["Document", "NoMapping", "decoded", "read_text", "refusal_of"]


LARGEST = 64 << 20


class NoMapping(Unreadable):
    """A text that its format reads, but it holds no keys."""


class Document:
    """The text of a file and what it says.

    A path is in the models' names; `spelled` holds the keys that the file spells otherwise. A file of one
    `section` lacks the first step of a path.

    Parameters
    ----------
    label : str
        The file, as messages name it.
    text : str
        What it holds.
    form : Format
        How it is read.

    Raises
    ------
    Unreadable
        If the format refuses the text, or it holds no mapping.
    """

    guessed = ""

    def __init__(self, label: str, text: str, form: Format) -> None:
        self.label = label
        self.section: str | None = None
        self.spelled: dict[Key, str] = {}
        self.text = text
        self.format = form
        value = form.read(text)
        if not isinstance(value, dict | None):
            raise NoMapping("it must hold keys with values, not a list or a single value", 1, 1)
        self.values: dict[str, object] = value or {}

    def origin(self, path: Key) -> Origin:
        """Say where the value of a path stands."""
        return self._origin(self._find(path).start)

    def key_origin(self, path: Key) -> Origin:
        """Say where the key of a path stands."""
        place = self._find(path)
        return self._origin(place.start if place.key < 0 else place.key)

    def written(self, path: Key) -> str:
        """Give a value as it stands in the text."""
        place = self._find(path)
        return self.text[place.start : place.end]

    @cached_property
    def _places(self) -> Place:
        return self.format.places(self.text)

    def _find(self, path: Key) -> Place:
        spelled = [self.spelled.get(path[: depth + 1], step) for depth, step in enumerate(path)]
        return self._places.find(tuple(spelled if self.section is None else spelled[1:]))

    def _origin(self, offset: int) -> Origin:
        return Origin("file", self.label, *position(self.text, offset))


def read_text(path: Path) -> str:
    """Read a regular file as UTF-8 text, a byte-order mark dropped."""
    try:
        # A pipe would block on opening, so what it is is looked at first.
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise Unreadable("it is a folder" if stat.S_ISDIR(mode) else "it is no regular file")
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"it is larger than {LARGEST >> 20} MiB")
        return decoded(path.read_bytes())
    except FileNotFoundError:
        raise Unreadable(_absence(path)) from None
    except OSError as error:
        raise refusal_of(error) from None


def decoded(raw: bytes) -> str:
    """Turn bytes into text."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        raise Unreadable.at(
            f"it is not UTF-8 (byte 0x{error.object[error.start]:02x})", before, len(before)
        ) from None
    if "\0" in text:
        raise Unreadable.at("it holds a NUL character", text, text.index("\0"))
    return text


def refusal_of(error: OSError) -> Unreadable:
    """Say why the system gives nothing."""
    return Unreadable(f"the system refuses: {error.strerror}")


def _absence(path: Path) -> str:
    return f"its link leads nowhere ({os.readlink(path)})" if path.is_symlink() else "it does not exist"
