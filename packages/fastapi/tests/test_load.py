"""The soft stop under load: no accepted request fails, whoever serves."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
from packages.fastapi.tests.load import Balancer, Connection, Load, Service, free_port


async def ready(service: Service) -> None:
    """Wait until a service answers."""
    async with asyncio.timeout(60):
        while True:
            try:
                connection = await Connection.open(service.address())
            except OSError:
                assert not service.has_ended, service.said
                await asyncio.sleep(0.05)
                continue
            try:
                await connection.get("/healthcheck")
                return
            finally:
                connection.close()


async def stopped_under_load(service: Service, kept: int = 25, fresh: int = 25) -> Load:
    """Let clients ask, tell the service to stop in the middle, and wait until all are refused."""
    await ready(service)
    load = Load(service.address())
    async with asyncio.timeout(60):
        running = asyncio.create_task(load.run(kept=kept, fresh=fresh))
        await load.begun.wait()
        service.tell()
        await running
    return load


def report(service: Service) -> str:
    return next(line for line in reversed(service.said) if "stopped finished=" in line)


@pytest.mark.parametrize("drain", ["0", "500ms"])
def test_no_accepted_request_fails_in_the_foreground(tmp_path: Path, drain: str) -> None:
    with Service(["service.py"], tmp_path, drain=drain) as service:
        load = asyncio.run(stopped_under_load(service))
        assert service.ended() == 0
    assert set(load.counts) == {"ok", "refused"}, load.troubles
    assert load.counts["ok"] >= 50 and load.counts["refused"] == 50
    assert "cancelled=0 lost=0" in report(service)


@pytest.mark.parametrize("drain", ["0", "500ms"])
def test_no_accepted_request_fails_with_several_workers(tmp_path: Path, drain: str) -> None:
    with Service(["service.py"], tmp_path, drain=drain, workers=2) as service:
        load = asyncio.run(stopped_under_load(service))
        assert service.ended() == 0
    assert set(load.counts) == {"ok", "refused"}, load.troubles
    assert load.counts["ok"] >= 50 and load.counts["refused"] == 50


async def balanced(service: Service) -> Balancer:
    """Let clients ask behind a balancer, and tell the service to stop in the middle."""
    await ready(service)
    balancer = Balancer(service.address(), 0.5)
    async with asyncio.timeout(60):
        running = asyncio.create_task(balancer.run(50))
        await balancer.begun.wait()
        service.tell()
        await running
    return balancer


@pytest.mark.parametrize("workers", [0, 2])
def test_a_balancer_that_polls_loses_no_request(tmp_path: Path, workers: int) -> None:
    with Service(["service.py"], tmp_path, drain="3s", workers=workers) as service:
        balancer = asyncio.run(balanced(service))
        assert service.ended() == 0
    assert set(balancer.counts) == {"ok"}


FOREIGN = {
    "uvicorn": (["service:app", "--lifespan", "on", "--port"], -signal.SIGTERM),
    "granian": (["--interface", "asgi", "service:app", "--port"], 0),
    "hypercorn": (["--workers", "0", "service:app", "-b"], 0),
}


@pytest.mark.parametrize("server", FOREIGN)
def test_no_request_fails_behind_a_foreign_server(tmp_path: Path, server: str) -> None:
    pytest.importorskip(server)
    port = free_port()
    arguments, code = FOREIGN[server]
    where = f"127.0.0.1:{port}" if server == "hypercorn" else str(port)
    with Service(["-m", server, *arguments, where], tmp_path, port, drain="3s") as service:
        balancer = asyncio.run(balanced(service))
        assert service.ended() == code
        assert any("draining for_s=3.0" in line for line in service.said)
    assert set(balancer.counts) == {"ok"}
    assert "cancelled=0 lost=0" in report(service)


@pytest.mark.parametrize("server", FOREIGN)
def test_no_accepted_request_fails_behind_a_foreign_server(tmp_path: Path, server: str) -> None:
    pytest.importorskip(server)
    port = free_port()
    arguments, code = FOREIGN[server]
    where = f"127.0.0.1:{port}" if server == "hypercorn" else str(port)
    with Service(["-m", server, *arguments, where], tmp_path, port, drain="500ms") as service:
        load = asyncio.run(stopped_under_load(service))
        assert service.ended() == code
    assert set(load.counts) == {"ok", "refused"}, load.troubles
    assert "cancelled=0 lost=0" in report(service)
