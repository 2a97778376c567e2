"""What a user of the package sees: the program that the package is for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from cordio_di import Container

M = TypeVar("M")
told: list[str] = []


@dataclass(frozen=True)
class PgSettings:
    host: str = "localhost"


class Pool:
    def __init__(self, host: str) -> None:
        self.host = host


class Transaction:
    pass


@asynccontextmanager
async def connect(settings: PgSettings) -> AsyncIterator[Pool]:
    told.append("pool up")
    yield Pool(settings.host)
    told.append("pool down")


container = Container(discover=False)


@container.service
async def settings() -> PgSettings:
    told.append("settings up")
    return PgSettings("db.local")


@container.service
async def pool(settings: PgSettings) -> AsyncIterator[Pool]:
    async with connect(settings) as pool:
        yield pool


@container.service
class Orders:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def __aenter__(self) -> None:
        told.append("orders up")

    async def __aexit__(self, *exc: object) -> None:
        told.append("orders down")


@container.service(scope="event")
async def transaction(pool: Any) -> AsyncIterator[Transaction]:
    told.append("begin")
    yield Transaction()
    told.append("commit")


@container.service
async def unused() -> AsyncIterator[str]:
    told.append("unused up")
    yield "never asked for"


@container.inject
async def place(order_id: int, orders: Orders, pool: Any) -> str:
    assert orders.pool is pool
    return f"order {order_id} in {pool.host}"


@container.inject
async def pay(order_id: int, transaction: Transaction, orders: Orders) -> str:
    told.append("pay")
    return f"order {order_id} paid"


def test_the_program_starts_what_it_uses_in_order_and_once() -> None:
    async def main() -> None:
        container.check([place, pay], given=["order_id"])
        async with container:
            assert told == []
            assert await place(7) == "order 7 in db.local"
            assert told == ["settings up", "pool up", "orders up"]
            assert await place(8) == "order 8 in db.local"
            assert await pay(8) == "order 8 paid"
            assert told[3:] == ["begin", "pay", "commit"]
            told.clear()
        assert told == ["orders down", "pool down"]

    told.clear()
    asyncio.run(main())


def test_settings_come_from_the_configuration_by_the_name_of_the_service() -> None:
    class Configuration:
        def __init__(self, hosts: dict[str, str]) -> None:
            self.hosts = hosts

        def slice(self, section: str, model: type[M], /) -> M:
            return model(self.hosts[section])  # type: ignore[call-arg]  # all models here take a host

    local = Container(discover=False)

    @local.service
    def pg(settings: PgSettings) -> Pool:
        return Pool(settings.host)

    local.service(name="pg_reports")(pg)
    local.expect("config", Configuration)

    @local.inject
    async def hosts(pg: Pool, pg_reports: Pool) -> list[str]:
        return [pg.host, pg_reports.host]

    async def main() -> list[str]:
        async with local:
            await local.prepare([hosts])
            return await hosts()

    local.check([hosts])
    assert local.sections([hosts]) == {"pg": PgSettings, "pg_reports": PgSettings}
    local.value("config", Configuration({"pg": "one", "pg_reports": "two"}))
    assert asyncio.run(main()) == ["one", "two"]
