"""The same handlers on either way."""

from __future__ import annotations

from collections.abc import Callable

from packages.fastapi.tests.doubles import Runtime, attached
from starlette.types import ASGIApp, Receive, Scope, Send

from cordio_core import HttpEvent
from cordio_fastapi import HttpEntrypoint


class Untouched:
    """A middleware that does nothing, and so sends everything FastAPI's way."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def fast(*handlers: tuple[HttpEvent, Callable[..., object]]) -> HttpEntrypoint:
    entrypoint = attached(*handlers, service=1)
    entrypoint.bind(Runtime())
    return entrypoint


def slow(*handlers: tuple[HttpEvent, Callable[..., object]]) -> HttpEntrypoint:
    entrypoint = attached(*handlers, service=1)
    entrypoint.fastapi.add_middleware(Untouched)
    entrypoint.bind(Runtime())
    return entrypoint
