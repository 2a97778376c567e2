"""How a service is."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Health"]


class Health(Protocol):
    """What is known of one service's health."""

    @property
    def status(self) -> str:
        """``up`` or ``down``."""
        ...

    @property
    def took(self) -> float:
        """How long the answer took, in seconds."""
        ...

    @property
    def error(self) -> str | None:
        """What is wrong, in words that hold no secret; None if nothing is."""
        ...
