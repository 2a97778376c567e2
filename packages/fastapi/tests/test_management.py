"""The management address: a listener for the diagnostic paths alone."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from packages.fastapi.tests.doubles import attached, started
from packages.fastapi.tests.looking import Told

from cordio_core import EntrypointError
from cordio_fastapi import get
from cordio_fastapi._listener import listener
from cordio_fastapi.diagnostics import DiagnosticsSettings

PATHS = ("/healthcheck", "/healthcheck/live", "/healthcheck/ready", "/state", "/config", "/metrics")
MANAGED = DiagnosticsSettings(port=0)


async def hello() -> str:
    return "hello"


def test_all_of_them_are_there_and_nothing_of_the_application() -> None:
    async def main() -> None:
        entrypoint, runtime = attached((get("/"), hello)), Told(diagnostics=MANAGED)
        async with started(entrypoint, runtime) as (client, _), asyncio.timeout(20):
            _, managed = entrypoint.addresses
            assert (await client.get("/")).json() == "hello"
            assert (await client.get("/state")).status_code == 404
            async with httpx.AsyncClient(base_url=managed, trust_env=False) as manager:
                for path in PATHS:
                    assert (await manager.get(path)).status_code == 200
                for path in ("/", "/docs", "/openapi.json"):
                    refused = await manager.get(path)
                    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")

    asyncio.run(main())


def test_an_own_handler_takes_no_place_there() -> None:
    async def main() -> None:
        entrypoint = attached((get("/metrics"), hello))
        async with started(entrypoint, Told(diagnostics=MANAGED)) as (client, _), asyncio.timeout(20):
            assert (await client.get("/metrics")).json() == "hello"
            found = await client.get(f"{entrypoint.addresses[1]}/metrics")
            assert found.text.startswith("# HELP cordio_")

    asyncio.run(main())


def test_a_name_that_was_made_to_stand_for_it_opens_nothing() -> None:
    async def main() -> None:
        entrypoint = attached()
        async with started(entrypoint, Told(diagnostics=MANAGED)) as (client, _), asyncio.timeout(20):
            for host, status in (("evil.example", 404), ("localhost", 200), ("127.0.0.1:1", 200)):
                answer = await client.get(f"{entrypoint.addresses[1]}/state", headers={"host": host})
                assert answer.status_code == status

    asyncio.run(main())


def test_it_goes_on_until_the_application_has_stopped_serving_and_closes_then() -> None:
    async def main() -> None:
        begun, go = asyncio.Event(), asyncio.Event()

        async def slow() -> str:
            begun.set()
            await go.wait()
            return "done"

        entrypoint, runtime = attached((get("/"), slow)), Told(diagnostics=MANAGED)
        async with httpx.AsyncClient(trust_env=False) as manager, asyncio.timeout(20):
            async with started(entrypoint, runtime) as (client, _):
                managed = entrypoint.addresses[1]
                request = asyncio.create_task(client.get("/"))
                await begun.wait()
                runtime.phase = "stopping"
                stopping = asyncio.create_task(entrypoint.stop(10))
                while entrypoint.addresses[0] != managed:
                    await asyncio.sleep(0)
                state = await manager.get(f"{managed}/state")
                assert (state.status_code, state.json()["phase"]) == (200, "stopping")
                go.set()
                assert (await request).json() == "done"
                await stopping
            with pytest.raises(httpx.ConnectError):
                await manager.get(f"{managed}/state")

    asyncio.run(main())


def test_an_address_that_is_taken_is_told_with_its_setting_and_nothing_stays_open() -> None:
    async def main() -> None:
        taken = await listener("127.0.0.1", 0)
        try:
            entrypoint = attached()
            settings = DiagnosticsSettings(port=taken.getsockname()[1])
            with pytest.raises(EntrypointError, match="diagnostics: .* is taken .* http.diagnostics.port"):
                await entrypoint.start(Told(diagnostics=settings))
            await entrypoint.stop(0)
            assert entrypoint.addresses == ()
        finally:
            taken.close()

    asyncio.run(main())


def test_several_processes_share_its_listener() -> None:
    async def main() -> None:
        entrypoint, runtime = attached(), Told(diagnostics=MANAGED)
        await entrypoint.listen(runtime.configuration)
        await entrypoint.start(runtime)
        assert len(entrypoint.addresses) == 2
        await entrypoint.stop(1)
        await entrypoint.listen(runtime.configuration)
        entrypoint.unlisten()

    asyncio.run(main())
