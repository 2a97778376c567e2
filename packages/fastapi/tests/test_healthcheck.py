"""The built-in health check."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from packages.fastapi.tests.doubles import Health, Runtime, attached, bound

from cordio_fastapi import HttpEntrypoint, get


async def mine() -> str:
    return "mine"


def checked(runtime: Runtime, entrypoint: HttpEntrypoint | None = None, method: str = "GET") -> httpx.Response:
    async def main() -> httpx.Response:
        async with bound(entrypoint or attached(), runtime) as (client, _):
            return await client.request(method, "/healthcheck")

    return asyncio.run(main())


def test_all_services_up_is_a_200_without_a_span_or_a_record() -> None:
    runtime = Runtime(healths={"pg": Health("up", 0.00123)})
    response = checked(runtime)
    assert response.status_code == 200
    services = {"pg": {"status": "up", "took_ms": 1.2}}
    assert response.json() == {"status": "up", "service": "orders", "services": services}
    assert response.headers["cache-control"] == "no-store"
    assert checked(runtime, method="HEAD").status_code == 200
    assert (runtime.spans, runtime.records) == ([], [])


def test_a_service_down_is_a_503_that_names_it_in_a_span_with_a_record() -> None:
    error = "cordio_pg.ConnectError: password hunter2 refused"
    runtime = Runtime(healths={"pg": Health("down", 0.5, error), "amqp": Health("up")})
    response = checked(runtime)
    assert (response.status_code, response.json()["status"]) == (503, "down")
    pg = {"status": "down", "took_ms": 500.0, "error": "cordio_pg.ConnectError"}
    assert response.json()["services"] == {"pg": pg, "amqp": {"status": "up", "took_ms": 1.2}}
    assert [(span.name, span.status, span.open) for span in runtime.spans] == [
        ("GET /healthcheck", 503, False)
    ]
    assert [(level, dict(fields)) for level, _, fields in runtime.records] == [("warning", {"down": ["pg"]})]
    assert "hunter2" not in response.text + str(runtime.records)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("TimeoutError", "TimeoutError"),
        ("password=hunter2", "Error"),
        ("hunter2 was refused", "Error"),
        ("", "Error"),
    ],
)
def test_no_more_of_an_error_is_shown_than_its_type(error: str, shown: str) -> None:
    response = checked(Runtime(healths={"pg": Health("down", 0, error)}))
    assert response.json()["services"]["pg"]["error"] == shown


def test_health_that_cannot_be_asked_is_down() -> None:
    runtime = Runtime()
    runtime.healths = RuntimeError("hunter2")
    response = checked(runtime)
    assert response.status_code == 503
    assert response.json()["services"] == {"*": {"status": "down", "error": "RuntimeError"}}
    assert "hunter2" not in str(runtime.records)


def test_a_handler_of_the_application_takes_its_place() -> None:
    async def reached(name: str) -> str:
        return name

    runtime = Runtime()
    assert checked(runtime, attached((get("/healthcheck"), mine))).json() == "mine"
    assert len(runtime.spans) == 1
    added = attached()
    added.fastapi.get("/healthcheck")(mine)
    assert checked(runtime, added).json() == "mine"
    assert checked(runtime, attached((get("/{name}"), reached))).json()["status"] == "up"


def test_it_is_not_in_the_openapi_document_and_takes_no_other_method() -> None:
    entrypoint = attached()
    assert checked(Runtime(), entrypoint, "POST").status_code == 404
    assert entrypoint.fastapi.openapi()["paths"] == {}
