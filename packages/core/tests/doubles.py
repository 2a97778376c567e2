"""Parts that a test drives by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeVar

from cordio_core import AppSettings, Duration, Plan, Request, Response
from cordio_core.protocols import Configuration, Receive, Runtime, Scope, Send

T = TypeVar("T")


class Manual:
    """An entrypoint that answers what a test asks of it."""

    sections: Mapping[str, type] = {}

    def __init__(self, fails: BaseException | None = None, kind: str = "http") -> None:
        self.kind = kind
        self.plans: dict[str, Plan] = {}
        self.runtime: Runtime | None = None
        self.happened: list[str] = []
        self.fails = fails
        self.told = asyncio.Event()
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
        self.told.set()
        try:
            if self.inflight:
                await asyncio.wait(self.inflight, timeout=within)
        finally:
            for task in self.inflight:
                task.cancel()
            self.happened.append("stopped")

    async def asgi(self, scope: Scope, receive: Receive, send: Send, /) -> None:
        await send({"type": f"{scope['type']}.response.start", "status": 204, "headers": []})
        await send({"type": f"{scope['type']}.response.body", "body": b""})

    async def ask(self, name: str, **data: object) -> Response:
        plan = self.plans[name]
        assert self.runtime is not None
        self.runtime.recall()
        tally = self.runtime.tally(self.kind)
        tally.accepted += 1
        try:
            with self.runtime.monitor.incoming(name) as span:
                response = await plan.run(Request(plan.event), data)
                span.answered(response.status or 200)
        except asyncio.CancelledError:
            tally.cancelled += 1
            raise
        tally.finished += 1
        return response

    def begin(self, name: str, **data: object) -> asyncio.Task[Response]:
        task = asyncio.create_task(self.ask(name, **data))
        self.inflight.add(task)
        task.add_done_callback(self.inflight.discard)
        return task


class Settings:
    """A scenario of configuration that sets nothing but some of the section ``app``."""

    def __init__(self, **spans: str) -> None:
        self.spans: dict[str, Any] = {name: Duration(span) for name, span in spans.items()}

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Configuration:
        return self

    def slice(self, section: str, model: type[T], /) -> T:
        found = AppSettings(**self.spans) if section == "app" else model()
        assert isinstance(found, model)
        return found

    def __getitem__(self, key: str, /) -> object:
        raise KeyError(key)


class Grace(Settings):
    """A scenario of configuration that sets nothing but the grace time."""

    def __init__(self, grace: str) -> None:
        super().__init__(grace=grace, stop="365d")


class Step:
    """A context that takes one step of the event loop to open and two to close."""

    def __init__(self) -> None:
        self.is_open = False

    async def __aenter__(self) -> Self:
        await asyncio.sleep(0)
        self.is_open = True
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        finally:
            self.is_open = False
