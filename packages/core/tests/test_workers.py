"""Several processes as one: their start, their deaths, their stop and their exit code."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cordio_core import Exit, WorkerError
from cordio_core._workers import Workers

LIMIT = 20.0
PROGRAM = """
import asyncio, os, signal, sys, time
from cordio_core import App, CoreError, get, every
from packages.core.tests.doubles import Manual, Settings

mode, source = sys.argv[1], Manual()

class Configuring(Settings):
    def configuration(self, sections, options):
        if mode == "misconfigured":
            error = CoreError("http.port is no number: write one")
            error.exit_code = 78
            raise error
        return self

app = App("orders", configuring=Configuring(grace="200ms", drain="0s"), entrypoints=[source])

@app.on(get("/endless"))
async def endless():
    await asyncio.Event().wait()

@app.main
async def main():
    if mode == "broken":
        raise CoreError("no stock: order some")
    while app._running.phase != "up":
        await asyncio.sleep(0)
    if mode == "cut":
        source.begin("GET /endless")
    os.write(1, f"up {os.getpid()}\\n".encode())  # in one piece: two processes write

sys.exit(app.run(workers=2))
"""


class Program:
    """A process whose lines can be waited for."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.lines = process, list[str]()
        self._heard = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._heard:
                self.lines.append(line)
                self._heard.notify_all()

    def found(self, pattern: str, count: int = 1) -> list[re.Match[str]]:
        """Wait for as many lines."""

        def matches() -> list[re.Match[str]]:
            return [match for line in self.lines if (match := re.search(pattern, line))]

        with self._heard:
            assert self._heard.wait_for(lambda: len(matches()) >= count, LIMIT), self.lines
            return matches()

    def workers(self, count: int = 2) -> list[int]:
        return [int(match[1]) for match in self.found(r"^up (\d+)", count)]


@contextmanager
def program(mode: str, code: str = PROGRAM, arguments: Sequence[str] = ()) -> Iterator[Program]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, mode, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *sys.path])},
    )
    running = Program(process)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):  # workers too, if the test has failed
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(LIMIT)
        running.reader.join(LIMIT)
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_workers_stop_in_order_with_their_supervisor(number: signal.Signals) -> None:
    with program("well") as run:
        assert len(set(run.workers())) == 2
        run.process.send_signal(number)
        assert run.process.wait(LIMIT) == Exit.OK


def test_a_worker_that_is_killed_is_replaced() -> None:
    with program("well") as run:
        os.kill(run.workers()[0], signal.SIGKILL)
        run.found(r"worker \d+ died \(exit code -9\): it is replaced in 0.1 s")
        assert len(set(run.workers(3))) == 3
        run.process.terminate()
        assert run.process.wait(LIMIT) == Exit.OK


def test_workers_that_die_again_and_again_end_the_application_with_their_code() -> None:
    with program("broken") as run:
        assert run.process.wait(LIMIT) == Exit.SOFTWARE
        run.found("no stock: order some")
        run.found(r"worker \d+ (died again and again|did not start) \(exit code 70\): all workers are stopped")


def test_wrong_configuration_ends_the_application_before_any_worker_starts() -> None:
    with program("misconfigured") as run:
        assert run.process.wait(LIMIT) == Exit.CONFIG
        run.reader.join(LIMIT)
        assert run.lines == ["http.port is no number: write one\n"]


def test_work_that_one_worker_had_to_cancel_decides_the_exit_code() -> None:
    with program("cut") as run:
        run.workers()
        run.process.terminate()
        assert run.process.wait(LIMIT) == Exit.CUT


def test_workers_stop_when_their_supervisor_is_gone() -> None:
    with program("well") as run:
        run.workers()
        run.process.kill()
        run.process.wait(LIMIT)
        run.reader.join(LIMIT)  # the pipe ends with the last worker
        assert not run.reader.is_alive()


def test_a_number_of_workers_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WorkerError, match="there cannot be 0 workers: take one or more"):
        Workers(0, lambda lifeline: 0)
    monkeypatch.delattr(os, "fork")
    with pytest.raises(WorkerError, match="workers need a system with fork"):
        Workers(2, lambda lifeline: 0)


DEAF = """
import os, signal, sys, time
from cordio_core._workers import Workers

def work(lifeline):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    lifeline.ready()
    while True:
        time.sleep(60)

sys.exit(Workers(2, work, ready=lambda: os.kill(os.getpid(), signal.SIGTERM), within=0.2).run())
"""


def test_workers_that_heed_no_signal_are_killed_when_the_time_of_the_stop_is_over() -> None:
    with program("deaf", DEAF) as run:
        assert run.process.wait(LIMIT) == Exit.CUT
        run.found(r"worker \d+ runs on, though it was told to stop 0.2 s ago: it is killed", 2)
