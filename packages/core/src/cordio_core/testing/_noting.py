"""What goes wrong in handlers, noted before any rule makes something of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager

from cordio_core._plan import Plan

__all__ = ["Noting"]

_Way = Callable[..., Awaitable[object]]


class Noting:
    """Stands around the chain of each handler for the time of a test.

    Attributes
    ----------
    errors : list of BaseException
        What was raised, in order; each attempt counts where a rule repeats.
    """

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self._inside: dict[str, int] = {}

    def inside(self, kind: str) -> int:
        """Tell how many events of a kind are in the middle of their way.

        Parameters
        ----------
        kind : str
            The kind.

        Returns
        -------
        int
            Their number.
        """
        return self._inside.get(kind, 0)

    @contextmanager
    def around(self, plans: Iterable[Plan]) -> Iterator[None]:
        """Note what the handlers raise inside a block.

        Parameters
        ----------
        plans : iterable of Plan
            The ways of the handlers.

        Yields
        ------
        None
            Nothing.
        """
        before = [(plan, plan.way) for plan in plans]
        for plan, way in before:
            plan.way = self._noted(plan.event.kind, way)
        try:
            yield
        finally:
            for plan, way in before:
                plan.way = way

    def _noted(self, kind: str, way: _Way) -> _Way:
        async def noted(*args: object) -> object:
            self._inside[kind] = self.inside(kind) + 1
            try:
                return await way(*args)
            except Exception as error:
                self.errors.append(error)
                raise
            finally:
                self._inside[kind] -= 1

        return noted
