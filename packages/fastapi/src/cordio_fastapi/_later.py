"""Work after an answer, in the layer of its handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.background import BackgroundTask
from starlette.responses import Response

__all__ = ["Finish", "finishing"]

Finish = Callable[[BackgroundTask], Awaitable[None]]


class _Later(BackgroundTask):
    """What Starlette runs once the answer has left: the work itself, where its failures are judged."""

    def __init__(self, work: BackgroundTask, finish: Finish) -> None:
        super().__init__(finish, work)


def finishing(response: Response, work: BackgroundTask | None, finish: Finish) -> Response:
    """Let the work after an answer run in a layer.

    Parameters
    ----------
    response : Response
        The answer; work of its own counts.
    work : BackgroundTask or None
        What a handler has left to FastAPI's background tasks.
    finish : callable
        Runs it.

    Returns
    -------
    Response
        The same answer.
    """
    found = response.background or work
    if found is not None:
        response.background = _Later(found, finish)
    return response
