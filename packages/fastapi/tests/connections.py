"""What tests of connections that stay open have in common."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from packages.fastapi.tests.doubles import Runtime, started

from cordio_fastapi import HttpEntrypoint, HttpSettings


@asynccontextmanager
async def served(
    entrypoint: HttpEntrypoint, **settings: object
) -> AsyncIterator[tuple[str, httpx.AsyncClient, Runtime]]:
    """Serve at a port of its own; gives what the address begins with for WebSockets."""
    values = {"port": 0, "security_headers": {}, **settings}
    runtime = Runtime(HttpSettings.model_validate(values))
    async with asyncio.timeout(60), started(entrypoint, runtime) as (client, runtime):
        yield f"ws://127.0.0.1:{client.base_url.port}", client, runtime


async def stopped(entrypoint: HttpEntrypoint, runtime: Runtime, within: float = 10) -> None:
    """Stop an entrypoint as the kernel does."""
    runtime.phase = "stopping"
    runtime.stopping.set()
    async with asyncio.timeout(30):
        await entrypoint.stop(within)


async def ended(runtime: Runtime, number: int = 0) -> None:
    """Wait until a span has ended."""
    async with asyncio.timeout(10):
        await runtime.spans[number].ended.wait()
