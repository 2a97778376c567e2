"""Changes the levels of the log, for somebody who looks at the state of the application."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from starlette.requests import Request

from cordio_core import Duration
from cordio_core.protocols import Measuring, Runtime
from cordio_fastapi.diagnostics._sent import Change, changed, refused, sent
from cordio_fastapi.diagnostics._told import Told

__all__ = ["LEVELS", "Levels"]

LEVELS = ("debug", "info", "warning", "error")
_LONGEST = 24 * 3600.0  # seconds until a level falls back


class LevelChange(Change, frozen=True):
    """A level that is asked for."""

    level: Literal["debug", "info", "warning", "error"]
    within: Duration = Duration("10m")
    logger: str = Field(default="", max_length=200)


class Levels:
    """Takes a level, puts it in force, and lets it fall back by itself.

    Parameters
    ----------
    runtime : Runtime
        The started application.
    token : str
        What a change has to bring along.
    """

    def __init__(self, runtime: Runtime, token: str) -> None:
        self._runtime, self._token = runtime, token

    async def __call__(self, request: Request) -> Told:
        """Answer.

        Parameters
        ----------
        request : Request
            With a form or JSON: ``level``, ``within``, ``logger`` and ``token``.

        Returns
        -------
        Told
            For a browser the way back to the page, else what is in force now; a problem document if the
            change is not allowed, or none.
        """
        change = await sent(request, LevelChange, self._token)
        return change if isinstance(change, Told) else self._changed(request, change)

    def _changed(self, request: Request, change: LevelChange) -> Told:
        monitor = self._runtime.monitor
        if not isinstance(monitor, Measuring):
            return refused(409, "the monitor of this application has no level that could be changed")
        if not 0 < change.within <= _LONGEST:
            return refused(422, "within: a time of up to 24h, after which the level falls back")
        within = float(change.within)
        monitor.set_level(change.level, within=within, logger=change.logger)
        found: dict[str, object] = {"level": change.level, "logger": change.logger, "within": within}
        return changed(request, request.url.path, "log level changed", found)
