"""The values of one source, each with its origin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cordio_config._document import Document
from cordio_config._merge import Values, holds, put, without
from cordio_config._names import Key
from cordio_config._origin import Origin

__all__ = ["FileLayer", "Layer", "NamedLayer", "origin_of", "written_of"]


class Layer(Protocol):
    """One source: a tree of values, and where each stands."""

    @property
    def values(self) -> Values:
        """The tree, under the models' names."""
        ...

    def origin(self, path: Key, /) -> Origin:
        """Say where the value of a path that it holds stands."""
        ...

    def written(self, path: Key, /) -> str | None:
        """Give the text of a value as it was written, if there is one."""
        ...

    def drop(self, path: Key, /) -> None:
        """Forget a value, for another is taken in its place."""
        ...


class FileLayer:
    """The values of one file, under the names that the models give them."""

    def __init__(self, document: Document, values: Values) -> None:
        self.values = values
        self.document = document

    def origin(self, path: Key, /) -> Origin:
        """Find the place in the file; it is worked out now, not before."""
        return self.document.origin(path)

    def written(self, path: Key, /) -> str | None:
        """Give the value as it stands in the file; the ``null`` of JSON is no text that could be meant."""
        text = self.document.written(path)
        return None if text == "null" and self.document.format.name == "json" else text

    def drop(self, path: Key, /) -> None:
        """Forget a value."""
        self.values = without(self.values, path)


class NamedLayer:
    """Values that each have a name of their own: variables, options."""

    def __init__(self) -> None:
        self.values: Values = {}
        self.files: list[Path] = []
        self._origins: dict[Key, Origin] = {}

    def add(self, path: tuple[str, ...], value: object, origin: Origin) -> Origin | None:
        """Take a value; if there is one already, keep that and return its origin."""
        if path in self._origins:
            return self._origins[path]
        self._origins[path] = origin
        put(self.values, path, value)
        return None

    def origin(self, path: Key, /) -> Origin:
        """Give the name; of a group, that of its first value."""
        ways = (one for one in self._origins if one == path[: len(one)] or path == one[: len(path)])
        return self._origins[next(ways)]

    def written(self, path: Key, /) -> str | None:
        """Variables are text as it is."""
        return None

    def drop(self, path: Key, /) -> None:
        """Forget a value."""
        self.values = without(self.values, path)


def origin_of(path: Key, layers: Sequence[Layer]) -> Origin:
    """Say where the value in force comes from."""
    layer = _top(path, layers)
    return Origin("default") if layer is None else layer.origin(path)


def written_of(path: Key, layers: Sequence[Layer]) -> str | None:
    """Give the value in force as it was written."""
    layer = _top(path, layers)
    return None if layer is None else layer.written(path)


def _top(path: Key, layers: Sequence[Layer]) -> Layer | None:
    return next((layer for layer in reversed(layers) if holds(layer.values, path)), None)
