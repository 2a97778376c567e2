"""What an application emits, kept besides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cordio_core._emitting import Emitting
from cordio_core._response import Response
from cordio_core.testing._exchange import Emitted

__all__ = ["noted"]


@contextmanager
def noted(app: Emitting, emitted: list[Emitted]) -> Iterator[None]:
    """Keep what an application emits inside a block.

    Parameters
    ----------
    app : Emitting
        The application.
    emitted : list of Emitted
        Takes it.

    Yields
    ------
    None
        Nothing.
    """
    emit = app.emit

    async def noting(name: str, data: object = None, /, *, background: bool = False) -> tuple[Response, ...]:
        emitted.append(Emitted(name, data, background))
        return await emit(name, data, background=background)

    vars(app)["emit"] = noting
    try:
        yield
    finally:
        del vars(app)["emit"]
