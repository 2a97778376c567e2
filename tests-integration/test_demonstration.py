"""The demonstration service on real parts, as a person meets it."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from service import Service, project

from tools.servers import PostgreSQL

SLOW = """
import asyncio
import threading
import time
from pathlib import Path

from cordio import App
from cordio_core import get

app = App()


@app.on(get("/async"))
async def slow() -> str:
    print("began", flush=True)
    while not Path("go").exists():
        await asyncio.sleep(0.01)
    return "answered"


@app.on(get("/sync"))
def slow_in_a_thread() -> str:
    print("began", flush=True)
    while not Path("go").exists():
        time.sleep(0.01)
    return "answered"


@app.on(get("/stuck"))
def stuck() -> None:
    print("began", flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def orders() -> Iterator[Path]:
    with project() as root:
        yield root


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    root = tmp_path / "slow"
    (root / "home").mkdir(parents=True)
    (root / "home" / "app.py").write_text(SLOW)
    (root / "up.py").write_text("from cordio import up\n\nup()\n")
    return root


def test_the_demonstration_answers_and_keeps_its_orders_over_a_restart(orders: Path) -> None:
    with Service(orders, "--http-port", "0") as service:
        health = service.get("/healthcheck")
        placed = httpx.post(f"{service.address()}/orders", json={"sku": "A-1", "amount": 2}, timeout=60)
        service.tell(signal.SIGTERM)
        assert service.ended() == 0
    assert health.status_code == 200
    body = health.json()
    assert (body["status"], body["greeting"]) == ("up", "Hello")
    assert (body["db_model"]["status"], body["db_model"]["schema"]) == ("up", 1)
    assert body["db_model"]["took_ms"] > 0
    with Service(orders, "--http-port", "0", "--greeting", "Good day") as service:
        number = placed.json()["id"]
        assert service.get(f"/orders/{number}").json() == {"id": number, "sku": "A-1", "amount": 2}
        missing = service.get("/orders/999")
        assert (missing.status_code, missing.json()["detail"]) == (404, "No order has number 999.")
        assert service.get("/healthcheck").json()["greeting"] == "Good day"


def test_a_lost_postgres_is_503_and_its_return_is_200_without_a_restart(
    orders: Path, own_postgres: PostgreSQL
) -> None:
    server = own_postgres
    secret = server.password
    (orders / "etc" / "main.yaml").write_text(
        f"pg: {{host: {server.host}, port: {server.port}, user: {server.user}, timeout: 2s}}\n"
    )
    with Service(orders, "--http-port", "0", environment={"ORDERS_PG_PASSWORD": secret}) as service:
        assert service.get("/healthcheck").status_code == 200
        server.stop()
        down = service.get("/healthcheck")
        assert (down.status_code, down.json()["db_model"]["service"]) == (503, "pg")
        assert down.elapsed.total_seconds() < 10  # the limit is 2 s; without it nothing would answer
        refused = service.get("/orders/1")
        assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
        server.start()
        assert service.get("/healthcheck").status_code == 200
        assert secret not in down.text + refused.text + service.output
        assert '"reason": "PostgreSQL at ' in service.output, "the log says why"


def test_every_wrong_setting_is_told_with_its_place_and_nothing_starts(orders: Path) -> None:
    (orders / "etc" / "main.yaml").write_text(
        "pg:\n  dsn: embedded\n  port: abc\n  hots: db\nhttp:\n  port: 99999\n"
    )
    with Service(orders, environment={"ORDERS_LOG_LEVEL": "loud"}) as service:
        assert service.ended() == 78
    for said in ("etc/main.yaml:3:9", "etc/main.yaml:4", "pg.host", "etc/main.yaml:6:9", "ORDERS_LOG_LEVEL"):
        assert said in service.output
    assert "Traceback" not in service.output
    assert not (orders / "var").exists()


SHOP = '''
class Shop(BaseModel):
    """The shop."""

    owner: str


@app.block("shop", Shop)
'''


def test_a_missing_setting_is_told_with_how_to_set_it(orders: Path) -> None:
    code = orders / "home" / "app.py"
    code.write_text(code.read_text().replace("\n@app.main\n", f"\n{SHOP}@app.main\n"))
    with Service(orders) as service:
        assert service.ended() == 78
    for said in ("shop.owner", "ORDERS_SHOP_OWNER", "--shop-owner"):
        assert said in service.output


def test_a_taken_port_gets_a_clear_word_and_what_had_started_is_stopped(orders: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with Service(orders, "--http-port", str(port)) as service:
            assert service.ended() == 70
    assert f"127.0.0.1:{port}" in service.output
    assert "http.port" in service.output
    assert "Traceback" not in service.output
    with Service(orders, "--http-port", "0") as service:
        assert service.get("/healthcheck").status_code == 200


@pytest.mark.parametrize("path", ["/async", "/sync"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_slow_request_is_answered_before_a_signal_ends_the_service(
    slow: Path, number: signal.Signals, path: str
) -> None:
    with Service(slow, "--http-port", "0") as service, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(httpx.get, f"{service.address()}{path}", timeout=60)
        service.until("began")
        service.tell(number)
        service.until("stopping")
        assert not asked.done()
        (slow / "go").touch()
        answer = asked.result()
        assert service.ended() == 0
    assert (answer.status_code, answer.json()) == (200, "answered")


@pytest.mark.parametrize("arguments", [("--app-grace", "100ms"), ("--app-grace", "1h")])
def test_a_request_that_never_ends_holds_up_a_stop_for_the_grace_time_or_until_a_second_signal(
    slow: Path, arguments: tuple[str, str]
) -> None:
    with Service(slow, "--http-port", "0", *arguments) as service, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(httpx.get, f"{service.address()}/stuck", timeout=60)
        service.until("began")
        service.tell(signal.SIGTERM)
        service.until("stopping")
        if "1h" in arguments:
            service.tell(signal.SIGTERM)
        assert service.ended() == 75
        assert asked.result().status_code == 503


def test_the_demonstration_runs_under_a_foreign_asgi_server(orders: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "home.app:app", "--port", str(port)]
    with Service(orders, command=command) as service:
        service.until("ready")
        # A foreign server opens its socket once the application is ready.
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60) as client:
            assert client.get(f"http://127.0.0.1:{port}/healthcheck").json()["status"] == "up"


MISTAKES = """

class Shelf: ...


@app.service
class Store:
    def __init__(self, shelf: Shelf) -> None: ...


@app.on(get("/a"))
async def a(store: Store) -> None: ...


@app.on(get("/b/{x}"))
async def b() -> None: ...


app.errors.on(OSError, answer=answer("unavailible"))
"""


def test_the_mistakes_of_an_application_come_at_once_with_their_places(orders: Path) -> None:
    code = orders / "home" / "app.py"
    code.write_text(code.read_text() + MISTAKES)
    with Service(orders) as service:
        assert service.ended() == 70
    assert "orders cannot start:" in service.output
    for said in ("'GET /b/{x}' but has no parameter 'x'", "shelf", "unavailible", "did you mean"):
        assert said in service.output
    assert str(code) in service.output
    assert "Traceback" not in service.output


def test_up_py_is_started_from_any_folder_and_by_a_root_with_any_name(orders: Path, tmp_path: Path) -> None:
    root = orders.rename(orders.parent / "my Bücher")
    command = [sys.executable, str(root / "up.py"), "--http-port", "0"]
    with Service(tmp_path, command=command, environment={"MY_B_CHER_GREETING": "Guten Tag"}) as service:
        assert service.get("/healthcheck").json()["greeting"] == "Guten Tag"
        service.tell(signal.SIGTERM)
        assert service.ended() == 0
    assert (root / "var" / "pg").is_dir()


def test_an_imported_up_py_runs_nothing(orders: Path) -> None:
    with Service(orders, command=[sys.executable, "-c", "import up; print('imported')"]) as service:
        assert service.ended() == 0
    assert service.lines == ["imported"]
