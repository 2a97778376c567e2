"""The rules of an application for what goes wrong, and the layers that apply them."""

from __future__ import annotations

from collections.abc import Callable

from cordio_errors._changes import Changes
from cordio_errors._declarations import Declarations
from cordio_errors._layers import Layers
from cordio_errors._lives import Lives
from cordio_errors._recorder import Recorder
from cordio_errors._runs import Runs
from cordio_errors._telling import Telling

__all__ = ["Errors"]


class Errors(Declarations, Layers, Lives, Runs, Changes, Telling):
    """Rules, the catalogue of what is said, and the layers.

    Parameters
    ----------
    recorder : Recorder or None
        Who takes what rules commit; None records through the logger ``cordio.errors``.
    trace_id : callable or None
        Gives the id of the running event's trace, or None; answers and records then carry it.

    Attributes
    ----------
    trace_id : callable or None
        As given; it can be set later.

    Examples
    --------
    >>> import asyncio
    >>> from cordio_errors import answer
    >>> errors = Errors()
    >>> errors.on(LookupError, answer=answer("not_found"))
    >>> async def find(number: int) -> str:
    ...     return ["first"][number]
    >>> asyncio.run(errors.run(find, 0))
    Outcome(value='first', answer=None)
    >>> asyncio.run(errors.run(find, 1)).answer.status
    404
    """

    def __init__(
        self, *, recorder: Recorder | None = None, trace_id: Callable[[], str | None] | None = None
    ) -> None:
        super().__init__(recorder, trace_id)
