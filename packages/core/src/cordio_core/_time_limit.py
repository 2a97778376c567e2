"""How long the chain of a handler may take, and what it comes to if it takes longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from traceback import walk_tb

from cordio_core._endings import HandlerTimeout
from cordio_core._request import Request

__all__ = ["limited"]

_Way = Callable[..., Awaitable[object]]
_NOT_THE_USERS = (str(Path(asyncio.__file__).parent), str(Path(__file__).parent))


def limited(way: _Way, place: str, within: float) -> _Way:
    """Cancel a chain that takes too long.

    Parameters
    ----------
    way : callable
        The chain.
    place : str
        The handler, with its file and line.
    within : float
        How long it may take, in seconds.

    Returns
    -------
    callable
        The chain with its limit.
    """

    async def run(request: Request, data: object) -> object:
        try:
            async with asyncio.timeout(within) as timer:
                _hasten(request, timer.when())
                return await way(request, data)
        except TimeoutError as error:
            if not timer.expired():
                raise
            raise HandlerTimeout(place, request.event.name, within, _cut_at(error.__cause__)) from error

    return run


def _hasten(request: Request, end: float | None) -> None:
    """Let the request know its end, unless it ends earlier anyway."""
    if end is not None and (request.deadline is None or end < request.deadline):
        request.deadline = end


def _cut_at(error: BaseException | None) -> str:
    """Return file and line of the user's innermost frame that was cancelled; empty if there is none."""
    found = ""
    for frame, line in walk_tb(None if error is None else error.__traceback__):
        if not frame.f_code.co_filename.startswith(_NOT_THE_USERS):
            found = f"{frame.f_code.co_filename}:{line}"
    return found
