"""A plan whose answer is a stream of events, as a route of FastAPI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from fastapi.sse import EventSourceResponse
from fastapi.utils import create_model_field
from starlette.responses import Response as NativeResponse

from cordio_core import Plan, SseEvent
from cordio_fastapi._endpoint import Solved, Solving
from cordio_fastapi._reader import Reader
from cordio_fastapi._request import HttpRequest
from cordio_fastapi._route import PlanRoute
from cordio_fastapi._settings import HttpSettings
from cordio_fastapi._sse_items import SseItems, item_type
from cordio_fastapi._stream import Stream
from cordio_fastapi._writer import Writer

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["SseRoute"]

Read = Callable[[], Awaitable[Mapping[str, object]]]


class SseRoute(PlanRoute):
    """Reads a request as `PlanRoute` does, and sends what the handler yields for as long as it does.

    Parameters
    ----------
    plan : Plan
        The plan of an `SseEvent`.
    event : SseEvent
        That event.
    application : FastAPI
        The application that the route is for.
    """

    def __init__(self, plan: Plan, event: SseEvent, application: FastAPI) -> None:
        super().__init__(plan, event, application)
        kind: Any = item_type(plan.returns)  # an annotation, of which types know nothing
        if kind is not None:
            name = f"StreamItem_{self.unique_id}"
            self.stream_item_field = create_model_field(name, kind, mode="serialization")
        self.is_sse_stream = True  # from here on it is for the document alone
        self.response_class = EventSourceResponse
        self._items = SseItems(Writer(self.stream_item_field, plan.place, plan.finish).body, plan.place)

    async def _native(self, request: HttpRequest, solving: Solving) -> NativeResponse:
        return self._stream(request, solving, lambda: solving.found)

    async def _sent(self, request: HttpRequest, reader: Reader) -> None:
        exchange = request.exchange
        stream = self._stream(request, lambda: reader.read(request))
        await stream(request.scope, exchange.receive, exchange.send)

    def _stream(self, request: HttpRequest, read: Read, solved: Callable[[], Solved] = Solved) -> Stream:
        runtime = request.exchange.runtime
        keep_alive = runtime.configuration.slice("http", HttpSettings).sse.keep_alive
        return Stream(
            lambda: self._answer(request, read),
            self._items,
            self.plan.place,
            runtime.stopping,
            float(keep_alive),
            self._writer.native,
            self.plan.finish,
            solved,
        )
