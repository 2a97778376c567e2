"""What ends an application, told and coded alike with one process and with several."""

import os
import signal

import pytest
from packages.core.tests.test_workers import LIMIT, program

from cordio_core import Exit

PROGRAM = """
import asyncio, os, sys
from cordio_core import App, CoreError, get, started, stopping
from packages.core.tests.doubles import Manual, Settings

mode, workers = sys.argv[1], int(sys.argv[2])

class Missing(CoreError):
    exit_code = 78

class Web(Manual):
    async def start(self, runtime, /):
        if mode == "taken":
            raise CoreError("port 80 is taken: set http.port")
        await super().start(runtime)

source = Web()
app = App("orders", configuring=Settings(grace="200ms", drain="0s"), entrypoints=[source])

@app.service
def stock():
    if mode == "service":
        raise CoreError("no stock: order some")
    return 7

@app.on(started)
async def hello(stock):
    if mode == "hook":
        raise RuntimeError("no hello")

@app.on(stopping)
async def bye():
    if mode == "farewell":
        raise RuntimeError("no bye")

@app.main
async def main():
    while app._running.phase != "up":
        await asyncio.sleep(0)
    os.write(1, f"up {os.getpid()}\\n".encode())
    if mode == "later":
        raise Missing("pg.host went away: set it")
    if mode == "exit":
        sys.exit(3)

sys.exit(app.run(workers=workers))
"""


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("mode", "code", "said"),
    [
        ("taken", Exit.SOFTWARE, "port 80 is taken: set http.port"),
        ("service", Exit.SOFTWARE, "no stock: order some"),
        ("hook", Exit.SOFTWARE, "no hello"),
        ("later", Exit.CONFIG, "pg.host went away: set it"),
        ("exit", 3, ""),
    ],
)
def test_a_failure_ends_with_its_words_and_its_code(mode: str, code: int, said: str, workers: str) -> None:
    with program(mode, PROGRAM, [workers]) as run:
        assert run.process.wait(LIMIT) == code
        run.found(said)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(("mode", "code"), [("well", Exit.OK), ("farewell", Exit.SOFTWARE)])
def test_a_stop_ends_with_the_code_of_what_happened_in_it(mode: str, code: int, workers: str) -> None:
    with program(mode, PROGRAM, [workers]) as run:
        run.workers(int(workers))
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(LIMIT) == code


def test_a_worker_that_dies_again_and_again_ends_all_with_the_number_of_its_signal() -> None:
    with program("well", PROGRAM, ["2"]) as run:
        for death in range(6):
            pid = run.workers(2 + death)[-1]
            os.kill(pid, signal.SIGKILL)
        assert run.process.wait(LIMIT) == 128 + signal.SIGKILL
        run.found(r"worker \d+ died again and again \(exit code -9\): all workers are stopped")
