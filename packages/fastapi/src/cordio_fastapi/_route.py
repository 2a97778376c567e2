"""A plan as one flat route of FastAPI."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, cast

from fastapi.exceptions import ResponseValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request as NativeRequest
from starlette.responses import Response as NativeResponse

from cordio_core import HttpEvent, Plan, Request, Response
from cordio_fastapi._answer import finished, rendered
from cordio_fastapi._complaint import complaints
from cordio_fastapi._exceptions import AnswerError
from cordio_fastapi._exchange import Exchange

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

    Parameters
    ----------
    plan : Plan
        The plan of an `HttpEvent`.
    event : HttpEvent
        That event.
    application : FastAPI
        The application that the route is for.
    """

    def __init__(self, plan: Plan, event: HttpEvent, application: FastAPI) -> None:
        self.plan = plan
        super().__init__(
            event.path,
            _endpoint(plan),
            methods=[event.method],
            responses={422: _INVALID} if plan.data else None,
            dependency_overrides_provider=application,
        )

    def get_route_handler(self) -> Callable[[NativeRequest], Coroutine[object, object, NativeResponse]]:
        """Wrap FastAPI's own way of a request.

        Returns
        -------
        callable
            Answers a request.
        """
        handle, plan = super().get_route_handler(), self.plan

        async def answer(native: NativeRequest) -> NativeResponse:
            exchange = Exchange.of(native.scope)
            exchange.found(plan.event.name)
            exchange.refuse_excess()
            try:
                response = await handle(native)
            except ResponseValidationError as error:
                raise AnswerError(plan.place, _told(error)) from None
            return finished(response, exchange.response, plan.place)

        return answer


def _endpoint(plan: Plan) -> Callable[..., Coroutine[object, object, object]]:
    """Return what FastAPI calls: a function with the parameters that the event's data fill, and no service."""
    name = _free({parameter.name for parameter in plan.data})

    async def endpoint(**values: object) -> object:
        native = cast(NativeRequest, values.pop(name))
        exchange = Exchange.of(native.scope)
        exchange.code = plan.code
        response = await plan.run(_request(plan, native, exchange), values)
        exchange.refuse_excess()
        exchange.response = response
        return rendered(response)

    endpoint.__name__ = getattr(plan.handler, "__name__", type(plan.handler).__name__)
    endpoint.__doc__ = plan.handler.__doc__
    vars(endpoint)["__signature__"] = _signature(plan, name)
    return endpoint


def _free(taken: set[str]) -> str:
    name = "native"
    while name in taken:
        name += "_"
    return name


def _signature(plan: Plan, native: str) -> inspect.Signature:
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [parameter.replace(kind=keyword) for parameter in plan.data]
    parameters.append(inspect.Parameter(native, keyword, annotation=NativeRequest))
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


def _request(plan: Plan, native: NativeRequest, exchange: Exchange) -> Request:
    return Request(
        plan.event,
        path={name: str(value) for name, value in native.path_params.items()},
        query=dict(native.query_params),
        headers=exchange.headers,
        body=getattr(native, "_body", b""),
        native=native,
    )


def _told(error: ResponseValidationError) -> list[str]:
    return [f"{'.'.join(map(str, _loc(item)))}: {item['msg']}" for item in complaints(error.errors())]


def _loc(item: dict[str, object]) -> list[object]:
    return cast(list[object], item["loc"])
