"""Services of asyncio, used on the thread of a sink with an event loop of its own."""

from __future__ import annotations

from contextlib import AsyncExitStack
from contextvars import Context
from copy import copy
from inspect import isawaitable
from typing import TYPE_CHECKING, Generic, TypeVar

from cordio_monitor._quiet import quiet

if TYPE_CHECKING:
    from asyncio import Runner

__all__ = ["Own"]

T = TypeVar("T")


_of_parents: list[object] = []


class Own(Generic[T]):
    """A service that a thread enters, calls and leaves; one that is not asynchronous works as well.

    Parameters
    ----------
    service : T
        The service; if it can be entered, it is not entered yet.
    again : tuple[type[Exception], ...]
        What it raises when it cannot be reached; it is turned into a ``ConnectionError``.
    """

    def __init__(self, service: T, again: tuple[type[Exception], ...]) -> None:
        self.service = service
        self._spare = _spare(service)
        # A pipe that is broken stays broken, a connection is made anew.
        self._again: tuple[type[Exception], ...] = (BrokenPipeError, *again)
        self._runner: Runner | None = None
        self._context = _unseen()
        self._stack = AsyncExitStack()

    def open(self) -> None:
        """Enter the service."""
        from asyncio import Runner

        if self._runner is None:
            self._runner = Runner()
        if hasattr(self.service, "__aenter__"):
            self.call(self._stack.enter_async_context(self.service))  # type: ignore[arg-type]  # it is one

    def call(self, result: object) -> object:
        """Wait for what a call has returned, if there is something to wait for.

        Parameters
        ----------
        result : object
            What the call has returned.

        Returns
        -------
        object
            What it comes to.

        Raises
        ------
        ConnectionError
            If the service cannot be reached.
        """
        try:
            return self._waited(result) if isawaitable(result) else result
        except self._again as error:
            raise ConnectionError(str(error)) from error

    def close(self) -> None:
        """Leave the service."""
        runner = self._runner
        if runner is not None:
            try:
                runner.run(self._stack.aclose(), context=self._context)
            finally:
                self._runner = None
                runner.close()

    def forget(self) -> None:
        """Leave the parent's service alone, in a child process, which gets one of its own."""
        # Never collected: closing the copy of the loop would take the parent's out of its selector.
        _of_parents.append((self._runner, self._stack, self.service))
        self.service, self._spare = self._spare, _spare(self._spare)
        self._runner = None
        self._stack = AsyncExitStack()

    def _waited(self, result: object) -> object:
        async def wait() -> object:
            return await result if isawaitable(result) else result

        assert self._runner is not None
        return self._runner.run(wait(), context=self._context)


def _unseen() -> Context:
    """Return a context without spans and numbers: a delivery that is followed would make its own work."""
    context = Context()
    context.run(quiet("spans", "metrics").__enter__)
    return context


def _spare(service: T) -> T:
    """Return a copy of a service that was not entered yet, for a child process."""
    return copy(service) if hasattr(service, "__aenter__") else service
