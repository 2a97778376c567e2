"""Levels that change while the service runs, and fall back by themselves."""

from __future__ import annotations

from collections.abc import Callable
from threading import Timer
from typing import TYPE_CHECKING

from cordio_monitor._exceptions import KindError
from cordio_monitor._raw import LEVELS

if TYPE_CHECKING:
    from cordio_monitor._outlet import Outlet

__all__ = ["Levels"]


class Levels:
    """The levels of one outlet, and of loggers of the standard ``logging``.

    Parameters
    ----------
    outlet : Outlet
        Whose threshold changes.
    """

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._undo: dict[str, Callable[[], None]] = {}
        self._timers: dict[str, Timer] = {}

    @property
    def name(self) -> str:
        """The level in force."""
        return next((name for name, level in LEVELS.items() if level >= self._outlet.threshold), "error")

    def change(self, level: str, within: float, logger: str) -> None:
        """Change a level for a time.

        Parameters
        ----------
        level : str
            The level.
        within : float
            After how many seconds it falls back; 0 for never.
        logger : str
            The logger of the standard ``logging``; empty for the monitor's own level.

        Raises
        ------
        KindError
            If the level is not known.
        """
        if level not in LEVELS:
            raise KindError("level", level, tuple(LEVELS))
        undo = self._logger(logger, LEVELS[level]) if logger else self._own(LEVELS[level])
        # Of two changes the first knows what was before.
        self._undo.setdefault(logger, undo)
        self._cancel(logger)
        if within:
            timer = self._timers[logger] = Timer(within, self.restore, (logger,))
            timer.daemon = True
            timer.start()

    def restore(self, logger: str) -> None:
        """Fall back to what was before.

        Parameters
        ----------
        logger : str
            As in `change`.
        """
        self._cancel(logger)
        if undo := self._undo.pop(logger, None):
            undo()

    def restore_all(self) -> None:
        """Fall back everywhere."""
        for logger in tuple(self._undo):
            self.restore(logger)

    def _cancel(self, logger: str) -> None:
        if timer := self._timers.pop(logger, None):
            timer.cancel()

    def _own(self, level: int) -> Callable[[], None]:
        before, self._outlet.threshold = self._outlet.threshold, level

        def undo() -> None:
            self._outlet.threshold = before

        return undo

    def _logger(self, name: str, level: int) -> Callable[[], None]:
        from logging import getLogger

        logger = getLogger(name)
        before = logger.level
        logger.setLevel(level)
        return lambda: logger.setLevel(before)
