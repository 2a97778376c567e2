"""State and test run of an application with all its parts: nothing secret is told, nothing is waited for."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from cordio import App
from cordio_core import get, post
from cordio_core.testing import Published
from cordio_errors import Retry, answer

SECRET = "hunter2"


class Login(BaseModel):
    user: str = "ann"
    key: SecretStr = SecretStr(SECRET)


class Shop(BaseModel):
    mirror: str = "https://mirror.example"
    dsn: str = f"postgresql://ann:{SECRET}@db/orders"
    login: Login = Login()
    burst: int = 5


@dataclass(frozen=True)
class Order:
    sku: str


@pytest.fixture
def shop(tmp_path: Path) -> App:
    """An application with a configuration of its own, and a service that fails at first."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "main.yaml").write_text("shop:\n  mirror: https://tok-1234@mirror.example/x\n")
    app = App("shop", root=tmp_path)
    app.block("shop", Shop)(lambda: None)
    app.errors.on(ConnectionError, retry=Retry(attempts=3, wait="1h"), answer=answer("unavailable"))

    @app.service
    class Stock:
        calls = 0

        async def reserve(self, sku: str) -> str:
            type(self).calls += 1
            if self.calls < 3:
                raise ConnectionError(f"amqp://ann:{SECRET}@mq is down")
            return f"{sku} reserved"

    @app.on(post("/orders"))
    async def place(order: Order, stock: Stock) -> str:
        return await stock.reserve(order.sku)

    @app.on(get("/fail"))
    async def fail() -> None:
        raise RuntimeError(f"password={SECRET}")

    return app


def test_an_application_is_asked_through_http_in_memory_and_repeats_without_waiting(shop: App) -> None:
    async def use() -> tuple[int, object, int]:
        async with shop.testing() as t, asyncio.timeout(10):
            response = await t.http.post("/orders", json={"sku": "A-1"})
            assert (await t.http.get("/healthcheck")).status_code == 200
            report = await t.sigterm()
            return response.status_code, response.json(), report.lost

    assert asyncio.run(use()) == (200, "A-1 reserved", 0)


def test_services_are_replaced_and_come_back(shop: App) -> None:
    class Full:
        async def reserve(self, sku: str) -> str:
            return f"{sku} of the fake"

    async def use(**fakes: object) -> object:
        async with shop.testing(**fakes) as t, asyncio.timeout(10):
            return (await t.call("place", sku="A-1")).value

    assert asyncio.run(use(stock=Full())) == "A-1 of the fake"
    assert asyncio.run(use()) == "A-1 reserved"


def test_no_secret_is_in_the_state_which_tells_origins_services_and_the_last_errors(shop: App) -> None:
    async def use() -> dict[str, object]:
        async with shop.testing() as t, asyncio.timeout(10):
            await t.http.post("/orders", json={"sku": "A-1"})
            assert (await t.http.get("/fail")).status_code == 500
            while not shop.state().errors:
                await asyncio.sleep(0.001)
            return dict(t.state().data())

    data = asyncio.run(use())
    text = json.dumps(data)
    assert SECRET not in text and "tok-1234" not in text
    assert data["problems"] == []
    values = {each["key"]: each for each in data["configuration"]}  # type: ignore[attr-defined]
    assert values["shop.mirror"]["value"] == "https://***@mirror.example/x"
    assert values["shop.mirror"]["origin"].startswith("etc/main.yaml:2")
    assert (values["shop.burst"]["value"], values["shop.burst"]["origin"]) == (5, "default")
    assert values["shop.dsn"]["value"] == "postgresql://ann:***@db/orders"
    services = {each["name"]: each["status"] for each in data["services"]}  # type: ignore[attr-defined]
    assert services["stock"] == "up"
    versions = data["versions"]
    assert isinstance(versions, dict) and {"cordio", "cordio-core", "cordio-di"} <= set(
        versions["distributions"]
    )


def test_the_exchange_of_a_test_stands_in_for_the_broker(tmp_path: Path) -> None:
    pytest.importorskip("cordio_amqp")
    app = App("shop", root=tmp_path)

    @app.on(get("/"))
    async def read(amqp: object) -> None:
        await amqp.publish("orders", "eu.placed", {"sku": "A-1"})  # type: ignore[attr-defined]

    async def use() -> list[Published]:
        async with app.testing() as t, asyncio.timeout(10):
            await t.http.get("/")
            return t.published

    assert asyncio.run(use()) == [Published("orders", "eu.placed", {"sku": "A-1"})]
