"""What others put on the FastAPI application: routers, middlewares, mounts, exception handlers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from packages.fastapi.tests.doubles import attached, bound
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response as NativeResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from cordio_fastapi import HttpEntrypoint, get, post

TENANT: ContextVar[str] = ContextVar("tenant", default="none")


async def tenant() -> str:
    return TENANT.get()


async def long() -> str:
    return "x" * 2000


async def failing() -> str:
    raise LookupError("rule's")


def entrypoint() -> HttpEntrypoint:
    return attached((get("/tenant"), tenant), (get("/long"), long), (get("/failing"), failing))


class Teapot(Exception):
    """What no rule speaks of."""


class Tenant:
    def __init__(self, app: ASGIApp, name: str) -> None:
        self.app, self.name = app, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        TENANT.set(self.name)
        await self.app(scope, receive, send)


def test_routers_of_others_answer_beside_the_handlers_and_stand_in_the_document() -> None:
    async def main() -> None:
        made, router = entrypoint(), APIRouter(prefix="/other", tags=["others"])

        @router.get("/{number}")
        async def other(number: int) -> int:
            return number

        made.fastapi.include_router(router)
        async with bound(made) as (client, runtime):
            assert (await client.get("/other/7")).json() == 7
            refused = await client.get("/other/x")
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
            assert (await client.get("/tenant")).json() == "none"
            paths = (await client.get("/openapi.json")).json()["paths"]
            assert {"/other/{number}", "/tenant"} <= set(paths)
            assert [span.name for span in runtime.spans[:3]] == [
                *["GET /other/{number}"] * 2,
                "GET /tenant",
            ]

    asyncio.run(main())


def test_middlewares_of_all_kinds_see_the_handlers_requests_and_their_context_reaches_them() -> None:
    async def main() -> None:
        made = entrypoint()
        made.fastapi.add_middleware(Tenant, name="blue")
        made.fastapi.add_middleware(GZipMiddleware, minimum_size=500)

        @made.fastapi.middleware("http")
        async def marking(
            request: Request, call: Callable[[Request], Awaitable[NativeResponse]]
        ) -> NativeResponse:
            response = await call(request)
            response.headers["x-path"] = request.url.path
            return response

        async with bound(made) as (client, _):
            found = await client.get("/tenant")
            assert (found.json(), found.headers["x-path"]) == ("blue", "/tenant")
            packed = await client.get("/long", headers={"accept-encoding": "gzip"})
            assert packed.headers["content-encoding"] == "gzip" and len(packed.json()) == 2000
            refused = await client.get("/failing")
            assert (refused.status_code, refused.headers["x-path"]) == (500, "/failing")
            assert refused.headers["content-type"] == "application/problem+json"
            assert (await client.get("/nowhere")).headers["x-path"] == "/nowhere"

    asyncio.run(main())


def test_applications_of_others_are_mounted_beside_the_handlers() -> None:
    async def main() -> None:
        made, fastapi = entrypoint(), FastAPI()

        @fastapi.get("/own")
        async def own() -> str:
            return "mounted"

        async def plain(request: Request) -> PlainTextResponse:
            return PlainTextResponse(request.scope["root_path"])

        made.fastapi.mount("/fastapi", fastapi)
        made.fastapi.mount("/starlette", Starlette(routes=[Route("/", plain)]))
        async with bound(made) as (client, _):
            assert (await client.get("/fastapi/own")).json() == "mounted"
            assert (await client.get("/starlette/")).text == "/starlette"
            assert (await client.get("/fastapi/nowhere")).status_code == 404
            assert (await client.get("/tenant")).json() == "none"

    asyncio.run(main())


def test_an_exception_handler_of_others_answers_what_the_rules_leave_to_it() -> None:
    async def main() -> None:
        made = entrypoint()

        @made.fastapi.exception_handler(Teapot)
        async def teapot(request: Request, error: Exception) -> JSONResponse:
            return JSONResponse("short and stout", 418)

        @made.fastapi.post("/brew")
        async def brew() -> None:
            raise Teapot

        async with bound(made) as (client, runtime):
            found = await client.post("/brew")
            assert (found.status_code, found.json()) == (418, "short and stout")
            assert (await client.get("/failing")).json() == {"code": "internal"}
            assert runtime.records == []

    asyncio.run(main())


def test_a_route_of_others_that_stands_first_is_asked_first() -> None:
    async def main() -> None:
        made = HttpEntrypoint()

        @made.fastapi.get("/tenant")
        async def mine() -> str:
            return "first"

        later = attached((get("/tenant"), tenant), (post("/tenant"), tenant))
        made.fastapi.router.routes.extend(later.fastapi.router.routes)
        async with bound(made) as (client, _):
            assert (await client.get("/tenant")).json() == "first"
            assert (await client.post("/tenant")).json() == "none"

    asyncio.run(main())
