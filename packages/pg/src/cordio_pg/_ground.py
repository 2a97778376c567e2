"""What statements need of whoever makes them: a connection, for one call or for several."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from cordio_pg._raw import Raw

__all__ = ["Ground"]

T = TypeVar("T")


class Ground(ABC):
    """A way to make calls on a connection of asyncpg, each within a limit."""

    @abstractmethod
    async def _run(
        self,
        call: Callable[[Raw], Awaitable[T]],
        timeout: str | float | None,
        query: str = "",
        args: tuple[object, ...] = (),
    ) -> T:
        """Make one call on a connection, within a limit, with its failure told in our own errors."""

    @abstractmethod
    def _streaming(self, timeout: str | float | None) -> AbstractAsyncContextManager[Ground]:
        """Lend one connection, with a transaction open on it, for several calls."""
