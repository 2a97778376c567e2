"""What systemd hears of a service."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App
from cordio_core._systemd import Notifier


@contextmanager
def systemd(address: str) -> Iterator[socket.socket]:
    """Listen where systemd would."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("\0" + address[1:] if address.startswith("@") else address)
        heard.settimeout(10)
        yield heard


@pytest.fixture(params=["file", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "notify") if request.param == "file" else f"@cordio-test-{os.getpid()}"


def test_a_service_tells_when_it_is_up_that_it_is_alive_and_that_it_stops(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App("orders", entrypoints=[Manual()])
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "2000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    said: list[str] = []

    def listen(heard: socket.socket) -> None:
        while said.count("WATCHDOG=1") < 2:
            said.append(heard.recv(4096).decode())
        os.kill(os.getpid(), signal.SIGTERM)

    with systemd(address) as heard:
        app.main(lambda: listen(heard))
        assert app.run() == 0
        heard.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                said.append(heard.recv(4096).decode())
    assert said[0] == f"READY=1\nMAINPID={os.getpid()}\nSTATUS=orders is up"
    assert said[1:3] == ["WATCHDOG=1", "WATCHDOG=1"]
    # It is watched while it stops, too.
    assert [word for word in said[1:] if word != "WATCHDOG=1"] == ["STOPPING=1\nSTATUS=stopping"]


def test_a_reload_is_told_with_its_moment(address: str) -> None:
    with systemd(address) as heard:
        Notifier(address).reloading()
        first, second = heard.recv(4096).decode().split("\n")
    assert first == "RELOADING=1" and second.removeprefix("MONOTONIC_USEC=").isdecimal()


@pytest.mark.parametrize(
    ("environment", "period"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_heeded_where_it_is_meant(environment: dict[str, str], period: float | None) -> None:
    notifier = Notifier.found({"NOTIFY_SOCKET": "/run/notify", **environment})
    assert notifier is not None and notifier.period == period


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative"])
def test_an_address_that_is_no_unix_socket_is_left_alone(address: str) -> None:
    assert Notifier.found({"NOTIFY_SOCKET": address}) is None


def test_a_systemd_that_does_not_listen_is_nobodys_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/nonexistent/notify")
    app = App("orders", entrypoints=[Manual()])
    app.main(lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert app.run() == 0


def test_a_program_that_systemd_does_not_know_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert Notifier.found() is None
    asyncio.run(_up())


async def _up() -> None:
    async with App("orders", entrypoints=[Manual()]).running():
        pass
