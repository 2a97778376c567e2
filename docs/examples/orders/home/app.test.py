"""The service in memory, on the real database: what it answers, and what it refuses."""

import asyncio
import contextlib
from collections.abc import Iterator

import httpx
import pytest
from home.app import app


@pytest.fixture(scope="module", autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the embedded database write to a folder of the tests' own."""
    with contextlib.chdir(tmp_path_factory.mktemp("orders")):
        yield


async def asked(*requests: tuple[str, str, object]) -> list[httpx.Response]:
    transport = httpx.ASGITransport(app)
    async with (
        app.running(listening=False),
        httpx.AsyncClient(transport=transport, base_url="http://orders") as client,
    ):
        return [await client.request(method, path, json=body) for method, path, body in requests]


def test_an_order_that_was_placed_can_be_read() -> None:
    placed, health = asyncio.run(
        asked(("POST", "/orders", {"sku": "A-1", "amount": 2}), ("GET", "/healthcheck", None))
    )
    (read,) = asyncio.run(asked(("GET", f"/orders/{placed.json()['id']}", None)))
    assert read.json() == placed.json()
    assert (read.json()["sku"], read.json()["amount"]) == ("A-1", 2)
    assert health.json()["db_model"]["schema"] == 1


def test_an_order_that_is_not_there_is_a_problem() -> None:
    (missing,) = asyncio.run(asked(("GET", "/orders/999", None)))
    assert missing.status_code == 404
    assert missing.json()["detail"] == "No order has number 999."


@pytest.mark.parametrize(
    "order",
    [{"sku": "A-1", "amount": 0}, {"sku": "A-1", "amount": 3_000_000_000}, {"sku": ""}, {"sku": "A\0"}],
)
def test_an_order_that_the_database_would_not_take_is_refused(order: dict[str, object]) -> None:
    (refused,) = asyncio.run(asked(("POST", "/orders", order)))
    assert refused.status_code == 422


def test_a_number_that_no_order_can_have_is_refused() -> None:
    (refused,) = asyncio.run(asked(("GET", f"/orders/{2**63}", None)))
    assert refused.status_code == 422
