"""What makes values of plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["Converter"]


class Converter(Protocol):
    """Makes values of plain data, as JSON has them."""

    def reader(self, annotation: object, /) -> Callable[[object], object] | None:
        """Return what makes a value of a type, or raises ValueError; None for a type that is not known."""
        ...
