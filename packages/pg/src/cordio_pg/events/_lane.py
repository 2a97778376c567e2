"""The notifications for one handler, on their way through it one after the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cordio_core import DataError, Request, Response, StartError
from cordio_core.data import Payload
from cordio_pg.events._channels import MissedEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordio_core import Plan
    from cordio_core.protocols import Converter, Incoming, Runtime

__all__ = ["Lane", "Reader"]


class Reader:
    """Reads payloads for the handler of a plan.

    Parameters
    ----------
    plan : Plan
        The plan.
    makers : sequence of Converter
        Who makes values of plain data.

    Raises
    ------
    StartError
        If a handler of what was missed wants data.
    """

    def __init__(self, plan: Plan, makers: Sequence[Converter]) -> None:
        self.plan = plan
        self._payload = Payload(plan.place, plan.data, makers)
        self._is_text = len(plan.data) == 1 and plan.data[0].annotation in (str, str | None)
        wanted = [parameter.name for parameter in plan.data if parameter.default is parameter.empty]
        if wanted and isinstance(plan.event, MissedEvent):
            cure = "give it a default, or register a service of that name"
            told = f"{plan.place} wants {', '.join(wanted)}, but {plan.event.name!r} brings no data: {cure}"
            raise StartError("pg", [told])

    def read(self, text: str) -> dict[str, object]:
        """Return the arguments that a payload gives; raise DataError."""
        if self._is_text:
            return self._payload.read(text)
        if not text:
            return self._payload.read(None)
        from pydantic_core import from_json

        try:
            data = from_json(text)
        except ValueError:  # dates, UUIDs and their like come without quotes
            data = text
        return self._payload.read(data)


class Lane:
    """Runs a handler for its notifications, in the order in which they came.

    Parameters
    ----------
    reader : Reader
        The handler, and what reads payloads for it.
    runtime : Runtime
        The started application.
    channel : str
        The channel.
    most : int
        How many may wait.
    """

    def __init__(self, reader: Reader, runtime: Runtime, channel: str, most: int) -> None:
        self._reader, self._plan, self._runtime, self._channel = reader, reader.plan, runtime, channel
        self._tally = runtime.tally("pg")
        self._waiting = asyncio.Queue[str](most)
        self._work = asyncio.create_task(self._run(), name=self._plan.event.name)
        self._work.add_done_callback(self._ended)

    def __len__(self) -> int:
        return self._waiting.qsize()

    def put(self, text: str) -> bool:
        """Have a payload handled when its turn comes; tell whether there was room for it."""
        try:
            self._waiting.put_nowait(text)
        except asyncio.QueueFull:
            return False
        self._tally.accepted += 1
        return True

    async def finished(self) -> None:
        """Wait until all that came is handled."""
        await self._waiting.join()

    async def stop(self) -> None:
        """End; what still waits is lost."""
        self._work.cancel()
        await asyncio.wait({self._work})
        self._tally.cancelled += len(self)

    async def _run(self) -> None:
        while True:
            text = await self._waiting.get()
            await self._counted(text)
            self._waiting.task_done()

    async def _counted(self, text: str) -> None:
        try:
            self._runtime.recall()
            with self._runtime.monitor.incoming(self._plan.event.name) as span:
                await self._handle(text, span)
        except BaseException as error:
            self._tally.end(error)
            raise
        self._tally.end(None)

    async def _handle(self, text: str, span: Incoming) -> None:
        request = Request(
            self._plan.event, headers={"channel": self._channel}, body=text.encode(), trace=span.trace_id
        )
        data = self._read(text)
        if isinstance(data, str):  # told here: a record inside of `except` would show the payload
            self._runtime.monitor.log.error("a notification cannot be read", channel=self._channel, why=data)
            span.answered("unreadable", at=self._plan.code)
            return
        response = await self._response(request, data)
        span.answered(response.status or "done", at=self._plan.code)

    def _read(self, text: str) -> dict[str, object] | str:
        """Return the arguments that a payload gives, or why it gives none."""
        try:
            return self._reader.read(text)
        except DataError as error:
            return f"{error.name}: {error.what}" if error.name else error.what
        except Exception as error:  # of a model's own code; its text may show what is in the payload
            return f"its model failed: {type(error).__name__}"

    async def _response(self, request: Request, data: dict[str, object]) -> Response:
        async def read() -> dict[str, object]:
            return data

        task = asyncio.current_task()
        before = 0 if task is None else task.cancelling()
        try:
            return await self._plan.run(request, read if self._plan.reads_late else data)
        except asyncio.CancelledError:
            if task is None or task.cancelling() > before:
                raise
            log = self._runtime.monitor.log
            log.error("a handler was cancelled by what it awaits", at=self._plan.place)
            return Response(status=500)

    def _ended(self, work: asyncio.Task[None]) -> None:
        if not work.cancelled() and (error := work.exception()) is not None:
            self._runtime.fail(error)
