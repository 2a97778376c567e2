"""What a whole application tells of itself over HTTP: state, configuration, metrics, levels; and to whom."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from packages.fastapi.tests.exposition import read
from pydantic import BaseModel, SecretStr

from cordio import App
from cordio_core import every, get
from cordio_core.auth import allow, new_key
from cordio_monitor import count, log, timing

SECRET = "hunter2"
HERE = "http://127.0.0.1"


class Shop(BaseModel):
    mirror: str = "https://mirror.example"
    dsn: str = f"postgresql://ann:{SECRET}@db/orders"
    key: SecretStr = SecretStr(SECRET)


def written(root: Path, text: str) -> App:
    """Make an application with a configuration of its own."""
    (root / "etc").mkdir()
    (root / "etc" / "main.yaml").write_text(text)
    return App("shop", root=root)


@pytest.fixture
def shop(tmp_path: Path) -> App:
    """An application with a service, a schedule, and handlers that go well and wrong."""
    app = written(
        tmp_path, f"log: {{file: {tmp_path}/main.log, level: info}}\nshop: {{mirror: 'https://m.example'}}\n"
    )
    app.block("shop", Shop)(lambda: None)

    @app.service
    class Stock:
        async def reserve(self, sku: str) -> str:
            count("reserved", 2)
            timing("lookup", 3.0)
            log.debug("looked up", sku=sku)
            return sku

    @app.service
    class Orders:
        def __init__(self, stock: Stock) -> None:
            self.stock = stock

        async def health(self) -> None:
            return None

    @app.on(get("/items/{sku}"))
    async def item(sku: str, orders: Orders) -> str:
        return await orders.stock.reserve(sku)

    @app.on(get("/fail"))
    async def fail() -> None:
        raise RuntimeError(f"password={SECRET} <script>alert(1)</script>")

    @app.on(every("1h"))
    async def tidy() -> None: ...

    return app


@asynccontextmanager
async def served(app: App) -> AsyncIterator[tuple[httpx.AsyncClient, Any]]:
    """Run an application in this process; ask it as from this machine."""
    async with app.testing() as t, asyncio.timeout(30):
        t.http.base_url = httpx.URL(HERE)
        yield t.http, t


async def measured(client: httpx.AsyncClient, event: str, number: int) -> dict[str, Any]:
    """Wait until the records of so many events are delivered: that is after their answers."""
    while True:
        state: dict[str, Any] = (await client.get("/state")).json()
        if state["measured"]["events"].get(event, {"count": 0})["count"] >= number:
            return state
        await asyncio.sleep(0.005)


def test_the_state_tells_services_handlers_ways_figures_and_errors_and_no_secret(shop: App) -> None:
    async def main() -> tuple[dict[str, Any], str]:
        async with served(shop) as (client, _):
            for _ in range(3):
                assert (await client.get("/items/A-1")).json() == "A-1"
            assert (await client.get("/fail")).status_code == 500
            await measured(client, "GET /fail", 1)
            state = await measured(client, "GET /items/{sku}", 3)
            return state, (await client.get("/state", headers={"accept": "text/html"})).text

    state, page = asyncio.run(main())
    assert SECRET not in json.dumps(state) and SECRET not in page
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    services = {each["name"]: each for each in state["services"]}
    assert (services["orders"]["status"], services["orders"]["needs"]) == ("up", ["stock"])
    assert [each["event"] for each in state["handlers"]] == ["GET /items/{sku}", "GET /fail", "every 1h"]
    [source] = [each for each in state["sources"] if each["kind"] == "http"]
    assert [(each["event"], each["fast"]) for each in source["more"]["routes"]][0] == (
        "GET /items/{sku}",
        True,
    )
    events = state["measured"]["events"]["GET /items/{sku}"]
    assert events["count"] == 3 and 0 < events["p50_ms"] <= events["p99_ms"] <= events["max_ms"]
    assert state["errors"][0]["event"] == "GET /fail"
    for shown in ("svg", "fast", "tidy (", "GET /items/{sku}", "postgresql://ann:***@db/orders"):
        assert shown in page


def test_the_configuration_has_its_origins_and_no_secret(shop: App) -> None:
    async def main() -> dict[str, Any]:
        async with served(shop) as (client, _):
            found: dict[str, Any] = (await client.get("/config")).json()
            return found

    found = asyncio.run(main())
    values = {each["key"]: each for each in found["configuration"]}
    assert SECRET not in json.dumps(found)
    assert (values["shop.mirror"]["value"], values["shop.key"]["value"]) == ("https://m.example", "***")
    assert values["shop.mirror"]["origin"].startswith("etc/main.yaml:2")
    assert values["http.diagnostics.state"]["origin"] == "default"


def test_prometheus_reads_the_metrics_after_traffic(shop: App) -> None:
    async def main() -> str:
        async with served(shop) as (client, _):
            for _ in range(3):
                await client.get("/items/A-1")
            await measured(client, "GET /items/{sku}", 3)
            return (await client.get("/metrics")).text

    found = read(asyncio.run(main()))
    event = (("event", "GET /items/{sku}"),)
    assert found["cordio_events_total"].samples["cordio_events_total", event] == 3
    took = found["cordio_event_duration_seconds"].samples
    assert took["cordio_event_duration_seconds_count", event] == 3
    assert took["cordio_event_duration_seconds_sum", event] > 0
    status = (("service", "stock"), ("status", "up"))
    assert found["cordio_service_status"].samples["cordio_service_status", status] == 1
    assert found["shop_reserved_total"].samples["shop_reserved_total", ()] == 6
    assert found["shop_lookup_seconds"].samples["shop_lookup_seconds_count", ()] == 3


def test_a_level_is_changed_while_it_runs_and_told(shop: App, tmp_path: Path) -> None:
    async def main() -> None:
        async with served(shop) as (client, _):
            await client.get("/items/quiet")
            state = (await client.get("/state")).json()
            assert state["measured"]["level"] == "info"
            change = {"level": "debug", "within": "1h", "token": state["token"]}
            assert (await client.post("/state", json=change)).json()["level"] == "debug"
            await client.get("/items/loud")
            assert (await client.get("/state")).json()["measured"]["level"] == "debug"

    asyncio.run(main())
    records = [json.loads(line) for line in (tmp_path / "main.log").read_text().splitlines()]
    assert [each["sku"] for each in records if each["message"] == "looked up"] == ["loud"]
    [told] = [each for each in records if each["message"] == "log level changed"]
    assert (told["level"], told["event"]) == ("warning", "POST /state")


def test_probes_leave_no_record_span_or_number(shop: App, tmp_path: Path) -> None:
    async def main() -> dict[str, Any]:
        async with served(shop) as (client, _):
            for path in ("/healthcheck", "/healthcheck/live", "/healthcheck/ready", "/metrics", "/config"):
                assert (await client.get(path)).status_code == 200
            await client.get("/items/A-1")
            return await measured(client, "GET /items/{sku}", 1)

    state = asyncio.run(main())
    assert list(state["measured"]["events"]) == ["GET /items/{sku}"]
    assert (tmp_path / "main.log").read_text().count('"kind": "event"') == 1
    [source] = [each for each in state["sources"] if each["kind"] == "http"]
    assert source["accepted"] == 1


def test_a_caller_with_the_right_sees_it_from_anywhere_and_others_learn_nothing(tmp_path: Path) -> None:
    (key, stored), (other, known) = new_key(), new_key()
    keys = {"boss": {"hash": stored, "rights": ["ops"]}, "clerk": {"hash": known, "rights": ["orders"]}}
    values = {"http": {"diagnostics": {"right": "ops"}}, "auth": {"keys": keys}}
    app = written(tmp_path, json.dumps(values))

    @app.on(get("/"), before=[allow("orders")])
    async def read_orders() -> str:
        return "orders"

    async def main() -> None:
        async with served(app) as (client, _):
            away = {"x-forwarded-for": "192.0.2.7"}
            for path in ("/state", "/config"):
                for shown, status in ((None, 401), ("cdk_wrong", 401), (other, 403), (key, 200)):
                    headers = away | ({} if shown is None else {"x-api-key": shown})
                    answer = await client.get(path, headers=headers)
                    assert answer.status_code == status
                    assert status == 200 or "detail" not in answer.json()
                assert (await client.get(path)).status_code == 200
            change = {"level": "debug", "token": (await client.get("/state")).json()["token"]}
            headers = away | {"x-api-key": other}
            assert (await client.post("/state", json=change, headers=headers)).status_code == 403
            assert (await client.get("/", headers={"x-api-key": other})).json() == "orders"

    asyncio.run(main())
