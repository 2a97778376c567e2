"""What handlers ask of storage and exchange, whichever there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

__all__ = ["Exchange", "Store"]

T = TypeVar("T")


class Store(Protocol):
    """Where data are kept; what is asked of it is in its own language, such as SQL."""

    async def fetch(self, query: str, /, *arguments: object) -> Sequence[Mapping[str, Any]]:
        """Return all the rows."""
        ...

    async def one(self, model: type[T], query: str, /, *arguments: object) -> T:
        """Return the only row as its model; raise LookupError if there is none."""
        ...

    async def execute(self, query: str, /, *arguments: object) -> object:
        """Change something."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Store]:
        """Return a context in which all happens or nothing."""
        ...


class Exchange(Protocol):
    """Where messages go."""

    async def publish(self, exchange: str, key: str, data: object, /) -> object:
        """Hand a message over; raise if it is not certain that it arrived."""
        ...

    async def call(self, name: str, /, *, timeout: str | float | None = None, **data: object) -> object:
        """Ask, and wait for the answer."""
        ...
