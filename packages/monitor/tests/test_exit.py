"""However a process ends in an orderly way, nothing is lost."""

import json
import multiprocessing
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
    command = [sys.executable, "-W", "error", "-W", "ignore:This process", "-c", code]
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


WITH_A_FILE = """
import asyncio, os, signal, sys
from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import File

async def main():
    async with Monitor("orders", [File(sys.argv[1])], LogSettings(capture=False)) as monitor:
        with monitor.incoming("POST /orders"):
            for number in range(3000):
                log.info("line", number=number)
            # here
        await asyncio.sleep(0)
        # there

asyncio.run(main())
"""


def written(code: str, path: Path) -> tuple[int, list[dict[str, object]]]:
    command = [sys.executable, "-W", "error", "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in path.read_text().splitlines()]


def told(lines: list[dict[str, object]], message: str = "line") -> list[object]:
    return [line["number"] for line in lines if line["message"] == message]


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


def test_a_child_process_delivers_its_own_records_and_none_of_its_parent(tmp_path: Path) -> None:
    code = WITH_A_FILE.replace(
        "# here",
        """
            child = os.fork()
            if child == 0:
                for number in range(500):
                    log.info("child", number=number)
                sys.exit()
            os.waitpid(child, 0)
            log.info("parent", number=0)
        """,
    )
    status, lines = written(code, tmp_path / "main.log")
    assert status == 0
    assert (told(lines), told(lines, "child"), told(lines, "parent")) == (
        list(range(RECORDS)),
        list(range(500)),
        [0],
    )


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing_is_safe(method: str, tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("""
import asyncio, multiprocessing, sys
from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import File

def work(path, method):
    if method == "fork":
        for number in range(500):
            log.info("child", number=number)
    else:
        asyncio.run(alone(path))

async def alone(path):
    async with Monitor("orders", [File(path)], LogSettings(capture=False)):
        for number in range(500):
            log.info("child", number=number)

async def main(path, method):
    async with Monitor("orders", [File(path)], LogSettings(capture=False)):
        log.info("parent", number=0)
        process = multiprocessing.get_context(method).Process(target=work, args=(path, method))
        process.start()
        process.join()
        assert process.exitcode == 0
        log.info("parent", number=1)

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
""")
    path = tmp_path / "main.log"
    command = [sys.executable, str(tmp_path / "work.py"), str(path), method]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert told(lines, "child") == list(range(500))
    assert told(lines, "parent") == [0, 1]


def test_a_fork_while_the_books_are_held_does_not_hang_the_child(tmp_path: Path) -> None:
    path = tmp_path / "main.log"
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore:This process",  # Python 3.12 and later warn of every fork beside threads
            "-c",
            """
import asyncio, os, sys
from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import File

async def main():
    async with Monitor("orders", [File(sys.argv[1])], LogSettings(capture=False)) as monitor:
        with monitor._delivery._lock:
            child = os.fork()
        if child == 0:
            log.info("child", number=1)
            sys.exit()
        assert os.waitpid(child, 0)[1] == 0

asyncio.run(main())
""",
            str(path),
        ],
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert told([json.loads(line) for line in path.read_text().splitlines()], "child") == [1]


def test_a_full_pipe_holds_up_neither_events_nor_the_exit() -> None:
    reader, writer = os.pipe()
    code = PROGRAM.replace('Monitor("orders")', 'Monitor("orders", stop_within=0.3)').replace("3000", "9000")
    process = subprocess.Popen([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    _, err = process.communicate(timeout=LIMIT)
    os.close(reader)
    assert process.returncode == 0
    assert "the sink Console did not write all of 9001 records" in err


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="there is no fork")
def test_a_process_that_is_forked_in_an_open_event_delivers_what_it_adds(tmp_path: Path) -> None:
    code = WITH_A_FILE.replace(
        "# here",
        """
            import multiprocessing, warnings
            warnings.simplefilter("ignore", DeprecationWarning)
            def child():
                for number in range(20):
                    log.info("child", number=number)
            process = multiprocessing.get_context("fork").Process(target=child)
            process.start()
            process.join()
            assert process.exitcode == 0
        """,
    )
    _, lines = written(code, tmp_path / "main.log")
    assert told(lines, "child") == list(range(20))
    assert told(lines) == list(range(RECORDS))


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


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="there is no fork")
def test_a_child_that_is_terminated_while_it_is_being_forked_ends() -> None:
    done = run("""
import asyncio, os, signal
from cordio_monitor import LogSettings, Monitor

reading, writing = os.pipe()

async def main():
    async with Monitor("orders", [], LogSettings(capture=False)):
        for _ in range(100):
            child = os.fork()
            if child == 0:
                os.read(reading, 1)
                os._exit(0)
            os.kill(child, signal.SIGTERM)
            assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGTERM

asyncio.run(main())
""")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="there is no fork")
def test_a_pool_of_workers_that_log_is_terminated_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "main.log"
    done = run(f"""
import asyncio, multiprocessing
from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import File

def work(number):
    log.info("work", number=number)

async def main():
    async with Monitor("orders", [File({str(path)!r})], LogSettings(capture=False)):
        for _ in range(15):
            with multiprocessing.get_context("fork").Pool(2) as pool:
                pool.map(work, range(4))

asyncio.run(main())
""")
    assert (done.returncode, done.stderr) == (0, "")
    assert path.read_text().count('"work"') == 15 * 4
