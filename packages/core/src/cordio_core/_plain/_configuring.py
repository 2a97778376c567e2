"""Configuration of defaults alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from cordio_core.protocols import Configuration

__all__ = ["PlainConfiguring"]

T = TypeVar("T")


class _Defaults:
    def __init__(self, options: Mapping[str, object]) -> None:
        self._options = options

    def slice(self, section: str, model: type[T], /) -> T:
        return model()

    def __getitem__(self, key: str, /) -> object:
        return self._options[key]


class PlainConfiguring:
    """Every setting at its default."""

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Configuration:
        """Take the defaults of the options that stand on the root component."""
        named = {str(getattr(option, "name", option)): getattr(option, "default", None) for option in options}
        return _Defaults(named)
