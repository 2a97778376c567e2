"""A source of events that a test drives by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from cordio_core import Event, Plan, Request, Response
from cordio_core.protocols import Receive, Runtime, Scope, Send


class Manual:
    """An entrypoint of the kind ``http`` that answers what a test asks of it."""

    kind = "http"
    sections: Mapping[str, type] = {}

    def __init__(self, fails: BaseException | None = None) -> None:
        self.plans: dict[str, Plan] = {}
        self.runtime: Runtime | None = None
        self.happened: list[str] = []
        self.fails = fails
        self.inflight: set[asyncio.Task[Response]] = set()

    @property
    def addresses(self) -> Sequence[str]:
        return ["manual://here"] if self.runtime else []

    def attach(self, plans: Sequence[Plan], /) -> None:
        self.plans = {plan.event.name: plan for plan in plans}

    def bind(self, runtime: Runtime, /) -> None:
        self.runtime = runtime
        self.happened.append("bound")

    async def start(self, runtime: Runtime, /) -> None:
        if self.fails is not None:
            raise self.fails
        self.runtime = runtime
        self.happened.append("started")

    async def stop(self, within: float, /) -> None:
        try:
            if self.inflight:
                await asyncio.wait(self.inflight, timeout=within)
        finally:
            for task in self.inflight:
                task.cancel()
            self.happened.append("stopped")

    async def asgi(self, scope: Scope, receive: Receive, send: Send, /) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ask(self, name: str, **data: object) -> Response:
        plan = self.plans[name]
        assert self.runtime is not None
        with self.runtime.monitor.incoming(name) as span:
            response = await plan.run(Request(plan.event), data)
            span.answered(response.status or 200)
            return response

    def begin(self, name: str, **data: object) -> asyncio.Task[Response]:
        task = asyncio.create_task(self.ask(name, **data))
        self.inflight.add(task)
        task.add_done_callback(self.inflight.discard)
        return task


SOMETHING = Event("http", "something")
