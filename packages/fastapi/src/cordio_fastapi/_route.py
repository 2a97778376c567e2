"""A plan as one flat route of FastAPI."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, cast

from fastapi.routing import APIRoute
from starlette.requests import Request as NativeRequest
from starlette.responses import Response as NativeResponse
from starlette.types import Scope

from cordio_core import HttpEvent, Plan, Response
from cordio_fastapi._exchange import Exchange
from cordio_fastapi._needs import needs
from cordio_fastapi._reader import Reader
from cordio_fastapi._request import HttpRequest
from cordio_fastapi._writer import Writer

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["PlanRoute"]

_INVALID = {
    "description": "Validation Error",
    "content": {
        "application/problem+json": {
            "schema": {
                "title": "Problem",
                "type": "object",
                "required": ["type", "title", "status", "code", "errors"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["loc", "msg"],
                            "properties": {
                                "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                                "msg": {"type": "string"},
                            },
                        },
                    },
                },
            }
        }
    },
}


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
        natives = _Natives(plan)
        super().__init__(
            event.path,
            _endpoint(plan, natives),
            methods=[event.method],
            responses={422: _INVALID} if plan.data else None,
            dependency_overrides_provider=application,
        )
        self.why = needs(self, natives.added)
        self._reader = None if self.why else Reader(self)
        self._writer = Writer(self, plan.place)

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
        reader = self._reader
        scope["app"], scope["route"], scope["path_params"] = self.application, self, values
        request = HttpRequest(self.event, exchange, scope, values)
        response = await self._answer(request, lambda: reader.read(request))
        await self._writer.send(response, scope, exchange.receive, exchange.send)

    def get_route_handler(self) -> Callable[[NativeRequest], Coroutine[object, object, NativeResponse]]:
        """Take FastAPI's own way of a request for what reads its data.

        Returns
        -------
        callable
            Answers a request.
        """
        handle = super().get_route_handler()

        async def answer(native: NativeRequest) -> NativeResponse:
            exchange, solved = Exchange.of(native.scope), _Solved()
            request = HttpRequest(self.event, exchange, native.scope, native.path_params, native)

            async def read() -> Mapping[str, object]:
                nonlocal solved
                solved = cast(_Solved, await handle(native))
                request.body = getattr(native, "_body", b"")
                return solved.values

            response = self._writer.native(await self._answer(request, read), solved.beside)
            response.background = response.background or solved.background
            return response

        return answer

    async def _answer(
        self, request: HttpRequest, read: Callable[[], Awaitable[Mapping[str, object]]]
    ) -> Response:
        exchange, plan = request.exchange, self.plan
        exchange.found(self.event.name)
        exchange.refuse_excess()
        if plan.reads_late:
            response = await _late(plan, request, read)
        else:
            values = await read()
            exchange.code = plan.code
            response = await plan.run(request, values)
        exchange.refuse_excess()
        return response


class _Refused(BaseException):
    """What is wrong with the data, on its way past the rules for a handler's exceptions."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


async def _late(
    plan: Plan, request: HttpRequest, read: Callable[[], Awaitable[Mapping[str, object]]]
) -> Response:
    """Run a plan that reads the data after the handlers that need none; once, if it is repeated too."""
    found: Mapping[str, object] | None = None

    async def once() -> Mapping[str, object]:
        nonlocal found
        try:
            found = await read() if found is None else found
        except Exception as error:
            request.exchange.code = None
            raise _Refused(error) from error
        return found

    request.exchange.code = plan.code
    try:
        return await plan.run(request, once)
    except _Refused as refused:
        raise refused.error from None


class _Solved(NativeResponse):
    """What FastAPI's solver has found, past FastAPI's own way of an answer."""

    def __init__(
        self, values: Mapping[str, object] | None = None, beside: NativeResponse | None = None
    ) -> None:
        super().__init__()
        self.values, self.beside = values or {}, beside


class _Natives:
    """The parameters by which FastAPI gives its own request and response: the handler's, or added ones."""

    def __init__(self, plan: Plan) -> None:
        taken = {parameter.name for parameter in plan.data}
        self.request = _own(plan, NativeRequest) or _free("native", taken)
        self.response = _own(plan, NativeResponse) or _free("answer", taken | {self.request})
        self.added = frozenset({self.request, self.response}) - taken


def _own(plan: Plan, kind: type) -> str | None:
    found = (p.name for p in plan.data if inspect.isclass(p.annotation) and issubclass(p.annotation, kind))
    return next(found, None)


def _endpoint(plan: Plan, natives: _Natives) -> Callable[..., Coroutine[object, object, object]]:
    """Return what FastAPI calls: a function with the parameters that the event's data fill, and no service."""
    added, beside = natives.added, natives.response

    async def endpoint(**values: object) -> object:
        given = {name: value for name, value in values.items() if name not in added}
        return _Solved(given, cast(NativeResponse, values[beside]))

    endpoint.__name__ = getattr(plan.handler, "__name__", type(plan.handler).__name__)
    endpoint.__doc__ = plan.handler.__doc__
    vars(endpoint)["__signature__"] = _signature(plan, natives)
    return endpoint


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _signature(plan: Plan, natives: _Natives) -> inspect.Signature:
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [parameter.replace(kind=keyword) for parameter in plan.data]
    for name, kind in ((natives.request, NativeRequest), (natives.response, NativeResponse)):
        if name in natives.added:
            parameters.append(inspect.Parameter(name, keyword, annotation=kind))
    return inspect.Signature(parameters, return_annotation=_documented(plan.returns))


def _documented(returns: object) -> object:
    """Return what FastAPI is to make of the answer: nothing where the handler answers a `Response`."""
    if returns is type(None):
        return None
    if typing.get_origin(returns) not in (typing.Union, types.UnionType):
        return inspect.Signature.empty if _is_response(returns) else returns
    kept = [kind for kind in typing.get_args(returns) if not _is_response(kind)]
    return typing.Union[tuple(kept)] if kept else inspect.Signature.empty


def _is_response(kind: object) -> bool:
    return inspect.isclass(kind) and issubclass(kind, Response | NativeResponse)
