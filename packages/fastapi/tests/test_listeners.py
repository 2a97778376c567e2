"""Where the server listens: several addresses, sockets in the file system."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from pathlib import Path

import httpx
import pytest
from packages.fastapi.tests.doubles import Configuration, Runtime, attached, started
from pydantic import ValidationError

from cordio_core import EntrypointError
from cordio_fastapi import HttpSettings, get

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no unix sockets")


async def quick() -> str:
    return "done"


async def asked(path: Path) -> object:
    transport = httpx.AsyncHTTPTransport(uds=str(path))
    async with httpx.AsyncClient(transport=transport, base_url="http://orders") as client:
        return (await client.get("/")).json()


def test_several_addresses_serve_the_same_application(tmp_path: Path) -> None:
    async def main() -> None:
        path, entrypoint = tmp_path / "http.sock", attached((get("/"), quick))
        settings = HttpSettings(listen=("127.0.0.1:0", "127.0.0.1:0", f"unix:{path}"))
        async with started(entrypoint, Runtime(settings)) as (client, _):
            first, second, third = entrypoint.addresses
            assert first != second and third == f"unix:{path}"
            assert (await client.get("/")).json() == (await client.get(f"{second}/")).json() == "done"
            assert await asked(path) == "done"
        assert not path.exists() and entrypoint.addresses == ()

    asyncio.run(main())


@pytest.mark.parametrize("mode", ["660", "0600"])
def test_who_may_connect_to_a_unix_socket_is_set(tmp_path: Path, mode: str) -> None:
    async def main() -> None:
        path = tmp_path / "http.sock"
        before = os.umask(0)
        try:
            entrypoint = attached((get("/"), quick))
            await entrypoint.listen(Configuration(HttpSettings(listen=(f"unix:{path}",), unix_mode=mode)))
        finally:
            os.umask(before)
        assert stat.S_IMODE(path.stat().st_mode) == int(mode, 8)
        entrypoint.unlisten()

    asyncio.run(main())


def test_a_socket_that_a_dead_process_left_is_replaced(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "http.sock"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        settings = HttpSettings(listen=(f"unix:{path}", "127.0.0.1:0"))
        async with started(attached((get("/"), quick)), Runtime(settings)):
            assert await asked(path) == "done"

    asyncio.run(main())


def test_a_socket_that_another_process_listens_at_is_left_alone_and_told(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "http.sock"
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
            other.listen()
            with pytest.raises(EntrypointError, match="taken by another process") as told:
                await attached().start(Runtime(HttpSettings(listen=(f"unix:{path}",))))
            assert "http.listen" in told.value.cure and path.exists()

    asyncio.run(main())


def test_a_file_in_the_way_is_never_removed(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "http.sock"
        path.write_text("precious")
        with pytest.raises(EntrypointError, match="is no socket"):
            await attached().start(Runtime(HttpSettings(listen=(f"unix:{path}",))))
        assert path.read_text() == "precious"
        with pytest.raises(EntrypointError, match="cannot be listened at"):
            await attached().start(Runtime(HttpSettings(listen=(f"unix:{tmp_path}/none/http.sock",))))

    asyncio.run(main())


def test_if_one_address_cannot_be_had_none_is_taken(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "http.sock"
        settings = HttpSettings(listen=(f"unix:{path}", "203.0.113.1:0"))
        with pytest.raises(EntrypointError, match="no address of this machine"):
            await attached().start(Runtime(settings))
        assert not path.exists()

    asyncio.run(main())


def test_a_worker_that_stops_alone_leaves_the_socket_to_the_others(tmp_path: Path) -> None:
    async def main() -> None:
        path, entrypoint = tmp_path / "http.sock", attached((get("/"), quick))
        runtime = Runtime(HttpSettings(listen=("127.0.0.1:0", f"unix:{path}")))
        runtime.was_told = False
        async with started(entrypoint, runtime):
            assert await asked(path) == "done"
        assert path.exists()

    asyncio.run(main())


@pytest.mark.parametrize("wrong", ["8000", "localhost", "unix:", "a:b:1", "127.0.0.1:70000", "[::1]"])
def test_what_is_no_address_is_told(wrong: str) -> None:
    with pytest.raises(ValidationError, match="write '127.0.0.1:8000'"):
        HttpSettings(listen=(wrong,))
    with pytest.raises(ValidationError):
        HttpSettings(unix_mode="999")
