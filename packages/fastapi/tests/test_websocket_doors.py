"""Who may open a WebSocket, and what may come through it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packages.fastapi.tests.connections import ended, served
from packages.fastapi.tests.doubles import Container, Guard, Log, Runtime, attached, chained, started
from pydantic import ValidationError

from cordio_core import EntrypointError, Plan, WebSocket, get, websocket
from cordio_core.auth import ApiKey, Auth, AuthSettings, Caller, allow, new_key
from cordio_fastapi import HttpEntrypoint, HttpSettings
from cordio_fastapi._origins import Origins
from cordio_fastapi._stream_settings import WebSocketSettings

websockets = pytest.importorskip("websockets")


async def echo(socket: WebSocket) -> None:
    async for message in socket:
        await socket.send(message)


async def refused(at: str, **options: Any) -> Any:
    """Return the answer that refuses a handshake."""
    with pytest.raises(websockets.InvalidStatus) as told:
        await websockets.connect(at, **options)
    return told.value.response


@pytest.mark.parametrize(
    ("origin", "host", "secure", "may"),
    [
        ("https://shop.example", "shop.example", True, True),
        ("https://SHOP.example", "shop.EXAMPLE", True, True),
        ("https://shop.example:443", "shop.example", True, True),
        ("http://shop.example:8000", "shop.example:8000", False, True),
        ("https://shop.example", "shop.example", False, True),  # a proxy has ended TLS
        ("http://shop.example", "shop.example", True, False),
        ("https://shop.example:8443", "shop.example", True, False),
        ("https://shop.example.evil.example", "shop.example", True, False),
        ("https://evilshop.example", "shop.example", True, False),
        ("https://evil.example", "shop.example", True, False),
        ("null", "shop.example", True, False),
        ("", "", True, False),
        ("file://", "", True, False),
    ],
)
def test_pages_of_the_service_itself_alone_may_connect(
    origin: str, host: str, secure: bool, may: bool
) -> None:
    headers = [(b"host", host.encode()), (b"origin", origin.encode())]
    answer = Origins(())({"scheme": "wss" if secure else "ws", "headers": headers})
    assert (answer is None) is may


@given(st.text(alphabet="ashop.ex:/@#?", max_size=30))
def test_no_origin_passes_for_another_one(origin: str) -> None:
    headers = [(b"host", b"shop.example"), (b"origin", origin.encode())]
    answer = Origins(("https://friend.example",))({"scheme": "wss", "headers": headers})
    assert (answer is None) is (origin in ("https://shop.example", "https://friend.example"))


def test_a_page_of_another_origin_gets_403_and_one_that_is_set_connects() -> None:
    async def main() -> None:
        entrypoint = attached((websocket("/"), echo))
        async with served(entrypoint, websocket={"origins": ["https://shop.example"]}) as (at, http, runtime):
            answer = await refused(at, origin="https://evil.example")
            assert (answer.status_code, json.loads(answer.body)["code"]) == (403, "forbidden")
            for origin in ("https://shop.example", str(http.base_url).rstrip("/"), None):
                async with websockets.connect(at, origin=origin):
                    pass
            assert runtime.spans[0].status == 403

    asyncio.run(main())


def test_an_origin_that_is_none_is_told_at_the_start() -> None:
    with pytest.raises(ValidationError, match="'shop.example' is no origin: write 'https://shop.example'"):
        WebSocketSettings(origins=("shop.example",))


def test_who_has_no_right_is_refused_before_the_handshake_and_before_its_values_are_read() -> None:
    key, digest = new_key()
    poor, poor_digest = new_key()

    async def greet(socket: WebSocket, n: int, caller: Caller) -> None:
        await socket.send(f"{caller.name} {n}")

    async def main() -> None:
        auth = AuthSettings(keys={"till": ApiKey(digest, ("orders:read",)), "guest": ApiKey(poor_digest)})
        container = Container({"auth": Auth(auth), "log": Log()})
        entrypoint = HttpEntrypoint()
        entrypoint.attach([Plan(websocket("/"), greet, container, Guard(), before=[allow("orders:read")])])
        async with started(entrypoint, Runtime(auth=auth)) as (http, _):
            at = f"ws://127.0.0.1:{http.base_url.port}/?n="
            answer = await refused(f"{at}many")
            assert answer.status_code == 401 and "www-authenticate" in answer.headers
            assert (await refused(f"{at}7", additional_headers={"x-api-key": poor})).status_code == 403
            assert (await refused(f"{at}many", additional_headers={"x-api-key": key})).status_code == 422
            async with websockets.connect(f"{at}7", additional_headers={"x-api-key": key}) as client:
                assert await client.recv() == "till 7"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({"hosts": ("shop.example",)}, {}, 421),
        ({"header_limit": "1KiB"}, {"x-large": "x" * 2000}, 431),
    ],
)
def test_hosts_and_the_size_of_headers_hold_for_handshakes(
    settings: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    async def main() -> None:
        async with served(attached((websocket("/"), echo)), **settings) as (at, _, _):
            assert (await refused(at, additional_headers=headers)).status_code == status

    asyncio.run(main())


def test_refusals_have_the_security_headers() -> None:
    async def main() -> None:
        runtime = Runtime(HttpSettings(port=0))
        async with started(attached((websocket("/"), echo)), runtime) as (http, _):
            answer = await refused(f"ws://127.0.0.1:{http.base_url.port}/other")
            assert answer.headers["x-content-type-options"] == "nosniff"

    asyncio.run(main())


def test_one_connection_too_many_is_told_to_come_again_and_requests_are_counted_apart() -> None:
    async def page() -> str:
        return "page"

    async def main() -> None:
        entrypoint = attached((websocket("/"), echo), (get("/"), page))
        async with served(entrypoint, websocket={"connections": 1}, concurrency=1) as (at, http, runtime):
            async with websockets.connect(at):
                answer = await refused(at)
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
                assert (await http.get("/")).status_code == 200
            await ended(runtime)
            async with websockets.connect(at):
                pass

    asyncio.run(main())


@pytest.mark.parametrize("pieces", [["x" * 1025], [b"x" * 1025], ["x" * 600, "x" * 600], ["ø" * 600]])
def test_a_message_that_is_too_large_closes_with_1009_however_it_comes(pieces: Sequence[Any]) -> None:
    async def main() -> None:
        entrypoint = attached((websocket("/"), echo))
        async with served(entrypoint, websocket={"message_limit": "1KiB"}) as (at, _, runtime):
            async with websockets.connect(at) as client:
                await client.send(pieces if len(pieces) > 1 else pieces[0])
                with pytest.raises(websockets.ConnectionClosedError):
                    await client.recv()
                assert client.close_code == 1009
            await ended(runtime)
            assert runtime.records == []
            async with websockets.connect(at) as client:
                await client.send("x" * 1024)
                assert len(await client.recv()) == 1024

    asyncio.run(main())


def test_a_frame_that_says_it_is_huge_is_refused_before_it_has_come() -> None:
    frame = b"\x82\xff" + (2**62).to_bytes(8, "big") + b"mask"
    assert _closed_by(frame) == 1009


def test_a_message_that_unpacks_to_too_much_closes_with_1009() -> None:
    async def main() -> None:
        entrypoint = attached((websocket("/"), echo))
        async with served(entrypoint, websocket={"message_limit": "64KiB"}) as (at, _, _):
            async with websockets.connect(at, compression="deflate") as client:
                await client.send("x" * 10_000_000)
                with pytest.raises(websockets.ConnectionClosedError):
                    await client.recv()
                assert client.close_code == 1009

    asyncio.run(main())


def test_a_text_that_is_no_utf_8_closes_with_1007() -> None:
    assert _closed_by(b"\x81\x82\0\0\0\0\xff\xfe") == 1007


@pytest.mark.parametrize(
    "frame",
    [
        b"\x81\x02hi",  # unmasked
        b"\xf1\x80\0\0\0\0",  # reserved bits
        b"\x83\x80\0\0\0\0",  # an unknown opcode
        b"\x89\xfe\x00\x7emask" + b"x" * 126,  # a control frame that is too long
        b"\x80\x80\0\0\0\0",  # the rest of nothing
    ],
)
def test_what_breaks_the_protocol_closes_with_1002(frame: bytes) -> None:
    assert _closed_by(frame) == 1002


def _closed_by(frame: bytes) -> int:
    """Return the code with which a frame closes a connection; another one then works as ever."""

    async def main() -> int:
        async with served(attached((websocket("/"), echo))) as (at, _, runtime):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(at.rpartition(":")[2]))
            writer.write(_HELLO)
            assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
            writer.write(frame)
            head = await reader.readexactly(2)
            assert head[0] == 0x88
            code = int.from_bytes((await reader.readexactly(head[1]))[:2], "big")
            writer.transport.abort()
            await ended(runtime)
            assert runtime.records == []
            async with websockets.connect(at) as client:
                await client.send("x")
                assert await client.recv() == "x"
            return code

    return asyncio.run(main())


_HELLO = (
    b"GET / HTTP/1.1\r\nhost: orders\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n"
)


def test_a_client_that_answers_no_ping_is_taken_for_gone() -> None:
    async def main() -> None:
        async with served(attached((websocket("/"), echo)), websocket={"ping": "50ms"}) as (at, _, runtime):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(at.rpartition(":")[2]))
            writer.write(_HELLO)
            await reader.readuntil(b"\r\n\r\n")
            assert (await reader.readexactly(1))[0] == 0x89  # a ping, and no answer to it
            await ended(runtime)
            writer.transport.abort()

    asyncio.run(main())


def test_a_client_that_does_not_read_holds_up_its_handler_and_no_more() -> None:
    async def main() -> None:
        sent = 0

        async def flood(socket: WebSocket) -> None:
            nonlocal sent
            while True:
                await socket.send(b"x" * 65_536)
                sent += 1

        entrypoint = attached((websocket("/flood"), flood), (websocket("/echo"), echo))
        async with served(entrypoint, websocket={"farewell": "10ms"}) as (at, _, runtime):
            port = int(at.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
            writer.write(_HELLO.replace(b"GET /", b"GET /flood"))
            assert b" 101 " in await reader.read(100)
            async with websockets.connect(f"{at}/echo") as client:
                for _ in range(200):  # the handler has had its turns
                    await client.send("x")
                    await client.recv()
            assert sent < 1000  # 64 MiB: what the kernel keeps, and one buffer
            writer.transport.abort()
            await ended(runtime)

    asyncio.run(main())


def test_a_handshake_that_takes_too_long_is_a_503_and_an_open_connection_may_take_as_long_as_it_wants() -> (
    None
):
    async def late() -> None:
        await asyncio.Event().wait()

    async def lasting(socket: WebSocket) -> None:
        over = asyncio.Event()
        asyncio.get_running_loop().call_later(0.1, over.set)
        await over.wait()
        await socket.send("still here")

    async def main() -> None:
        async with served(chained(websocket("/"), echo, before=[late]), time_limit="50ms") as (at, _, _):
            assert (await refused(at)).status_code == 503
        async with served(attached((websocket("/"), lasting)), time_limit="50ms") as (at, _, _):
            async with websockets.connect(at) as client:
                assert await client.recv() == "still here"

    asyncio.run(main())


def test_the_trace_of_the_client_goes_on_in_the_connection() -> None:
    async def main() -> None:
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        async with served(attached((websocket("/"), echo))) as (at, _, runtime):
            async with websockets.connect(at, additional_headers={"traceparent": parent}):
                pass
            assert runtime.spans[0].headers["traceparent"] == parent

    asyncio.run(main())


def test_a_server_that_cannot_speak_it_is_told_at_the_start_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        monkeypatch.setattr("cordio_fastapi._parting.speaks", lambda: False)
        with pytest.raises(EntrypointError, match=r"echo \(.*nothing installed speaks WebSocket") as told:
            await attached((websocket("/"), echo)).start(Runtime())
        assert told.value.cure == "pip install cordio-fastapi[websocket]"

    asyncio.run(main())


def test_a_server_that_cannot_send_an_answer_refuses_in_its_own_way() -> None:
    async def main() -> None:
        entrypoint = attached((websocket("/"), echo))
        entrypoint.bind(Runtime())
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "websocket", "path": "/other", "headers": [], "query_string": b"", "subprotocols": []}
        await entrypoint.asgi(scope, receive, send)
        assert [message["type"] for message in sent] == ["websocket.close"]

    asyncio.run(main())
