"""What is left to do once the answer has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import httpx
import pytest
from fastapi import BackgroundTasks, Cookie, Depends
from packages.fastapi.tests.doubles import Container, Guard, Outcome, Runtime, attached, bound, started
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse

from cordio_core import Plan, Response
from cordio_fastapi import HttpEntrypoint, get


class Work:
    """Something that takes until it is let go."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.go, self.error = asyncio.Event(), asyncio.Event(), error
        self.done: list[str] = []

    async def __call__(self, what: str) -> None:
        self.begun.set()
        await self.go.wait()
        if self.error is not None:
            raise self.error
        self.done.append(what)


def test_work_runs_after_the_answer_has_left_and_in_its_order() -> None:
    async def main() -> None:
        work = Work()

        async def handler(later: BackgroundTasks) -> str:
            later.add_task(work, "first")
            later.add_task(work.done.append, "second")
            return "answered"

        async with started(attached((get("/"), handler))) as (client, runtime), asyncio.timeout(10):
            assert (await client.get("/")).json() == "answered"
            await work.begun.wait()
            assert work.done == [] and runtime.spans[0].open
            work.go.set()
            await runtime.spans[0].ended.wait()
            assert work.done == ["first", "second"]

    asyncio.run(main())


def test_a_response_of_starlette_s_keeps_its_own_work_and_a_dependency_may_add_to_the_handler_s() -> None:
    done: list[str] = []

    async def native() -> PlainTextResponse:
        return PlainTextResponse("hi", background=BackgroundTask(done.append, "native"))

    async def native_in_ours() -> Response:
        return Response(PlainTextResponse("hi", background=BackgroundTask(done.append, "ours")), status=202)

    def adding(later: BackgroundTasks) -> None:
        later.add_task(done.append, "dependency")

    dependency = Depends(adding)

    async def depending(later: BackgroundTasks, added: object = dependency) -> None:
        later.add_task(done.append, "handler")

    async def main() -> None:
        entrypoint = attached((get("/native"), native), (get("/ours"), native_in_ours), (get("/d"), depending))
        async with bound(entrypoint) as (client, _):
            for path in ("/native", "/ours", "/d"):
                await client.get(path)
        assert done == ["native", "ours", "dependency", "handler"]

    asyncio.run(main())


def test_a_stop_waits_for_the_work_after_an_answer() -> None:
    async def main() -> None:
        work = Work()

        async def handler(later: BackgroundTasks) -> None:
            later.add_task(work, "done")

        entrypoint = attached((get("/"), handler))
        await entrypoint.start(Runtime())
        async with (
            asyncio.timeout(10),
            httpx.AsyncClient(base_url=entrypoint.addresses[0], trust_env=False) as client,
        ):
            assert (await client.get("/")).status_code == 200
            await work.begun.wait()
            asyncio.get_running_loop().call_later(0.5, work.go.set)  # later than idle connections are closed
            await entrypoint.stop(5)
        assert work.done == ["done"]

    asyncio.run(main())


class Noting(Guard):
    """Notes what goes wrong in its layers."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> Outcome:
        try:
            return Outcome(await handler(*args))
        except Exception as error:  # as a handler layer does
            self.errors.append(error)
            return Outcome(ended="halt", error=error)


@pytest.mark.parametrize("through", [True, False])
def test_work_that_fails_goes_through_the_handler_s_layer_and_the_answer_stays_as_it_was(
    through: bool,
) -> None:
    async def main() -> None:
        fail, guard = Work(LookupError("not there")), Noting()
        halted: list[BaseException] = []
        fail.go.set()

        async def handler(later: BackgroundTasks, session: Annotated[str, Cookie()] = "") -> str:
            later.add_task(fail, "x")
            return "answered"

        async def native() -> PlainTextResponse:
            return PlainTextResponse('"answered"', background=BackgroundTask(fail, "x"))

        entrypoint = HttpEntrypoint()
        wanted = handler if through else native
        entrypoint.attach([Plan(get("/"), wanted, Container({}), guard, halt=halted.append)])
        async with bound(entrypoint) as (client, runtime):
            response = await client.get("/")
            assert (response.status_code, response.json()) == (200, "answered")
            assert runtime.spans[0].status == 200 and runtime.records == []
        assert guard.errors == halted == [fail.error]

    asyncio.run(main())
