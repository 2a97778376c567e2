"""The same handlers under two HTTP entrypoints and over two stores: neither is seen in their answers."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from handlers.orders import Order, attach

from cordio_core import App, DataError, HttpEvent, Plan, Request, Response
from cordio_core.data import Payload, converters
from cordio_core.protocols import AsgiEntrypoint, Receive, Runtime, Scope, Send, Store
from cordio_di import Container
from cordio_errors import Errors, answer
from cordio_fastapi import HttpEntrypoint

T = TypeVar("T")


class Bare:
    """A small HTTP entrypoint, on ASGI alone."""

    kind = "http"
    sections: Mapping[str, type] = {}
    addresses: Sequence[str] = ()

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Plan, Payload]] = []
        self._runtime: Runtime | None = None

    def attach(self, plans: Sequence[Plan], /) -> None:
        for plan in plans:
            assert isinstance(plan.event, HttpEvent)
            path = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(plan.event.path)))
            self._routes.append((plan.event.method, path, plan, Payload(plan.place, plan.data, converters())))

    def bind(self, runtime: Runtime, /) -> None:
        self._runtime = runtime

    async def start(self, runtime: Runtime, /) -> None:
        self.bind(runtime)

    async def stop(self, within: float, /) -> None:
        self._runtime = None

    async def asgi(self, scope: Scope, receive: Receive, send: Send, /) -> None:
        assert self._runtime is not None
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message.get("more_body", False)
        for method, path, plan, payload in self._routes:
            found = path.fullmatch(scope["path"])
            if found and method == scope["method"]:
                return await self._answer(plan, payload, found.groupdict(), scope, body, send)
        raise AssertionError("the test asks for what is there")

    async def _answer(
        self, plan: Plan, payload: Payload, path: dict[str, str], scope: Scope, body: bytes, send: Send
    ) -> None:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        request = Request(plan.event, path=path, headers=headers, body=body)
        try:
            data = payload.read({**path} if path else request.parsed)
        except DataError:
            response = Response(status=422)
        else:
            response = await plan.run(request, data)
        value = asdict(response.value) if isinstance(response.value, Order) else response.value
        sent = (
            json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
            if response.body is None
            else response.body
        )
        said = {"content-type": "application/json", "content-length": str(len(sent)), **response.headers}
        listed = [(name.encode(), text.encode()) for name, text in said.items()]
        await send({"type": "http.response.start", "status": response.status or 200, "headers": listed})
        await send({"type": "http.response.body", "body": sent})


class Sqlite:
    """A store in a database in memory."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("create table orders (order_id integer primary key, sku text, amount integer)")

    async def fetch(self, query: str, /, *arguments: object) -> Sequence[Mapping[str, Any]]:
        rows = self._database.execute(query.replace("$", "?"), arguments)
        return [dict(row) for row in rows]

    async def one(self, model: type[T], query: str, /, *arguments: object) -> T:
        for row in await self.fetch(query, *arguments):
            return model(**row)
        raise LookupError("there is no such row")

    async def execute(self, query: str, /, *arguments: object) -> object:
        return await self.fetch(query, *arguments)

    def transaction(self) -> AbstractAsyncContextManager[Store]:
        return self._transaction()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Store]:
        self._database.execute("begin")
        try:
            yield self
        except BaseException:
            self._database.execute("rollback")
            raise
        self._database.execute("commit")


class Listed:
    """A store that keeps its rows in a list, and knows the three queries there are."""

    def __init__(self) -> None:
        self._rows: list[Order] = []

    async def fetch(self, query: str, /, *arguments: object) -> Sequence[Mapping[str, Any]]:
        assert query == "select max(order_id) as last from orders"
        return [{"last": len(self._rows)}]

    async def one(self, model: type[T], query: str, /, *arguments: object) -> T:
        for row in self._rows:
            if row.order_id == arguments[0]:
                return model(**asdict(row))
        raise LookupError("there is no such row")

    async def execute(self, query: str, /, *arguments: object) -> object:
        sku, amount = arguments
        assert isinstance(sku, str) and isinstance(amount, int)
        self._rows.append(Order(len(self._rows) + 1, sku, amount))
        return None

    def transaction(self) -> AbstractAsyncContextManager[Store]:
        return self._transaction()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Store]:
        before = list(self._rows)
        try:
            yield self
        except BaseException:
            self._rows = before
            raise


Answer = tuple[int, bytes, str, str | None]


async def answers(source: AsgiEntrypoint, store: Store) -> list[Answer]:
    """Ask one application the same things in the same order."""
    container, errors = Container(discover=False), Errors()
    container.value("store", store)
    errors.catalogue({"no_order": {"http": {"status": 404, "title": "No such order"}}})
    errors.on(LookupError, answer=answer("no_order"))
    app = App("shop", container=container, errors=errors, entrypoints=[source])
    attach(app)
    async with app.running(listening=False), asyncio.timeout(20):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            asked = [
                await client.post("/orders", json={"sku": "A-1", "amount": 3}),
                await client.post("/orders", json={"sku": "A-2"}, headers={"x-fail": "yes"}),
                await client.post("/orders", json={"sku": "Ä-3"}),
                await client.get("/orders/1"),
                await client.get("/orders/2"),
                await client.get("/orders/7"),
            ]
    return [
        (one.status_code, _without_ids(one.content), one.headers["content-type"], one.headers.get("x-shop"))
        for one in asked
    ]


def _without_ids(body: bytes) -> bytes:
    return re.sub(rb'"(instance|trace|trace_id|incident)":"[^"]*"', rb'"\1":""', body)


@pytest.mark.parametrize("store", [Sqlite, Listed])
def test_handlers_that_import_the_core_alone_answer_identically_under_every_entrypoint(
    store: type[Sqlite | Listed],
) -> None:
    found = asyncio.run(answers(HttpEntrypoint(), store()))
    assert [(status, shop) for status, _, _, shop in found] == [
        (200, "corner"), (404, None), (200, "corner"), (200, None), (200, None), (404, None)
    ]  # fmt: skip
    assert found[3][1] == b'{"order_id":1,"sku":"A-1","amount":3}'
    assert asyncio.run(answers(Bare(), store())) == found


def test_the_handlers_import_nothing_of_cordio_but_the_core() -> None:
    import handlers.orders as code

    source = Path(str(code.__file__)).read_text()
    assert set(re.findall(r"^from (cordio\w*)", source, re.M)) == {"cordio_core"}
