"""Folders of migrations, and schemas of their own to apply them to."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from cordio_pg import PgSettings, Postgres
from cordio_pg.migrations import Migrations

T = TypeVar("T")
Scene = Callable[[Postgres], Awaitable[T]]

ORDERS = "create table orders (id int primary key);\n"
FILES = {
    "0001_orders.sql": ORDERS,
    "0001_orders.down.sql": "drop table orders;\n",
    "0002_sku.sql": "alter table orders add sku text;\ninsert into orders values (1, 'pen');\n",
    "0002_sku.down.sql": "alter table orders drop sku;\n",
}


def laid(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """Write files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def apart(settings: PgSettings, **more: object) -> PgSettings:
    """Give settings a schema of their own, and no migrations at the start."""
    given = {"search_path": f"s_{uuid.uuid4().hex}", "migrations": None, "data_version": None, **more}
    return settings.model_copy(update=given)


def play(settings: PgSettings, scene: Scene[T]) -> T:
    """Play a scene on an open database."""

    async def main() -> T:
        async with asyncio.timeout(60), Postgres(settings) as pg:
            return await scene(pg)

    return asyncio.run(main())


async def stood(migrations: Migrations) -> list[str]:
    """Tell how each migration stands, in short."""
    return [f"{standing.number} {standing.state}" for standing in await migrations.status()]
