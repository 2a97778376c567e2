"""However a process ends in an orderly way, nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from packages.monitor.tests.programs import LIMIT, RECORDS, WITH_A_FILE, run, told, written

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


@pytest.mark.parametrize("place", ["# here", "# there"])
def test_a_termination_that_nobody_handles_loses_nothing_and_still_ends_the_process(
    place: str, tmp_path: Path
) -> None:
    code = WITH_A_FILE.replace(place, "os.kill(os.getpid(), signal.SIGTERM)")
    status, lines = written(code, tmp_path / "main.log")
    assert status == -signal.SIGTERM
    assert told(lines) == list(range(RECORDS))
    assert lines[-1]["kind"] == "ledger"


def test_a_termination_is_left_to_whoever_handles_it_already() -> None:
    done = run("""
import asyncio, signal
from cordio_monitor import Monitor

handler = lambda *_: None
signal.signal(signal.SIGTERM, handler)

async def main():
    async with Monitor("orders"):
        assert signal.getsignal(signal.SIGTERM) is handler
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    async with Monitor("orders"):
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

asyncio.run(main())
""")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_pipe_holds_up_neither_events_nor_the_exit() -> None:
    reader, writer = os.pipe()
    code = PROGRAM.replace('Monitor("orders")', 'Monitor("orders", stop_within=0.3)').replace("3000", "9000")
    process = subprocess.Popen([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    _, err = process.communicate(timeout=LIMIT)
    os.close(reader)
    assert process.returncode == 0
    assert "the sink Console did not write all of 9001 records" in err


def test_a_termination_in_the_middle_of_handing_over_loses_nothing_and_ends_at_once(tmp_path: Path) -> None:
    code = WITH_A_FILE.replace(
        "# there",
        """
        with monitor._delivery._lock:
            os.kill(os.getpid(), signal.SIGTERM)
            log.info("line", number=3000)
        # The signal comes back when the lock is free.
        for _ in range(2000):
            await asyncio.sleep(0.01)
        """,
    )
    status, lines = written(code, tmp_path / "main.log")
    assert status == -signal.SIGTERM
    assert told(lines) == list(range(RECORDS + 1))


def test_a_finalizer_that_logs_at_the_very_end_raises_nothing() -> None:
    done = run("""
import asyncio
from cordio_monitor import Monitor, log

class Last:
    def __del__(self):
        log.info("last")

async def main():
    async with Monitor("orders"):
        log.info("first")

asyncio.run(main())
last = Last()
""")
    assert done.returncode == 0 and '"first"' in done.stdout
    assert done.stderr == "cordio-monitor: 1 records came after the end and are lost\n"
