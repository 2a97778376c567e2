"""A plan as a WebSocket route of FastAPI."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.routing import APIWebSocketRoute, get_websocket_app, websocket_session
from starlette.exceptions import HTTPException
from starlette.requests import Request as NativeRequest
from starlette.websockets import WebSocket as NativeWebSocket

from cordio_core import HandlerError, Plan, WebSocket, WebSocketEvent
from cordio_fastapi._conversation import Conversation
from cordio_fastapi._failures import refused
from cordio_fastapi._handshake import Handshake

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["SocketRoute"]

_FOUND = "cordio_fastapi.found"


class SocketRoute(APIWebSocketRoute):
    """Lets FastAPI read what the handshake says, and runs the plan for as long as the connection lasts.

    Parameters
    ----------
    plan : Plan
        The plan of a `WebSocketEvent`.
    event : WebSocketEvent
        That event.
    application : FastAPI
        The application that the route is for.

    Raises
    ------
    HandlerError
        If the handler takes no connection, or several.
    """

    why = "its handshake is read by FastAPI"

    def __init__(self, plan: Plan, event: WebSocketEvent, application: FastAPI) -> None:
        self.plan, self.event = plan, event
        self._socket = _taken(plan)
        self._is_native = _kind(self._socket) is NativeWebSocket
        native = _free(plan)
        super().__init__(
            event.path, _endpoint(plan, self._socket, native), dependency_overrides_provider=application
        )
        self._solve = get_websocket_app(
            dependant=self.dependant,
            dependency_overrides_provider=application,
            embed_body_fields=self._embed_body_fields,
        )
        self.app = websocket_session(self._serve)  # what FastAPI opens for it stays open as long as it does

    async def _serve(self, native: NativeWebSocket) -> None:
        handshake = Handshake.of(native.scope)
        handshake.found(self.event.name)
        name, is_native = self._socket.name, self._is_native
        conversation = Conversation(self.plan, self.event, handshake, native, name, is_native)
        try:
            await conversation.run(lambda: self._read(native))
        except (WebSocketRequestValidationError, HTTPException) as error:
            if handshake.accepted or handshake.closed:
                raise
            wrong = error if isinstance(error, HTTPException) else RequestValidationError(error.errors())
            await handshake.deny(refused(cast(NativeRequest, native), wrong))

    async def _read(self, native: NativeWebSocket) -> Mapping[str, object]:
        await self._solve(native)
        return cast("Mapping[str, object]", native.scope[_FOUND])


def _taken(plan: Plan) -> inspect.Parameter:
    """Return the parameter that takes the connection."""
    found = [parameter for parameter in plan.data if _kind(parameter) is not None]
    if len(found) == 1:
        return found[0]
    wrong = ", ".join(repr(parameter.name) for parameter in found) if found else "none"
    raise HandlerError(
        plan.place,
        f"answers {plan.event.name!r} and takes the connection as {wrong}",
        "take it once: async def handler(socket: WebSocket), of cordio_core or Starlette",
    )


def _kind(parameter: inspect.Parameter) -> type | None:
    wanted = parameter.annotation
    if typing.get_origin(wanted) is typing.Annotated:
        wanted = typing.get_args(wanted)[0]
    kinds = (WebSocket, NativeWebSocket)
    return next((kind for kind in kinds if inspect.isclass(wanted) and issubclass(wanted, kind)), None)


def _free(plan: Plan) -> str:
    name, taken = "native", {parameter.name for parameter in plan.data}
    while name in taken:
        name += "_"
    return name


def _endpoint(plan: Plan, socket: inspect.Parameter, native: str) -> typing.Callable[..., object]:
    """Return what FastAPI calls: a function that leaves what it is given at the connection."""

    async def endpoint(**values: object) -> None:
        connection = cast(NativeWebSocket, values.pop(native))
        connection.scope[_FOUND] = values

    endpoint.__name__ = getattr(plan.handler, "__name__", type(plan.handler).__name__)
    vars(endpoint)["__signature__"] = inspect.Signature(list(_parameters(plan, socket, native)))
    return endpoint


def _parameters(plan: Plan, socket: inspect.Parameter, native: str) -> Iterator[inspect.Parameter]:
    keyword = inspect.Parameter.KEYWORD_ONLY
    for parameter in plan.data:
        if parameter.name != socket.name:
            yield parameter.replace(kind=keyword)
    yield inspect.Parameter(native, keyword, annotation=NativeWebSocket)
