"""An answer of a diagnostic path, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from starlette.responses import JSONResponse, Response

from cordio_core.protocols import Log

__all__ = ["Told", "plain"]

_NO_STORE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a diagnostic path answers; it leaves no trace unless `quiet` is false.

    Parameters
    ----------
    response : Response
        The answer.
    quiet : bool
        Whether there is no span for it, and no record.
    message : str
        What is recorded besides; empty for nothing.
    level : str
        The level of that.
    fields : mapping of str to object
        What it carries.
    """

    response: Response
    quiet: bool = True
    message: str = ""
    level: Literal["info", "warning", "error"] = "info"
    fields: Mapping[str, object] = field(default_factory=dict)

    def record(self, log: Log) -> None:
        """Record what there is to.

        Parameters
        ----------
        log : Log
            Where.
        """
        if self.message:
            levels = {"info": log.info, "warning": log.warning, "error": log.error}
            levels[self.level](self.message, **self.fields)


def plain(status: int, content: object) -> Response:
    """Make an answer of JSON that nobody keeps.

    Parameters
    ----------
    status : int
        The status.
    content : object
        Plain data.

    Returns
    -------
    Response
        The answer.

    Examples
    --------
    >>> plain(200, {"status": "up"}).body
    b'{"status":"up"}'
    """
    return JSONResponse(content, status, _NO_STORE)
