"""What FastAPI calls in a handler's place, to be given what its solver finds."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Coroutine, Mapping
from typing import cast

from starlette.requests import Request as NativeRequest
from starlette.responses import Response as NativeResponse

from cordio_core import Plan, Response, SseEvent
from cordio_fastapi._request import HttpRequest

__all__ = ["Natives", "Solved", "Solving", "endpoint"]


class Solved(NativeResponse):
    """What FastAPI's solver has found, past FastAPI's own way of an answer."""

    def __init__(
        self, values: Mapping[str, object] | None = None, beside: NativeResponse | None = None
    ) -> None:
        super().__init__()
        self.values, self.beside = values or {}, beside


class Solving:
    """Lets FastAPI read the data of one request.

    Parameters
    ----------
    handle : callable
        FastAPI's own way of a request; it ends at what `endpoint` returns.
    native : Request
        Starlette's request.
    request : HttpRequest
        The same, which learns of the body.

    Attributes
    ----------
    found : Solved
        What was found; nothing before it was asked for.
    """

    def __init__(
        self,
        handle: Callable[[NativeRequest], Coroutine[object, object, NativeResponse]],
        native: NativeRequest,
        request: HttpRequest,
    ) -> None:
        self._handle, self._native, self._request = handle, native, request
        self.found = Solved()

    async def __call__(self) -> Mapping[str, object]:
        """Read the data.

        Returns
        -------
        mapping of str to object
            The values of the handler's parameters.
        """
        self.found = cast(Solved, await self._handle(self._native))
        self._request.body = getattr(self._native, "_body", b"")
        return self.found.values


class Natives:
    """The parameters by which FastAPI gives its own request and response: the handler's, or added ones."""

    def __init__(self, plan: Plan) -> None:
        taken = {parameter.name for parameter in plan.data}
        self.request = _own(plan, NativeRequest) or _free("native", taken)
        self.response = _own(plan, NativeResponse) or _free("answer", taken | {self.request})
        self.added = frozenset({self.request, self.response}) - taken


def _own(plan: Plan, kind: type) -> str | None:
    found = (p.name for p in plan.data if inspect.isclass(p.annotation) and issubclass(p.annotation, kind))
    return next(found, None)


def endpoint(plan: Plan, natives: Natives) -> Callable[..., Coroutine[object, object, object]]:
    """Return what FastAPI calls: a function with the parameters that the event's data fill, and no service.

    Parameters
    ----------
    plan : Plan
        The plan.
    natives : Natives
        The names for what FastAPI gives of its own.

    Returns
    -------
    callable
        Returns what FastAPI has found.
    """
    added, beside = natives.added, natives.response

    async def solved(**values: object) -> object:
        given = {name: value for name, value in values.items() if name not in added}
        return Solved(given, cast(NativeResponse, values[beside]))

    solved.__name__ = getattr(plan.handler, "__name__", type(plan.handler).__name__)
    solved.__doc__ = plan.handler.__doc__
    vars(solved)["__signature__"] = _signature(plan, natives)
    return solved


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _signature(plan: Plan, natives: Natives) -> inspect.Signature:
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [parameter.replace(kind=keyword) for parameter in plan.data]
    for name, kind in ((natives.request, NativeRequest), (natives.response, NativeResponse)):
        if name in natives.added:
            parameters.append(inspect.Parameter(name, keyword, annotation=kind))
    return inspect.Signature(parameters, return_annotation=_documented(plan))


def _documented(plan: Plan) -> object:
    """Return what FastAPI is to make of the answer: nothing where the handler answers a `Response`."""
    returns = plan.returns
    if isinstance(plan.event, SseEvent):
        return inspect.Signature.empty  # its items are what has a model
    if returns is type(None):
        return None
    if typing.get_origin(returns) not in (typing.Union, types.UnionType):
        return inspect.Signature.empty if _is_response(returns) else returns
    kept = [kind for kind in typing.get_args(returns) if not _is_response(kind)]
    return typing.Union[tuple(kept)] if kept else inspect.Signature.empty


def _is_response(kind: object) -> bool:
    return inspect.isclass(kind) and issubclass(kind, Response | NativeResponse)
