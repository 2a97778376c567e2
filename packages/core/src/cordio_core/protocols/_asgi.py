"""The types of ASGI 3.0."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

__all__ = ["Receive", "Scope", "Send"]

Scope: TypeAlias = MutableMapping[str, Any]  # ASGI 3.0 leaves the values of its messages open
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
