"""Requests of a test to the application in memory."""

import asyncio

import pytest
from packages.core.tests.doubles import Manual
from packages.core.tests.tested import until_stopping

from cordio_core import App, CoreError
from cordio_core.protocols import Receive, Scope, Send


class Web(Manual):
    """An ASGI application that puts the body into the state of its request."""

    async def asgi(self, scope: Scope, receive: Receive, send: Send, /) -> None:
        message = await receive()
        before = sorted(scope["state"])
        scope["state"]["body"] = message["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": ",".join(before).encode()})


def test_each_request_gets_a_copy_of_the_state_of_its_own() -> None:
    pytest.importorskip("httpx")
    app = App("orders", entrypoints=[Web()])

    async def use() -> list[str]:
        async with app.testing() as t:
            t.lifespan["pool"] = object()
            found = [(await t.http.post("/", content=b"secret")).text for _ in range(2)]
            assert sorted(t.lifespan) == ["pool"]
            return found

    assert asyncio.run(use()) == ["pool", "pool"]


def test_a_request_that_is_under_way_is_finished_by_the_stop() -> None:
    httpx = pytest.importorskip("httpx")
    began, go = asyncio.Event(), asyncio.Event()

    class Slow(Manual):
        async def asgi(self, scope: Scope, receive: Receive, send: Send, /) -> None:
            began.set()
            await go.wait()
            await super().asgi(scope, receive, send)

    app = App("orders", entrypoints=[Slow()])

    async def use() -> int:
        async with app.testing() as t:
            asking = asyncio.create_task(t.http.get("/"))
            await began.wait()
            stopped = asyncio.create_task(t.sigterm())
            await until_stopping(t)
            assert not stopped.done()
            go.set()
            await stopped
            response = await asking
            assert isinstance(response, httpx.Response)
            return int(response.status_code)

    assert asyncio.run(use()) == 204


def test_a_client_without_http_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(app: App, wanted: str) -> None:
        async with app.testing() as t:
            with pytest.raises(CoreError, match=wanted):
                t.http  # noqa: B018

    asyncio.run(use(App("clock"), "clock has no HTTP entrypoint"))
    monkeypatch.setattr("cordio_core.testing._http.find_spec", lambda name: None)
    asyncio.run(use(App("orders", entrypoints=[Manual()]), "pip install httpx"))
