"""Child processes deliver their own records and none of their parent, however they end."""

import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest
from packages.monitor.tests.programs import LIMIT, RECORDS, WITH_A_FILE, run, told, written


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
