"""The FastAPI application of a project is there to be changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from fastapi import APIRouter
from starlette.middleware.gzip import GZipMiddleware

from cordio import App
from cordio_core import CoreError, get


def test_routers_and_middlewares_of_others_work_beside_the_handlers(tmp_path: Path) -> None:
    app, others = App("orders", root=tmp_path), APIRouter(prefix="/others")

    @others.get("/{number}")
    async def other(number: int) -> int:
        return number

    @app.on(get("/long"))
    async def long() -> str:
        return "x" * 2000

    app.http.fastapi.include_router(others)
    app.http.fastapi.add_middleware(GZipMiddleware)

    async def main() -> None:
        async with app.testing() as testing:
            assert (await testing.http.get("/others/7")).json() == 7
            assert (await testing.http.get("/long")).headers["content-encoding"] == "gzip"
            paths = (await testing.http.get("/openapi.json")).json()["paths"]
            assert {"/others/{number}", "/long"} <= set(paths)

    asyncio.run(main())


def test_it_is_the_same_one_before_and_after_the_application_is_assembled(tmp_path: Path) -> None:
    app = App("orders", root=tmp_path)
    before = app.http
    app.check()
    assert app.http is before is app.source("http")
    with pytest.raises(CoreError, match="no source of the kind 'amqp'"):
        app.entrypoint("amqp")
