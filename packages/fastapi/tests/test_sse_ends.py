"""How streams of events go on and end: in silence, by the client, by a failure, by the stop of the service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from packages.fastapi.tests.connections import ended, served, stopped
from packages.fastapi.tests.doubles import Guard, Outcome, attached, chained
from packages.fastapi.tests.streams import parsed

from cordio_core import get, sse


class Endless:
    """A stream that gives one event, and waits; it tells how it was ended."""

    def __init__(self, first: bool = True) -> None:
        self.first, self.begun, self.over, self.told = first, asyncio.Event(), asyncio.Event(), ""

    async def events(self) -> AsyncIterator[str]:
        try:
            if self.first:
                yield "first"
            self.begun.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.told = "cancelled"
            raise
        finally:
            await asyncio.sleep(0)  # cleaning up may take its time
            self.told += " and cleaned up"
            self.over.set()


class Again(Guard):
    """Calls a handler that has failed a second time."""

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> Outcome:
        try:
            return Outcome(await handler(*args))
        except Exception:
            return Outcome(await handler(*args))


async def over(endless: Endless) -> None:
    async with asyncio.timeout(10):
        await endless.over.wait()


def test_each_event_is_sent_as_it_comes() -> None:
    async def main() -> None:
        go = asyncio.Event()

        async def events() -> AsyncIterator[str]:
            yield "first"
            await go.wait()
            yield "second"

        async with served(attached((sse("/"), events))) as (_, http, _):
            async with http.stream("GET", "/") as answer:
                pieces = answer.aiter_text()
                assert parsed(await anext(pieces))[0].data == "first"
                go.set()
                assert parsed(await anext(pieces))[0].data == "second"
                assert [piece async for piece in pieces] == []

    asyncio.run(main())


def test_a_stream_opens_before_its_first_event_and_comments_break_the_silence() -> None:
    async def main() -> None:
        endless = Endless(first=False)
        async with served(attached((sse("/"), endless.events)), sse={"keep_alive": "20ms"}) as (_, http, _):
            async with http.stream("GET", "/") as answer:
                assert answer.status_code == 200
                pieces = answer.aiter_text()
                for _ in range(3):
                    piece = await anext(pieces)
                    assert piece.startswith(":") and piece.endswith("\n\n") and parsed(piece) == []
            await over(endless)

    asyncio.run(main())


def test_a_client_that_leaves_ends_the_handler_with_its_cleaning_up() -> None:
    async def main() -> None:
        endless = Endless()
        async with served(attached((sse("/"), endless.events))) as (_, http, runtime):
            async with http.stream("GET", "/") as answer:
                await anext(answer.aiter_text())
            await over(endless)
            await ended(runtime)
            assert endless.told == "cancelled and cleaned up"
            assert (runtime.records, runtime.spans[0].status) == ([], 200)
            assert runtime.counts["http"].finished == 1

    asyncio.run(main())


def test_a_stop_ends_all_streams_in_order() -> None:
    async def main() -> None:
        endless = Endless()
        entrypoint = attached((sse("/"), endless.events))
        async with served(entrypoint) as (at, _, runtime):
            async with httpx.AsyncClient(base_url=f"http{at[2:]}", trust_env=False) as client:
                asking = [asyncio.create_task(client.get("/", timeout=30)) for _ in range(20)]
                async with asyncio.timeout(10):
                    while len(runtime.spans) < 20 or not all(span.status for span in runtime.spans):
                        await asyncio.sleep(0)
                    await endless.begun.wait()
                await stopped(entrypoint, runtime)
                for answer in await asyncio.gather(*asking):
                    assert (answer.status_code, parsed(answer.text)[0].data) == (200, "first")  # and whole
            assert endless.told.startswith("cancelled") and endless.told.count("cleaned up") == 20
            tally = runtime.counts["http"]
            assert (tally.accepted, tally.finished, tally.cancelled, runtime.records) == (20, 20, 0, [])

    asyncio.run(main())


def test_a_stream_that_has_sent_nothing_is_a_503_when_the_service_stops() -> None:
    async def main() -> None:
        endless = Endless(first=False)
        entrypoint = attached((sse("/"), endless.events))
        async with served(entrypoint) as (_, http, runtime):
            asking = asyncio.create_task(http.get("/"))
            await endless.begun.wait()
            await stopped(entrypoint, runtime)
            assert (await asking).status_code == 503
            assert endless.told == "cancelled and cleaned up"

    asyncio.run(main())


def test_what_fails_after_the_first_event_is_recorded_and_cut_off() -> None:
    async def main() -> None:
        async def events() -> AsyncIterator[str]:
            yield "first"
            raise RuntimeError

        async with served(attached((sse("/"), events))) as (_, http, runtime):
            with pytest.raises(httpx.RemoteProtocolError):
                await http.get("/")
            await ended(runtime)
            (record,) = runtime.records
            assert "its stream failed after it had begun" in str(record[2]["error"])

    asyncio.run(main())


def test_an_item_that_cannot_be_written_is_recorded_and_cut_off() -> None:
    async def main() -> None:
        async def events() -> AsyncIterator[object]:
            yield "first"
            yield float("nan")

        async with served(attached((sse("/"), events))) as (_, http, runtime):
            with pytest.raises(httpx.RemoteProtocolError):
                await http.get("/")
            await ended(runtime)

    asyncio.run(main())


def test_a_failure_while_a_left_handler_cleans_up_is_recorded() -> None:
    async def main() -> None:
        async def events() -> AsyncIterator[str]:
            try:
                yield "first"
                await asyncio.Event().wait()
            finally:
                raise RuntimeError("the cleaning up")

        class Bare(Guard):
            async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> Outcome:
                return Outcome(await handler(*args))

        async with served(chained(sse("/"), events, guard=Bare())) as (_, http, runtime):
            async with http.stream("GET", "/") as answer:
                await anext(answer.aiter_text())
            await ended(runtime)
            assert "the cleaning up" in str(runtime.records[0][2]["error"])

    asyncio.run(main())


def test_a_rule_repeats_what_failed_before_the_first_event_and_nothing_after_it() -> None:
    async def main() -> None:
        calls: list[str] = []

        async def late() -> AsyncIterator[str]:
            calls.append("late")
            if len(calls) == 1:
                raise RuntimeError
            yield "second call"

        async def early() -> AsyncIterator[str]:
            calls.append("early")
            yield "first"
            raise RuntimeError

        async with served(chained(sse("/"), late, guard=Again())) as (_, http, _):
            assert parsed((await http.get("/")).text)[0].data == "second call"
        async with served(chained(sse("/"), early, guard=Again())) as (_, http, runtime):
            with pytest.raises(httpx.RemoteProtocolError):
                await http.get("/")
            await ended(runtime)
            assert calls.count("early") == 1
            assert "no rule can repeat it" in str(runtime.records[0][2]["error"])

    asyncio.run(main())


def test_a_client_that_does_not_read_holds_up_its_handler_and_no_more() -> None:
    async def main() -> None:
        sent, cleaned = 0, asyncio.Event()

        async def flood() -> AsyncIterator[str]:
            nonlocal sent
            try:
                while True:
                    yield "x" * 65_536
                    sent += 1
            finally:
                cleaned.set()

        async def page() -> str:
            return "page"

        async with served(attached((sse("/flood"), flood), (get("/"), page))) as (at, http, _):
            port = int(at.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
            writer.write(b"GET /flood HTTP/1.1\r\nhost: orders\r\n\r\n")
            assert b" 200 " in await reader.read(100)
            for _ in range(50):  # the handler has had its turns
                assert (await http.get("/")).status_code == 200
            assert sent < 1000  # 64 MiB: what the kernel keeps, and one buffer
            writer.transport.abort()
            async with asyncio.timeout(10):
                await cleaned.wait()

    asyncio.run(main())


def test_the_time_limit_is_that_of_the_beginning() -> None:
    async def main() -> None:
        go = asyncio.Event()

        async def never() -> AsyncIterator[str]:
            await asyncio.Event().wait()
            yield "never"

        async def lasting() -> AsyncIterator[str]:
            yield "first"
            asyncio.get_running_loop().call_later(0.1, go.set)
            await go.wait()
            yield "last"

        entrypoint = attached((sse("/never"), never), (sse("/lasting"), lasting))
        async with served(entrypoint, time_limit="50ms") as (_, http, _):
            assert (await http.get("/never")).status_code == 503
            assert [each.data for each in parsed((await http.get("/lasting")).text)] == ["first", "last"]

    asyncio.run(main())


def test_middlewares_of_others_see_the_stream() -> None:
    endless = Endless()
    entrypoint = attached((sse("/"), endless.events))

    class Marking:
        def __init__(self, app: Any) -> None:
            self._app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            async def marked(message: Any) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], (b"x-marked", b"yes")]
                await send(message)

            await self._app(scope, receive, marked)

    entrypoint.fastapi.add_middleware(Marking)

    async def main() -> None:
        async with served(entrypoint) as (_, http, _):
            async with http.stream("GET", "/") as answer:
                assert answer.headers["x-marked"] == "yes"
                assert parsed(await anext(answer.aiter_text()))[0].data == "first"
            await over(endless)

    asyncio.run(main())
