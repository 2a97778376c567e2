"""A plan as a route of FastAPI that sends the files of a directory."""

from __future__ import annotations

import os

from fastapi.encoders import jsonable_encoder
from starlette.exceptions import HTTPException
from starlette.responses import Response as NativeResponse
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from cordio_core import HandlerError, Plan, StaticEvent
from cordio_fastapi._answer import finished, rendered, text
from cordio_fastapi._exchange import Exchange
from cordio_fastapi._request import HttpRequest

__all__ = ["StaticRoute"]

_NAME = "file"


class StaticRoute(Route):
    """Sends a file by Starlette's ``StaticFiles``, once the handler has let it pass.

    Parameters
    ----------
    plan : Plan
        The plan of a `StaticEvent`.
    event : StaticEvent
        That event.

    Raises
    ------
    HandlerError
        If there is no such directory, or the handler wants data, of which a file has none.
    """

    why = "Starlette sends its files"

    def __init__(self, plan: Plan, event: StaticEvent) -> None:
        _refuse(plan, event)
        self.plan, self.event = plan, event
        self._files = StaticFiles(directory=event.directory, html=event.html)
        path = event.path.rstrip("/")
        super().__init__(
            f"{path}/{{{_NAME}:path}}",
            self._endpoint,
            methods=["GET"],
            name=event.name,
            include_in_schema=False,
        )
        self.app = self._serve  # Starlette's own would make a request of its own first

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange.of(scope)
        exchange.found(self.event.name)
        exchange.refuse_excess()
        exchange.code = self.plan.code
        found = await self._found(HttpRequest(self.event, exchange, scope, scope["path_params"]), scope)
        await found(scope, receive, send)

    async def _found(self, request: HttpRequest, scope: Scope) -> NativeResponse:
        response = await self.plan.run(request, {})
        if response.status is not None or response.body is not None or response.stream is not None:
            found = rendered(response)
        elif response.value is None:
            found = await self._file(str(scope["path_params"][_NAME]), scope)
        else:
            found = response.value
        if not isinstance(found, NativeResponse):
            found = NativeResponse(text(jsonable_encoder(found)), media_type="application/json")
        return finished(found, response, self.plan.place)

    async def _file(self, name: str, scope: Scope) -> NativeResponse:
        parts = name.split("/")
        if not self.event.hidden and any(part.startswith(".") for part in parts):
            raise HTTPException(404)
        if "\\" in name or "\0" in name or name.startswith("/"):
            raise HTTPException(404)
        path = os.path.normpath(os.path.join(*parts))
        try:
            return await self._files.get_response(path, scope)
        except HTTPException as error:
            if error.status_code == 401:  # Starlette's word for a file that the process may not read
                raise HTTPException(404) from error
            raise

    async def _endpoint(self) -> None:
        """Stand for the handler in the list of routes; `_serve` is what runs."""


def _refuse(plan: Plan, event: StaticEvent) -> None:
    if plan.data:
        raise HandlerError(
            plan.place,
            f"has the parameter {plan.data[0].name!r}: no service, and {event.name!r} has no data",
            "take services, or the request",
        )
    if not os.path.isdir(event.directory):
        raise HandlerError(
            plan.place,
            f"serves files of {event.directory!r}, and {os.path.abspath(event.directory)} is no directory",
            "make it, or name another one; it is looked for where the process was started",
        )
