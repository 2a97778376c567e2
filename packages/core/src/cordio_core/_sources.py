"""The sources of events of a running application, opened one by one and closed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cordio_core._exceptions import EntrypointError
from cordio_core._patience import Patience
from cordio_core.protocols import AsgiEntrypoint, Entrypoint, Runtime

__all__ = ["Sources"]

_LAST = 5.0  # what a source may take beyond the grace time, to cancel what is left


class Sources:
    """Owns the entrypoints from their start to their end.

    Parameters
    ----------
    listening : bool
        Whether they open their own listeners; False behind a foreign ASGI server.
    failed : callable
        Told of what goes wrong while they stop.
    """

    def __init__(self, listening: bool, failed: Callable[[BaseException], None]) -> None:
        self._listening, self._failed = listening, failed
        self._begun: list[Entrypoint] = []

    @property
    def begun(self) -> tuple[Entrypoint, ...]:
        """Those that were started, in their order."""
        return tuple(self._begun)

    async def open(self, source: Entrypoint, runtime: Runtime) -> None:
        """Start a source; it is stopped even if that fails.

        Parameters
        ----------
        source : Entrypoint
            The source.
        runtime : Runtime
            The application.
        """
        self._begun.append(source)
        if not self._listening and isinstance(source, AsgiEntrypoint):
            source.bind(runtime)
        else:
            await source.start(runtime)

    async def close(self, patience: Patience, within: float) -> None:
        """Stop all sources at the same time.

        Parameters
        ----------
        patience : Patience
            Whose loss ends the wait.
        within : float
            How long they may take to finish what they accepted, in seconds.
        """
        stops = {asyncio.create_task(self._closed(source, within)): source.kind for source in self._begun}
        await patience.ended(stops, within + _LAST)
        for stop, kind in stops.items():
            if not stop.done():
                self._failed(EntrypointError(kind, "runs on though it was cancelled", "let it end"))
            elif stop.cancelled() and not patience.is_lost:
                what = f"did not stop within {within:g} s"
                self._failed(EntrypointError(kind, what, "let stop() keep to the time it is given"))

    async def _closed(self, source: Entrypoint, within: float) -> None:
        try:
            await source.stop(within)
        except Exception as error:  # a source may be anybody's; it fails the run, and the others are stopped
            self._failed(error)
