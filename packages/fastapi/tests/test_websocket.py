"""WebSockets as events: what their handlers take, and what they send and receive."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import Depends, Header
from fastapi import WebSocket as NativeWebSocket
from packages.fastapi.tests.connections import ended, served
from packages.fastapi.tests.doubles import attached, chained

from cordio_core import HandlerError, Request, Response, SocketDataError, WebSocket, get, websocket

websockets = pytest.importorskip("websockets")


async def echo(socket: WebSocket) -> None:
    async for message in socket:
        await socket.send(message)


TOLD: list[str] = []


async def session() -> AsyncIterator[str]:
    TOLD.append("opened")
    yield "session"
    TOLD.append("closed")


def test_texts_and_bytes_come_back_as_what_they_were_sent_as() -> None:
    async def main() -> None:
        async with served(attached((websocket("/echo"), echo))) as (at, _, runtime):
            async with websockets.connect(f"{at}/echo") as client:
                for message in ("hellø", b"\x00\xff", "", b""):
                    await client.send(message)
                    assert await client.recv() == message
            assert client.close_code == 1000
            await ended(runtime)
            (span,) = runtime.spans
            assert (span.name, span.status, runtime.records) == ("WEBSOCKET /echo", 101, [])

    asyncio.run(main())


def test_a_handler_takes_values_of_path_query_and_headers_and_services() -> None:
    async def join(
        room: int,
        socket: WebSocket,
        greeting: str,
        request: Request,
        limit: int = 5,
        x_tag: Annotated[str | None, Header()] = None,
    ) -> None:
        told = [room, limit, x_tag, greeting, request.path, request.query, request.headers["x-tag"]]
        await socket.send_json(told)

    async def main() -> None:
        entrypoint = attached((websocket("/rooms/{room}"), join), greeting="hello")
        async with served(entrypoint) as (at, _, _):
            asked = websockets.connect(f"{at}/rooms/7?limit=9", additional_headers={"X-Tag": "a"})
            async with asked as client:
                told = json.loads(await client.recv())
        assert told == [7, 9, "a", "hello", {"room": "7"}, {"limit": "9"}, "a"]

    asyncio.run(main())


def test_json_is_read_from_texts_and_bytes_and_written_as_text() -> None:
    async def double(socket: WebSocket) -> None:
        for _ in range(2):
            found = await socket.receive_json()
            assert isinstance(found, dict)
            await socket.send_json({"twice": found["n"] * 2, "ø": None})

    async def main() -> None:
        async with served(attached((websocket("/"), double))) as (at, _, _):
            async with websockets.connect(at) as client:
                await client.send('{"n": 2}')
                assert await client.recv() == '{"twice":4,"ø":null}'
                await client.send(b'{"n": 3}')
                assert json.loads(await client.recv())["twice"] == 6

    asyncio.run(main())


@pytest.mark.parametrize(
    ("asked", "sent", "told"),
    [
        ("receive_json", "{", "the message is to be JSON, and is none"),
        ("receive_json", "[" * 200_000, "the message is to be JSON, and is none"),
        ("receive_text", b"x", "the message is to be a text, and is bytes"),
        ("receive_bytes", "x", "the message is to be bytes, and is a text"),
    ],
)
def test_a_message_of_another_kind_closes_with_1003_and_is_no_failure(
    asked: str, sent: str | bytes, told: str
) -> None:
    async def read(socket: WebSocket) -> None:
        await getattr(socket, asked)()

    async def main() -> None:
        async with served(attached((websocket("/"), read))) as (at, _, runtime):
            async with websockets.connect(at) as client:
                await client.send(sent)
                with pytest.raises(websockets.ConnectionClosed):
                    await client.recv()
                assert (client.close_code, client.close_reason) == (1003, told)
            await ended(runtime)
            assert (runtime.spans[0].status, runtime.records) == (101, [])

    asyncio.run(main())


def test_a_handler_may_go_on_after_a_message_of_another_kind() -> None:
    async def read(socket: WebSocket) -> None:
        try:
            await socket.receive_json()
        except SocketDataError as error:
            await socket.send(str(error))

    async def main() -> None:
        async with served(attached((websocket("/"), read))) as (at, _, _):
            async with websockets.connect(at) as client:
                await client.send("no JSON")
                assert await client.recv() == "the message is to be JSON, and is none"

    asyncio.run(main())


def test_the_first_subprotocol_of_the_client_that_the_handler_speaks_is_agreed_on() -> None:
    async def tell(socket: WebSocket) -> None:
        await socket.send(str(socket.subprotocol))

    async def main() -> None:
        async with served(attached((websocket("/", subprotocols=("v1", "v2")), tell))) as (at, _, _):
            for offered, agreed in ((["v3", "v2", "v1"], "v2"), (["v3"], None), (None, None)):
                async with websockets.connect(at, subprotocols=offered) as client:
                    assert (await client.recv(), client.subprotocol) == (str(agreed), agreed)

    asyncio.run(main())


def test_a_handler_closes_with_its_own_code_and_reason() -> None:
    async def part(socket: WebSocket) -> None:
        with pytest.raises(ValueError, match="the code 1006 cannot be sent"):
            await socket.close(1006)
        with pytest.raises(ValueError, match="the reason has 124 bytes"):
            await socket.close(4000, "ø" * 62)
        await socket.close(4000, "ø" * 61)
        await socket.close(4001, "twice is once")

    async def main() -> None:
        async with served(attached((websocket("/"), part))) as (at, _, _):
            async with websockets.connect(at) as client:
                with pytest.raises(websockets.ConnectionClosed):
                    await client.recv()
                assert (client.close_code, client.close_reason) == (4000, "ø" * 61)

    asyncio.run(main())


def test_a_handler_gets_starlettes_own_connection_by_its_type_and_opens_it_itself() -> None:
    async def native(connection: NativeWebSocket, n: int) -> None:
        await connection.accept(headers=[(b"x-room", b"7")])
        await connection.send_text(await connection.receive_text() * n)
        await connection.receive_text()

    async def main() -> None:
        async with served(attached((websocket("/"), native))) as (at, _, runtime):
            async with websockets.connect(f"{at}/?n=2") as client:
                assert client.response.headers["x-room"] == "7"
                await client.send("ab")
                assert await client.recv() == "abab"
            await ended(runtime)
            assert runtime.records == []  # it was left while it waited, which is no failure

    asyncio.run(main())


def test_what_fastapi_opens_for_a_handler_lives_as_long_as_the_connection() -> None:
    async def use(socket: WebSocket, found: Annotated[str, Depends(session)]) -> None:
        async for _ in socket:
            await socket.send(found)
        TOLD.append("left")

    async def main() -> None:
        async with served(attached((websocket("/"), use))) as (at, _, runtime):
            async with websockets.connect(at) as client:
                await client.send("")
                assert (await client.recv(), TOLD) == ("session", ["opened"])
            await ended(runtime)
        assert TOLD == ["opened", "left", "closed"]

    asyncio.run(main())


def test_a_value_of_the_handshake_that_is_not_valid_is_a_422_before_anything_is_open() -> None:
    async def never(socket: WebSocket, limit: int) -> None:
        raise AssertionError

    async def main() -> None:
        async with served(attached((websocket("/"), never))) as (at, _, runtime):
            with pytest.raises(websockets.InvalidStatus) as told:
                await websockets.connect(f"{at}/?limit=many")
            response = told.value.response
            problem = json.loads(response.body)
            assert (response.status_code, problem["code"]) == (422, "invalid")
            assert problem["errors"][0]["loc"] == ["query", "limit"] and "many" not in str(problem)
            assert response.headers["content-type"] == "application/problem+json"
            await ended(runtime)
            assert (runtime.spans[0].status, runtime.records) == (422, [])

    asyncio.run(main())


def test_a_handler_before_it_refuses_the_handshake_by_its_response() -> None:
    def allow() -> Response:
        return Response({"code": "no"}, status=401, headers={"www-authenticate": "Bearer"})

    async def main() -> None:
        async with served(chained(websocket("/"), echo, before=[allow])) as (at, _, runtime):
            with pytest.raises(websockets.InvalidStatus) as told:
                await websockets.connect(at)
            assert told.value.response.status_code == 401
            assert told.value.response.headers["www-authenticate"] == "Bearer"
            assert json.loads(told.value.response.body) == {"code": "no"}
            await ended(runtime)
            assert (runtime.spans[0].status, runtime.records) == (401, [])

    asyncio.run(main())


def test_what_a_handler_before_it_returns_is_there_by_its_name() -> None:
    async def caller(request: Request) -> str:
        return request.headers["authorization"]

    async def greet(socket: WebSocket, caller: str) -> None:
        await socket.send(f"hello {caller}")

    async def main() -> None:
        async with served(chained(websocket("/"), greet, before=[caller])) as (at, _, _):
            async with websockets.connect(at, additional_headers={"authorization": "ann"}) as client:
                assert await client.recv() == "hello ann"

    asyncio.run(main())


def test_requests_and_connections_share_a_path() -> None:
    async def page() -> str:
        return "page"

    async def main() -> None:
        async with served(attached((get("/"), page), (websocket("/"), echo))) as (at, http, _):
            assert (await http.get("/")).json() == "page"
            async with websockets.connect(at) as client:
                await client.send("x")
                assert await client.recv() == "x"

    asyncio.run(main())


def test_fastapis_own_connections_work_beside() -> None:
    entrypoint = attached((websocket("/ours"), echo))

    @entrypoint.fastapi.websocket("/theirs")
    async def theirs(connection: NativeWebSocket) -> None:
        await connection.accept()
        await connection.send_text("theirs")

    async def main() -> None:
        async with served(entrypoint) as (at, _, runtime):
            async with websockets.connect(f"{at}/theirs") as client:
                assert await client.recv() == "theirs"
                with pytest.raises(websockets.ConnectionClosedOK):
                    await client.recv()
            await ended(runtime)
            assert (runtime.spans[0].name, runtime.spans[0].status) == ("WEBSOCKET /theirs", 101)

    asyncio.run(main())


def test_an_unknown_path_is_a_404() -> None:
    async def main() -> None:
        async with served(attached((websocket("/echo"), echo))) as (at, _, runtime):
            with pytest.raises(websockets.InvalidStatus) as told:
                await websockets.connect(f"{at}/other")
            assert json.loads(told.value.response.body)["code"] == "not_found"
            await ended(runtime)
            assert (runtime.spans[0].name, runtime.spans[0].status) == ("WEBSOCKET unmatched", 404)

    asyncio.run(main())


def test_a_handler_that_takes_no_connection_is_refused_with_its_place() -> None:
    async def deaf(room: int) -> None: ...

    async def two(one: WebSocket, other: NativeWebSocket) -> None: ...

    with pytest.raises(
        HandlerError, match=r"deaf.*test_websocket.py:\d+.*takes the connection as none"
    ) as told:
        attached((websocket("/rooms/{room}"), deaf))
    assert "async def handler(socket: WebSocket)" in told.value.cure
    with pytest.raises(HandlerError, match="takes the connection as 'one', 'other'"):
        attached((websocket("/"), two))


def test_two_handlers_of_one_path_are_refused() -> None:
    async def named(socket: WebSocket, other: int) -> None: ...

    async def again(socket: WebSocket, room: int) -> None: ...

    with pytest.raises(HandlerError, match="answers already"):
        attached((websocket("/rooms/{room}"), again), (websocket("/rooms/{other}"), named))


def test_the_state_tells_of_the_handler_and_its_way() -> None:
    (way,) = attached((websocket("/echo"), echo)).ways
    assert (way.event, way.fast, way.why) == ("WEBSOCKET /echo", False, "its handshake is read by FastAPI")
    assert "echo" in way.handler and "test_websocket.py" in way.handler
