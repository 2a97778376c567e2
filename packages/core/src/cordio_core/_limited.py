"""A context that is left within a limit of time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType

from cordio_core._exceptions import PartError
from cordio_core._patience import Patience

__all__ = ["Limited"]


class Limited:
    """Enters a context as it is, and interrupts it if it takes too long to be left.

    Parameters
    ----------
    context : async context manager
        The context.
    part : str
        How it is called where it is told that it took too long.
    within : callable
        Asked when the context is left: how long that may take, in seconds.
    """

    def __init__(
        self, context: AbstractAsyncContextManager[object], part: str, within: Callable[[], float]
    ) -> None:
        self._context, self._part, self._within = context, part, within

    async def __aenter__(self) -> object:
        """Enter the context."""
        return await self._context.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None:
        """Leave the context, or raise what it is that takes too long."""
        within = self._within()
        try:
            async with Patience().limit(within) as wait:
                return await self._context.__aexit__(kind, error, trace)
        except TimeoutError as overdue:
            if not wait.expired():
                raise
            what = f"did not stop within {within:.3g} s"
            raise PartError(self._part, what, "mend its stop, or set app.close or app.stop") from overdue
