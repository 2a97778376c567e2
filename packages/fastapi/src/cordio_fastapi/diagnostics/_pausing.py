"""Pauses and resumes a source of events, for somebody who looks at the state of the application."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from starlette.requests import Request

from cordio_core.protocols import PausableEntrypoint, Runtime
from cordio_fastapi.diagnostics._sent import Change, changed, refused, sent
from cordio_fastapi.diagnostics._told import Told

__all__ = ["PATH", "Pausing"]

PATH = "/sources"  # below the page of the state
_DONE = {"pause": "paused", "resume": "resumed"}


class Wanted(Change, frozen=True):
    """What is asked for."""

    action: Literal["pause", "resume"]
    kind: str = Field(max_length=100)
    name: str = Field(max_length=1000)


class Pausing:
    """Lets no more events of a name come, or lets them come again.

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
            With a form or JSON: ``action`` (pause or resume), ``kind`` of the source, ``name`` of what it
            takes events from, and ``token``.

        Returns
        -------
        Told
            For a browser the way back to the page, else what was done; a problem document if it cannot be.
        """
        wanted = await sent(request, Wanted, self._token)
        if isinstance(wanted, Told):
            return wanted
        source = next((each for each in self._runtime.sources if each.kind == wanted.kind), None)
        if not isinstance(source, PausableEntrypoint):
            return refused(404, f"no source of the kind {wanted.kind!r} can be paused")
        return await self._done(request, source, wanted)

    async def _done(self, request: Request, source: PausableEntrypoint, wanted: Wanted) -> Told:
        try:
            await (source.pause if wanted.action == "pause" else source.resume)(wanted.name)
        except Exception as error:  # a source may be anybody's: what it says is for whoever may see the page
            return refused(409, str(error))
        found: dict[str, object] = {"kind": wanted.kind, "name": wanted.name, "action": wanted.action}
        page = request.url.path.removesuffix(PATH)
        return changed(request, page, f"source {_DONE[wanted.action]}", found)
