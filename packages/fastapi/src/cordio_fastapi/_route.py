"""A plan as one flat route of FastAPI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING

from fastapi.routing import APIRoute
from starlette.requests import Request as NativeRequest
from starlette.responses import Response as NativeResponse
from starlette.types import Scope

from cordio_core import HttpEvent, Plan, Response
from cordio_fastapi._endpoint import Natives, Solving, endpoint
from cordio_fastapi._exchange import Exchange
from cordio_fastapi._late import late
from cordio_fastapi._needs import needs
from cordio_fastapi._reader import Reader
from cordio_fastapi._request import HttpRequest
from cordio_fastapi._writer import Writer

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["PlanRoute"]


class PlanRoute(APIRoute):
    """Reads a request as FastAPI does, runs the plan, and writes its response as FastAPI does.

    FastAPI calls it with what its solver has found, or nobody does and `serve` reads the request by itself;
    the answers are the same.

    Parameters
    ----------
    plan : Plan
        The plan of an `HttpEvent`.
    event : HttpEvent
        That event.
    application : FastAPI
        The application that the route is for.

    Attributes
    ----------
    why : str
        What the handler needs that FastAPI's solver alone gives; empty if `serve` can serve it.
    """

    def __init__(self, plan: Plan, event: HttpEvent, application: FastAPI) -> None:
        self.plan, self.event, self.application = plan, event, application
        natives = Natives(plan)
        super().__init__(
            event.path,
            endpoint(plan, natives),
            methods=[event.method],
            dependency_overrides_provider=application,
        )
        self.why = needs(self, natives.added)
        self._reader = None if self.why else Reader(self)
        self._writer = Writer(self.response_field, plan.place, plan.finish)

    async def serve(self, exchange: Exchange, scope: Scope, values: Mapping[str, object]) -> None:
        """Read a request, run the plan and write its answer, without FastAPI.

        Parameters
        ----------
        exchange : Exchange
            The exchange.
        scope : mapping
            The request's ASGI scope.
        values : mapping of str to object
            The values in its path.

        Raises
        ------
        RequestValidationError
            If a value of the request is not valid.
        HTTPException
            If the request is refused.
        AnswerError
            If the answer is not what the handler's annotation says, or cannot be sent.
        """
        assert self._reader is not None  # only a route without `why` is served so
        scope["app"], scope["route"], scope["path_params"] = self.application, self, values
        await self._sent(HttpRequest(self.event, exchange, scope, values), self._reader)

    def get_route_handler(self) -> Callable[[NativeRequest], Coroutine[object, object, NativeResponse]]:
        """Take FastAPI's own way of a request for what reads its data.

        Returns
        -------
        callable
            Answers a request.
        """
        handle = super().get_route_handler()

        async def answer(native: NativeRequest) -> NativeResponse:
            exchange = Exchange.of(native.scope)
            request = HttpRequest(self.event, exchange, native.scope, native.path_params, native)
            return await self._native(request, Solving(handle, native, request))

        return answer

    async def _native(self, request: HttpRequest, solving: Solving) -> NativeResponse:
        response = await self._answer(request, solving)
        return self._writer.native(response, solving.found.beside, solving.found.background)

    async def _sent(self, request: HttpRequest, reader: Reader) -> None:
        exchange = request.exchange
        response = await self._answer(request, lambda: reader.read(request))
        await self._writer.send(response, request.scope, exchange.receive, exchange.send)

    async def _answer(
        self, request: HttpRequest, read: Callable[[], Awaitable[Mapping[str, object]]]
    ) -> Response:
        exchange, plan = request.exchange, self.plan
        exchange.found(self.event.name)
        exchange.refuse_excess()
        if plan.reads_late:
            response = await late(plan, request, read, exchange)
        else:
            values = await read()
            exchange.code = plan.code
            response = await plan.run(request, values)
        exchange.refuse_excess()
        return response
