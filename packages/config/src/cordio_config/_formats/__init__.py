"""The formats of configuration files: by extension, or by trying one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from cordio_config._place import Place

__all__ = ["EXTENSIONS", "ORDER", "Format", "format_called"]

EXTENSIONS = {
    ".ini": "ini",
    ".json": "json",
    ".jsonc": "json",
    ".toml": "toml",
    ".yaml": "yaml",
    ".yml": "yaml",
}
ORDER = ("json", "toml", "yaml", "ini")


@dataclass(frozen=True, slots=True)
class Format:
    """How one format is read: its values at once, their places when somebody asks."""

    name: str
    read: Callable[[str], object]
    places: Callable[[str], Place]

    @property
    def is_text(self) -> bool:
        """Tell whether every value is text, to be read by the type that it is for."""
        return self.name == "ini"


def format_called(name: str) -> Format:
    """Give a format; its parser is imported now, not before."""
    module = import_module(f"{__name__}._{name}")
    return Format(name, module.read, module.places)
