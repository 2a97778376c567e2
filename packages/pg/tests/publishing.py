"""A publisher that remembers, refuses and waits as a test wants it."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from cordio_pg import PgSettings, Postgres
from cordio_pg.events import OutboxSettings

LIMIT = 30.0
QUICK = OutboxSettings(poll=0.05, longest=0.1)  # type: ignore[arg-type]  # pydantic makes durations of them


def schemed(settings: PgSettings) -> PgSettings:
    """Return settings for a schema of one's own on the server."""
    return settings.model_copy(update={"search_path": f"s_{uuid.uuid4().hex}", "max_size": 5})


@asynccontextmanager
async def opened(settings: PgSettings) -> AsyncIterator[Postgres]:
    """Open the database, its schema made, for as long as a test may take."""
    async with asyncio.timeout(LIMIT), Postgres(settings) as pg:
        await pg.execute(f"create schema if not exists {settings.search_path}")
        yield pg


class Publisher:
    """Remembers what is published; refuses the names it is told to."""

    def __init__(self, refused: Iterable[str] = ()) -> None:
        self.refused = set(refused)
        self.told: list[tuple[str, str]] = []  # message id, name
        self.data: dict[str, Any] = {}
        self.traces: dict[str, Mapping[str, str] | None] = {}
        self.more = asyncio.Event()

    async def publish(
        self,
        exchange: str,
        key: str,
        message: object,
        /,
        *,
        message_id: str | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> object:
        await asyncio.sleep(0)
        assert isinstance(message, bytes) and message_id is not None and content_type == "application/json"
        self.more.set()
        if key in self.refused:
            self.told.append((message_id, f"refused {key}"))
            raise ConnectionError("refused")
        self.told.append((message_id, key))
        self.data[key] = json.loads(message)
        self.traces[key] = headers
        return message_id

    @property
    def names(self) -> list[str]:
        return [name for _, name in self.told if not name.startswith("refused ")]

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT):
            while not is_so():
                self.more.clear()
                await self.more.wait()
