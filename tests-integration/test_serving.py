"""A service as it is started: what it writes of a request, how it speaks TLS, and where it listens."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import httpx
import pytest
from packages.fastapi.tests.certificates import Authority
from service import Service

APPLICATION = """
import asyncio
from cordio import App
from cordio_core import get

app = App("shop")


@app.on(get("/items/{sku}"))
async def item(sku: str) -> dict[str, str]:
    return {"sku": sku, "loop": type(asyncio.get_running_loop()).__module__.partition(".")[0]}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small project."""
    (tmp_path / "home").mkdir()
    (tmp_path / "etc").mkdir()
    (tmp_path / "home" / "app.py").write_text(APPLICATION)
    (tmp_path / "up.py").write_text("from cordio import up\n\nup()\n")
    return tmp_path


@pytest.mark.parametrize("loop", ["auto", "asyncio"])
def test_a_request_is_written_once_and_nothing_of_the_server_comes_twice(shop: Path, loop: str) -> None:
    with Service(shop, "--http-port", "0", environment={"CORDIO_LOOP": loop}) as service:
        found = service.get("/items/A-1").json()
        assert found["sku"] == "A-1" and (loop == "auto" or found["loop"] == "asyncio")
        service.until(r"GET /items/\{sku\}")
        service.tell(signal.SIGTERM)
        assert service.ended() == 0
    assert sum("/items/" in line for line in service.lines) == 1, service.output
    told = [line for line in service.lines if "server process" in line]
    assert len(told) == len(set(told)) <= 2, service.output
    assert "Traceback" not in service.output


def test_a_service_speaks_tls_and_listens_at_several_addresses_by_settings(shop: Path, tmp_path: Path) -> None:
    authority = Authority(shop)
    (shop / "etc" / "main.yaml").write_text(
        f"tls: {{certificate: {authority.server()}}}\n"
        f"http: {{listen: ['127.0.0.1:0', 'unix:{shop}/http.sock'], unix_mode: '600'}}\n"
    )
    with Service(shop, "--http-hsts", "1d") as service:
        address = service.until(r"https://127\.0\.0\.1:\d+").group(0)
        service.until(rf"unix:{shop}/http.sock")
        found = httpx.get(f"{address}/items/A-1", verify=authority.trusting(), trust_env=False)
        assert found.json()["sku"] == "A-1"
        assert found.headers["strict-transport-security"] == "max-age=86400"
        transport = httpx.HTTPTransport(uds=f"{shop}/http.sock", verify=authority.trusting())
        with httpx.Client(transport=transport, base_url="https://localhost") as client:
            assert client.get("/items/B-2").json()["sku"] == "B-2"
            ready = client.get("/healthcheck/ready")
            assert ready.status_code == 200 and "tls" in ready.text, ready.text
        service.tell(signal.SIGTERM)
        assert service.ended() == 0
    assert not (shop / "http.sock").exists()


def test_a_certificate_that_cannot_be_used_is_told_with_its_file(shop: Path) -> None:
    (shop / "etc" / "main.yaml").write_text("tls: {certificate: missing.pem}\nhttp: {port: 0}\n")
    with Service(shop) as service:
        assert service.ended() == 78
    assert "missing.pem: it does not exist" in service.output and "Traceback" not in service.output


def test_wrong_settings_of_the_client_and_the_server_are_told(shop: Path) -> None:
    (shop / "etc" / "main.yaml").write_text("http: {cors: {origins: ['*'], credentials: true}}\n")
    with Service(shop, command=[sys.executable, "up.py"]) as service:
        assert service.ended() == 78
    assert "act as the user" in service.output and "Traceback" not in service.output
