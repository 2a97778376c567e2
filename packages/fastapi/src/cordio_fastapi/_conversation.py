"""A handler and its WebSocket, from the refusal or the opening to the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from fastapi.encoders import jsonable_encoder
from starlette.responses import Response as NativeResponse
from starlette.websockets import WebSocket as NativeWebSocket
from starlette.websockets import WebSocketDisconnect

from cordio_core import Plan, Request, Response, SocketClosed, SocketDataError, WebSocketEvent
from cordio_core.connections import Began, holding
from cordio_fastapi._answer import finished, rendered, text
from cordio_fastapi._exceptions import AnswerError
from cordio_fastapi._handshake import Handshake
from cordio_fastapi._late import late
from cordio_fastapi._peers import certificate
from cordio_fastapi._problem import problem
from cordio_fastapi._repeated import Repeated
from cordio_fastapi._socket import Socket

__all__ = ["Conversation"]

Read = Callable[[], Awaitable[Mapping[str, object]]]

_UNSUPPORTED, _VIOLATION, _FAILED = 1003, 1008, 1011  # RFC 6455, section 7.4.1


class Conversation:
    """Runs a plan over one connection.

    Parameters
    ----------
    plan : Plan
        The plan.
    event : WebSocketEvent
        Its event.
    handshake : Handshake
        The connection.
    native : WebSocket
        Starlette's own.
    name : str
        The handler's parameter that takes the connection.
    is_native : bool
        Whether it takes Starlette's own, which it opens by itself.
    """

    def __init__(
        self,
        plan: Plan,
        event: WebSocketEvent,
        handshake: Handshake,
        native: NativeWebSocket,
        name: str,
        is_native: bool,
    ) -> None:
        self._plan, self._event, self._handshake, self._native = plan, event, handshake, native
        self._name = name
        self._socket = None if is_native else Socket(handshake, native.scope)
        self._has_begun = False

    async def run(self, read: Read) -> None:
        """Run the plan; refuse the handshake, or close the connection, by what it answers.

        Parameters
        ----------
        read : callable
            Reads the data of the handshake.

        Raises
        ------
        Exception
            What is wrong with the data, or what the handler's rules were not asked about.
        """
        with holding(self._hold):
            try:
                response = await self._answer(read)
            except Repeated as repeated:
                raise repeated.error from None
        if self._handshake.accepted:
            await self._close(response)
        elif not self._handshake.closed and not self._handshake.over.is_set():
            await self._handshake.deny(self._refusal(response))

    async def _answer(self, read: Read) -> Response:
        plan, request = self._plan, self._request()

        async def values() -> Mapping[str, object]:
            return {**await read(), self._name: self._socket or self._native}

        if plan.reads_late:
            return await late(plan, request, values, self._handshake)
        found = await values()
        self._handshake.code = plan.code
        return await plan.run(request, found)

    async def _hold(self, began: Began) -> object:
        """Open the connection, and let the handler have it."""
        if self._has_begun:
            raise Repeated(self._plan.place)
        self._has_begun = True
        try:
            if self._socket is not None:
                await self._socket.accept(self._event.subprotocols)
            answer = await began()
        except (SocketClosed, WebSocketDisconnect):
            return None  # the end of a connection is no failure
        except SocketDataError as error:
            await self._handshake.close(_UNSUPPORTED, str(error))
            return None
        if answer is not None and not isinstance(answer, Response):
            raise AnswerError(self._plan.place, ["a connection is answered by messages: return None"])
        return answer

    async def _close(self, response: Response) -> None:
        status = response.status
        if status is None or status < 400:
            return  # whoever is outside closes it as usual
        self._handshake.failed(status)
        await self._handshake.close(_FAILED if status >= 500 else _VIOLATION, _phrase(status))

    def _refusal(self, response: Response) -> NativeResponse:
        found = rendered(response)
        if not isinstance(found, NativeResponse):
            if found is None:
                return problem(403)
            found = NativeResponse(text(jsonable_encoder(found)), media_type="application/json")
        return finished(found, response, self._plan.place)

    def _request(self) -> Request:
        scope, handshake = self._native.scope, self._handshake
        query = scope["query_string"].decode("latin-1")
        return Request(
            self._event,
            path={name: str(value) for name, value in scope["path_params"].items()},
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=handshake.headers,
            native=self._native,
            certificate=certificate(scope),
            trace=handshake.span.trace_id,
        )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
