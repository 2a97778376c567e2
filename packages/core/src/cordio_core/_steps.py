"""The steps of a start: each is told of with its time, and the one that blocks is known."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from cordio_core._endings import StartTimeout
from cordio_core.protocols import Log

__all__ = ["Steps"]


class Steps:
    """Follows a start.

    Parameters
    ----------
    name : str
        The application.
    within : float
        How long the start may take, in seconds.
    """

    def __init__(self, name: str, within: float) -> None:
        self._name, self.within = name, within
        self._current, self._where = "nothing", ""
        self._began = time.perf_counter()

    @property
    def took(self) -> float:
        """How long the start takes by now, in seconds."""
        return time.perf_counter() - self._began

    @contextmanager
    def step(self, part: str, log: Log) -> Iterator[None]:
        """Tell that a part has started, and how long it took.

        Parameters
        ----------
        part : str
            The part.
        log : Log
            Where it is told.

        Yields
        ------
        None
            Nothing.

        Raises
        ------
        BaseException
            What the part raises.
        """
        self._current, self._where = part, ""
        began = time.perf_counter()
        try:
            yield
        except BaseException as error:
            self._where = _innermost(error)
            raise
        log.info("started", part=part, took_ms=round((time.perf_counter() - began) * 1000, 1))

    def overdue(self) -> StartTimeout:
        """Say which part kept the start beyond its limit.

        Returns
        -------
        StartTimeout
            What to raise.
        """
        return StartTimeout(self._name, self.within, self._current, self._where)


def _innermost(error: BaseException) -> str:
    """Return where an interrupted call stood, in code that is not asyncio's."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "/asyncio/" not in frame.filename.replace("\\", "/"):
            return f"{frame.filename}:{frame.lineno}"
    return ""
