"""The state and the configuration: data for programs, a page for people."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from cordio_core.protocols import Runtime
from cordio_fastapi.diagnostics._accept import wants_a_page
from cordio_fastapi.diagnostics._figures import figures
from cordio_fastapi.diagnostics._told import Told, plain

__all__ = ["StatePage"]


class StatePage:
    """Tells how an application is.

    Parameters
    ----------
    runtime : Runtime
        The started application.
    token : str
        What a change of a level has to bring along.
    """

    def __init__(self, runtime: Runtime, token: str) -> None:
        self._runtime, self._token = runtime, token

    async def state(self, request: Request) -> Told:
        """Tell the state.

        Parameters
        ----------
        request : Request
            The request.

        Returns
        -------
        Told
            A page if the client would rather have one, else JSON.
        """
        state = self._state()
        if wants_a_page(request.headers.get("accept", "")):
            from cordio_fastapi.diagnostics._page import page

            return Told(page(state, self._token, request.url.path.rpartition("/")[2]))
        response = plain(200, {**state, "token": self._token})
        response.headers["vary"] = "accept"
        return Told(response)

    async def configuration(self, _: Request) -> Told:
        """Tell the values in force, with where each comes from.

        Returns
        -------
        Told
            JSON; secrets are masked.
        """
        state = self._runtime.state()
        return Told(plain(200, {"name": state.get("name"), "configuration": state.get("configuration", [])}))

    def _state(self) -> Mapping[str, object]:
        state = self._runtime.state()
        uptime = state.get("uptime")
        up = float(uptime) if isinstance(uptime, int | float) else 0.0
        return {**state, "measured": figures(self._runtime.monitor).data(up)}
