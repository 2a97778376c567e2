"""How WebSockets end: by the client, by a failure, by the stop of the service."""

from __future__ import annotations

import asyncio
import contextlib
import socket as sockets
from collections.abc import Awaitable, Callable, Iterator

import pytest
from fastapi import WebSocket as NativeWebSocket
from packages.fastapi.tests.connections import ended, served, stopped
from packages.fastapi.tests.doubles import Answer, Guard, Outcome, Rendered, attached, chained

from cordio_core import Response, SocketClosed, WebSocket, websocket

websockets = pytest.importorskip("websockets")


class Watched:
    """A handler that tells how it was ended."""

    def __init__(self) -> None:
        self.begun, self.over, self.told = asyncio.Event(), asyncio.Event(), ""

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        self.begun.set()
        try:
            yield
            self.told = "returned"
        except asyncio.CancelledError:
            self.told = "cancelled"
            raise
        except Exception as error:
            self.told = repr(error)
            raise
        finally:
            self.over.set()

    async def reading(self, socket: WebSocket) -> None:
        with self.watching():
            async for message in socket:
                await socket.send(message)

    async def receiving(self, socket: WebSocket) -> None:
        with self.watching():
            while True:
                await socket.receive()

    async def native(self, connection: NativeWebSocket) -> None:
        await connection.accept()
        with self.watching():
            while True:
                await connection.receive_text()

    async def waiting(self, socket: WebSocket) -> None:
        with self.watching():
            await asyncio.Event().wait()


class Teapot(Guard):
    """Has an answer with a status of its own."""

    def __init__(self, status: int) -> None:
        self.status = status

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> Outcome:
        outcome = await super().run(handler, *args)
        return outcome if outcome.answer is None else Outcome(answer=_Teapot(self.status))


class _Teapot(Answer):
    def __init__(self, status: int) -> None:
        self.status = status

    def render(self, kind: str, accept_language: str | None = None, /) -> Rendered:
        return Rendered(self.status)


class Again(Guard):
    """Calls a handler that has failed a second time."""

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> Outcome:
        try:
            return Outcome(await handler(*args))
        except Exception:
            return Outcome(await handler(*args))


@pytest.mark.parametrize(("status", "code"), [(500, 1011), (503, 1011), (409, 1008), (422, 1008)])
def test_what_the_rules_answer_to_an_exception_closes_the_connection(status: int, code: int) -> None:
    async def fail(socket: WebSocket) -> None:
        await socket.receive()
        raise RuntimeError("hunter2")

    async def main() -> None:
        async with served(chained(websocket("/"), fail, guard=Teapot(status))) as (at, _, runtime):
            async with websockets.connect(at) as client:
                await client.send("")
                with pytest.raises(websockets.ConnectionClosedError):
                    await client.recv()
                assert client.close_code == code and "hunter2" not in client.close_reason
            await ended(runtime)
            assert runtime.spans[0].status == status

    asyncio.run(main())


def test_a_response_of_an_open_connection_closes_it_by_its_status() -> None:
    async def refuse(socket: WebSocket) -> Response:
        return Response(status=403)

    async def main() -> None:
        async with served(attached((websocket("/"), refuse))) as (at, _, _):
            async with websockets.connect(at) as client:
                with pytest.raises(websockets.ConnectionClosedError):
                    await client.recv()
                assert (client.close_code, client.close_reason) == (1008, "Forbidden")

    asyncio.run(main())


def test_a_value_that_nobody_can_get_is_a_failure_of_the_handler() -> None:
    async def value(socket: WebSocket) -> str:
        return "lost"

    async def main() -> None:
        async with served(attached((websocket("/"), value))) as (at, _, runtime):
            async with websockets.connect(at) as client:
                with pytest.raises(websockets.ConnectionClosedError):
                    await client.recv()
                assert client.close_code == 1011
            await ended(runtime)

    asyncio.run(main())


def test_no_rule_begins_a_connection_again_that_has_begun() -> None:
    calls: list[WebSocket] = []

    async def fail(socket: WebSocket) -> None:
        calls.append(socket)
        raise RuntimeError

    async def main() -> None:
        async with served(chained(websocket("/"), fail, guard=Again())) as (at, _, runtime):
            async with websockets.connect(at) as client:
                with pytest.raises(websockets.ConnectionClosedError):
                    await client.recv()
                assert (client.close_code, len(calls)) == (1011, 1)
            await ended(runtime)
            (record,) = runtime.records
            assert "no rule can repeat it" in str(record[2]["error"])

    asyncio.run(main())


@pytest.mark.parametrize("way", ["reading", "receiving", "native"])
def test_a_client_that_leaves_ends_what_waits_for_its_messages(way: str) -> None:
    async def main() -> None:
        watched = Watched()
        async with served(attached((websocket("/"), getattr(watched, way)))) as (at, _, runtime):
            async with websockets.connect(at) as client:
                await client.close(4005, "bye")
            await ended(runtime)
        told = {"reading": "returned", "receiving": "SocketClosed(4005, 'bye')", "native": "4005"}[way]
        assert told in watched.told or (way == "native" and "WebSocketDisconnect" in watched.told)
        assert (runtime.spans[0].status, runtime.records) == (101, [])

    asyncio.run(main())


def test_a_client_that_vanishes_in_the_middle_of_a_frame_ends_its_handler() -> None:
    async def main() -> None:
        watched = Watched()
        async with served(attached((websocket("/"), watched.reading))) as (at, _, runtime):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(at.rpartition(":")[2]))
            await _shaken(reader, writer)
            writer.write(b"\x81\xfe\x01\x00mask" + b"half")  # 256 bytes are told, and 4 come
            await watched.begun.wait()
            writer.transport.abort()
            await ended(runtime)
        assert (watched.told, runtime.records) == ("returned", [])

    asyncio.run(main())


def test_a_handler_that_only_waits_is_cancelled_some_time_after_its_client_has_left() -> None:
    async def main() -> None:
        watched = Watched()
        entrypoint = attached((websocket("/"), watched.waiting))
        async with served(entrypoint, websocket={"farewell": "10ms"}) as (at, _, runtime):
            async with websockets.connect(at):
                await watched.begun.wait()
            await ended(runtime)
        assert (watched.told, runtime.records) == ("cancelled", [])

    asyncio.run(main())


def test_what_is_sent_to_a_client_that_has_left_is_told_to_the_handler() -> None:
    told: list[SocketClosed] = []

    async def late(socket: WebSocket) -> None:
        async for _ in socket:
            pass
        try:
            await socket.send("late")
        except SocketClosed as closed:
            told.append(closed)

    async def main() -> None:
        async with served(attached((websocket("/"), late))) as (at, _, runtime):
            async with websockets.connect(at):
                pass
            await ended(runtime)
        assert len(told) == 1

    asyncio.run(main())


@pytest.mark.parametrize("way", ["reading", "receiving", "native"])
def test_a_stop_tells_all_connections_and_closes_them_with_1001(way: str) -> None:
    async def main() -> None:
        watched = Watched()
        entrypoint = attached((websocket("/"), getattr(watched, way)))
        async with served(entrypoint) as (at, _, runtime):
            clients = [await websockets.connect(at) for _ in range(20)]
            await watched.begun.wait()
            await stopped(entrypoint, runtime)
            for client in clients:
                with pytest.raises(websockets.ConnectionClosedOK):
                    await client.recv()
                assert (client.close_code, client.close_reason) == (1001, "the service is stopping")
            tally = runtime.counts["http"]
            assert (tally.accepted, tally.finished, tally.cancelled) == (20, 20, 0)
            assert runtime.records == [] and not any(span.open for span in runtime.spans)

    asyncio.run(main())


def test_a_handler_finishes_what_it_is_at_and_may_say_goodbye_while_the_service_stops() -> None:
    async def main() -> None:
        begun, go = asyncio.Event(), asyncio.Event()

        async def work(socket: WebSocket) -> None:
            async for message in socket:
                begun.set()
                await go.wait()
                await socket.send(f"done with {message!r}")
            await socket.send("goodbye")

        entrypoint = attached((websocket("/"), work))
        async with served(entrypoint) as (at, _, runtime):
            async with websockets.connect(at) as client:
                await client.send("7")
                await begun.wait()
                stopping = asyncio.create_task(stopped(entrypoint, runtime))
                await runtime.stopping.wait()
                asyncio.get_running_loop().call_later(0.6, go.set)  # the server is being shut down by then
                assert [message async for message in client] == ["done with '7'", "goodbye"]
                assert client.close_code == 1001
                await stopping

    asyncio.run(main())


def test_a_handler_that_does_not_end_by_itself_is_cancelled_while_the_service_stops() -> None:
    async def main() -> None:
        watched = Watched()
        entrypoint = attached((websocket("/"), watched.waiting))
        async with served(entrypoint, websocket={"farewell": "10ms"}) as (at, _, runtime):
            async with websockets.connect(at) as client:
                await watched.begun.wait()
                await stopped(entrypoint, runtime)
                with pytest.raises(websockets.ConnectionClosedOK):
                    await client.recv()
                assert (client.close_code, watched.told, runtime.records) == (1001, "cancelled", [])

    asyncio.run(main())


def test_a_stop_whose_time_is_up_cancels_handlers_and_tells_their_clients() -> None:
    async def main() -> None:
        watched = Watched()
        entrypoint = attached((websocket("/"), watched.waiting))
        async with served(entrypoint, websocket={"farewell": "1h"}) as (at, _, runtime):
            async with websockets.connect(at) as client:
                await watched.begun.wait()
                await stopped(entrypoint, runtime, within=0)
                with pytest.raises(websockets.ConnectionClosedOK):
                    await client.recv()
                assert (client.close_code, watched.told) == (1001, "cancelled")
                assert runtime.counts["http"].cancelled == 1

    asyncio.run(main())


def test_a_client_that_never_answers_the_close_does_not_hold_up_the_stop() -> None:
    async def main() -> None:
        watched = Watched()
        entrypoint = attached((websocket("/"), watched.reading))
        async with served(entrypoint) as (at, _, runtime):
            with sockets.create_connection(("127.0.0.1", int(at.rpartition(":")[2]))) as silent:
                silent.setblocking(False)
                loop = asyncio.get_running_loop()
                await loop.sock_sendall(silent, _HELLO)
                await watched.begun.wait()
                await stopped(entrypoint, runtime, within=20)  # it is to end long before
        assert watched.told == "returned"

    asyncio.run(main())


def test_a_client_that_never_reads_is_cut_off_once_its_handler_has_ended() -> None:
    async def main() -> None:
        begun = asyncio.Event()

        async def flood(socket: WebSocket) -> None:
            begun.set()
            while True:
                await socket.send(b"x" * 65_536)

        entrypoint = attached((websocket("/"), flood))
        async with served(entrypoint, websocket={"farewell": "10ms"}) as (at, _, runtime):
            with sockets.create_connection(("127.0.0.1", int(at.rpartition(":")[2]))) as silent:
                silent.setblocking(False)
                await asyncio.get_running_loop().sock_sendall(silent, _HELLO)
                await begun.wait()
                await stopped(entrypoint, runtime, within=60)  # which waits for all connections to be closed
        assert not runtime.spans[0].open and runtime.records == []

    asyncio.run(main())


_HELLO = (
    b"GET / HTTP/1.1\r\nhost: orders\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n"
)


async def _shaken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_HELLO)
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
