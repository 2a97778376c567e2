"""The formats of configuration files, by extension."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from cordio_config._place import Place

__all__ = ["EXTENSIONS", "Format", "format_of"]

EXTENSIONS = {".json": "json", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml"}


@dataclass(frozen=True, slots=True)
class Format:
    """How one format is read: its values at once, their places when somebody asks."""

    read: Callable[[str], object]
    places: Callable[[str], Place]


def format_of(extension: str) -> Format:
    """Give the format of an extension; its parser is imported now, not before."""
    module = import_module(f"{__name__}._{EXTENSIONS[extension.lower()]}")
    return Format(module.read, module.places)
