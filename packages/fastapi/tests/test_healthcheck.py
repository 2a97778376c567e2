"""The built-in health check."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import httpx
import pytest
from packages.fastapi.tests.doubles import Health, Runtime, attached, bound

from cordio_core import Duration
from cordio_fastapi import HttpEntrypoint, HttpSettings, get
from cordio_fastapi.diagnostics import DiagnosticsSettings


async def mine() -> str:
    return "mine"


def checked(
    runtime: Runtime,
    entrypoint: HttpEntrypoint | None = None,
    method: str = "GET",
    path: str = "/healthcheck",
) -> httpx.Response:
    async def main() -> httpx.Response:
        async with bound(entrypoint or attached(), runtime) as (client, _):
            return await client.request(method, path)

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


@dataclass
class Optional(Health):
    optional: bool = True


class Slow(Runtime):
    """Counts who asks its services, and lets a test say when they answer."""

    def __init__(self, **settings: object) -> None:
        values = {"diagnostics": DiagnosticsSettings.model_validate(settings)}
        super().__init__(HttpSettings.model_validate({"port": 0, **values}), {"pg": Health("up")})
        self.asked, self.begun, self.go = 0, asyncio.Event(), asyncio.Event()

    async def health(self) -> Mapping[str, Health]:
        self.asked += 1
        self.begun.set()
        await self.go.wait()
        return await super().health()


def test_live_asks_nobody_and_ready_says_what_the_healthcheck_says() -> None:
    runtime = Runtime(healths={"pg": Health("down", 0.5, "OSError")})
    live, ready = (checked(runtime, path=f"/healthcheck/{name}") for name in ("live", "ready"))
    assert (live.status_code, live.json()) == (200, {"status": "up", "service": "orders"})
    assert (ready.status_code, ready.json()) == (503, checked(runtime).json())


def test_what_the_application_is_well_without_is_named_and_no_reason_to_take_it_away() -> None:
    runtime = Runtime(healths={"cache": Optional("down", 0, "OSError"), "pg": Health("up")})
    response = checked(runtime)
    assert (response.status_code, response.json()["status"]) == (200, "up")
    cache = {"status": "down", "took_ms": 0, "error": "OSError", "optional": True}
    assert response.json()["services"]["cache"] == cache
    assert runtime.spans == []


def test_many_probes_at_once_ask_the_services_once_and_one_that_leaves_takes_nobody_along() -> None:
    async def main() -> None:
        runtime = Slow()
        async with bound(attached(), runtime) as (client, _), asyncio.timeout(10):
            probes = [asyncio.create_task(client.get("/healthcheck/ready")) for _ in range(5)]
            await runtime.begun.wait()
            probes[0].cancel()
            await asyncio.wait(probes[:1])
            runtime.go.set()
            assert [(await probe).status_code for probe in probes[1:]] == [200] * 4
            assert runtime.asked == 1

    asyncio.run(main())


@pytest.mark.parametrize(("cache", "times"), [("1h", 1), ("0s", 3)])
def test_an_answer_is_kept_for_a_moment(cache: str, times: int) -> None:
    async def main() -> int:
        runtime = Slow(cache=cache)
        runtime.go.set()
        async with bound(attached(), runtime) as (client, _):
            for path in ("", "/ready", "/ready"):
                await client.get(f"/healthcheck{path}")
        return runtime.asked

    assert asyncio.run(main()) == times


def test_services_that_take_too_long_are_down_though_the_application_waits_for_them() -> None:
    async def main() -> httpx.Response:
        async with bound(attached(), Slow(limit=Duration("10ms"))) as (client, _), asyncio.timeout(10):
            return await client.get("/healthcheck/ready")

    response = asyncio.run(main())
    services = {"*": {"status": "down", "error": "TimeoutError"}}
    assert (response.status_code, response.json()["services"]) == (503, services)


def test_what_the_entrypoint_knows_itself_is_asked_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = Slow()

    async def valid() -> None:
        runtime.go.set()

    async def expired() -> None:
        raise ValueError("hunter2")

    checks: Mapping[str, Callable[[], Awaitable[None]]] = {"tls": valid, "old": expired}
    monkeypatch.setattr(HttpEntrypoint, "checks", checks)

    async def main() -> httpx.Response:
        async with bound(attached(), runtime) as (client, _), asyncio.timeout(10):
            return await client.get("/healthcheck")

    response = asyncio.run(main())
    found = {name: state["status"] for name, state in response.json()["services"].items()}
    assert (response.status_code, found) == (503, {"pg": "up", "tls": "up", "old": "down"})
    assert response.json()["services"]["old"]["error"] == "ValueError" and "hunter2" not in response.text


def test_what_only_warns_takes_no_service_away_from_its_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Soon(Exception):
        optional = True

    async def ending() -> None:
        raise Soon("it runs out tomorrow")

    runtime = Slow()
    runtime.go.set()
    monkeypatch.setattr(HttpEntrypoint, "checks", {"tls": ending})

    async def main() -> httpx.Response:
        async with bound(attached(), runtime) as (client, _), asyncio.timeout(10):
            return await client.get("/healthcheck")

    response = asyncio.run(main())
    state = response.json()["services"]["tls"]
    assert (response.status_code, state["status"], state["error"]) == (200, "down", "Soon")
