"""The fixtures of the pytest plugin, in runs of pytest of their own."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

import pytest_cordio

APP = """
import asyncio, contextvars, pytest
from cordio_core import App, emitted, every, get, post

def made():
    app = App("orders", entrypoints=[Web()])

    @app.service
    def stock() -> int:
        return 7

    @app.on(post("/orders"))
    async def place(sku: str, stock: int) -> str:
        await app.emit("placed", {"sku": sku})
        return f"{sku} of {stock}"

    @app.on(every("5m"))
    async def strike() -> None:
        runs.append(1)

    return app

class Web:
    kind, sections, addresses = "http", {}, ()
    def attach(self, plans, /): ...
    def bind(self, runtime, /): ...
    async def start(self, runtime, /): ...
    async def stop(self, within, /): stops.append(asyncio.get_running_loop())
    async def asgi(self, scope, receive, send, /):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

runs, stops = [], []

@pytest.fixture
def app():
    return made()
"""

ASYNC = """
class TestOrders:
    {mark}
    async def test_a_call_is_answered(self, testing):
        assert (await testing.call("place", sku="A-1")).value == "A-1 of 7"
        assert testing.emitted[0].name == "placed"

{mark}
async def test_the_clock_moves(testing):
    await testing.clock.advance("10m")
    assert len(runs) == 2

{mark}
async def test_the_loop_is_the_one_of_the_test(testing):
    await testing.sigterm()
    assert stops[-1] is asyncio.get_running_loop()

{mark}
async def test_no_await_is_forgotten(testing):
    with pytest.raises(RuntimeError):
        raise RuntimeError
"""

SYNC = """
def test_a_call_is_answered(testing):
    assert testing.call("place", sku="A-1").value == "A-1 of 7"

def test_the_clock_moves(testing):
    testing.clock.advance("10m")
    assert len(runs) == 2

def test_the_stop_is_told(testing):
    assert testing.sigterm().lost == 0

def test_another_test_has_another_run(testing):
    assert testing.state().phase == "up"
    assert testing.errors == []
"""

FAKED = """
@pytest.fixture
def fakes():
    return {"stock": 1}

def test_a_service_is_replaced(testing):
    assert testing.call("place", sku="A-1").value == "A-1 of 1"
"""

FAILING = """
async def test_it_fails(testing):
    assert (await testing.call("place", sku="A-1")).value == "nothing"

def test_it_fails_too(testing):
    assert testing.call("place", sku="A-1").value == "nothing"
"""

CLIENT = """
async def test_the_client_is_awaited(client):
    assert (await client.get("/")).status_code == 204

def test_the_client_is_not_awaited(client):
    assert client.get("/").status_code == 204
"""

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run pytest over a file of tests, with the plugin; return its output."""

    def run(tests: str, *arguments: str) -> str:
        (tmp_path / "test_it.py").write_text(APP + tests)
        (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pytest_cordio"]
        environ = {
            **os.environ,
            "PYTHONPATH": str(Path(pytest_cordio.__file__).parent),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # other plugins take most of the time of a start
        }
        done = subprocess.run(
            [*command, *arguments], cwd=tmp_path, env=environ, capture_output=True, text=True
        )
        return done.stdout + done.stderr

    return run


def _counts(output: str) -> dict[str, int]:
    return {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?)", output)}


def test_async_tests_run_where_no_other_plugin_runs_them(run: Run) -> None:
    assert _counts(run(ASYNC.format(mark=""))) == {"passed": 4}


def test_async_tests_run_in_the_event_loop_of_the_plugin_that_runs_them(run: Run) -> None:
    pytest.importorskip("anyio")
    mark = "@pytest.mark.anyio"
    tests = ASYNC.format(mark=mark)
    backend = "\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    assert _counts(run(backend + tests, "-p", "anyio.pytest_plugin")) == {"passed": 4}


def test_sync_tests_need_no_await(run: Run) -> None:
    assert _counts(run(SYNC)) == {"passed": 4}


def test_a_project_says_what_stands_in_the_place_of_services(run: Run) -> None:
    assert _counts(run(FAKED)) == {"passed": 1}


def test_a_test_that_fails_fails_with_its_own_words(run: Run) -> None:
    output = run(FAILING)
    assert _counts(output) == {"failed": 2}
    assert "assert 'A-1 of 7' == 'nothing'" in output


def test_the_client_asks_the_application(run: Run) -> None:
    pytest.importorskip("httpx")
    assert _counts(run(CLIENT)) == {"passed": 2}


def test_a_part_that_fails_is_an_error_of_its_test(run: Run) -> None:
    tests = """
@pytest.fixture
def app():
    app = App("orders")
    @app.main
    async def main():
        raise RuntimeError("no stock")
    return app

def test_it(testing):
    testing.clock.advance("1s")
"""
    output = run(tests)
    assert _counts(output) == {"passed": 1, "error": 1}
    assert "RuntimeError: no stock" in output


def test_nothing_of_cordio_is_imported_before_a_test_asks_for_it(run: Run, tmp_path: Path) -> None:
    found = "[name for name in sys.modules if name.startswith('cordio')]"
    (tmp_path / "test_bare.py").write_text(f"import sys\ndef test_it():\n    assert not {found}\n")
    assert find_spec("cordio_core")
    assert _counts(run("", "test_bare.py")) == {"passed": 1}
