"""A stream of events while it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable, Coroutine
from typing import Any, cast

from fastapi.sse import KEEPALIVE_COMMENT
from starlette.responses import Response as NativeResponse
from starlette.types import Receive, Scope, Send

from cordio_core import Response
from cordio_core.connections import Began, holding
from cordio_fastapi._endpoint import Solved
from cordio_fastapi._exceptions import AnswerError
from cordio_fastapi._later import Finish
from cordio_fastapi._problem import problem
from cordio_fastapi._repeated import Repeated
from cordio_fastapi._sse_items import SseItems

__all__ = ["Stream"]

_HEADERS = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
)
_OPENING = 0.5  # how long the first event is waited for before the answer begins without one, in seconds


class Stream(NativeResponse):
    """Runs a plan whose handler yields events, and sends each as it comes.

    The handler is cancelled when the client has left, and when the service stops: then the answer is ended
    as if it had yielded its last event.

    Parameters
    ----------
    answer : callable
        Runs the plan.
    items : SseItems
        Writes the events.
    place : str
        The handler and its place in the code.
    stopping : asyncio.Event
        Set when the service stops.
    keep_alive : float
        After how many seconds of silence a comment is sent.
    otherwise : callable
        Makes an answer of what the plan answers in place of events.
    finish : callable
        Runs what is left to do once the answer has gone.
    solved : callable
        Returns what FastAPI's solver has found besides: headers, and work for afterwards.
    """

    def __init__(
        self,
        answer: Callable[[], Coroutine[object, object, Response]],
        items: SseItems,
        place: str,
        stopping: asyncio.Event,
        keep_alive: float,
        otherwise: Callable[[Response], NativeResponse],
        finish: Finish,
        solved: Callable[[], Solved] = Solved,
    ) -> None:
        super().__init__()
        self._answer, self._items, self._place, self._stopping = answer, items, place, stopping
        self._keep_alive, self._otherwise = keep_alive, otherwise
        self._afterwards, self._solved = finish, solved
        self._held, self._turn = asyncio.Event(), asyncio.Lock()
        self._begun = self._failed = False
        self._latest = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream, or what is answered in its place."""
        self._send = send
        with holding(self._hold):
            work = asyncio.create_task(self._answer(), name="cordio sse events")
        left = asyncio.create_task(self._left(receive), name="cordio sse client")
        told = asyncio.create_task(self._told(), name="cordio sse end")
        beat = asyncio.create_task(self._beat(), name="cordio sse keep-alive")
        try:
            await asyncio.wait({work, left, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancelled(work, left, told, beat)
        if not work.cancelled():
            await self._finish(_result(work), scope, receive)
        elif told.done() and not told.cancelled():
            await self._end(scope, receive)

    async def _finish(self, response: Response, scope: Scope, receive: Receive) -> None:
        if self._begun and self._failed:
            raise AnswerError(self._place, ["its stream failed after it had begun"])
        is_empty = response.value is None and response.status is None and response.body is None
        if self._begun or (is_empty and response.stream is None):
            await self._last()
        else:
            await self._otherwise(response)(scope, receive, self._send)
        if (background := self._solved().background) is not None:
            await self._afterwards(background)

    async def _end(self, scope: Scope, receive: Receive) -> None:
        if self._begun:
            await self._last()
        else:
            await problem(503, "the service is stopping")(scope, receive, self._send)

    async def _hold(self, began: Began) -> object:
        """Take the events of the handler, each once the one before is sent."""
        if self._begun:
            raise Repeated(self._place)
        answer = await began()
        if isinstance(answer, Response):
            return answer
        events = cast("AsyncIterable[object]", answer)
        self._failed = False
        self._held.set()
        try:
            async for item in events:
                await self._put(self._items.written(item))
        except Exception:
            self._failed = True  # the handler's rules are asked, and may not answer any more
            raise
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()
        return None

    async def _put(self, data: bytes) -> None:
        async with self._turn:
            await self._begin()
            if data:
                await self._send({"type": "http.response.body", "body": data, "more_body": True})
            self._latest = asyncio.get_running_loop().time()

    async def _begin(self) -> None:
        if not self._begun:
            beside = self._solved().beside
            headers = [*_HEADERS, *(beside.raw_headers if beside is not None else ())]
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})
            self._begun = True

    async def _last(self) -> None:
        async with self._turn:
            await self._begin()
            await self._send({"type": "http.response.body", "body": b""})

    async def _beat(self) -> None:
        """Begin without an event where none comes, and break each silence."""
        await self._held.wait()
        await asyncio.sleep(min(_OPENING, self._keep_alive))
        if not self._begun:
            await self._put(b"")
        while True:
            silent = asyncio.get_running_loop().time() - self._latest
            if silent >= self._keep_alive:
                await self._put(KEEPALIVE_COMMENT)
            else:
                await asyncio.sleep(self._keep_alive - silent)

    async def _left(self, receive: Receive) -> None:
        await self._held.wait()
        while (await receive())["type"] != "http.disconnect":
            pass

    async def _told(self) -> None:
        await self._held.wait()
        await self._stopping.wait()


def _result(work: asyncio.Task[Response]) -> Response:
    try:
        return work.result()
    except Repeated as repeated:
        raise repeated.error from None


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait for them, whatever they raise; that is asked for afterwards."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
