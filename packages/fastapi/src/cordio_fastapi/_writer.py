"""The answer of a handler, checked and written as FastAPI does."""

from __future__ import annotations

import inspect
from typing import Any, cast

import fastapi.routing
from fastapi.encoders import jsonable_encoder
from starlette.background import BackgroundTask
from starlette.responses import Response as NativeResponse
from starlette.types import Receive, Scope, Send

from cordio_core import Response
from cordio_fastapi._answer import allows_body, finished, rendered, text
from cordio_fastapi._complaint import complaints
from cordio_fastapi._exceptions import AnswerError
from cordio_fastapi._later import Finish, finishing

__all__ = ["Writer"]

_DUMPS = "dump_json" in inspect.signature(fastapi.routing.serialize_response).parameters


class Writer:
    """Turns what a handler answered into what is sent.

    Parameters
    ----------
    field : ModelField or None
        The model of the answer, as FastAPI makes one; None for plain data of any kind.
    place : str
        The handler and its place in the code.
    finish : callable
        Runs what is left to do once an answer has gone.
    """

    def __init__(
        self, field: Any, place: str, finish: Finish
    ) -> None:  # FastAPI's own type has another home in each release
        self._field, self._place, self._finish = field, place, finish

    async def send(self, response: Response, scope: Scope, receive: Receive, send: Send) -> None:
        """Send an answer.

        Parameters
        ----------
        response : Response
            What the handler answers.
        scope : mapping
            The request's ASGI scope.
        receive : callable
            Gives the server's next message.
        send : callable
            Takes a message to the server.

        Raises
        ------
        AnswerError
            If the answer is not what the handler's annotation says, or cannot be sent.
        """
        bare = response.status is None and response.body is None and response.stream is None
        if not bare or response.headers or isinstance(response.value, NativeResponse):
            await self.native(response)(scope, receive, send)
            return
        body = self.body(response.value)
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def native(
        self,
        response: Response,
        beside: NativeResponse | None = None,
        work: BackgroundTask | None = None,
    ) -> NativeResponse:
        """Return an answer as Starlette's.

        Parameters
        ----------
        response : Response
            What the handler answers.
        beside : Response or None
            FastAPI's own, on which dependencies may have left a status and headers.
        work : BackgroundTask or None
            What was left to FastAPI's background tasks.

        Returns
        -------
        Response
            The answer.

        Raises
        ------
        AnswerError
            If the answer is not what the handler's annotation says, or cannot be sent.
        """
        found = rendered(response)
        if not isinstance(found, NativeResponse):
            status = 200 if beside is None else beside.status_code or 200
            body = self.body(found)
            found = NativeResponse(body if allows_body(status) else b"", status, media_type="application/json")
            if beside is not None:
                found.headers.raw.extend(beside.headers.raw)
        return finishing(finished(found, response, self._place), work, self._finish)

    def body(self, value: object) -> bytes:
        """Return a value as JSON, filtered by the annotation of the handler.

        Parameters
        ----------
        value : object
            The value.

        Returns
        -------
        bytes
            JSON in UTF-8.

        Raises
        ------
        AnswerError
            If the annotation does not allow it.
        """
        if self._field is None:
            return text(jsonable_encoder(value))
        valid, errors = self._field.validate(value, {}, loc=("response",))
        if errors:
            raise AnswerError(self._place, _told(errors))
        return self._field.serialize_json(valid) if _DUMPS else text(self._field.serialize(valid))


def _told(errors: list[Any]) -> list[str]:
    return [f"{'.'.join(map(str, _loc(item)))}: {item['msg']}" for item in complaints(errors)]


def _loc(item: dict[str, object]) -> list[object]:
    return cast(list[object], item["loc"])
