"""An application whose handlers hear the channels of a database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from packages.pg.tests.publishing import LIMIT

from cordio_core import App
from cordio_pg import PgSettings, Postgres
from cordio_pg.events import ChannelState, PgEntrypoint

T = TypeVar("T")


@dataclass
class Configured:
    """Settings of the databases by section, and every other one at its default."""

    databases: Mapping[str, PgSettings]

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Configured:
        """Return itself."""
        return self

    def slice(self, section: str, model: type[T], /) -> T:
        """Return the settings of a section."""
        return cast("T", self.databases[section]) if section in self.databases else model()

    def __getitem__(self, key: str, /) -> object:
        raise KeyError(key)


def application(settings: PgSettings, source: PgEntrypoint | None = None, **databases: PgSettings) -> App:
    """Make an application with a database."""
    configuring = Configured({"pg": settings, **databases})
    return App("shop", entrypoints=[source or PgEntrypoint()], configuring=configuring)


def played(app: App, settings: PgSettings, scene: Callable[[Postgres], Awaitable[object]]) -> None:
    """Run an application, and let a scene be played beside it."""

    async def main() -> None:
        async with asyncio.timeout(LIMIT), Postgres(settings) as pg, app.running():
            await scene(pg)

    asyncio.run(main())


async def told(pg: Postgres, channel: str, payload: str = "") -> None:
    await pg.execute("select pg_notify($1, $2)", channel, payload)


def state_of(app: App) -> ChannelState:
    (source,) = (source for source in app.state().sources if source.kind == "pg")
    (found,) = cast("list[Any]", source.more["channels"])
    return ChannelState(**found)
