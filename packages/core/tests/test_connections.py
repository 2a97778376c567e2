"""Events of connections that stay open, and how their handlers are called."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from cordio_core import (
    App,
    Event,
    HandlerError,
    Response,
    ServerSentEvent,
    SocketClosed,
    SocketDataError,
    WebSocket,
    get,
    sse,
    static,
    websocket,
)
from cordio_core.connections import connected, holding, streamed


class Memory(WebSocket):
    """A connection whose messages were put in by the test."""

    def __init__(self, *messages: str | bytes) -> None:
        self.coming, self.sent, self.closed = list(messages), list[str | bytes](), 0
        self._subprotocol: str | None = None

    @property
    def subprotocol(self) -> str | None:
        return self._subprotocol

    @property
    def native(self) -> object:
        return self

    async def receive(self) -> str | bytes:
        if not self.coming:
            raise SocketClosed(1000)
        return self.coming.pop(0)

    async def send(self, message: str | bytes) -> None:
        self.sent.append(message)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.closed = code


def test_iterating_over_a_connection_gives_its_messages_and_ends_with_it() -> None:
    async def main() -> list[str | bytes]:
        return [message async for message in Memory("a", b"b")]

    assert asyncio.run(main()) == ["a", b"b"]


@pytest.mark.parametrize(
    ("read", "message", "found"),
    [
        ("receive_text", "a", "a"),
        ("receive_bytes", b"a", b"a"),
        ("receive_json", '{"n": 1}', {"n": 1}),
        ("receive_json", b"[1]", [1]),
    ],
)
def test_a_message_is_read_as_what_it_has_to_be(read: str, message: str | bytes, found: object) -> None:
    assert asyncio.run(getattr(Memory(message), read)()) == found


@pytest.mark.parametrize(
    ("read", "message"),
    [
        ("receive_text", b"a"),
        ("receive_bytes", "a"),
        ("receive_json", "{"),
        ("receive_json", b"\xff"),
        ("receive_json", ""),
        ("receive_json", "[" * 100_000),
    ],
)
def test_another_message_is_told_without_its_contents(read: str, message: str | bytes) -> None:
    with pytest.raises(SocketDataError, match="the message is to be"):
        asyncio.run(getattr(Memory(message), read)())


def test_only_what_json_has_is_sent_as_json() -> None:
    async def main() -> list[str | bytes]:
        socket = Memory()
        await socket.send_json({"ø": [None, 1.5]})
        for wrong in (float("nan"), object()):
            with pytest.raises((ValueError, TypeError)):
                await socket.send_json(wrong)
        return socket.sent

    assert asyncio.run(main()) == ['{"ø":[null,1.5]}']


@pytest.mark.parametrize(
    ("event", "name", "names"),
    [
        (websocket("/rooms/{room}"), "WEBSOCKET /rooms/{room}", ("room",)),
        (sse("/rooms/{room}"), "GET /rooms/{room}", ("room",)),
        (static("/assets/", "home"), "FILES /assets", ()),
        (static("/", "home"), "FILES /", ()),
    ],
)
def test_an_event_is_one_of_http_with_a_name_and_the_names_of_its_path(
    event: Event, name: str, names: tuple[str, ...]
) -> None:
    assert (event.kind, event.name, event.names) == ("http", name, names)


@pytest.mark.parametrize("path", ["x", "/{a}/{a}", "/a?b=1", "/{a:uid}"])
@pytest.mark.parametrize(
    "make", [websocket, sse, lambda path: static(path, "home")], ids=["ws", "sse", "static"]
)
def test_a_path_that_is_none_is_refused(make: Callable[[str], Event], path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        make(path)


def held(call: Callable[..., Awaitable[object]], holder: Callable[[Any], Awaitable[object]]) -> object:
    async def main() -> object:
        with holding(holder):
            return await call()

    return asyncio.run(main())


def test_whoever_holds_the_connection_calls_its_handler() -> None:
    told: list[str] = []

    async def handler() -> str:
        told.append("handler")
        return "answer"

    async def holder(began: Callable[[], Awaitable[object]]) -> object:
        told.append("before")
        answer = await began()
        told.append("after")
        return answer

    assert held(connected(handler), holder) == "answer"
    assert told == ["before", "handler", "after"]
    assert asyncio.run(_called(connected(handler))) == "answer"  # nobody holds it


async def _called(call: Callable[..., Awaitable[object]]) -> object:
    return await call()


def test_whoever_holds_the_connection_gets_the_stream_and_else_a_list() -> None:
    async def rows() -> AsyncIterator[int]:
        yield 1
        yield 2

    async def holder(began: Callable[[], Awaitable[object]]) -> object:
        stream = await began()
        assert isinstance(stream, AsyncIterator)
        return [item * 10 async for item in stream]

    assert held(streamed(rows), holder) == [10, 20]
    assert asyncio.run(_called(streamed(rows))) == [1, 2]


def test_a_stream_may_be_returned_by_a_function_and_so_may_a_response() -> None:
    async def rows() -> AsyncIterator[int]:
        yield 1

    async def late() -> AsyncIterator[int]:
        return rows()

    def threaded() -> AsyncIterator[int]:
        return rows()

    async def refused() -> Response:
        return Response(status=204)

    assert asyncio.run(_called(streamed(late))) == [1]
    assert asyncio.run(_called(streamed(threaded))) == [1]
    assert asyncio.run(_called(streamed(refused))) == Response(status=204)


def test_what_is_no_stream_is_refused() -> None:
    async def value() -> int:
        return 7

    def rows() -> Any:
        yield 1

    with pytest.raises(HandlerError, match="value.*answers with int where a stream is wanted"):
        asyncio.run(_called(streamed(value)))
    with pytest.raises(HandlerError, match="rows.*generator that is not async"):
        streamed(rows)
    with pytest.raises(HandlerError, match="is a generator"):
        connected(rows)


def test_handlers_of_connections_are_called_in_tests_without_a_connection() -> None:
    app = App("orders")

    @app.on(sse("/ticks"))
    async def ticks(n: int) -> AsyncIterator[ServerSentEvent]:
        for number in range(n):
            yield ServerSentEvent(number)

    @app.on(websocket("/echo"))
    async def echo(socket: WebSocket) -> None:
        async for message in socket:
            await socket.send(message)

    async def main() -> None:
        async with app.testing() as t:
            assert (await t.call(ticks, n=2)).value == [ServerSentEvent(0), ServerSentEvent(1)]
            socket = Memory("a")
            await t.call(echo, socket=socket)
            assert socket.sent == ["a"]

    pytest.importorskip("cordio_fastapi")  # an application with events of HTTP needs who serves them
    asyncio.run(main())


def test_a_generator_stays_refused_for_events_without_a_stream() -> None:
    app = App("orders")

    @app.on(get("/"))
    async def rows() -> AsyncIterator[int]:
        yield 1

    async def main() -> None:
        async with app.testing():
            pass

    with pytest.raises(Exception, match="is a generator"):
        asyncio.run(main())
