"""However a process ends in an orderly way, nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

LIMIT = 60
RECORDS = 3_000


def run(code: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, env=env)


PROGRAM = f"""
import asyncio
from cordio_monitor import Monitor, log

async def main():
    async with Monitor("orders") as monitor:
        with monitor.incoming("POST /orders"):
            for number in range({RECORDS}):
                log.info("line", number=number)
            # here

asyncio.run(main())
"""


def numbers(output: str) -> list[int]:
    lines = [json.loads(line) for line in output.splitlines()]
    return [line["number"] for line in lines if line["message"] == "line"]


def test_a_normal_exit_loses_nothing() -> None:
    done = run(PROGRAM)
    assert (done.returncode, done.stderr) == (0, "")
    assert numbers(done.stdout) == list(range(RECORDS))


def test_an_exit_without_leaving_the_monitor_loses_nothing() -> None:
    done = run(f"""
import asyncio
from cordio_monitor import Monitor, log

monitor = Monitor("orders")

async def main():
    await monitor.__aenter__()
    with monitor.incoming("POST /orders"):
        for number in range({RECORDS}):
            log.info("line", number=number)
    monitor.incoming("GET /orders").__enter__()
    log.info("in an open event")

asyncio.run(main())
""")
    assert (done.returncode, done.stderr) == (0, "")
    assert numbers(done.stdout) == list(range(RECORDS))
    assert "in an open event" in done.stdout


def test_an_exception_loses_nothing() -> None:
    done = run(PROGRAM.replace("# here", "raise KeyError('x')"))
    assert done.returncode == 1 and "KeyError: 'x'" in done.stderr
    assert numbers(done.stdout) == list(range(RECORDS))


def test_a_termination_that_stops_the_program_loses_nothing(tmp_path: Path) -> None:
    code = f"""
import asyncio, signal
from cordio_monitor import Monitor, log

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Monitor("orders") as monitor:
        with monitor.incoming("POST /orders"):
            for number in range({RECORDS}):
                log.info("line", number=number)
            log.error("ready")
            await stop.wait()

asyncio.run(main())
"""
    out = tmp_path / "out"
    with out.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=stream, stderr=subprocess.PIPE, text=True
        )
    limit = threading.Timer(LIMIT, process.kill)
    limit.start()
    assert process.stderr is not None and "ready" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=LIMIT)[1] == ""
    limit.cancel()
    assert process.returncode == 0
    assert numbers(out.read_text()) == list(range(RECORDS))


def test_a_sink_that_hangs_does_not_hold_the_exit() -> None:
    done = run("""
import asyncio, threading
from cordio_monitor import Monitor, log
from cordio_monitor.sinks import Sink

class Hanging(Sink):
    def write(self, records):
        threading.Event().wait()

async def main():
    async with Monitor("orders", [Hanging()], stop_within=0.1):
        log.info("first")

asyncio.run(main())
""")
    assert done.returncode == 0
    assert "the sink Hanging did not write all of 1 records: 1 pending" in done.stderr


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_reader_that_is_gone_does_not_fail_the_program(stream: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    code = PROGRAM.replace("log.info", "log.error" if stream == "stderr" else "log.info")
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=writer if stream == "stdout" else subprocess.PIPE,
        stderr=writer if stream == "stderr" else subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0
    if stream == "stdout":
        assert err.count("raises BrokenPipeError") == 1 and "Traceback" not in err


def test_a_handler_thread_that_never_ends_does_not_hold_the_stop() -> None:
    done = run("""
import asyncio, os, threading
from concurrent.futures import ThreadPoolExecutor
from cordio_monitor import Monitor, log

async def main():
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))
    async with Monitor("orders"):
        loop.run_in_executor(None, threading.Event().wait)
        log.info("first")
    os._exit(3)

asyncio.run(main())
""")
    assert done.returncode == 3 and '"first"' in done.stdout


def test_importing_starts_nothing_and_loads_neither_logging_nor_asyncio() -> None:
    done = run(
        """
import sys, threading
import cordio_monitor
print(threading.active_count(), sorted({"asyncio", "dataclasses", "logging"} & sys.modules.keys()))
from cordio_monitor import *
Monitor("orders")
print(threading.active_count(), sorted({"asyncio", "logging"} & sys.modules.keys()))
try:
    cordio_monitor.nothing
except AttributeError as error:
    print(error)
""",
        env={"PATH": os.environ["PATH"]},
    )
    assert done.stdout.splitlines() == [
        "1 []",
        "1 []",
        "module 'cordio_monitor' has no attribute 'nothing'",
    ]
